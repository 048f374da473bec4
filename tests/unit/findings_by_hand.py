"""Findings of `driftlab doctor`, and what is true of every one of them."""

import re

from driftlab.clusters.findings import Severity

#: Where nothing is to be mended, the finding itself says why not.
SELF_EXPLAINING = re.compile(r"labs use the embedded engine$|could not be examined: ")


def look(probe):
    """What ``probe`` finds; whatever is not in order can be mended or explains itself."""
    found = list(probe())
    for finding in found:
        assert finding.text.strip() == finding.text != ""
        if finding.severity is Severity.OK:
            assert not finding.remedy, "nothing is to be mended"
        else:
            assert finding.remedy or SELF_EXPLAINING.search(finding.text), finding
    return found

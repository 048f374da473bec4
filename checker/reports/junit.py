"""JUnit XML for CI systems and gradebooks: one test suite for each exercise, one test case for each goal."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.next_steps import for_terminal
from driftlab.checker.reports.text import one_line


def render(results: Sequence[Result]) -> str:
    """The document as text. A goal that could not be checked is an ``error``, one that is not reached a ``failure``."""
    root = ET.Element("testsuites", name="driftlab")
    for result in map(for_terminal, results):
        outcomes = [goal.outcome for goal in result.goals]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_safe(result.exercise),
            tests=str(len(outcomes)),
            failures=str(sum(outcome in (Outcome.FAIL, Outcome.WAITING) for outcome in outcomes)),
            errors=str(outcomes.count(Outcome.ERROR)),
            time=f"{result.took_s:.1f}",
        )
        properties = ET.SubElement(suite, "properties")
        for name, value in (("points", result.points), ("of", result.of), ("hints_used", result.hints_used)):
            ET.SubElement(properties, "property", name=name, value=f"{value:g}")
        for gap in result.method.gaps:
            ET.SubElement(properties, "property", name="gap", value=_safe(gap))
        for goal in result.goals:
            case = ET.SubElement(suite, "testcase", classname=_safe(result.exercise), name=_safe(goal.title))
            if goal.outcome is not Outcome.PASS:
                kind = "error" if goal.outcome is Outcome.ERROR else "failure"
                ET.SubElement(case, kind, message=_safe(goal.reason), type=goal.outcome.value)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


#: Characters that XML does not allow: https://www.w3.org/TR/xml/#charsets
UNWRITABLE = re.compile("[^\\t\\n\\r\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _safe(text: str) -> str:
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", one_line(text))

"""A quiz is an exercise whose answers are a ConfigMap in the lab's namespace.

So it is judged, recorded and reset like any other exercise. In a notebook, ``quiz("name")`` is a form that writes the
ConfigMap; in a terminal, kubectl does: ``kubectl create configmap answers --from-literal=q1=deployment``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Verdict, failed, passed

CONFIGMAP = "answers"


@dataclass(frozen=True)
class Question:
    """One situation. ``options``: what can be answered, each key with its words; ``because``: why ``answer`` is right.

    Keys are what ConfigMaps take: lowercase words. Raises ValueError where there is a mistake in it.
    """

    key: str
    text: str
    options: Mapping[str, str]
    answer: str
    because: str

    def __post_init__(self) -> None:
        for key in (self.key, *self.options):
            if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", key):
                raise ValueError(f"question {self.key}: the key {key!r} is not a lowercase word")
        if self.answer not in self.options or len(self.options) < 2:
            raise ValueError(f"question {self.key}: the answer {self.answer!r} is not one of several options")

    @property
    def title(self) -> str:
        """Its first sentence, for a table of verdicts."""
        first = re.split(r"(?<=[.?!])\s", self.text, maxsplit=1)[0]
        return f"{self.key}: {first}"

    def judge(self, evidence: Evidence) -> Verdict:
        given = answers(evidence).get(self.key, "").strip()
        if not given:
            return failed("not answered yet")
        if given not in self.options:
            return failed(f"there is no answer called {given!r}; there are: {', '.join(self.options)}")
        words = self.options[given].rstrip(".")
        return passed(self.because) if given == self.answer else failed(f"“{words}” is not the best answer")


def answers(evidence: Evidence) -> dict[str, str]:
    """The answers given so far, each by its question's key."""
    found: Mapping[str, str] = {}
    for raw in evidence.now.raw["configmaps"]:
        if raw["metadata"]["name"] == CONFIGMAP and not raw["metadata"].get("deletionTimestamp"):
            found = raw.get("data") or {}
    return dict(found)

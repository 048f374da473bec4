"""A quiz is an exercise whose answers are a ConfigMap in the lab's namespace.

So it is judged, recorded and reset like any other exercise. In a notebook, ``quiz("name")`` is a form that writes the
ConfigMap; in a terminal, kubectl does: ``kubectl create configmap answers --from-literal=q1=deployment``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Verdict, failed, passed
from driftlab.checker.exercises.definitions import Place, check_text
from driftlab.checker.exercises.texts import broken, no_yaml

CONFIGMAP = "answers"


@dataclass(frozen=True)
class Question:
    """One situation. ``options``: what can be answered, each key with its words; ``because``: why ``answer`` is right.

    Keys are what ConfigMaps take: lowercase words. Raises TypeError or ValueError where there is a mistake in it.
    """

    key: str
    text: str
    options: Mapping[str, str]
    answer: str
    because: str

    def __post_init__(self) -> None:
        if not isinstance(self.options, Mapping):
            raise TypeError(f"question {self.key}: options are a key and a text each, not {self.options!r}")
        for key in (self.key, *self.options):
            if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", key if isinstance(key, str) else ""):
                raise ValueError(f"question {self.key}: the key {key!r} is not a lowercase word")
        for value in (self.text, self.because, *self.options.values()):
            check_text(f"each sentence of question {self.key}", value)
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


def questions(beside: str | Path) -> tuple[Question, ...]:
    """The questions in ``quiz.yaml`` in the same folder as a file: ``questions(__file__)``.

    Raises LabBroken with file and line.
    """
    path = Path(beside).with_name("quiz.yaml")
    try:
        source = path.read_text(encoding="utf-8-sig")
        root, document = yaml.compose(source, Loader=yaml.SafeLoader), yaml.safe_load(source)
    except (OSError, UnicodeDecodeError) as error:
        raise broken(Place(str(path), 1), f"it cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise no_yaml(path, error, "it") from error
    if root is None or not isinstance(document, dict) or not isinstance(document.get("questions"), list):
        raise broken(Place(str(path), 1), "there is no list called `questions`")
    nodes = next(value.value for key, value in root.value if key.value == "questions")
    found: dict[str, Question] = {}
    for parts, node in zip(document["questions"], nodes, strict=True):
        made = _question(parts, place := Place(str(path), node.start_mark.line + 1))
        if found.setdefault(made.key, made) is not made:
            raise broken(place, f"there are two questions called {made.key}")
    return tuple(found.values())


def _question(parts: Any, place: Place) -> Question:
    needed = [field.name for field in fields(Question)]
    if not isinstance(parts, dict) or parts.keys() != set(needed):
        raise broken(place, f"a question has {', '.join(needed)}, and nothing else")
    try:
        return Question(**parts)
    except (TypeError, ValueError) as error:
        raise broken(place, str(error)) from error


def answers(evidence: Evidence) -> dict[str, str]:
    """The answers given so far, each by its question's key."""
    found: Mapping[str, str] = {}
    for raw in evidence.now.raw["configmaps"]:
        if raw["metadata"]["name"] == CONFIGMAP and not raw["metadata"].get("deletionTimestamp"):
            found = raw.get("data") or {}
    return dict(found)

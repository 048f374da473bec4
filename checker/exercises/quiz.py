"""A quiz is an exercise whose answers are a ConfigMap in the lab's namespace.

It is judged, recorded and reset like any other exercise. In a notebook, ``quiz("name")`` is a form that writes the
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
from driftlab.checker.exercises.texts import invalid_yaml, lab_broken

CONFIGMAP = "answers"


@dataclass(frozen=True)
class Question:
    """A multiple-choice question. ``options``: keys with their texts; ``because``: why ``answer`` is right.

    Keys are keys of a ConfigMap: lowercase words. Raises TypeError or ValueError for invalid values.
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
        """Its first sentence, for the table of verdicts."""
        first = re.split(r"(?<=[.?!])\s", self.text, maxsplit=1)[0]
        return f"{self.key}: {first}"

    def judge(self, evidence: Evidence) -> Verdict:
        chosen = answers(evidence).get(self.key, "").strip()
        if not chosen:
            return failed("not-answered")
        if chosen not in self.options:
            return failed("no-such-answer", chosen=repr(chosen), options=list(self.options))
        if chosen != self.answer:
            return failed("not-the-best-answer", answer=self.options[chosen].rstrip("."))
        return passed("right-answer", because=self.because)


def questions(file: str | Path) -> tuple[Question, ...]:
    """The questions in ``quiz.yaml`` in the same folder as a file: ``questions(__file__)``.

    Raises LabBroken with file and line.
    """
    path = Path(file).with_name("quiz.yaml")
    try:
        source = path.read_text(encoding="utf-8-sig")
        root, document = yaml.compose(source, Loader=yaml.SafeLoader), yaml.safe_load(source)
    except (OSError, UnicodeDecodeError) as error:
        raise lab_broken(Place(str(path), 1), f"it cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise invalid_yaml(path, error, "it") from error
    if root is None or not isinstance(document, dict) or not isinstance(document.get("questions"), list):
        raise lab_broken(Place(str(path), 1), "there is no list called `questions`")
    nodes = next(value.value for key, value in root.value if key.value == "questions")
    found: dict[str, Question] = {}
    for entry, node in zip(document["questions"], nodes, strict=True):
        question = _question(entry, place := Place(str(path), node.start_mark.line + 1))
        if found.setdefault(question.key, question) is not question:
            raise lab_broken(place, f"there are two questions called {question.key}")
    return tuple(found.values())


def _question(entry: Any, place: Place) -> Question:
    keys = [field.name for field in fields(Question)]
    if not isinstance(entry, dict) or entry.keys() != set(keys):
        raise lab_broken(place, f"a question has {', '.join(keys)}, and nothing else")
    try:
        return Question(**entry)
    except (TypeError, ValueError) as error:
        raise lab_broken(place, str(error)) from error


def answers(evidence: Evidence) -> dict[str, str]:
    """The answers given so far, by the keys of their questions."""
    found: Mapping[str, str] = {}
    for raw in evidence.now.raw["configmaps"]:
        if raw["metadata"]["name"] == CONFIGMAP and not raw["metadata"].get("deletionTimestamp"):
            found = raw.get("data") or {}
    return dict(found)

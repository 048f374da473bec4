"""The checker: what notebooks call (``lab``, ``check``, ``hint``, ``reset``, …), and what labs are made of."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker import predicates as predicates
    from checker.evidence import Evidence, Snapshot
    from checker.exercise import Exercise, Lab
    from checker.notebook import check, hint, lab, quiz, reset, timeline, where
    from checker.outcome import Outcome, Result, Verdict, failed, passed, waiting
    from checker.questions import Question
    from checker.views import Deployment, Object, Pod, ReplicaSet

__all__ = [
    "Deployment",
    "Evidence",
    "Exercise",
    "Lab",
    "Object",
    "Outcome",
    "Pod",
    "Question",
    "ReplicaSet",
    "Result",
    "Snapshot",
    "Verdict",
    "check",
    "failed",
    "hint",
    "lab",
    "passed",
    "predicates",
    "quiz",
    "reset",
    "timeline",
    "waiting",
    "where",
]

_HOME = {
    "evidence": ("Evidence", "Snapshot"),
    "exercise": ("Exercise", "Lab"),
    "notebook": ("check", "hint", "lab", "quiz", "reset", "timeline", "where"),
    "outcome": ("Outcome", "Result", "Verdict", "failed", "passed", "waiting"),
    "questions": ("Question",),
    "views": ("Deployment", "Object", "Pod", "ReplicaSet"),
}


def __getattr__(name: str) -> object:
    # lazily: `driftlab --help` needs none of it, and only the notebook face may import ipywidgets
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"checker.{module}"), name)
    if name == "predicates":
        return import_module("checker.predicates")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

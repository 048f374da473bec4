"""The checker. What notebooks call (``lab``, ``check``, ``hint``, ``reset``), and what labs are written with."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker import predicates as predicates
    from checker.evidence import Evidence, Snapshot
    from checker.exercise import Exercise, Lab
    from checker.notebook import check, hint, lab, reset
    from checker.outcome import Outcome, Result, Verdict, failed, passed, waiting
    from checker.views import Deployment, Pod, ReplicaSet

__all__ = [
    "Deployment",
    "Evidence",
    "Exercise",
    "Lab",
    "Outcome",
    "Pod",
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
    "reset",
    "waiting",
]

_HOME = {
    "evidence": ("Evidence", "Snapshot"),
    "exercise": ("Exercise", "Lab"),
    "notebook": ("check", "hint", "lab", "reset"),
    "outcome": ("Outcome", "Result", "Verdict", "failed", "passed", "waiting"),
    "views": ("Deployment", "Pod", "ReplicaSet"),
}


def __getattr__(name: str) -> object:
    # lazily: `driftlab --help` needs none of it, and only the notebook face may import ipywidgets
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"checker.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

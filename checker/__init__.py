"""The checker: what labs are made of. Authors import these names; notebooks say ``from driftlab import check``."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftlab.checker.evidence import predicates
    from driftlab.checker.evidence.recording import Recording, available_over_time, deployments_over_time
    from driftlab.checker.evidence.snapshot import Evidence, Snapshot
    from driftlab.checker.evidence.verdict import Outcome, Verdict, failed, passed, waiting
    from driftlab.checker.exercises.exercise import Exercise, Lab
    from driftlab.checker.exercises.proofs import Disturbance
    from driftlab.checker.exercises.quiz import Question, answers
    from driftlab.checker.exercises.result import Result
    from driftlab.checker.objects.differences import template_changes
    from driftlab.checker.objects.views import Deployment, Object, Pod, ReplicaSet

__all__ = [
    "Deployment",
    "Disturbance",
    "Evidence",
    "Exercise",
    "Lab",
    "Object",
    "Outcome",
    "Pod",
    "Question",
    "Recording",
    "ReplicaSet",
    "Result",
    "Snapshot",
    "Verdict",
    "answers",
    "available_over_time",
    "deployments_over_time",
    "failed",
    "passed",
    "predicates",
    "template_changes",
    "waiting",
]

_HOME = {
    "evidence.recording": ("Recording", "available_over_time", "deployments_over_time"),
    "evidence.snapshot": ("Evidence", "Snapshot"),
    "evidence.verdict": ("Outcome", "Verdict", "failed", "passed", "waiting"),
    "exercises.exercise": ("Exercise", "Lab"),
    "exercises.proofs": ("Disturbance",),
    "exercises.quiz": ("Question", "answers"),
    "exercises.result": ("Result",),
    "objects.differences": ("template_changes",),
    "objects.views": ("Deployment", "Object", "Pod", "ReplicaSet"),
}


def __getattr__(name: str) -> object:
    # lazily: `driftlab --help` needs none of it
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"driftlab.checker.{module}"), name)
    if name == "predicates":
        return import_module("driftlab.checker.evidence.predicates")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

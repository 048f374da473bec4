"""The checker. Labs import these names; notebooks use ``from driftlab import check``."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftlab.checker.evidence import predicates
    from driftlab.checker.evidence.recording import Recording, available_over_time, deployments_over_time
    from driftlab.checker.evidence.snapshot import Evidence, Snapshot
    from driftlab.checker.evidence.verdict import Decided, Outcome, Verdict, failed, passed, passed_if, require, waiting
    from driftlab.checker.exercises import guards, mistakes
    from driftlab.checker.exercises.exercise import Exercise
    from driftlab.checker.exercises.goals import Goal, Mistake, Proof, goal, guard, mistake, proof
    from driftlab.checker.exercises.lab import Lab
    from driftlab.checker.exercises.proofs import Disturbance
    from driftlab.checker.exercises.quiz import Question, answers, questions
    from driftlab.checker.exercises.result import Result
    from driftlab.checker.objects.differences import template_changes
    from driftlab.checker.objects.reason import Reason, reason
    from driftlab.checker.objects.views import Deployment, Object, Pod, ReplicaSet

__all__ = [
    "Decided",
    "Deployment",
    "Disturbance",
    "Evidence",
    "Exercise",
    "Goal",
    "Lab",
    "Mistake",
    "Object",
    "Outcome",
    "Pod",
    "Proof",
    "Question",
    "Reason",
    "Recording",
    "ReplicaSet",
    "Result",
    "Snapshot",
    "Verdict",
    "answers",
    "available_over_time",
    "deployments_over_time",
    "failed",
    "goal",
    "guard",
    "guards",
    "mistake",
    "mistakes",
    "passed",
    "passed_if",
    "predicates",
    "proof",
    "questions",
    "reason",
    "require",
    "template_changes",
    "waiting",
]

_SOURCE_MODULES = {
    "evidence.recording": ("Recording", "available_over_time", "deployments_over_time"),
    "evidence.snapshot": ("Evidence", "Snapshot"),
    "evidence.verdict": ("Decided", "Outcome", "Verdict", "failed", "passed", "passed_if", "require", "waiting"),
    "exercises.exercise": ("Exercise",),
    "exercises.goals": ("Goal", "Mistake", "Proof", "goal", "guard", "mistake", "proof"),
    "exercises.lab": ("Lab",),
    "exercises.proofs": ("Disturbance",),
    "exercises.quiz": ("Question", "answers", "questions"),
    "exercises.result": ("Result",),
    "objects.differences": ("template_changes",),
    "objects.reason": ("Reason", "reason"),
    "objects.views": ("Deployment", "Object", "Pod", "ReplicaSet"),
}

_MODULES = {
    "guards": "driftlab.checker.exercises.guards",
    "mistakes": "driftlab.checker.exercises.mistakes",
    "predicates": "driftlab.checker.evidence.predicates",
}


def __getattr__(name: str) -> object:
    # imported when used, because `driftlab --help` needs none of these modules
    for module, names in _SOURCE_MODULES.items():
        if name in names:
            return getattr(import_module(f"driftlab.checker.{module}"), name)
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

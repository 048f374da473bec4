"""What a check says: frozen data with one ``to_dict``. What people see are renderings of it (``checker.render``)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """The verdict on one goal, or on an exercise.

    ``WAITING`` is neither right nor wrong: the cluster is still converging.
    ``ERROR`` means that the cluster or the check failed: never the learner's fault, never a zero.
    """

    PASS = "PASS"  # noqa: S105 a verdict, not a password
    FAIL = "FAIL"
    WAITING = "WAITING"
    ERROR = "ERROR"


@dataclass(frozen=True)
class Verdict:
    """What a goal's function returns.

    ``share`` is the part of the goal's points that is earned: 1 for PASS, less for a FAIL
    that is right in part.
    """

    outcome: Outcome
    reason: str
    share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or (self.outcome is Outcome.PASS) != (self.share == 1):
            raise ValueError(f"{self.outcome} with a share of {self.share}")


def passed(reason: str) -> Verdict:
    return Verdict(Outcome.PASS, reason, 1.0)


def failed(reason: str, share: float = 0.0) -> Verdict:
    """Not right. ``share`` of the points, below 1, where part of it is."""
    return Verdict(Outcome.FAIL, reason, share)


def waiting(reason: str) -> Verdict:
    return Verdict(Outcome.WAITING, reason)


@dataclass(frozen=True)
class GoalResult:
    title: str
    outcome: Outcome
    reason: str
    points: float
    of: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "points": self.points,
            "of": self.of,
        }


@dataclass(frozen=True)
class Deed:
    """One thing that happened since the start of an exercise, ``by_you`` or by the cluster's controllers.

    ``verb`` and ``kind`` say what you did to what: ``made``, ``deleted``, ``scaled``, ``changed``, ``labelled`` or
    ``annotated`` a ``Deployment``, ``ReplicaSet``, ``Pod`` or another kind that the exercise watches.
    ``at``: seconds since the epoch. ``uid``: the object's.
    """

    by_you: bool
    text: str
    verb: str = ""
    kind: str = ""
    at: float = 0.0
    uid: str = ""


@dataclass(frozen=True)
class Method:
    """How the learner got there: what was done, in order; one remark where there is a better way; what is not known.

    Who shows a result shows ``Result.remark``, which may hold it back.
    """

    deeds: tuple[Deed, ...] = ()
    remark: str = ""
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """The result of one check of one exercise.

    ``checked`` is in seconds since the epoch, ``took_s`` in seconds since the exercise began.
    """

    exercise: str
    title: str
    goals: tuple[GoalResult, ...]
    checked: float
    hints_used: int = 0
    next_step: str = ""
    #: the names of the mistakes that the evidence shows, worst first; never shown, but hints go by them
    mistakes: tuple[str, ...] = field(default=())
    method: Method = Method()
    took_s: float = 0.0
    #: what broke in the lab's own code, with file and line: for who wrote it; in no report, since goals may be hidden
    broken: tuple[str, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """ERROR where any goal could not be judged, else FAIL, else WAITING, else PASS."""
        outcomes = {goal.outcome for goal in self.goals}
        for worst in (Outcome.ERROR, Outcome.FAIL, Outcome.WAITING):
            if worst in outcomes:
                return worst
        return Outcome.PASS

    @property
    def points(self) -> float:
        return sum(goal.points for goal in self.goals)

    @property
    def of(self) -> float:
        return sum(goal.of for goal in self.goals)

    @property
    def remark(self) -> str:
        """A better way, if there is one. It may give away what is wrong: held back until passed, or a hint was used."""
        return self.method.remark if self.outcome is Outcome.PASS or self.hints_used else ""

    def to_dict(self) -> dict[str, Any]:
        deeds = [{"by": "you" if deed.by_you else "controllers", "text": deed.text} for deed in self.method.deeds]
        return {
            "exercise": self.exercise,
            "title": self.title,
            "outcome": self.outcome.value,
            "points": self.points,
            "of": self.of,
            "hints_used": self.hints_used,
            "checked": self.checked,
            "took_s": round(self.took_s, 1),
            "next_step": self.next_step,
            "goals": [goal.to_dict() for goal in self.goals],
            "method": {"deeds": deeds, "remark": self.remark, "gaps": list(self.method.gaps)},
        }

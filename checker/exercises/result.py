"""The result of a check: frozen data with one ``to_dict``. ``checker.reports`` renders it."""

from dataclasses import dataclass, field
from typing import Any

from driftlab.checker.evidence.activity import Method
from driftlab.checker.evidence.verdict import Outcome


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
    #: the names of the mistakes that the evidence shows, worst first; not shown, but they select the hints
    mistakes: tuple[str, ...] = field(default=())
    method: Method = field(default_factory=Method)
    took_s: float = 0.0
    #: errors of the lab's own code, with file and line, for its author; in no report, because goals may be hidden
    broken: tuple[str, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """ERROR if any goal could not be judged, else FAIL, else WAITING, else PASS."""
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
        """A better way, if there is one. It may reveal a mistake: empty until passed, or until a hint was used."""
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

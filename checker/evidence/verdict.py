"""The verdict on one goal: an outcome, its reason, and the share of the points that it earns."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of one goal, or of an exercise.

    ``WAITING``: neither right nor wrong yet, because the cluster is still converging.
    ``ERROR``: the cluster or the check failed. This is never the learner's fault, and never scored as wrong.
    """

    PASS = "PASS"  # noqa: S105 a verdict, not a password
    FAIL = "FAIL"
    WAITING = "WAITING"
    ERROR = "ERROR"


@dataclass(frozen=True)
class Verdict:
    """The return value of a goal's function.

    ``share`` is the earned part of the goal's points: 1 for PASS, 0 or more for a FAIL that is partly right.
    Raises ValueError if ``share`` does not fit the outcome.
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
    """A FAIL. ``share``: the earned part of the points, below 1, if it is partly right."""
    return Verdict(Outcome.FAIL, reason, share)


def waiting(reason: str) -> Verdict:
    return Verdict(Outcome.WAITING, reason)

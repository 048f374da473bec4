"""The verdict on one goal: an outcome, its reason, and the share of the points that it earns."""

from dataclasses import dataclass
from enum import StrEnum


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

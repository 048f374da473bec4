"""The verdict on one goal: an outcome, its reason, and the share of the points that it earns."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from driftlab.checker.objects.reason import KEY, Reason, reason

T = TypeVar("T")


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

    ``reason``: a plain sentence, or a Reason whose sentence is in Markdown.
    ``share`` is the earned part of the goal's points: 1 for PASS, 0 or more for a FAIL that is partly right.
    Raises ValueError if ``share`` does not fit the outcome.
    """

    outcome: Outcome
    reason: Reason | str
    share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or (self.outcome is Outcome.PASS) != (self.share == 1):
            raise ValueError(f"{self.outcome} with a share of {self.share}")


class Decided(Exception):
    """Ends a goal with a verdict, from any depth of its functions. A mistake that it ends is not shown."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"{verdict.outcome}: {verdict.reason!r}")
        self.verdict = verdict


def passed(why: Reason | str, /, **values: object) -> Verdict:
    """A PASS. ``why``: the key of a reason with the ``values`` of its placeholders, a Reason, or a plain sentence."""
    return Verdict(Outcome.PASS, _reason(why, values), 1.0)


def failed(why: Reason | str, /, share: float = 0.0, **values: object) -> Verdict:
    """A FAIL. ``share``: the earned part of the points, below 1, if it is partly right."""
    return Verdict(Outcome.FAIL, _reason(why, values), share)


def passed_if(holds: object, why: Reason | str, /, share: float = 0.0, **values: object) -> Verdict:
    """A PASS if it holds, else a FAIL with this ``share``, for the same reason: ``why`` says how it is."""
    return passed(why, **values) if holds else failed(why, share, **values)


def waiting(why: Reason | str, /, **values: object) -> Verdict:
    return Verdict(Outcome.WAITING, _reason(why, values))


def require(found: T | None, otherwise: Verdict) -> T:
    """``found``, unless it is None: then the goal ends with the verdict ``otherwise``. Raises Decided.

    ::

        deployment = require(evidence.now.deployment("blog-api"), failed("no-deployment"))
    """
    if found is None:
        raise Decided(otherwise)
    return found


def _reason(why: Reason | str, values: dict[str, object]) -> Reason | str:
    """Raises ValueError for ``values`` of a plain sentence, which has no placeholders."""
    if isinstance(why, Reason):
        return Reason(why.key, {**why.values, **values})
    return reason(why, **values) if values or KEY.fullmatch(why) else why

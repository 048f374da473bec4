"""Goals, guards, proofs and mistakes of an exercise, each made from one function of the author.

::

    @goal("One Pod has been replaced", points=2)
    def replaced(evidence):
        return passed("…") if … else failed("…")

    same = guard("Nobody changed what was asked for")(same_deployment)

    @mistake
    def scaled(evidence):
        return …

A goal is a pure function of the evidence that returns a Verdict. A mistake is a function that returns whether the
evidence shows it. Mistakes are tried in the order of their definition: the first one found decides which hints the
learner gets. The hints of a mistake are found by its name: see ``exercises.folder``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Verdict
from driftlab.checker.exercises.definitions import Place, caller_place, check_points, check_text

if TYPE_CHECKING:
    from driftlab.checker.exercises.proofs import Disturbance

Judge = Callable[[Evidence], Verdict]
Prove = Callable[["Disturbance", Evidence], Verdict]
Shows = Callable[[Evidence], bool]
Hints = tuple[str, str, str]  #: a nudge, a pointer, the answer
NO_HINTS: Hints = ("", "", "")


@dataclass(frozen=True)
class Goal:
    """``guard``: it holds at the start and must continue to hold, so it earns no points by itself.

    ``hidden``: a category that learners see instead of its title and reason.
    """

    title: str
    points: float
    judge: Judge
    guard: bool = False
    hidden: str = ""
    place: Place = field(default_factory=caller_place)

    @property
    def shown(self) -> str:
        """The title that learners see."""
        return f"A hidden check: {self.hidden}" if self.hidden else self.title

    def __call__(self, evidence: Evidence) -> Verdict:
        return self.judge(evidence)


@dataclass(frozen=True)
class Proof:
    """A goal that disturbs the cluster and observes the reaction. It is tried only when all other goals are right."""

    title: str
    points: float
    prove: Prove
    place: Place = field(default_factory=caller_place)
    hidden = ""

    @property
    def shown(self) -> str:
        return self.title


@dataclass(frozen=True)
class Mistake:
    """``hints`` are empty until the text that belongs to ``name`` is found."""

    name: str
    hints: Hints
    shows: Shows
    place: Place = field(default_factory=caller_place)

    def __call__(self, evidence: Evidence) -> bool:
        return self.shows(evidence)


def goal(title: str, points: float = 1, *, hidden: str = "") -> Callable[[Judge], Goal]:
    """Turn a function into a goal. ``hidden``: a category, such as "method", and all that learners see of the goal."""
    return _goal(title, points, guard=False, hidden=hidden)


def guard(title: str, points: float = 1, *, hidden: str = "") -> Callable[[Judge], Goal]:
    """Turn a function into a goal that holds at the start and must continue to hold.

    It earns its points only if another goal has earned some.
    """
    return _goal(title, points, guard=True, hidden=hidden)


def _goal(title: str, points: float, *, guard: bool, hidden: str) -> Callable[[Judge], Goal]:
    check_text("the title of a goal", title)
    check_points(f"the goal {title!r}", points)
    place = caller_place()
    return lambda judge: Goal(title, points, judge, guard, hidden, place)


def proof(title: str, points: float = 1) -> Callable[[Prove], Proof]:
    """Turn a function of a Disturbance and the evidence into a proof."""
    check_text("the title of a proof", title)
    check_points(f"the proof {title!r}", points)
    place = caller_place()
    return lambda prove: Proof(title, points, prove, place)


@overload
def mistake(name_or_function: str) -> Callable[[Shows], Mistake]: ...


@overload
def mistake(name_or_function: Shows) -> Mistake: ...


def mistake(name_or_function: str | Shows) -> Mistake | Callable[[Shows], Mistake]:
    """Turn a function that returns whether the evidence shows a mistake into a Mistake.

    The mistake is named after the function (``other_image`` is ``other-image``), or gets the given name:
    ``@mistake("other-image")``.
    """
    place = caller_place()
    if isinstance(name_or_function, str):
        return lambda shows: Mistake(name_or_function, NO_HINTS, shows, place)
    return Mistake(name_or_function.__name__.replace("_", "-"), NO_HINTS, name_or_function, place)

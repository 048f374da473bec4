"""What an exercise is judged by: goals, guards, proofs and mistakes, each around one function of the author's.

::

    @goal("One Pod has been replaced", points=2)
    def replaced(evidence):
        return passed("…") if … else failed("…")

    same = guard("Nobody changed what was asked for")(same_deployment)

    @mistake
    def scaled(evidence):
        return …

A goal is a pure function of the evidence that returns a Verdict; a mistake is one that says whether the evidence shows
it. Mistakes are looked for in the order in which they are defined: the first that is there decides which hints the
learner gets. A mistake's hints are found by its name: see ``exercises.folder``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Verdict
from driftlab.checker.exercises.definitions import Place, check_points, check_text, here

if TYPE_CHECKING:
    from driftlab.checker.exercises.proofs import Disturbance

Judge = Callable[[Evidence], Verdict]
Prove = Callable[["Disturbance", Evidence], Verdict]
Shows = Callable[[Evidence], bool]
Hints = tuple[str, str, str]  #: a nudge, a pointer, the answer
NO_HINTS: Hints = ("", "", "")


@dataclass(frozen=True)
class Goal:
    """``guard``: it holds at the start already and must go on holding, so it earns nothing by itself.

    ``hidden``: the category that is shown of it, instead of its title and reason.
    """

    title: str
    points: float
    judge: Judge
    guard: bool = False
    hidden: str = ""
    place: Place = field(default_factory=here)

    @property
    def shown(self) -> str:
        """What learners are told that it is."""
        return f"A hidden check: {self.hidden}" if self.hidden else self.title

    def __call__(self, evidence: Evidence) -> Verdict:
        return self.judge(evidence)


@dataclass(frozen=True)
class Proof:
    """A goal that disturbs the cluster to see what happens; tried once all other goals are right."""

    title: str
    points: float
    prove: Prove
    place: Place = field(default_factory=here)
    hidden = ""

    @property
    def shown(self) -> str:
        return self.title


@dataclass(frozen=True)
class Mistake:
    """``hints`` are empty until the text that belongs to ``name`` has been found."""

    name: str
    hints: Hints
    shows: Shows
    place: Place = field(default_factory=here)

    def __call__(self, evidence: Evidence) -> bool:
        return self.shows(evidence)


def goal(title: str, points: float = 1, *, hidden: str = "") -> Callable[[Judge], Goal]:
    """Turn a function into a goal. ``hidden``: a category, such as "method": all that learners see of it."""
    return _goal(title, points, guard=False, hidden=hidden)


def guard(title: str, points: float = 1, *, hidden: str = "") -> Callable[[Judge], Goal]:
    """Turn a function into a goal that holds at the start and must go on holding.

    It earns its points once another goal has earned some.
    """
    return _goal(title, points, guard=True, hidden=hidden)


def _goal(title: str, points: float, *, guard: bool, hidden: str) -> Callable[[Judge], Goal]:
    check_text("the title of a goal", title)
    check_points(f"the goal {title!r}", points)
    place = here()
    return lambda judge: Goal(title, points, judge, guard, hidden, place)


def proof(title: str, points: float = 1) -> Callable[[Prove], Proof]:
    """Turn a function of a Disturbance and the evidence into a goal that is proved by disturbing the cluster."""
    check_text("the title of a proof", title)
    check_points(f"the proof {title!r}", points)
    place = here()
    return lambda prove: Proof(title, points, prove, place)


@overload
def mistake(named: str) -> Callable[[Shows], Mistake]: ...


@overload
def mistake(named: Shows) -> Mistake: ...


def mistake(named: str | Shows) -> Mistake | Callable[[Shows], Mistake]:
    """Turn a function that says whether the evidence shows a mistake into one.

    Its name is the function's (``other_image`` is ``other-image``), or the one that is given:
    ``@mistake("other-image")``.
    """
    place = here()
    if isinstance(named, str):
        return lambda shows: Mistake(named, NO_HINTS, shows, place)
    return Mistake(named.__name__.replace("_", "-"), NO_HINTS, named, place)

"""Goals, guards, proofs and mistakes of an exercise, each made from one function of the author.

::

    @goal(points=2)
    def replaced(evidence):
        return passed("one-replaced") if … else failed("none-replaced")

    unchanged = guard(same_deployment)

    @mistake
    def scaled(evidence):
        return …

    restarted = mistake(lambda evidence: …)

A goal is a pure function of the evidence that returns a Verdict. A mistake is a function that returns whether the
evidence shows it. Mistakes are tried in the order of their definition: the first one found decides which hints the
learner gets.

Each has the name of its function with hyphens (``other_image`` is ``other-image``); a lambda has that of its variable.
Titles, reasons and hints are found by names: see ``exercises.sentences``. A title may also stand in the code:
``@goal("One Pod has been replaced", points=2)``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Decided, Verdict
from driftlab.checker.exercises.definitions import Place, caller_place, check_points, check_text

if TYPE_CHECKING:
    from driftlab.checker.exercises.proofs import Disturbance

Judge = Callable[[Evidence], Verdict]
Prove = Callable[["Disturbance", Evidence], Verdict]
Shows = Callable[[Evidence], object]
Hints = tuple[str, str, str]  #: a nudge, a pointer, the answer
NO_HINTS: Hints = ("", "", "")


@dataclass(frozen=True)
class Goal:
    """``guard``: it holds at the start and must continue to hold, so it earns no points by itself.

    ``hidden``: a category that learners see instead of its title and reason.
    ``title`` may be empty until the text that belongs to ``name`` is found; ``values`` are those of its placeholders.
    """

    title: str
    points: float
    judge: Judge
    guard: bool = False
    hidden: str = ""
    place: Place = field(default_factory=caller_place)
    name: str = ""
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def kind(self) -> str:
        return "guard" if self.guard else "goal"

    @property
    def shown(self) -> str:
        """The title that learners see."""
        return f"A hidden check: {self.hidden}" if self.hidden else self.title

    def __call__(self, evidence: Evidence) -> Verdict:
        try:
            return self.judge(evidence)
        except Decided as decided:
            return decided.verdict


@dataclass(frozen=True)
class Proof:
    """A goal that disturbs the cluster and observes the reaction. It is tried only when all other goals are right."""

    title: str
    points: float
    prove: Prove
    place: Place = field(default_factory=caller_place)
    name: str = ""
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    hidden = ""
    kind = "proof"

    @property
    def shown(self) -> str:
        return self.title

    def __call__(self, disturbance: "Disturbance", evidence: Evidence) -> Verdict:
        try:
            return self.prove(disturbance, evidence)
        except Decided as decided:
            return decided.verdict


@dataclass(frozen=True)
class Mistake:
    """``hints`` are empty until the text that belongs to ``name`` is found."""

    name: str
    hints: Hints
    shows: Shows
    place: Place = field(default_factory=caller_place)

    def __call__(self, evidence: Evidence) -> bool:
        try:
            return bool(self.shows(evidence))
        except Decided:
            return False


@overload
def goal(title: Judge, /) -> Goal: ...


@overload
def goal(title: str = "", /, points: float = 1, *, hidden: str = "", **values: object) -> Callable[[Judge], Goal]: ...


def goal(
    title: str | Judge = "", /, points: float = 1, *, hidden: str = "", **values: object
) -> Goal | Callable[[Judge], Goal]:
    """Turn a function into a goal: ``@goal``, or with options ``@goal(points=2)``.

    ``title``: if it does not stand in Markdown. ``hidden``: a category, such as "method", and all that learners see of
    the goal. ``values``: those of the placeholders in its title.
    """
    return _goal(title, points, guard=False, hidden=hidden, values=values)


@overload
def guard(title: Judge, /) -> Goal: ...


@overload
def guard(title: str = "", /, points: float = 1, *, hidden: str = "", **values: object) -> Callable[[Judge], Goal]: ...


def guard(
    title: str | Judge = "", /, points: float = 1, *, hidden: str = "", **values: object
) -> Goal | Callable[[Judge], Goal]:
    """Turn a function into a goal that holds at the start and must continue to hold; otherwise as ``goal``.

    It earns its points only if another goal has earned some.
    """
    return _goal(title, points, guard=True, hidden=hidden, values=values)


def _goal(
    title: str | Judge, points: float, *, guard: bool, hidden: str, values: Mapping[str, object]
) -> Goal | Callable[[Judge], Goal]:
    place = caller_place()
    if callable(title):
        return Goal("", points, title, guard, hidden, place, name_of(title))
    if title != "":
        check_text("the title of a goal", title)
    check_points(f"the goal {title!r}" if title else "a goal", points)
    return lambda judge: Goal(title, points, judge, guard, hidden, place, name_of(judge), values)


@overload
def proof(title: Prove, /) -> Proof: ...


@overload
def proof(title: str = "", /, points: float = 1, **values: object) -> Callable[[Prove], Proof]: ...


def proof(title: str | Prove = "", /, points: float = 1, **values: object) -> Proof | Callable[[Prove], Proof]:
    """Turn a function of a Disturbance and the evidence into a proof; otherwise as ``goal``."""
    place = caller_place()
    if callable(title):
        return Proof("", points, title, place, name_of(title))
    if title != "":
        check_text("the title of a proof", title)
    check_points(f"the proof {title!r}" if title else "a proof", points)
    return lambda prove: Proof(title, points, prove, place, name_of(prove), values)


@overload
def mistake(name_or_function: str) -> Callable[[Shows], Mistake]: ...


@overload
def mistake(name_or_function: Shows) -> Mistake: ...


def mistake(name_or_function: str | Shows) -> Mistake | Callable[[Shows], Mistake]:
    """Turn a function that returns whether the evidence shows a mistake into a Mistake.

    The mistake has the given name, ``@mistake("other-image")``, or else that of the function.
    """
    place = caller_place()
    if isinstance(name_or_function, str):
        return lambda shows: Mistake(name_or_function, NO_HINTS, shows, place)
    return Mistake(name_of(name_or_function), NO_HINTS, name_or_function, place)


def name_of(function: Callable[..., object]) -> str:
    """A function's name with hyphens; empty for a lambda, which ``exercises.folder`` names after its variable."""
    name = getattr(function, "__name__", "<none>")
    return "" if name.startswith("<") else hyphenated(name)


def hyphenated(name: str) -> str:
    return name.replace("_", "-")

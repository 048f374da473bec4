"""Exercises and labs: what a lab's ``exercises.py`` is written with.

::

    from driftlab.checker import Exercise, Lab, failed, passed

    lab = Lab("02-self-healing", title="Self-healing", minutes=35, summary="…")
    one_pod = lab.exercise("one-pod", "Delete one Pod", hints=("…", "…", "…"))

    @one_pod.goal("One Pod has been replaced", points=2)
    def replaced(evidence):
        return passed("…") if … else failed("…")

    @one_pod.mistake("scaled", "…", "…", "…")
    def scaled(evidence):
        return …

A goal is a pure function of the evidence that returns a Verdict; a mistake is one that
says whether the evidence shows it. Mistakes are looked for in the order in which they
are defined: the first that is there decides which hints the learner gets.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from driftlab.checker.evidence.activity import Method, summarize_activity
from driftlab.checker.evidence.predicates import unfinished
from driftlab.checker.evidence.recording import EvidenceMissing
from driftlab.checker.evidence.snapshot import Evidence, Snapshot, lists
from driftlab.checker.evidence.verdict import Outcome, Verdict
from driftlab.checker.exercises.definitions import (
    LabBroken,
    Place,
    here,
    new_name,
    place_of,
    some_points,
    some_text,
    three_hints,
)
from driftlab.checker.exercises.quiz import Question
from driftlab.checker.exercises.result import GoalResult, Result
from driftlab.clusters.errors import DriftlabError

if TYPE_CHECKING:
    from driftlab.checker.exercises.proofs import Disturbance

Judge = Callable[[Evidence], Verdict]
Prove = Callable[["Disturbance", Evidence], Verdict]
Shows = Callable[[Evidence], bool]
Hints = tuple[str, str, str]  #: a nudge, a pointer, the answer

#: Says, to those who ask for INFO, what broke: where a goal is hidden, nobody else is told.
LOG = logging.getLogger(__name__)


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


@dataclass(frozen=True)
class Proof:
    """A goal that disturbs the cluster to see what happens; tried once all other goals are right."""

    title: str
    points: float
    prove: "Prove"
    place: Place = field(default_factory=here)
    hidden = ""

    @property
    def shown(self) -> str:
        return self.title


@dataclass(frozen=True)
class Mistake:
    name: str
    hints: Hints
    shows: Shows
    place: Place = field(default_factory=here)


T = TypeVar("T")


@dataclass(eq=False)
class Exercise:
    """One graded exercise. ``start`` is its starting state, a manifest in the lab's folder.

    What a manifest cannot say, such as a history of revisions, a script does beside it: see ``beginning``.
    ``loses_node``: which Node, going by the baseline, falls silent as soon as the exercise has begun.
    ``watches``: kinds that its goals need beside Deployments, ReplicaSets and Pods (``evidence.MORE_LISTS``). Where it
    names any, Events are in a snapshot only if it names them, too: most checks are five requests.
    ``roundabout``: its text asks for a roundabout way, so no remark says that there is a better one.
    """

    lab: "Lab"
    name: str
    title: str
    hints: Hints
    start: str = "start.yaml"
    watches: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    loses_node: Callable[[Snapshot], str] | None = None
    roundabout: bool = False
    goals: list[Goal] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    begins: Callable[[Snapshot], bool] = lambda snapshot: all(not unfinished(d, snapshot) for d in snapshot.deployments)
    place: Place = field(default_factory=here)

    def __post_init__(self) -> None:
        new_name("an exercise", self.name, [one.name for one in self.lab.exercises])
        some_text(f"the title of {self.name}", self.title)
        some_text(f"the start of {self.name}", self.start)
        three_hints(self.name, self.hints)

    @property
    def id(self) -> str:
        return f"{self.lab.name}/{self.name}"

    @property
    def titles(self) -> list[str]:
        """What learners are told that the goals are."""
        return [goal.shown for goal in self.goals] + [proof.title for proof in self.proofs]

    @property
    def points(self) -> float:
        """All that can be earned."""
        return sum(goal.points for goal in self.goals) + sum(proof.points for proof in self.proofs)

    @property
    def manifest(self) -> Path:
        return self.lab.folder / self.start

    def has_begun(self, seen: Snapshot) -> bool:
        """Is this the starting state? Raises LabBroken."""
        return self._asked(self.begins, seen)

    def lost_node(self, baseline: Snapshot) -> str:
        """Which Node falls silent, or "" where none does. Raises LabBroken."""
        return self._asked(self.loses_node, baseline) if self.loses_node else ""

    def _asked(self, of_the_lab: Callable[[Snapshot], T], snapshot: Snapshot) -> T:
        """What the lab's own code says where no verdict is made. Where it breaks, its file and line are told."""
        try:
            return of_the_lab(snapshot)
        except (Exception, SystemExit) as error:
            if place := place_of(error, self.lab.folder):
                raise LabBroken(f"{place}: {_what(error)}", next_step=f"mend {place.file}") from error
            raise

    @property
    def beginning(self) -> Path:
        """What goes on from the manifest to the starting state: a shell script of plain kubectl; most need none."""
        return self.lab.folder / "start" / f"{self.name}.sh"

    @property
    def solution(self) -> Path:
        """The reference solution: a shell script of plain kubectl."""
        return self.lab.folder / "solutions" / f"{self.name}.sh"

    @property
    def right_answers(self) -> list[Path]:
        """Other ways that earn full marks, too: shell scripts, each named after what it does otherwise."""
        return sorted((self.lab.folder / "right" / self.name).glob("*.sh"))

    @property
    def wrong_answers(self) -> list[Path]:
        """Typical wrong answers: shell scripts, each named after the mistake that it makes."""
        return sorted((self.lab.folder / "wrong" / self.name).glob("*.sh"))

    def goal(self, title: str, points: float = 1, *, guard: bool = False, hidden: str = "") -> Callable[[Judge], Judge]:
        """Add a goal. ``guard``: something that must not break; its points count once another goal has earned some.

        ``hidden``: a category, such as "method"; learners see only that there is a hidden check of it.
        """
        some_text("the title of a goal", title)
        some_points(f"the goal {title!r}", points)

        def add(judge: Judge) -> Judge:
            self.goals.append(Goal(title, points, judge, guard, hidden))
            return judge

        return add

    def proof(self, title: str, points: float = 1) -> Callable[[Prove], Prove]:
        """Add a goal that is proved by disturbing the cluster: its function is given a Disturbance and the evidence."""
        some_text("the title of a proof", title)
        some_points(f"the proof {title!r}", points)

        def add(prove: Prove) -> Prove:
            self.proofs.append(Proof(title, points, prove))
            return prove

        return add

    def mistake(self, name: str, nudge: str, pointer: str, answer: str) -> Callable[[Shows], Shows]:
        """Add a mistake: a function that says whether the evidence shows it, and three hints for who has made it."""
        new_name("a mistake", name, [one.name for one in self.mistakes])
        three_hints(f"the mistake {name}", (nudge, pointer, answer))

        def add(shows: Shows) -> Shows:
            self.mistakes.append(Mistake(name, (nudge, pointer, answer), shows))
            return shows

        return add

    def judge(
        self,
        evidence: Evidence,
        hints_used: int = 0,
        disturb: Callable[[], AbstractContextManager["Disturbance"]] | None = None,
    ) -> Result:
        """The result that ``evidence`` deserves. Never raises: a goal that breaks is an ERROR, not a FAIL.

        ``disturb`` opens what proofs need; without it they are not tried.
        """
        if evidence.baseline.cluster != evidence.now.cluster:
            return self.trouble(
                "this is another cluster than the one on which the exercise was started",
                f"driftlab reset {self.id}",
                hints_used,
            )
        broken: list[str] = []
        goals = [
            self._judged(
                goal,
                lambda goal=goal: goal.judge(evidence),  # type: ignore[misc]
                broken,
            )
            for goal in self.goals
        ]
        goals += self._proved(evidence, goals, disturb, broken)
        guards = [goal.guard for goal in self.goals] + [False for _ in self.proofs]
        if not any(result.points for guard, result in zip(guards, goals, strict=True) if not guard):
            goals = [
                replace(result, points=0) if guard else result for guard, result in zip(guards, goals, strict=True)
            ]
        mistakes = tuple(mistake.name for mistake in self.mistakes if _shows(mistake, evidence, broken))
        took_s = max(0.0, evidence.now.taken - evidence.baseline.taken)
        method = _method(evidence)
        return Result(
            self.id,
            self.title,
            tuple(goals),
            time.time(),
            hints_used,
            mistakes=mistakes,
            method=replace(method, remark="") if self.roundabout else method,
            took_s=took_s,
            broken=tuple(broken),
        )

    def _judged(self, goal: Goal | Proof, judge: Callable[[], Verdict], broken: list[str]) -> GoalResult:
        """The result of a goal; ``broken`` gets what is wrong with the goal itself."""
        try:
            verdict = _verdict(judge())
        except EvidenceMissing as missing:
            told = "could not be checked" if goal.hidden else str(missing)
            verdict = Verdict(Outcome.ERROR, f"{told}; begin the exercise again: driftlab reset {self.id}")
        except DriftlabError as error:
            told = "" if goal.hidden else f": {error.message}"
            verdict = Verdict(Outcome.ERROR, f"the cluster could not be asked{told}")
        except (Exception, SystemExit) as error:
            place = _note(error, goal.place, broken)
            told = UNCHECKED if goal.hidden else f"the check itself broke ({place.short}: {_what(error)})"
            verdict = Verdict(Outcome.ERROR, told if goal.hidden else f"{told}; this is not your fault")
        else:
            if goal.hidden:
                verdict = replace(verdict, reason=HIDDEN[verdict.outcome])
        earned = goal.points if verdict.share == 1 else round(goal.points * verdict.share, 2)
        return GoalResult(goal.shown, verdict.outcome, verdict.reason, earned, goal.points)

    def _proved(
        self,
        evidence: Evidence,
        goals: Sequence[GoalResult],
        disturb: Callable[[], AbstractContextManager["Disturbance"]] | None,
        broken: list[str],
    ) -> list[GoalResult]:
        """The proofs' results. They are tried only where everything else is right: before that they prove nothing."""
        ready = all(goal.outcome is Outcome.PASS for goal in goals)
        if not self.proofs or disturb is None or not ready:
            outcome = Outcome.WAITING if ready or _only_waiting(goals) else Outcome.FAIL
            return [
                GoalResult(proof.title, outcome, "this is tried once the rest is right", 0, proof.points)
                for proof in self.proofs
            ]
        try:
            with disturb() as disturbance:
                return [
                    self._judged(p, lambda p=p: p.prove(disturbance, evidence), broken)  # type: ignore[misc]
                    for p in self.proofs
                ]
        except DriftlabError as error:
            reason = f"the cluster could not be asked: {error.message}"
            return [GoalResult(proof.title, Outcome.ERROR, reason, 0, proof.points) for proof in self.proofs]

    def trouble(self, reason: str, next_step: str, hints_used: int = 0) -> Result:
        """The result of a check that could not be made: every goal an ERROR with the same reason."""
        of = [goal.points for goal in self.goals] + [proof.points for proof in self.proofs]
        goals = tuple(
            GoalResult(title, Outcome.ERROR, reason, 0, points) for title, points in zip(self.titles, of, strict=True)
        )
        return Result(self.id, self.title, goals, time.time(), hints_used, next_step)

    def hints_for(self, mistakes: tuple[str, ...]) -> tuple[str, Hints]:
        """The three hints for what is wrong now, and the name of the mistake (empty: none was recognised)."""
        for mistake in self.mistakes:
            if mistake.name in mistakes:
                return mistake.name, mistake.hints
        return "", self.hints


UNCHECKED = "could not be checked; tell whoever grades"

#: What a learner is told of a hidden check.
HIDDEN = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "not passed; it looks at something that the text asks for",
    Outcome.WAITING: "the cluster is still at work",
    Outcome.ERROR: UNCHECKED,
}


def _only_waiting(goals: Sequence[GoalResult]) -> bool:
    return {goal.outcome for goal in goals} <= {Outcome.PASS, Outcome.WAITING}


def _method(evidence: Evidence) -> Method:
    try:
        return summarize_activity(evidence)
    except Exception as error:  # a story that cannot be told costs nobody a point
        return Method(gaps=(f"it could not be told ({type(error).__name__})",))


def _verdict(said: object) -> Verdict:
    if not isinstance(said, Verdict):
        raise TypeError(f"it returned {said!r}, which is no verdict")
    return said


def _shows(mistake: Mistake, evidence: Evidence, broken: list[str]) -> bool:
    """A hint is a courtesy: one that breaks is not given, and ``broken`` tells why."""
    try:
        return mistake.shows(evidence)
    except (EvidenceMissing, DriftlabError):
        return False
    except (Exception, SystemExit) as error:
        _note(error, mistake.place, broken, f"the mistake {mistake.name}: ")
        return False


def _note(error: BaseException, defined: Place, broken: list[str], whose: str = "") -> Place:
    """Keep what broke in a lab's code, and say where: the innermost line of the lab, or that of the definition."""
    place = place_of(error, Path(defined.file).parent) or defined
    broken.append(f"{place}: {whose}{_what(error)}")
    LOG.info("%s", broken[-1])
    return place


def _what(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


@dataclass(eq=False)
class Lab:
    """A folder with a notebook, exercises and what they need. ``name`` is the folder's name."""

    name: str
    title: str
    minutes: int
    summary: str
    folder: Path = Path()
    exercises: list[Exercise] = field(default_factory=list)
    place: Place = field(default_factory=here)

    def __post_init__(self) -> None:
        some_text("the name of a lab", self.name)
        some_text(f"the title of {self.name}", self.title)
        some_text(f"the summary of {self.name}", self.summary)

    @property
    def namespace(self) -> str:
        """Where the learner works: the folder's name without its number."""
        return self.name.split("-", 1)[-1]

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.name}.ipynb"

    def exercise(
        self, name: str, title: str, *, hints: Hints, start: str = "start.yaml", watches: Sequence[str] = ()
    ) -> Exercise:
        lists(watches)  # a kind that nobody knows is found out here, with the line
        made = Exercise(self, name, title, hints, start, tuple(watches))
        self.exercises.append(made)
        return made

    def quiz(self, name: str, title: str, *, questions: Sequence[Question], hints: Hints) -> Exercise:
        """An exercise in which questions are answered: a goal of one point for each. See ``exercises.quiz``."""
        if len({question.key for question in questions}) != len(questions):
            raise ValueError(f"the questions of {name} need keys that differ")
        made = self.exercise(name, title, hints=hints, start=f"{name}.yaml", watches=("configmaps",))
        made.questions = tuple(questions)
        for question in questions:
            made.goal(question.title)(question.judge)
        return made

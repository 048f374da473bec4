"""Exercises and labs: what a lab's ``exercises.py`` is written with.

::

    from checker import Exercise, Lab, failed, passed

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

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.evidence import Evidence, Snapshot
from checker.outcome import GoalResult, Outcome, Result, Verdict
from checker.predicates import unfinished

Judge = Callable[[Evidence], Verdict]
Shows = Callable[[Evidence], bool]
Hints = tuple[str, str, str]  #: a nudge, a pointer, the answer


@dataclass(frozen=True)
class Goal:
    """``guard``: it holds at the start already and must go on holding, so it earns nothing by itself."""

    title: str
    points: float
    judge: Judge
    guard: bool


@dataclass(frozen=True)
class Mistake:
    name: str
    hints: Hints
    shows: Shows


@dataclass(eq=False)
class Exercise:
    """One graded exercise. ``start`` is its starting state, a manifest in the lab's folder."""

    lab: "Lab"
    name: str
    title: str
    hints: Hints
    start: str = "start.yaml"
    goals: list[Goal] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    begins: Callable[[Snapshot], bool] = lambda snapshot: all(not unfinished(d, snapshot) for d in snapshot.deployments)

    @property
    def id(self) -> str:
        return f"{self.lab.name}/{self.name}"

    @property
    def manifest(self) -> Path:
        return self.lab.folder / self.start

    @property
    def solution(self) -> Path:
        """The reference solution: a shell script of plain kubectl."""
        return self.lab.folder / "solutions" / f"{self.name}.sh"

    @property
    def wrong_answers(self) -> list[Path]:
        """Typical wrong answers: shell scripts, each named after the mistake that it makes."""
        return sorted((self.lab.folder / "wrong" / self.name).glob("*.sh"))

    def goal(self, title: str, points: float = 1, *, guard: bool = False) -> Callable[[Judge], Judge]:
        """Add a goal. ``guard``: something that must not break; its points count once another goal has earned some."""

        def add(judge: Judge) -> Judge:
            self.goals.append(Goal(title, points, judge, guard))
            return judge

        return add

    def mistake(self, name: str, nudge: str, pointer: str, answer: str) -> Callable[[Shows], Shows]:
        def add(shows: Shows) -> Shows:
            self.mistakes.append(Mistake(name, (nudge, pointer, answer), shows))
            return shows

        return add

    def judge(self, evidence: Evidence, hints_used: int = 0) -> Result:
        """The result that ``evidence`` deserves. Never raises: a goal that breaks is an ERROR, not a FAIL."""
        if evidence.baseline.cluster != evidence.now.cluster:
            return self.trouble(
                "this is another cluster than the one on which the exercise was started",
                f"driftlab reset {self.id}",
                hints_used,
            )
        goals = []
        for goal in self.goals:
            try:
                verdict = goal.judge(evidence)
                points = round(goal.points * verdict.share, 2)
                goals.append(GoalResult(goal.title, verdict.outcome, verdict.reason, points, goal.points))
            except Exception as error:
                reason = f"the check itself broke ({type(error).__name__}: {error}); this is not your fault"
                goals.append(GoalResult(goal.title, Outcome.ERROR, reason, 0, goal.points))
        if not any(result.points for goal, result in zip(self.goals, goals, strict=True) if not goal.guard):
            goals = [
                replace(result, points=0) if goal.guard else result
                for goal, result in zip(self.goals, goals, strict=True)
            ]
        mistakes = tuple(mistake.name for mistake in self.mistakes if _shows(mistake, evidence))
        return Result(self.id, self.title, tuple(goals), time.time(), hints_used, "", mistakes)

    def trouble(self, reason: str, next_step: str, hints_used: int = 0) -> Result:
        """The result of a check that could not be made: every goal an ERROR with the same reason."""
        goals = tuple(GoalResult(goal.title, Outcome.ERROR, reason, 0, goal.points) for goal in self.goals)
        return Result(self.id, self.title, goals, time.time(), hints_used, next_step)

    def hints_for(self, mistakes: tuple[str, ...]) -> tuple[str, Hints]:
        """The three hints for what is wrong now, and the name of the mistake (empty: none was recognised)."""
        for mistake in self.mistakes:
            if mistake.name in mistakes:
                return mistake.name, mistake.hints
        return "", self.hints


def _shows(mistake: Mistake, evidence: Evidence) -> bool:
    try:
        return mistake.shows(evidence)
    except Exception:
        return False  # a hint is a courtesy: one that breaks is not given


@dataclass(eq=False)
class Lab:
    """A folder with a notebook, exercises and what they need. ``name`` is the folder's name."""

    name: str
    title: str
    minutes: int
    summary: str
    folder: Path = Path()
    exercises: list[Exercise] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """Where the learner works: the folder's name without its number."""
        return self.name.split("-", 1)[-1]

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.name}.ipynb"

    def exercise(self, name: str, title: str, *, hints: Hints, start: str = "start.yaml") -> Exercise:
        made = Exercise(self, name, title, hints, start)
        self.exercises.append(made)
        return made

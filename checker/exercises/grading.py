"""Grade evidence: the result that it earns by the goals of an exercise."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from driftlab.checker.evidence.activity import Method, summarize_activity
from driftlab.checker.evidence.recording import EvidenceMissing
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Outcome, Verdict
from driftlab.checker.exercises.definitions import Place, place_of
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.goals import Goal, Mistake, Proof
from driftlab.checker.exercises.result import GoalResult, Result
from driftlab.clusters.errors import DriftlabError

if TYPE_CHECKING:
    from driftlab.checker.exercises.proofs import Disturbance

Disturb = Callable[[], AbstractContextManager["Disturbance"]]  #: opens what proofs need

#: Says, to those who ask for INFO, what broke: where a goal is hidden, nobody else is told.
LOG = logging.getLogger(__name__)

UNCHECKED = "could not be checked; tell whoever grades"

#: What a learner is told of a hidden check.
HIDDEN = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "not passed; it looks at something that the text asks for",
    Outcome.WAITING: "the cluster is still at work",
    Outcome.ERROR: UNCHECKED,
}


def grade(exercise: Exercise, evidence: Evidence, hints_used: int = 0, disturb: Disturb | None = None) -> Result:
    """The result that ``evidence`` deserves. Never raises: a goal that breaks is an ERROR, not a FAIL.

    ``disturb`` opens what proofs need; without it they are not tried.
    """
    if evidence.baseline.cluster != evidence.now.cluster:
        return ungraded(
            exercise,
            "this is another cluster than the one on which the exercise was started",
            f"driftlab reset {exercise.id}",
            hints_used,
        )
    broken: list[str] = []
    goals = [
        _judged(
            exercise,
            goal,
            lambda goal=goal: goal.judge(evidence),  # type: ignore[misc]
            broken,
        )
        for goal in exercise.goals
    ]
    goals += _proved(exercise, evidence, goals, disturb, broken)
    guards = [goal.guard for goal in exercise.goals] + [False for _ in exercise.proofs]
    if not any(result.points for guard, result in zip(guards, goals, strict=True) if not guard):
        goals = [replace(result, points=0) if guard else result for guard, result in zip(guards, goals, strict=True)]
    mistakes = tuple(mistake.name for mistake in exercise.mistakes if _shows(exercise, mistake, evidence, broken))
    took_s = max(0.0, evidence.now.taken - evidence.baseline.taken)
    method = _method(evidence)
    return Result(
        exercise.id,
        exercise.title,
        tuple(goals),
        time.time(),
        hints_used,
        mistakes=mistakes,
        method=replace(method, remark="") if exercise.roundabout else method,
        took_s=took_s,
        broken=tuple(broken),
    )


def _judged(exercise: Exercise, goal: Goal | Proof, judge: Callable[[], Verdict], broken: list[str]) -> GoalResult:
    """The result of a goal; ``broken`` gets what is wrong with the goal itself."""
    try:
        verdict = _verdict(judge())
    except EvidenceMissing as missing:
        told = "could not be checked" if goal.hidden else str(missing)
        verdict = Verdict(Outcome.ERROR, f"{told}; begin the exercise again: driftlab reset {exercise.id}")
    except DriftlabError as error:
        told = "" if goal.hidden else f": {error.message}"
        verdict = Verdict(Outcome.ERROR, f"the cluster could not be asked{told}")
    except (Exception, SystemExit) as error:
        place = _note(error, exercise, goal.place, broken)
        told = UNCHECKED if goal.hidden else f"the check itself broke ({place.short}: {_what(error)})"
        verdict = Verdict(Outcome.ERROR, told if goal.hidden else f"{told}; this is not your fault")
    else:
        if goal.hidden:
            verdict = replace(verdict, reason=HIDDEN[verdict.outcome])
    earned = goal.points if verdict.share == 1 else round(goal.points * verdict.share, 2)
    return GoalResult(goal.shown, verdict.outcome, verdict.reason, earned, goal.points)


def _proved(
    exercise: Exercise,
    evidence: Evidence,
    goals: Sequence[GoalResult],
    disturb: Disturb | None,
    broken: list[str],
) -> list[GoalResult]:
    """The proofs' results. They are tried only where everything else is right: before that they prove nothing."""
    ready = all(goal.outcome is Outcome.PASS for goal in goals)
    if not exercise.proofs or disturb is None or not ready:
        outcome = Outcome.WAITING if ready or _only_waiting(goals) else Outcome.FAIL
        return [
            GoalResult(proof.title, outcome, "this is tried once the rest is right", 0, proof.points)
            for proof in exercise.proofs
        ]
    try:
        with disturb() as disturbance:
            return [
                _judged(exercise, p, lambda p=p: p.prove(disturbance, evidence), broken)  # type: ignore[misc]
                for p in exercise.proofs
            ]
    except DriftlabError as error:
        reason = f"the cluster could not be asked: {error.message}"
        return [GoalResult(proof.title, Outcome.ERROR, reason, 0, proof.points) for proof in exercise.proofs]


def ungraded(exercise: Exercise, reason: str, next_step: str, hints_used: int = 0) -> Result:
    """The result of a check that could not be made: every goal an ERROR with the same reason."""
    of = [goal.points for goal in exercise.goals] + [proof.points for proof in exercise.proofs]
    goals = tuple(
        GoalResult(title, Outcome.ERROR, reason, 0, points) for title, points in zip(exercise.titles, of, strict=True)
    )
    return Result(exercise.id, exercise.title, goals, time.time(), hints_used, next_step)


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


def _shows(exercise: Exercise, mistake: Mistake, evidence: Evidence, broken: list[str]) -> bool:
    """A hint is a courtesy: one that breaks is not given, and ``broken`` tells why."""
    try:
        return mistake.shows(evidence)
    except (EvidenceMissing, DriftlabError):
        return False
    except (Exception, SystemExit) as error:
        _note(error, exercise, mistake.place, broken, f"the mistake {mistake.name}: ")
        return False


def _note(error: BaseException, exercise: Exercise, defined: Place, broken: list[str], whose: str = "") -> Place:
    """Keep what broke in a lab's code, and say where: the innermost line of the lab, or that of the definition."""
    folders = (exercise.lab.folder, Path(defined.file).parent)
    place = next((found for folder in folders if (found := place_of(error, folder))), defined)
    broken.append(f"{place}: {whose}{_what(error)}")
    LOG.info("%s", broken[-1])
    return place


def _what(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"

"""Grade evidence: apply the goals of an exercise to it."""

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
from driftlab.checker.objects.reason import reason
from driftlab.clusters.errors import DriftlabError

if TYPE_CHECKING:
    from driftlab.checker.exercises.proofs import Disturbance

Disturb = Callable[[], AbstractContextManager["Disturbance"]]  #: opens a Disturbance for the proofs

#: Logs errors of labs at INFO: for hidden goals, this is the only place that shows them.
LOG = logging.getLogger(__name__)

UNJUDGED = Verdict(Outcome.ERROR, "")
UNCHECKED = "could not be checked; tell whoever grades"

#: The reasons that learners see for hidden checks.
HIDDEN = {
    Outcome.PASS: reason("hidden-passed"),
    Outcome.FAIL: reason("hidden-failed"),
    Outcome.WAITING: reason("hidden-waiting"),
}


def grade(exercise: Exercise, evidence: Evidence, hints_used: int = 0, disturb: Disturb | None = None) -> Result:
    """The result for ``evidence``. Never raises: a goal that raises an exception is an ERROR, not a FAIL.

    ``disturb`` opens the Disturbance for proofs; without it, they are not tried.
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
        _goal_result(
            exercise,
            goal,
            lambda goal=goal: goal(evidence),  # type: ignore[misc]
            broken,
        )
        for goal in exercise.goals
    ]
    goals += _proof_results(exercise, evidence, goals, disturb, broken)
    guards = [goal.guard for goal in exercise.goals] + [False for _ in exercise.proofs]
    if not any(result.points for guard, result in zip(guards, goals, strict=True) if not guard):
        goals = [replace(result, points=0) if guard else result for guard, result in zip(guards, goals, strict=True)]
    mistakes = tuple(mistake.name for mistake in exercise.mistakes if _has_mistake(exercise, mistake, evidence, broken))
    took_s = max(0.0, evidence.now.taken - evidence.baseline.taken)
    method = _summarize(evidence)
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


def _goal_result(exercise: Exercise, goal: Goal | Proof, judge: Callable[[], Verdict], broken: list[str]) -> GoalResult:
    """The result of a goal. An error of the goal itself is appended to ``broken``."""
    try:
        verdict = _require_verdict(judge())
        why = exercise.sentences.render(HIDDEN.get(verdict.outcome, UNCHECKED) if goal.hidden else verdict.reason)
    except EvidenceMissing as missing:
        verdict = UNJUDGED
        why = "could not be checked" if goal.hidden else str(missing)
        why += f"; begin the exercise again: driftlab reset {exercise.id}"
    except DriftlabError as error:
        verdict = UNJUDGED
        why = "the cluster could not be asked" + ("" if goal.hidden else f": {error.message}")
    except (Exception, SystemExit) as error:
        verdict = UNJUDGED
        place = _record_error(error, exercise, goal.place, broken)
        broke = f"the check itself broke ({place.short}: {_describe(error)}); this is not your fault"
        why = UNCHECKED if goal.hidden else broke
    earned = goal.points if verdict.share == 1 else round(goal.points * verdict.share, 2)
    return GoalResult(goal.shown, verdict.outcome, why, earned, goal.points)


def _proof_results(
    exercise: Exercise,
    evidence: Evidence,
    goals: Sequence[GoalResult],
    disturb: Disturb | None,
    broken: list[str],
) -> list[GoalResult]:
    """The results of the proofs, which are tried only if all goals are right: before that, they prove nothing."""
    goals_passed = all(goal.outcome is Outcome.PASS for goal in goals)
    if not exercise.proofs or disturb is None or not goals_passed:
        outcome = Outcome.WAITING if goals_passed or _only_waiting(goals) else Outcome.FAIL
        later = exercise.sentences.render(reason("tried-later"))
        return [GoalResult(proof.title, outcome, later, 0, proof.points) for proof in exercise.proofs]
    try:
        with disturb() as disturbance:
            return [
                _goal_result(exercise, p, lambda p=p: p(disturbance, evidence), broken)  # type: ignore[misc]
                for p in exercise.proofs
            ]
    except DriftlabError as error:
        why = f"the cluster could not be asked: {error.message}"
        return [GoalResult(proof.title, Outcome.ERROR, why, 0, proof.points) for proof in exercise.proofs]


def ungraded(exercise: Exercise, why: str, next_step: str, hints_used: int = 0) -> Result:
    """The result of a check that was impossible: every goal is an ERROR with the same reason."""
    points_of_each = [goal.points for goal in exercise.goals] + [proof.points for proof in exercise.proofs]
    goals = tuple(
        GoalResult(title, Outcome.ERROR, why, 0, points)
        for title, points in zip(exercise.titles, points_of_each, strict=True)
    )
    return Result(exercise.id, exercise.title, goals, time.time(), hints_used, next_step)


def _only_waiting(goals: Sequence[GoalResult]) -> bool:
    return {goal.outcome for goal in goals} <= {Outcome.PASS, Outcome.WAITING}


def _summarize(evidence: Evidence) -> Method:
    try:
        return summarize_activity(evidence)
    except Exception as error:  # an error in the summary must not cost points
        return Method(gaps=(f"it could not be told ({type(error).__name__})",))


def _require_verdict(returned: object) -> Verdict:
    if not isinstance(returned, Verdict):
        raise TypeError(f"it returned {returned!r}, which is no verdict")
    return returned


def _has_mistake(exercise: Exercise, mistake: Mistake, evidence: Evidence, broken: list[str]) -> bool:
    """Whether the evidence shows the mistake.

    One that raises an exception counts as not shown, and goes to ``broken``.
    """
    try:
        return mistake(evidence)
    except (EvidenceMissing, DriftlabError):
        return False
    except (Exception, SystemExit) as error:
        _record_error(error, exercise, mistake.place, broken, f"the mistake {mistake.name}: ")
        return False


def _record_error(
    error: BaseException, exercise: Exercise, defined: Place, broken: list[str], whose: str = ""
) -> Place:
    """Append an error of a lab's code to ``broken``, and log it.

    Returns its place: the innermost line of the lab in the traceback, or else that of the definition.
    """
    folders = (exercise.lab.folder, Path(defined.file).parent)
    place = next((found for folder in folders if (found := place_of(error, folder))), defined)
    broken.append(f"{place}: {whose}{_describe(error)}")
    LOG.info("%s", broken[-1])
    return place


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"

"""Every exercise must prove itself: untouched not passed, right answers full marks, each wrong answer its own hint."""

from collections.abc import Callable, Iterator
from pathlib import Path

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.checker.exercises.exercise import Exercise, Lab
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.text import one_line, render
from driftlab.checker.sessions.session import Attempts
from driftlab.clusters.errors import ClusterNotReady, CommandFailed

#: An exercise with fewer wrong answers does not know its learners.
LEAST_WRONG_ANSWERS = 3

#: Seconds that a check waits for the cluster to settle.
SETTLE_S = 60.0

Proof = Callable[[], str]  #: tries a claim; what is wrong, or nothing


def complete(lab: Lab) -> list[str]:
    """What is missing in a lab's folder, or should not be there; no cluster is needed."""
    faults = []
    expected = {lab.folder / "exercises.py", lab.notebook}
    if not lab.notebook.exists():
        faults.append(f"there is no notebook {lab.notebook}")
    for exercise in lab.exercises:
        expected |= {exercise.manifest, exercise.beginning, exercise.solution}
        expected |= {*exercise.right_answers, *exercise.wrong_answers}
        if not exercise.goals:
            faults.append(f"{exercise.place}: {exercise.id} has no goals")
        if not exercise.solution.exists():
            faults.append(f"{exercise.id} has no solution {exercise.solution}")
        whose = [(exercise.place, exercise.id, exercise.hints)]
        whose += [(one.place, f"the mistake {one.name} of {exercise.id}", one.hints) for one in exercise.mistakes]
        faults += [
            f"{place}: {name} needs three hints that differ: a nudge, a pointer, the answer"
            for place, name, hints in whose
            if len({hint.strip() for hint in hints} - {""}) != 3
        ]
        wrong, known = {path.stem for path in exercise.wrong_answers}, {one.name for one in exercise.mistakes}
        if len(wrong) < LEAST_WRONG_ANSWERS:
            faults.append(f"{exercise.id} has {len(wrong)} wrong answers of at least {LEAST_WRONG_ANSWERS}")
        faults += [
            f"{exercise.id} has a wrong answer {name}.sh, but no mistake of this name" for name in sorted(wrong - known)
        ]
        faults += [
            f"{one.place}: {exercise.id} has a mistake {one.name}, but no wrong answer {one.name}.sh"
            for one in sorted(exercise.mistakes, key=lambda one: one.name)
            if one.name not in wrong
        ]
    strays = sorted(set(_files(lab.folder)) - expected)
    return faults + [f"{path} belongs to nothing" for path in strays]


def _files(folder: Path) -> Iterator[Path]:
    """What somebody has put there; not what programs leave behind."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside):
            yield path


def prove(attempts: Attempts, exercise: Exercise) -> Iterator[tuple[str, Proof]]:
    """Each claim of an exercise, and what tries it on the cluster. To be tried in this order."""
    yield "untouched, it is not passed", lambda: _tried(lambda: _untouched(attempts, exercise))
    yield "its solution gets full marks", lambda: _tried(lambda: _solved(attempts, exercise))
    for script in exercise.right_answers:
        told = f"{script.stem} gets full marks, too"
        yield told, lambda s=script: _tried(lambda: right(attempts, exercise, s))  # type: ignore[misc]
    for script in exercise.wrong_answers:
        told = f"{script.stem} is not passed, and gets its own hint"
        yield told, lambda s=script: _tried(lambda: wrong(attempts, exercise, s))  # type: ignore[misc]


def _tried(claim: Proof) -> str:
    """A script that fails, or a starting state that never comes, is a fault of the lab; all else is trouble.

    So is what its own code raises where no verdict is made.
    """
    try:
        return claim()
    except (CommandFailed, ClusterNotReady) as error:
        return str(error)
    except LabBroken as broken:
        return broken.message


def _untouched(attempts: Attempts, exercise: Exercise) -> str:
    attempts.start(exercise, again=True)
    result = attempts.check(exercise)
    if result.outcome is Outcome.PASS or result.points:
        return _said("nothing was done, and it earned points", result)
    return _said("it could not be checked", result) if result.outcome is Outcome.ERROR else _broken(result)


def _solved(attempts: Attempts, exercise: Exercise) -> str:
    """Goes on where the untouched exercise was left."""
    return _full_marks(attempts, exercise, exercise.solution)


def right(attempts: Attempts, exercise: Exercise, script: Path) -> str:
    """Start again, do it in another way; what is wrong with the verdict on it, or nothing."""
    attempts.start(exercise, again=True)
    return _full_marks(attempts, exercise, script)


def _full_marks(attempts: Attempts, exercise: Exercise, script: Path) -> str:
    attempts.run(script)
    result = attempts.check(exercise, wait_s=SETTLE_S)
    if result.outcome is not Outcome.PASS or result.points != result.of:
        what = "the solution" if script == exercise.solution else "a right answer"
        return _said(f"{what} did not get full marks", result)
    return _broken(result)


def wrong(attempts: Attempts, exercise: Exercise, script: Path) -> str:
    """Start again, run a wrong answer; what is wrong with the verdict on it, or nothing."""
    attempts.start(exercise, again=True)
    attempts.run(script)
    result = attempts.check(exercise, wait_s=SETTLE_S)
    if result.outcome is not Outcome.FAIL:
        return _said(f"a wrong answer was judged {result.outcome}", result)
    mistake, _ = exercise.hints_for(result.mistakes)
    if mistake != script.stem:
        return _said(f"the hint given would be that of {mistake or 'no mistake in particular'}", result)
    return _broken(result)


def _broken(result: Result) -> str:
    """Learners get no hint from a mistake whose function breaks, and nobody would ever know."""
    return _said("its code broke", result) if result.broken else ""


def _said(what: str, result: Result) -> str:
    """What is wrong, what a learner would see, and what broke in the lab's code: hidden goals included."""
    told = [*render(result).splitlines(), *(one_line(one) for one in result.broken)]
    return f"{what}:\n" + "\n".join(f"      {line}" for line in told)

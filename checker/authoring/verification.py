"""Every exercise must prove itself: untouched not passed, right answers full marks, each wrong answer its own hint."""

from collections.abc import Callable, Iterator
from pathlib import Path

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.definitions import LabBroken, Place
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.folder import EXERCISE_KEYS, LAB_KEYS
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.result import Result
from driftlab.checker.exercises.texts import MISTAKE, read
from driftlab.checker.reports.text import one_line, render
from driftlab.checker.sessions.session import Session
from driftlab.clusters.errors import ClusterNotReady, CommandFailed

#: An exercise with fewer wrong answers does not know its learners.
LEAST_WRONG_ANSWERS = 3

#: Seconds that a check waits for the cluster to settle.
SETTLE_S = 60.0

Proof = Callable[[], str]  #: tries a claim; what is wrong, or nothing


def complete(lab: Lab) -> list[str]:
    """What is missing in a lab's folder, or should not be there; no cluster is needed."""
    faults = [] if lab.notebook.exists() else [f"there is no notebook {lab.notebook}"]
    if not lab.exercises:
        faults.append(f"{lab.place}: {lab.name} has no exercises")
    for exercise in lab.exercises:
        faults += [*_missing(exercise), *_without_three_hints(exercise), *_unmatched(exercise)]
    strays = sorted(set(_files(lab.folder)) - _expected(lab))
    return faults + [f"{path} belongs to nothing" for path in strays]


def _missing(exercise: Exercise) -> Iterator[str]:
    if not exercise.goals:
        yield f"{exercise.place}: {exercise.id} has no goals"
    if not exercise.solution.exists():
        yield f"{exercise.id} has no solution {exercise.solution}"
    if len(exercise.wrong_answers) < LEAST_WRONG_ANSWERS:
        yield f"{exercise.id} has {len(exercise.wrong_answers)} wrong answers of at least {LEAST_WRONG_ANSWERS}"


def _without_three_hints(exercise: Exercise) -> Iterator[str]:
    """Hints that are empty, or the same twice: of the exercise, and of each mistake."""
    written = _sections(exercise)
    whose = [(written.get("Hints", exercise.place), exercise.id, exercise.hints)]
    whose += [
        (written.get(f"{MISTAKE}{one.name}", one.place), f"the mistake {one.name} of {exercise.id}", one.hints)
        for one in exercise.mistakes
    ]
    for place, name, hints in whose:
        if len({hint.strip() for hint in hints} - {""}) != 3:
            yield f"{place}: {name} needs three hints that differ: a nudge, a pointer, the answer"


def _sections(exercise: Exercise) -> dict[str, Place]:
    """Where each section of hints is written: in exercise.md, or else in lab.md. Nowhere if the lab is one module."""
    if exercise.folder is None:
        return {}
    texts = read(exercise.lab.folder / "lab.md", LAB_KEYS), read(exercise.folder / "exercise.md", EXERCISE_KEYS)
    return {name: section.place for text in texts for name, section in text.sections.items()}


def _unmatched(exercise: Exercise) -> Iterator[str]:
    """Wrong answers without a mistake, and mistakes without a wrong answer."""
    wrong, known = {path.stem for path in exercise.wrong_answers}, {one.name for one in exercise.mistakes}
    for name in sorted(wrong - known):
        yield f"{exercise.id} has a wrong answer {name}.sh, but no mistake of this name"
    for one in sorted(exercise.mistakes, key=lambda one: one.name):
        if one.name not in wrong:
            yield f"{one.place}: {exercise.id} has a mistake {one.name}, but no wrong answer {one.name}.sh"


def _expected(lab: Lab) -> set[Path]:
    """All files that the lab may have: of ``exercises.folder``, or those of a lab that is one module."""
    of_the_lab = ("lab.md", "common.py") if (lab.folder / "lab.md").exists() else ("exercises.py",)
    expected = {lab.notebook, *(lab.folder / name for name in of_the_lab)}
    for exercise in lab.exercises:
        expected |= {exercise.manifest, exercise.beginning, exercise.solution}
        expected |= {*exercise.right_answers, *exercise.wrong_answers}
        if exercise.folder:
            expected |= {exercise.folder / name for name in ("exercise.md", "checks.py", "quiz.yaml")}
    return expected


def _files(folder: Path) -> Iterator[Path]:
    """What somebody has put there; not what programs leave behind."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside):
            yield path


def prove(session: Session, exercise: Exercise) -> Iterator[tuple[str, Proof]]:
    """Each claim of an exercise, and what tries it on the cluster. To be tried in this order."""
    yield "untouched, it is not passed", lambda: _tried(lambda: _untouched(session, exercise))
    yield "its solution gets full marks", lambda: _tried(lambda: _solved(session, exercise))
    for script in exercise.right_answers:
        told = f"{script.stem} gets full marks, too"
        yield told, lambda s=script: _tried(lambda: right(session, exercise, s))  # type: ignore[misc]
    for script in exercise.wrong_answers:
        told = f"{script.stem} is not passed, and gets its own hint"
        yield told, lambda s=script: _tried(lambda: wrong(session, exercise, s))  # type: ignore[misc]


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


def _untouched(session: Session, exercise: Exercise) -> str:
    session.start(exercise, again=True)
    result = session.check(exercise)
    if result.outcome is Outcome.PASS or result.points:
        return _said("nothing was done, and it earned points", result)
    return _said("it could not be checked", result) if result.outcome is Outcome.ERROR else _broken(result)


def _solved(session: Session, exercise: Exercise) -> str:
    """Goes on where the untouched exercise was left."""
    return _full_marks(session, exercise, exercise.solution)


def right(session: Session, exercise: Exercise, script: Path) -> str:
    """Start again, do it in another way; what is wrong with the verdict on it, or nothing."""
    session.start(exercise, again=True)
    return _full_marks(session, exercise, script)


def _full_marks(session: Session, exercise: Exercise, script: Path) -> str:
    session.run(script)
    result = session.check(exercise, wait_s=SETTLE_S)
    if result.outcome is not Outcome.PASS or result.points != result.of:
        what = "the solution" if script == exercise.solution else "a right answer"
        return _said(f"{what} did not get full marks", result)
    return _broken(result)


def wrong(session: Session, exercise: Exercise, script: Path) -> str:
    """Start again, run a wrong answer; what is wrong with the verdict on it, or nothing."""
    session.start(exercise, again=True)
    session.run(script)
    result = session.check(exercise, wait_s=SETTLE_S)
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

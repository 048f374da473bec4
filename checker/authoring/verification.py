"""Verify a lab: untouched exercises do not pass, right answers get full marks, wrong answers get their own hints."""

from collections.abc import Callable, Iterator
from pathlib import Path

from driftlab.checker.authoring.reasons import unmatched_reasons
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

#: Every exercise must have at least this number of wrong answers.
MIN_WRONG_ANSWERS = 3

#: The maximum time in seconds that a check waits for the cluster to settle.
SETTLE_S = 60.0

Proof = Callable[[], str]  #: tries a claim; returns what is wrong, or an empty text


def complete(lab: Lab) -> list[str]:
    """Missing and unknown files in a lab's folder, and other faults that need no cluster."""
    faults = [] if lab.notebook.exists() else [f"there is no notebook {lab.notebook}"]
    if not lab.exercises:
        faults.append(f"{lab.place}: {lab.name} has no exercises")
    for exercise in lab.exercises:
        faults += [*_missing(exercise), *_without_three_hints(exercise), *_unmatched(exercise)]
    faults += unmatched_reasons(lab)
    unknown = sorted(set(_files(lab.folder)) - _expected(lab))
    return faults + [f"{path} does not belong to the lab" for path in unknown]


def _missing(exercise: Exercise) -> Iterator[str]:
    if not exercise.goals:
        yield f"{exercise.place}: {exercise.id} has no goals"
    if not exercise.solution.exists():
        yield f"{exercise.id} has no solution {exercise.solution}"
    if len(exercise.wrong_answers) < MIN_WRONG_ANSWERS:
        yield f"{exercise.id} has {len(exercise.wrong_answers)} wrong answers, and needs at least {MIN_WRONG_ANSWERS}"


def _without_three_hints(exercise: Exercise) -> Iterator[str]:
    """Hints of the exercise or of its mistakes that are empty or equal."""
    places = _sections(exercise)
    all_hints = [(places.get("Hints", exercise.place), exercise.id, exercise.hints)]
    all_hints += [
        (
            places.get(f"{MISTAKE}{mistake.name}", mistake.place),
            f"the mistake {mistake.name} of {exercise.id}",
            mistake.hints,
        )
        for mistake in exercise.mistakes
    ]
    for place, name, hints in all_hints:
        if len({hint.strip() for hint in hints} - {""}) != 3:
            yield f"{place}: {name} needs three hints that differ: a nudge, a pointer, the answer"


def _sections(exercise: Exercise) -> dict[str, Place]:
    """The place of each section of hints, in exercise.md or lab.md. Empty if the lab is one module."""
    if exercise.folder is None:
        return {}
    texts = read(exercise.lab.folder / "lab.md", LAB_KEYS), read(exercise.folder / "exercise.md", EXERCISE_KEYS)
    return {name: section.place for text in texts for name, section in text.sections.items()}


def _unmatched(exercise: Exercise) -> Iterator[str]:
    """Wrong answers without a mistake, and mistakes without a wrong answer."""
    wrong, known = {path.stem for path in exercise.wrong_answers}, {mistake.name for mistake in exercise.mistakes}
    for name in sorted(wrong - known):
        yield f"{exercise.id} has a wrong answer {name}.sh, but no mistake of this name"
    for mistake in sorted(exercise.mistakes, key=lambda mistake: mistake.name):
        if mistake.name not in wrong:
            yield f"{mistake.place}: {exercise.id} has a mistake {mistake.name}, but no wrong answer {mistake.name}.sh"


def _expected(lab: Lab) -> set[Path]:
    """All files that the lab may have: those of ``exercises.folder``, or those of a lab that is one module."""
    lab_files = ("lab.md", "common.py") if (lab.folder / "lab.md").exists() else ("exercises.py",)
    expected = {lab.notebook, *(lab.folder / name for name in lab_files)}
    for exercise in lab.exercises:
        expected |= {exercise.manifest, exercise.beginning, exercise.solution}
        expected |= {*exercise.right_answers, *exercise.wrong_answers}
        if exercise.folder:
            expected |= {exercise.folder / name for name in ("exercise.md", "checks.py", "quiz.yaml")}
    return expected


def _files(folder: Path) -> Iterator[Path]:
    """The files in the folder, except for hidden files and caches."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in parts):
            yield path


def prove(session: Session, exercise: Exercise) -> Iterator[tuple[str, Proof]]:
    """The claims of an exercise in words, each with a function that tries it on the cluster.

    Call them in this order.
    """
    yield "untouched, it is not passed", lambda: _try(lambda: _untouched(session, exercise))
    yield "its solution gets full marks", lambda: _try(lambda: _solved(session, exercise))
    for script in exercise.right_answers:
        claim = f"{script.stem} gets full marks, too"
        yield claim, lambda s=script: _try(lambda: right(session, exercise, s))  # type: ignore[misc]
    for script in exercise.wrong_answers:
        claim = f"{script.stem} is not passed, and gets its own hint"
        yield claim, lambda s=script: _try(lambda: wrong(session, exercise, s))  # type: ignore[misc]


def _try(claim: Proof) -> str:
    """Try a claim; returns the fault of the lab, or an empty text.

    Faults are also a failing script, a missing starting state, and errors of the lab's own code outside of verdicts.
    Other errors are raised.
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
        return _report("nothing was done, and it earned points", result)
    return _report("it could not be checked", result) if result.outcome is Outcome.ERROR else _broken(result)


def _solved(session: Session, exercise: Exercise) -> str:
    """Continues with the untouched exercise."""
    return _full_marks(session, exercise, exercise.solution)


def right(session: Session, exercise: Exercise, script: Path) -> str:
    """Start again and run a right answer; returns what is wrong with its verdict, or an empty text."""
    session.start(exercise, again=True)
    return _full_marks(session, exercise, script)


def _full_marks(session: Session, exercise: Exercise, script: Path) -> str:
    session.run(script)
    result = session.check(exercise, wait_s=SETTLE_S)
    if result.outcome is not Outcome.PASS or result.points != result.of:
        answer = "the solution" if script == exercise.solution else "a right answer"
        return _report(f"{answer} did not get full marks", result)
    return _broken(result)


def wrong(session: Session, exercise: Exercise, script: Path) -> str:
    """Start again and run a wrong answer; returns what is wrong with its verdict, or an empty text."""
    session.start(exercise, again=True)
    session.run(script)
    result = session.check(exercise, wait_s=SETTLE_S)
    if result.outcome is not Outcome.FAIL:
        return _report(f"a wrong answer was judged {result.outcome}", result)
    mistake, _ = exercise.hints_for(result.mistakes)
    if mistake != script.stem:
        return _report(f"the hint given would be that of {mistake or 'no mistake in particular'}", result)
    return _broken(result)


def _broken(result: Result) -> str:
    """Errors in the functions of mistakes: learners would get no hint, and nobody would notice."""
    return _report("its code broke", result) if result.broken else ""


def _report(fault: str, result: Result) -> str:
    """A fault, with the report that a learner would see, and the errors of the lab's code, also in hidden goals."""
    details = [*render(result).splitlines(), *(one_line(error) for error in result.broken)]
    return f"{fault}:\n" + "\n".join(f"      {line}" for line in details)

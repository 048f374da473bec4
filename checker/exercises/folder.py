"""Read labs and exercises from folders: texts in Markdown, checks in Python.

=============================  =====================================================================
file                           content
=============================  =====================================================================
``LAB/lab.md``                 title, minutes, summary, the order of the exercises; shared texts
``LAB/LAB.ipynb``              the notebook
``LAB/common.py``              code for the checks of several exercises: ``from ..common import …``
``LAB/start.yaml``             the starting state of exercises without their own
``LAB/EXERCISE/exercise.md``   its title, hints and other texts: see ``exercises.texts``
``LAB/EXERCISE/checks.py``     goals, guards, proofs and mistakes: see ``exercises.goals``
``LAB/EXERCISE/quiz.yaml``     the questions, if it is a quiz: see ``exercises.quiz``
``LAB/EXERCISE/start.yaml``    its starting state; ``start.sh`` runs after it
``LAB/EXERCISE/solution.sh``   the reference solution
``LAB/EXERCISE/right/``        other solutions with full marks
``LAB/EXERCISE/wrong/``        typical wrong answers, each named after its mistake
=============================  =====================================================================

``checks.py`` may also define ``begins(snapshot)``, which returns whether the starting state is complete, and
``loses_node(baseline)``, which returns the name of the Node that is stopped at the start of the exercise.
"""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from driftlab.checker.evidence.snapshot import lists
from driftlab.checker.exercises.definitions import LabBroken, Place, place_of
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.goals import Goal, Mistake, Proof, hyphenated
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.quiz import questions
from driftlab.checker.exercises.sentences import Sentences
from driftlab.checker.exercises.texts import Text, lab_broken, read

LAB_KEYS = {"title", "minutes", "summary", "exercises"}
EXERCISE_KEYS = {"title", "command", "watches", "roundabout"}


def read_lab(folder: Path) -> Lab:
    """The lab in ``folder``. Raises LabBroken with file and line."""
    text = read(folder / "lab.md", LAB_KEYS)
    title, minutes, summary = text.value("title", str), text.value("minutes", int), text.value("summary", str)
    try:
        lab = Lab(folder.name, title, minutes, summary, folder=folder, place=text.place())
    except TypeError as error:
        raise lab_broken(text.place(), str(error)) from error
    if "Hints" in text.sections:
        raise lab_broken(text.sections["Hints"].place, "only exercises have Hints: a lab has `Mistake: NAME`")
    sys.modules.pop(f"{_package(folder)}.common", None)  # the file may have changed since it was last read
    names = [str(name) for name in text.value("exercises", list)]
    for name in names:
        if not (folder / name / "exercise.md").is_file():
            raise lab_broken(text.place("exercises"), f"there is no {name}/exercise.md")
        _add_exercise(lab, name, text)
    if strays := sorted(path.parent.name for path in folder.glob("*/exercise.md") if path.parent.name not in names):
        raise lab_broken(text.place("exercises"), f"the exercise {strays[0]} is not in the list")
    _check_all_used(text, lab.exercises, "no exercise has a {}")
    return lab


def _add_exercise(lab: Lab, name: str, shared: Text) -> None:
    folder = lab.folder / name
    text = read(folder / "exercise.md", EXERCISE_KEYS)
    if "Hints" not in text.sections:
        raise lab_broken(text.place(), "there is no section Hints")
    command = text.value("command", str, "")
    watches = tuple(text.value("watches", list, []))
    quiz = folder / "quiz.yaml"
    try:
        lists(watches)
        exercise = Exercise(
            lab,
            name,
            text.value("title", str),
            text.sections["Hints"].render(name, command),
            watches=watches or (("configmaps",) if quiz.exists() else ()),
            roundabout=text.value("roundabout", bool, default=False),
            folder=folder,
            command=command,
            sentences=Sentences((text, shared)),
            place=text.place(),
        )
        if quiz.exists():
            exercise.ask(questions(quiz))
    except KeyError as unknown:
        raise lab_broken(text.place("watches"), f"there is no kind {unknown}") from unknown
    except (TypeError, ValueError) as error:
        raise lab_broken(text.place(), str(error)) from error
    lab.exercises.append(exercise)
    if (folder / "checks.py").exists():
        _add_checks(exercise, folder / "checks.py")
    there = (folder / "checks.py").exists()
    _check_all_used(text, [exercise], "checks.py has no {}" if there else "there is no checks.py with the {}")


def _add_checks(exercise: Exercise, path: Path) -> None:
    module = execute(path, exercise.lab.folder)
    for check in _checks(vars(module)):
        try:
            exercise.add(check)
        except ValueError as error:
            raise lab_broken(check.place, str(error)) from error
    if begins := getattr(module, "begins", None):
        exercise.begins = begins
    if loses_node := getattr(module, "loses_node", None):
        exercise.loses_node = loses_node


def _check_all_used(text: Text, exercises: list[Exercise], fault: str) -> None:
    """Raise LabBroken for hints or a title in ``text`` that belong to nothing in these exercises."""
    mistakes = {mistake.name for exercise in exercises for mistake in exercise.mistakes}
    for name, section in text.mistakes.items():
        if name not in mistakes:
            raise lab_broken(section.place, fault.format(f"mistake {name}"))
    goals: set[str] = {goal.name for exercise in exercises for goal in exercise.goals}
    proofs = {proof.name for exercise in exercises for proof in exercise.proofs}
    for name, title in text.titles.items():
        if name not in goals | proofs:
            raise lab_broken(title.place, fault.format(f"goal, guard or proof {name}"))


def _checks(names: dict[str, Any]) -> Iterator[Goal | Proof | Mistake]:
    """All goals, proofs and mistakes in the names of a module, also in lists, each once.

    Their order is that of their last names, so that an imported one can be placed by assigning it. A lambda gets its
    first name.
    """
    found: dict[int, Goal | Proof | Mistake] = {}
    for variable, value in names.items():
        for check in value if isinstance(value, list | tuple) else [value]:
            if isinstance(check, Goal | Proof | Mistake):
                known = found.pop(id(check), check)
                unnamed = not known.name and check is value
                found[id(check)] = replace(known, name=hyphenated(variable)) if unnamed else known
    yield from found.values()


def execute(path: Path, folder: Path) -> ModuleType:
    """Run a module of the lab in ``folder``; it may import from ``..common``. Raises LabBroken with file and line."""
    package = _package(folder)
    if package not in sys.modules:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [str(folder)]
    spec = spec_from_file_location(f"{package}.{_slug(path.parent.name)}.{path.stem}", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    module.__package__ = f"{package}.{_slug(path.parent.name)}"
    try:
        spec.loader.exec_module(module)
    except LabBroken:
        raise
    except (Exception, SystemExit) as error:  # exit() in a lab must not end this command silently
        place = place_of(error, folder) or Place(str(path), 1)
        message = error.msg if isinstance(error, SyntaxError) else error  # str(error) would repeat the line
        raise lab_broken(place, f"{type(error).__name__}: {message}") from error
    return module


def _package(folder: Path) -> str:
    """The package name of the lab's modules. It differs for two folders of the same name."""
    return f"driftlab_labs.{_slug(folder.name)}_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def _slug(name: str) -> str:
    return "lab_" + "".join(letter if letter.isalnum() else "_" for letter in name)

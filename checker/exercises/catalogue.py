"""Which labs and exercises there are, and how to find one by its name."""

import importlib.util
import os
from functools import cache
from pathlib import Path
from types import ModuleType

from driftlab.checker.exercises.definitions import LabBroken, place_of
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.folder import read_lab
from driftlab.checker.exercises.lab import Lab
from driftlab.clusters.errors import UsageError, did_you_mean
from driftlab.clusters.host.paths import named_folder
from driftlab.clusters.registry import installed_labs


class UnknownLab(UsageError):
    pass


class UnknownExercise(UsageError):
    pass


#: A lab is a folder with this file: a folder for each exercise, or the whole lab as one module.
FORMS = ("lab.md", "exercises.py")


@cache
def lab_folders() -> dict[str, Path]:
    """Every installed lab's folder by its name, in their order. Nothing is loaded."""
    folders = {path.parent for root in installed_labs() for form in FORMS for path in root.glob(f"*/{form}")}
    return {folder.name: folder for folder in sorted(folders, key=lambda folder: folder.name)}


@cache
def load(folder: Path) -> Lab:
    """The lab in ``folder``, with the hidden goals that its graders add.

    Raises UnknownLab where there is none, LabBroken with file, line and mistake where there is one in it, and
    UsageError where its graders' folder is named and is not there: no goal is left out in silence.
    Hidden goals are in ``LAB.py`` in the folder that ``DRIFTLAB_HIDDEN`` names, where no
    learner can read: a module with a function ``add(lab)``.
    """
    if (folder / "lab.md").is_file():
        lab = read_lab(folder)
    elif (folder / "exercises.py").is_file():
        lab = _read_module(folder)
    else:
        raise UnknownLab(
            f"There is no lab in {folder}: it has no lab.md, and no exercises.py.", next_step="name a lab's folder"
        )
    graders = os.environ.get("DRIFTLAB_HIDDEN")
    if graders and _may_read(hidden := named_folder("DRIFTLAB_HIDDEN", graders) / f"{folder.name}.py"):
        _execute(hidden, f"{folder.name}_hidden", lab)
    return lab


def _read_module(folder: Path) -> Lab:
    """A lab that is written as one module, ``exercises.py``, with a Lab called ``lab``. Raises LabBroken."""
    path = folder / "exercises.py"
    module = _execute(path, folder.name)
    lab = getattr(module, "lab", None)
    if not isinstance(lab, Lab) or lab.name != folder.name:
        made = [one for one in (lab, *vars(module).values()) if isinstance(one, Lab)]
        where = made[0].place if made else path  # where nothing is a Lab, no line is wrong
        raise LabBroken(f"{where}: `lab` must be a Lab called {folder.name!r}", next_step=f"fix {path}")
    lab.folder = folder
    return lab


def _may_read(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # nobody but a grader may look there
        return False


def _execute(path: Path, name: str, lab: Lab | None = None) -> ModuleType:
    """Run a module by its path, and its ``add(lab)`` where there is a lab. Raises LabBroken."""
    spec = importlib.util.spec_from_file_location(f"driftlab_labs.{name.replace('-', '_')}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        if lab is not None:
            module.add(lab)
    except (Exception, SystemExit) as error:  # whoever calls exit() there would end this command, without a word
        where = place_of(error, path.parent) or path
        raise LabBroken(f"{where}: {type(error).__name__}: {error}", next_step=f"fix {path}") from error
    return module


def labs() -> list[Lab]:
    return [load(folder) for folder in lab_folders().values()]


def find_lab(name: str) -> Lab:
    """A lab by its name, or by the part behind its number. Raises UnknownLab."""
    folders = lab_folders()
    for known, folder in folders.items():
        if name in (known, known.split("-", 1)[-1], known.split("-", 1)[0]):
            return load(folder)
    raise UnknownLab(
        f"There is no lab called {name!r}.{did_you_mean(name, folders)}",
        next_step="choose one of: " + ", ".join(folders),
    )


def find_exercise(name: str) -> Exercise:
    """An exercise as ``LAB/EXERCISE``, or by its own name where only one lab has it. Raises UnknownExercise."""
    lab_name, _, short = name.rpartition("/")
    candidates = [find_lab(lab_name)] if lab_name else labs()
    found = [exercise for lab in candidates for exercise in lab.exercises if exercise.name == short]
    if len(found) == 1:
        return found[0]
    known = [exercise.id for lab in labs() for exercise in lab.exercises]
    if found:
        raise UnknownExercise(
            f"{name!r} is in several labs.", next_step="choose one of: " + ", ".join(one.id for one in found)
        )
    raise UnknownExercise(
        f"There is no exercise called {name!r}." + did_you_mean(name, [*known, *(one.split("/")[1] for one in known)]),
        next_step="choose one of: " + ", ".join(known),
    )

"""The installed labs and exercises, and how to find one by its name."""

import importlib.util
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
from driftlab.clusters.settings import HIDDEN


class UnknownLab(UsageError):
    pass


class UnknownExercise(UsageError):
    pass


#: A lab is a folder with one of these files: ``lab.md`` and a folder for each exercise, or a lab as one module.
FORMS = ("lab.md", "exercises.py")


@cache
def lab_folders() -> dict[str, Path]:
    """The folder of each installed lab, by its name, in their order. Nothing is loaded."""
    folders = {path.parent for root in installed_labs() for form in FORMS for path in root.glob(f"*/{form}")}
    return {folder.name: folder for folder in sorted(folders, key=lambda folder: folder.name)}


@cache
def load(folder: Path) -> Lab:
    """The lab in ``folder``, with the hidden goals of its graders.

    Raises UnknownLab if there is none, LabBroken with file, line and mistake if it is not valid, and UsageError if the
    folder of hidden goals does not exist: hidden goals must not be missing silently.
    Hidden goals are in ``LAB.py`` in the folder in ``DRIFTLAB_HIDDEN``, which learners cannot read: a module with a
    function ``add(lab)``.
    """
    if (folder / "lab.md").is_file():
        lab = read_lab(folder)
    elif (folder / "exercises.py").is_file():
        lab = _read_module(folder)
    else:
        raise UnknownLab(
            f"There is no lab in {folder}: it has no lab.md, and no exercises.py.", next_step="name a lab's folder"
        )
    graders = HIDDEN.value
    if graders and _is_readable_file(hidden := named_folder(HIDDEN, graders) / f"{folder.name}.py"):
        _execute(hidden, f"{folder.name}_hidden", lab)
    return lab


def _read_module(folder: Path) -> Lab:
    """Read a lab that is one module, ``exercises.py``, with a Lab called ``lab``. Raises LabBroken."""
    path = folder / "exercises.py"
    module = _execute(path, folder.name)
    lab = getattr(module, "lab", None)
    if not isinstance(lab, Lab) or lab.name != folder.name:
        found = [value for value in (lab, *vars(module).values()) if isinstance(value, Lab)]
        place = found[0].place if found else path  # without a Lab, there is no line to name
        raise LabBroken(f"{place}: `lab` must be a Lab called {folder.name!r}", next_step=f"fix {path}")
    lab.folder = folder
    return lab


def _is_readable_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # only graders have access to the folder
        return False


def _execute(path: Path, name: str, lab: Lab | None = None) -> ModuleType:
    """Run a module by its path, and its ``add(lab)`` if ``lab`` is given. Raises LabBroken."""
    spec = importlib.util.spec_from_file_location(f"driftlab_labs.{name.replace('-', '_')}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        if lab is not None:
            module.add(lab)
    except (Exception, SystemExit) as error:  # exit() in a lab must not end this command silently
        place = place_of(error, path.parent) or path
        raise LabBroken(f"{place}: {type(error).__name__}: {error}", next_step=f"fix {path}") from error
    return module


def labs() -> list[Lab]:
    return [load(folder) for folder in lab_folders().values()]


def find_lab(name: str) -> Lab:
    """The lab with this name, number, or name without its number. Raises UnknownLab."""
    folders = lab_folders()
    for known, folder in folders.items():
        if name in (known, known.split("-", 1)[-1], known.split("-", 1)[0]):
            return load(folder)
    raise UnknownLab(
        f"There is no lab called {name!r}.{did_you_mean(name, folders)}",
        next_step="choose one of: " + ", ".join(folders),
    )


def find_exercise(name: str) -> Exercise:
    """The exercise ``LAB/EXERCISE``, or its name alone if only one lab has it. Raises UnknownExercise."""
    lab_name, _, short = name.rpartition("/")
    candidates = [find_lab(lab_name)] if lab_name else labs()
    found = [exercise for lab in candidates for exercise in lab.exercises if exercise.name == short]
    if len(found) == 1:
        return found[0]
    known = [exercise.id for lab in labs() for exercise in lab.exercises]
    if found:
        raise UnknownExercise(
            f"{name!r} is in several labs.",
            next_step="choose one of: " + ", ".join(candidate.id for candidate in found),
        )
    raise UnknownExercise(
        f"There is no exercise called {name!r}."
        + did_you_mean(name, [*known, *(candidate.split("/")[1] for candidate in known)]),
        next_step="choose one of: " + ", ".join(known),
    )

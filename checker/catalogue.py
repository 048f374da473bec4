"""Which labs and exercises there are, and how to find one by its name."""

import importlib.util
from functools import cache
from pathlib import Path

from checker.exercise import Exercise, Lab
from clusters.errors import DriftlabError, UsageError, did_you_mean
from clusters.registry import installed_labs


class UnknownLab(UsageError):
    pass


class UnknownExercise(UsageError):
    pass


class LabBroken(DriftlabError):
    """A lab's ``exercises.py`` cannot be loaded."""


@cache
def lab_folders() -> dict[str, Path]:
    """Every installed lab's folder by its name, in their order. Nothing is loaded."""
    folders = [path.parent for root in installed_labs() for path in root.glob("*/exercises.py")]
    return {folder.name: folder for folder in sorted(folders, key=lambda folder: folder.name)}


@cache
def load(folder: Path) -> Lab:
    """The lab in ``folder``. Raises LabBroken with the file and what is wrong."""
    path = folder / "exercises.py"
    spec = importlib.util.spec_from_file_location(f"driftlab_labs.{folder.name.replace('-', '_')}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        lab = module.lab
    except Exception as error:
        trace, line = error.__traceback__, 0
        while trace:
            if trace.tb_frame.f_code.co_filename == str(path):
                line = trace.tb_lineno
            trace = trace.tb_next
        raise LabBroken(f"{path}, line {line}: {type(error).__name__}: {error}", next_step=f"mend {path}") from error
    if not isinstance(lab, Lab) or lab.name != folder.name:
        raise LabBroken(f"{path}: `lab` must be a Lab called {folder.name!r}", next_step=f"mend {path}")
    lab.folder = folder
    return lab


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

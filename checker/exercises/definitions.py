"""Places in the files of a lab, and checks of the values in them.

Authors get the file, the line and the mistake, no matter when it is found: while the file is read, or only when a goal
judges evidence.
"""

import inspect
import re
from collections.abc import Collection
from math import inf
from pathlib import Path
from typing import NamedTuple

from driftlab.clusters.errors import DriftlabError

#: Valid names of exercises and mistakes, which are also the names of their scripts.
NAME = re.compile(r"\w([\w.-]*\w)?", re.ASCII)


class LabBroken(DriftlabError):
    """A mistake in a lab's files. The message begins with the file and the line."""


class Place(NamedTuple):
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"

    @property
    def short(self) -> str:
        """Without the folder, which is of no use to learners."""
        return f"{Path(self.file).name}, line {self.line}"


def caller_place() -> Place:
    """The place in a lab that called the kit: the innermost frame outside of the checker."""
    frame = inspect.currentframe()
    while frame and frame.f_back and frame.f_globals.get("__name__", "").startswith("driftlab.checker."):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno) if frame else Place("", 0)


def place_of(error: BaseException, folder: Path) -> Place | None:
    """The innermost line in ``folder`` in the traceback of the error; None if there is none."""
    if isinstance(error, SyntaxError) and error.filename and folder in Path(error.filename).parents:
        return Place(error.filename, error.lineno or 1)
    found, trace = None, error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if folder in Path(file).parents:
            found = Place(file, trace.tb_lineno)
        trace = trace.tb_next
    return found


# ---- checks of values


def check_new_name(of: str, value: object, known: Collection[str]) -> None:
    """Raise ValueError if the name is not valid, or is in ``known``: a script can belong to only one of them."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError(f"{of} is called {value!r}: a name is letters, digits and hyphens, such as scale-up")
    if value in known:
        raise ValueError(f"{of} needs another name: there is one called {value!r} already")


def check_text(of: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{of} is a text, not {value!r}")


def check_points(of: str, value: object) -> None:
    """Raise TypeError if it is not a number above 0. Fractions are allowed."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
        raise TypeError(f"{of} is worth a number of points above 0, not {value!r}")


def check_three_hints(of: str, value: object) -> None:
    """Raise TypeError if they are not three texts.

    ``verify`` checks that they differ and are not empty, because authors often write them last.
    """
    if not isinstance(value, tuple | list):
        raise TypeError(f"{of} needs three hints in parentheses, not {value!r}")
    if len(value) != 3:
        raise TypeError(f"{of} needs three hints, a nudge, a pointer and the answer: there are {len(value)}")
    for hint in value:
        if not isinstance(hint, str):
            raise TypeError(f"each hint of {of} is a text, not {hint!r}")

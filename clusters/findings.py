"""What an examination of this machine finds, for ``driftlab doctor``."""

from dataclasses import dataclass
from enum import StrEnum


class Gravity(StrEnum):
    OK = "ok"
    NOTE = "note"  #: a lab can be done all the same
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One fact, and the command that mends it where it is a trouble."""

    gravity: Gravity
    what: str
    mend: str = ""


def ok(what: str) -> Finding:
    return Finding(Gravity.OK, what)


def note(what: str, mend: str = "") -> Finding:
    return Finding(Gravity.NOTE, what, mend)


def problem(what: str, mend: str = "") -> Finding:
    return Finding(Gravity.PROBLEM, what, mend)

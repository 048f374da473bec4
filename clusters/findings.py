"""Findings about this machine, for ``driftlab doctor``."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    OK = "ok"
    NOTE = "note"  #: labs work all the same
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One fact about the machine. ``remedy``: the command that fixes it, if it is a problem."""

    severity: Severity
    text: str
    remedy: str = ""


def ok(text: str) -> Finding:
    return Finding(Severity.OK, text)


def note(text: str, remedy: str = "") -> Finding:
    return Finding(Severity.NOTE, text, remedy)


def problem(text: str, remedy: str = "") -> Finding:
    return Finding(Severity.PROBLEM, text, remedy)

"""Several results in one document, for programs that read them. Its shape is ``report.schema.json``."""

from collections.abc import Iterable, Sequence
from typing import Any

from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.ways import for_terminal
from driftlab.clusters import __version__

#: Grows with every change of the shape that a reader would notice.
VERSION = 1


def report(results: Iterable[Result]) -> dict[str, Any]:
    """The document that ``driftlab check --json`` prints."""
    listed = list(results)
    return {
        "version": VERSION,
        "kit": f"driftlab {__version__}",
        "points": total(listed)[0],
        "of": total(listed)[1],
        "results": [for_terminal(result).to_dict() for result in listed],
    }


def total(results: Sequence[Result]) -> tuple[float, float]:
    """Points earned, and points there are."""
    return sum(result.points for result in results), sum(result.of for result in results)

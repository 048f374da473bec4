"""Several results in one JSON document, for programs. Its schema is ``report.schema.json``."""

from collections.abc import Iterable, Sequence
from typing import Any

from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.next_steps import for_terminal
from driftlab.clusters import __version__

#: Increased with every incompatible change of the document.
VERSION = 1


def report(results: Iterable[Result]) -> dict[str, Any]:
    """The document that ``driftlab check --json`` prints."""
    all_results = list(results)
    return {
        "version": VERSION,
        "kit": f"driftlab {__version__}",
        "points": total(all_results)[0],
        "of": total(all_results)[1],
        "results": [for_terminal(result).to_dict() for result in all_results],
    }


def total(results: Sequence[Result]) -> tuple[float, float]:
    """Earned points, and maximum points."""
    return sum(result.points for result in results), sum(result.of for result in results)

"""Check which branches the unit tests take: ``python -m tests.branches --least PERCENT FOLDER …``.

It reads what ``coverage run`` has measured. Exit code 1 if a folder has less, with the branches that no test takes.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coverage import Coverage


@dataclass(frozen=True)
class Branches:
    """Those of one folder. ``missed``: ``FILE:LINE -> LINE`` each; a line that is negative is the end of a function."""

    folder: str
    taken: int
    missed: tuple[str, ...]

    @property
    def percent(self) -> float:
        return 100 * self.taken / (self.taken + len(self.missed))


def of_folder(report: Mapping[str, Any], folder: str) -> Branches:
    """The folder's branches in a report of ``coverage json``. Raises ValueError if none was measured."""
    files = {name: file for name, file in report["files"].items() if name.startswith(f"{folder.rstrip('/')}/")}
    taken = sum(len(file["executed_branches"]) for file in files.values())
    missed = [f"{name}:{line} -> {to}" for name, file in sorted(files.items()) for line, to in file["missing_branches"]]
    if not taken + len(missed):
        raise ValueError(f"no branch of {folder} was measured")
    return Branches(folder, taken, tuple(missed))


def measured() -> dict[str, Any]:
    """The report on what ``coverage run`` measured last. Raises coverage's NoDataError if that is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        coverage = Coverage()
        coverage.load()
        coverage.json_report(outfile=str(path))
        return dict(json.loads(path.read_text(encoding="utf-8")))


def lines(found: Sequence[Branches], least: float) -> list[str]:
    """One line for each folder, and below it what is missed if that is too much."""
    told = []
    for one in found:
        told.append(f"{one.folder}: {one.percent:.1f} % of {one.taken + len(one.missed)} branches")
        told += [f"  not taken: {branch}" for branch in one.missed if one.percent < least]
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--least", type=float, required=True, metavar="PERCENT")
    options = parser.parse_args()
    report = measured()
    try:
        found = [of_folder(report, folder) for folder in options.folders]
    except ValueError as unknown:
        parser.error(str(unknown))
    print("\n".join(lines(found, options.least)))
    return 1 if any(one.percent < options.least for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())

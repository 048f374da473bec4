"""The stored state of a lab's exercises on one cluster: JSON files in the state folder, shared by processes.

=============================  ========================================================
file                           content
=============================  ========================================================
``current.json``               the exercise under way, its start time, and a digest of its baseline
``EXERCISE.baseline.json``     the state at its start
``EXERCISE.hints.json``        the hints that were used
``EXERCISE.result.json``       the last result
=============================  ========================================================

Each file is replaced as a whole. A damaged file counts as missing.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from driftlab.checker.evidence.snapshot import Snapshot, lists
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.result import Result
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.host.paths import state_folder


def store_folder(cluster: Cluster) -> Path:
    """The folder for everything that was started on that cluster."""
    return state_folder() / "attempts" / f"{cluster.engine}-{cluster.folder.name}"


def read(path: Path) -> dict[str, Any]:
    """A stored document; empty if it is missing or damaged."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


class Store:
    """The files of one lab in one namespace. ``folder`` is inside a folder of the namespace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, exercise: Exercise, kind: str) -> Path:
        return self.folder / f"{exercise.name}.{kind}.json"

    # ---- which exercise is under way

    @property
    def ticket(self) -> Path:
        return self.folder / "current.json"

    @property
    def current(self) -> str:
        """The name of the exercise that is under way in the namespace, or empty."""
        return str(read(self.ticket).get("exercise", ""))

    @property
    def ticket_is_damaged(self) -> bool:
        return _is_damaged(self.ticket, "exercise")

    @property
    def since(self) -> float:
        """The start time in seconds since the epoch; 0 if it is unknown."""
        since = read(self.ticket).get("since")
        return float(since) if isinstance(since, int | float) else 0.0

    def end_all(self) -> None:
        """End all exercises in the namespace, also of other labs: they can no longer be judged."""
        for folder in {self.folder, *(path.parent for path in self.folder.parent.glob("*/current.json"))}:
            write_atomically(folder / "current.json", json.dumps({"exercise": ""}))

    def begin(self, exercise: Exercise, baseline: Snapshot) -> None:
        """Store that the exercise is under way, with its baseline."""
        text = json.dumps(baseline.to_dict())
        write_atomically(self.path(exercise, "baseline"), text)
        for old in self.folder.glob(f"{exercise.name}.*.recording.*"):
            old.unlink(missing_ok=True)
        ticket = {"exercise": exercise.name, "since": time.time(), "baseline": _digest(text.encode())}
        write_atomically(self.ticket, json.dumps(ticket))

    def baseline(self, exercise: Exercise) -> Snapshot | None:
        """The state at the start; None if it is missing or damaged."""
        try:
            text = self.path(exercise, "baseline").read_bytes()
            if read(self.ticket).get("baseline") != _digest(text):
                return None
            baseline = Snapshot.from_dict(json.loads(text))
            return baseline if baseline.raw.keys() >= lists(exercise.watches).keys() else None
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def recording(self, exercise: Exercise) -> Path:
        # Each start has its own file, because the recorder of the previous start may still be running.
        return self.folder / f"{exercise.name}.{round(1000 * self.since)}.recording.jsonl"

    # ---- state about the learner

    def hints_used(self, exercise: Exercise) -> int:
        return _count(read(self.path(exercise, "hints")).get("used"))

    def next_hint(self, exercise: Exercise, mistake: str, last_step: int) -> int:
        """Count one more hint, and return its step for this mistake: from 1 to ``last_step``."""
        path = self.path(exercise, "hints")
        stored = read(path)
        steps = stored["steps"] if isinstance(stored.get("steps"), dict) else {}
        step = min(_count(steps.get(mistake)) + 1, last_step)
        steps[mistake] = step
        write_atomically(path, json.dumps({"used": _count(stored.get("used")) + 1, "steps": steps}))
        return step

    def save_result(self, exercise: Exercise, result: Result) -> None:
        write_atomically(self.path(exercise, "result"), json.dumps(result.to_dict()))

    def last_result(self, exercise: Exercise) -> dict[str, Any]:
        """The last stored result; empty if there is none or it is damaged."""
        stored = read(self.path(exercise, "result"))
        is_valid = stored.get("outcome") in tuple(Outcome) and isinstance(stored.get("points"), int | float)
        return stored if is_valid else {}

    def result_is_damaged(self, exercise: Exercise) -> bool:
        return self.path(exercise, "result").exists() and not self.last_result(exercise)

    def passed(self, exercise: Exercise) -> bool:
        """Whether the last check since the start was passed."""
        last = self.last_result(exercise)
        checked = last.get("checked")
        return last.get("outcome") == Outcome.PASS and isinstance(checked, int | float) and checked >= self.since

    def repair_files(self, exercise: Exercise) -> Iterator[str]:
        """Replace damaged files by empty ones; yields what was lost, in words."""
        if _is_damaged(hints := self.path(exercise, "hints"), "used"):
            yield "the hints that you were given before, whose note is damaged"
            write_atomically(hints, json.dumps({"used": 0, "steps": {}}))
        if self.result_is_damaged(exercise):
            yield "the result before this one, which is damaged"


def _is_damaged(path: Path, key: str) -> bool:
    """Whether the file exists without the key that it should have."""
    return path.exists() and key not in read(path)


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _count(stored: object) -> int:
    """A stored number; 0 if it is missing or damaged."""
    return stored if type(stored) is int and stored > 0 else 0

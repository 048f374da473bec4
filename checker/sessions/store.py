"""What is kept of a lab's exercises on one cluster, so that it outlives a process: JSON in the state folder.

=============================  ========================================================
file                           holds
=============================  ========================================================
``current.json``               which exercise is under way, since when, and a digest of its baseline
``EXERCISE.baseline.json``     how things were at its start
``EXERCISE.hints.json``        the hints that were used
``EXERCISE.result.json``       the last result
=============================  ========================================================

Each is written whole or not at all. What is damaged counts as missing.
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
    """Where all is kept that was begun on that cluster."""
    return state_folder() / "attempts" / f"{cluster.engine}-{cluster.folder.name}"


def read(path: Path) -> dict[str, Any]:
    """A kept document; empty where there is none or it is damaged."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


class Store:
    """The files of one lab in one namespace: all in ``folder``, which lies in a folder of the namespace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, exercise: Exercise, what: str) -> Path:
        return self.folder / f"{exercise.name}.{what}.json"

    # ---- which exercise is under way

    @property
    def ticket(self) -> Path:
        return self.folder / "current.json"

    @property
    def current(self) -> str:
        """The name of the exercise that the namespace is in, or nothing."""
        return str(read(self.ticket).get("exercise", ""))

    @property
    def ticket_is_damaged(self) -> bool:
        return _is_damaged(self.ticket, "exercise")

    @property
    def since(self) -> float:
        """When it was begun, in seconds since the epoch; 0 where nobody knows."""
        since = read(self.ticket).get("since")
        return float(since) if isinstance(since, int | float) else 0.0

    def end_all(self) -> None:
        """From here on, nothing that was started before can be judged: no other lab of this namespace, either."""
        for folder in {self.folder, *(path.parent for path in self.folder.parent.glob("*/current.json"))}:
            write_atomically(folder / "current.json", json.dumps({"exercise": ""}))

    def begin(self, exercise: Exercise, baseline: Snapshot) -> None:
        """Note that it is under way, from this state on."""
        text = json.dumps(baseline.to_dict())
        write_atomically(self.path(exercise, "baseline"), text)
        for old in self.folder.glob(f"{exercise.name}.*.recording.*"):
            old.unlink(missing_ok=True)
        ticket = {"exercise": exercise.name, "since": time.time(), "baseline": _digest(text.encode())}
        write_atomically(self.ticket, json.dumps(ticket))

    def baseline(self, exercise: Exercise) -> Snapshot | None:
        """How things were at the start; None where that is not known any more."""
        try:
            text = self.path(exercise, "baseline").read_bytes()
            if read(self.ticket).get("baseline") != _digest(text):
                return None
            baseline = Snapshot.from_dict(json.loads(text))
            return baseline if baseline.raw.keys() >= lists(exercise.watches).keys() else None
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def recording(self, exercise: Exercise) -> Path:
        # Each beginning has a file of its own: the recorder of the one before may be about to end.
        return self.folder / f"{exercise.name}.{round(1000 * self.since)}.recording.jsonl"

    # ---- what tells of the learner

    def hints_used(self, exercise: Exercise) -> int:
        return _count(read(self.path(exercise, "hints")).get("used"))

    def next_hint(self, exercise: Exercise, mistake: str, most: int) -> int:
        """Count one more hint; the step, from 1 to ``most``, that it is for this mistake."""
        path = self.path(exercise, "hints")
        kept = read(path)
        steps = kept["steps"] if isinstance(kept.get("steps"), dict) else {}
        step = min(_count(steps.get(mistake)) + 1, most)
        steps[mistake] = step
        write_atomically(path, json.dumps({"used": _count(kept.get("used")) + 1, "steps": steps}))
        return step

    def keep_result(self, exercise: Exercise, result: Result) -> None:
        write_atomically(self.path(exercise, "result"), json.dumps(result.to_dict()))

    def last_result(self, exercise: Exercise) -> dict[str, Any]:
        """The last result as it was kept; empty where there is none or it is damaged."""
        kept = read(self.path(exercise, "result"))
        whole = kept.get("outcome") in tuple(Outcome) and isinstance(kept.get("points"), int | float)
        return kept if whole else {}

    def result_is_damaged(self, exercise: Exercise) -> bool:
        return self.path(exercise, "result").exists() and not self.last_result(exercise)

    def passed(self, exercise: Exercise) -> bool:
        """Was it passed when it was checked last, since it was begun?"""
        last = self.last_result(exercise)
        checked = last.get("checked")
        return last.get("outcome") == Outcome.PASS and isinstance(checked, int | float) and checked >= self.since

    def repaired_files(self, exercise: Exercise) -> Iterator[str]:
        """What cannot be read any more, in words. It begins again from nothing."""
        if _is_damaged(hints := self.path(exercise, "hints"), "used"):
            yield "the hints that you were given before, whose note is damaged"
            write_atomically(hints, json.dumps({"used": 0, "steps": {}}))
        if self.result_is_damaged(exercise):
            yield "the result before this one, which is damaged"


def _is_damaged(path: Path, holds: str) -> bool:
    """Is there something, and not what it should hold?"""
    return path.exists() and holds not in read(path)


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _count(kept: object) -> int:
    """A number that was kept; 0 where it is missing or damaged."""
    return kept if type(kept) is int and kept > 0 else 0

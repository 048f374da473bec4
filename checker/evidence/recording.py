"""What happened between an exercise's start and its check: a file of JSON lines, and the views of it that goals use.

One line is one change, as a watch of the API told it, or a gap::

    {"at": 1790000000.1, "kind": "pods", "type": "MODIFIED", "object": {…}}
    {"at": 1790000007.5, "kind": "pods", "gap": "too old resource version"}
    {"at": 1790000009.2, "ours": 812, "until": 845}

The last says that the checker itself was at work, between two resourceVersions: a proof.

``object`` is the API's own, without ``metadata.managedFields``' contents: only who wrote, and when, is kept.
``driftlab.checker.sessions.recorder`` writes it; nothing here talks to a cluster.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from driftlab.checker.objects.views import Deployment, Pod

#: Bytes that one exercise's recording may have; then it ends, and says so.
MOST_BYTES = 32 << 20
FULL = "it is full: too much has happened"

#: Seconds after which whatever happens is nobody's proof any more, also where the end of the proof was never noted.
MOST_PROOF_S = 90.0


class EvidenceMissing(Exception):
    """A goal needs a part of the recording that is not there: the goal is an ERROR, never a FAIL or a false PASS."""


@dataclass(frozen=True)
class Change:
    """One object, as it was from ``at`` on (seconds since the epoch). ``type``: ADDED, MODIFIED or DELETED.

    ``ours``: it happened while the checker disturbed the cluster to prove something.
    """

    at: float
    kind: str
    type: str
    raw: Mapping[str, Any]
    ours: bool = False

    @property
    def name(self) -> str:
        return str(self.raw["metadata"]["name"])

    @property
    def uid(self) -> str:
        return str(self.raw["metadata"]["uid"])

    @property
    def version(self) -> int:
        """The resourceVersion. They can be ordered: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions"""
        return int(self.raw["metadata"]["resourceVersion"])


@dataclass(frozen=True)
class Gap:
    """From here on, something may have happened unseen. ``kind`` is empty where it may be anything."""

    at: float
    kind: str
    reason: str


NOTHING = Gap(0.0, "", "nothing was recorded")


@dataclass(frozen=True)
class Recording:
    """All changes in the order in which they happened, over all kinds."""

    changes: tuple[Change, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def gap_in(self, *kinds: str) -> Gap | None:
        """The first gap in which a change of one of ``kinds`` may have been missed."""
        return next((gap for gap in self.gaps if not gap.kind or gap.kind in kinds), None)

    def require(self, *kinds: str) -> None:
        """Raise EvidenceMissing where a change of one of ``kinds`` may have been missed."""
        if gap := self.gap_in(*kinds):
            raise EvidenceMissing(f"the recording has a gap ({gap.reason})")

    def until(self, version: int) -> "Recording":
        """Up to and with one resourceVersion: what a snapshot of that version can know of."""
        if not self.changes or self.changes[-1].version <= version:
            return self
        return replace(self, changes=tuple(change for change in self.changes if change.version <= version))

    def of_kind(self, kind: str) -> Iterator[Change]:
        return (change for change in self.changes if change.kind == kind)

    @cached_property
    def newest(self) -> Mapping[tuple[str, str], Change]:
        """The last change of each object: by kind and UID."""
        return {(change.kind, change.uid): change for change in self.changes}

    def shows(self, kind: str, objects: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]]) -> bool:
        """Does it tell of the present ``objects`` of a kind, given those from ``before`` it began?

        What went away in a gap, it cannot tell.
        """
        known = {raw["metadata"]["uid"]: raw["metadata"]["resourceVersion"] for raw in before}
        for (of, uid), change in self.newest.items():
            if of == kind:
                if change.type == "DELETED":
                    known.pop(uid, None)
                else:
                    known[uid] = change.raw["metadata"]["resourceVersion"]
        now = {raw["metadata"]["uid"]: raw["metadata"]["resourceVersion"] for raw in objects}
        torn = any(gap.kind in ("", kind) for gap in self.gaps)
        return (torn or known.keys() <= now.keys()) and all(int(known.get(uid, 0)) >= int(now[uid]) for uid in now)


def read(path: Path) -> Recording:
    """The recording in ``path``; where there is none, one with a gap. Lines that are damaged are gaps."""
    tape = RecordingReader(path)
    tape.read_new()
    return tape.recording


class RecordingReader:
    """Reads a recording that grows: each time, only what is new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rewind(0)

    def _rewind(self, file: int) -> None:
        self.file, self.offset = file, 0
        self._changes: list[Change] = []
        self._gaps: list[Gap] = []
        #: by the resourceVersion at which it began: when that was, and the one at which it ended
        self._proofs: dict[int, tuple[float, int | None]] = {}

    def read_new(self) -> None:
        """Read on to the end. A last line that is not whole yet is left for the next time."""
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self.file or found.st_size < self.offset:  # another recording has begun
                    self._rewind(found.st_ino)
                file.seek(self.offset)
                text = file.read()
        except FileNotFoundError:
            self._rewind(0)
            return
        whole = text[: text.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.split(b"\n"):
            if line:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
            if "ours" in said:
                begin, until = int(said["ours"]), said["until"]
                began, _ = self._proofs.get(begin, (float(said["at"]), None))
                self._proofs[begin] = (began, None if until is None else int(until))
            elif "gap" in said:
                self._gaps.append(Gap(float(said["at"]), str(said["kind"]), str(said["gap"])))
            else:
                change = Change(float(said["at"]), str(said["kind"]), str(said["type"]), said["object"])
                _ = change.uid, change.version, change.name
                self._changes.append(change)
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
            self._gaps.append(Gap(0.0, "", "a line of it is damaged"))

    @property
    def begun(self) -> bool:
        """Is there a file? An empty one says that nothing has happened."""
        return bool(self.file)

    @property
    def full(self) -> bool:
        return any(gap.reason == FULL for gap in self._gaps)

    @property
    def open_proofs(self) -> dict[int, int]:
        """The proofs whose end is not known, since their checks were cut off: first and last resourceVersion of each.

        The last is that of the last change that a proof of that time may have made.
        """
        return {
            begin: max(
                (change.version for change in self._changes if self._within(change, begin, began, None)), default=begin
            )
            for begin, (began, end) in self._proofs.items()
            if end is None
        }

    @property
    def recording(self) -> Recording:
        gaps = tuple(self._gaps) if self.file else (NOTHING,)
        # threads of the recorder write side by side: the API's own order is the one that counts
        ordered = sorted(self._changes, key=lambda change: change.version)
        return Recording(tuple(self._marked(change) for change in ordered), gaps)

    def _marked(self, change: Change) -> Change:
        ours = any(self._within(change, begin, *proof) for begin, proof in self._proofs.items())
        return replace(change, ours=True) if ours else change

    def _within(self, change: Change, begin: int, began: float, end: int | None) -> bool:
        """Does a change belong to a proof? One without an end lasts for as long as any proof may."""
        return begin < change.version and (change.at <= began + MOST_PROOF_S if end is None else change.version <= end)


#: Where nobody recorded: goals that need to know what happened are ERROR.
UNRECORDED = Recording(gaps=(NOTHING,))


# ---- what goals ask


def available_over_time(
    baseline: Iterable[Mapping[str, Any]], recording: Recording, belongs: Callable[[Pod], bool]
) -> Iterator[tuple[float, int]]:
    """After each change of a Pod: the time, and how many Pods that ``belongs`` chooses were ready."""
    ready = {pod.uid for pod in map(Pod, baseline) if pod.ready and belongs(pod)}
    for change in recording.of_kind("pods"):
        pod = Pod(change.raw)
        if change.type != "DELETED" and pod.ready and belongs(pod):
            ready.add(change.uid)
        else:
            ready.discard(change.uid)
        if not change.ours:
            yield change.at, len(ready)


def deployments_over_time(
    baseline: Iterable[Mapping[str, Any]], recording: Recording, name: str
) -> Iterator[tuple[float, Deployment | None]]:
    """Each state of the Deployment called ``name``, whichever object had that name; None where there was none."""
    for raw in baseline:
        if raw["metadata"]["name"] == name:
            yield 0.0, Deployment(raw)
    for change in recording.of_kind("deployments"):
        if change.name == name and not change.ours:
            yield change.at, None if change.type == "DELETED" else Deployment(change.raw)

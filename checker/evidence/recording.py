"""The recording of an exercise from its start to a check: a file of JSON lines, and functions on it that goals use.

Each line is a change, as a watch of the API reported it, or a gap::

    {"at": 1790000000.1, "kind": "pods", "type": "MODIFIED", "object": {…}}
    {"at": 1790000007.5, "kind": "pods", "gap": "too old resource version"}
    {"at": 1790000009.2, "ours": 812, "until": 845}

The last line says that the checker itself changed the cluster for a proof, between these two resourceVersions.

``object`` is that of the API. Of ``metadata.managedFields``, only the writers and times are kept, and whether an entry
manages ``spec.replicas``. ``driftlab.checker.sessions.recorder`` writes the file; nothing here uses a cluster.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from driftlab.checker.objects.views import Deployment, Pod

#: The maximum size of a recording in bytes. At the limit, recording ends with a gap.
MAX_BYTES = 32 << 20
FULL = "it is full: too much has happened"

#: The maximum duration of a proof in seconds. Later changes do not belong to it, even if its end was not recorded.
MAX_PROOF_S = 90.0


class EvidenceMissing(Exception):
    """A goal needs a part of the recording that is missing: the goal is an ERROR, never a FAIL or a false PASS."""


@dataclass(frozen=True)
class Change:
    """A new state of one object since ``at`` (seconds since the epoch). ``type``: ADDED, MODIFIED or DELETED.

    ``ours``: it happened while the checker disturbed the cluster for a proof.
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
        """The resourceVersion, as a number that can be compared:
        https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
        """
        return int(self.raw["metadata"]["resourceVersion"])


@dataclass(frozen=True)
class Gap:
    """From ``at`` on, changes may be missing: of this ``kind``, or of any kind if it is empty."""

    at: float
    kind: str
    reason: str


NO_RECORDING = Gap(0.0, "", "nothing was recorded")


@dataclass(frozen=True)
class Recording:
    """All changes of all kinds, in the order in which they happened."""

    changes: tuple[Change, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def gap_in(self, *kinds: str) -> Gap | None:
        """The first gap in which a change of one of ``kinds`` may be missing."""
        return next((gap for gap in self.gaps if not gap.kind or gap.kind in kinds), None)

    def require(self, *kinds: str) -> None:
        """Raise EvidenceMissing if a change of one of ``kinds`` may be missing."""
        if gap := self.gap_in(*kinds):
            raise EvidenceMissing(f"the recording has a gap ({gap.reason})")

    def until(self, version: int) -> "Recording":
        """The part up to and including one resourceVersion: what a snapshot of that version can contain."""
        if not self.changes or self.changes[-1].version <= version:
            return self
        return replace(self, changes=tuple(change for change in self.changes if change.version <= version))

    def of_kind(self, kind: str) -> Iterator[Change]:
        return (change for change in self.changes if change.kind == kind)

    @cached_property
    def newest(self) -> Mapping[tuple[str, str], Change]:
        """The last change of each object: by kind and UID."""
        return {(change.kind, change.uid): change for change in self.changes}

    def covers(self, kind: str, objects: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]]) -> bool:
        """Whether the recording leads from the objects ``before`` (at its start) to the present ``objects`` of a kind.

        If it has a gap, deletions may be missing.
        """
        known = {raw["metadata"]["uid"]: raw["metadata"]["resourceVersion"] for raw in before}
        for (change_kind, uid), change in self.newest.items():
            if change_kind == kind:
                if change.type == "DELETED":
                    known.pop(uid, None)
                else:
                    known[uid] = change.raw["metadata"]["resourceVersion"]
        now = {raw["metadata"]["uid"]: raw["metadata"]["resourceVersion"] for raw in objects}
        has_gap = any(gap.kind in ("", kind) for gap in self.gaps)
        return (has_gap or known.keys() <= now.keys()) and all(int(known.get(uid, 0)) >= int(now[uid]) for uid in now)


def read(path: Path) -> Recording:
    """Read the recording in ``path``. A missing file and damaged lines count as gaps."""
    reader = RecordingReader(path)
    reader.read_new()
    return reader.recording


class RecordingReader:
    """Reads a recording that is being written: each time, only the new lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rewind(0)

    def _rewind(self, file: int) -> None:
        self.file, self.offset = file, 0
        self._changes: list[Change] = []
        self._gaps: list[Gap] = []
        #: for each proof, by its first resourceVersion: the time of its begin, and its last resourceVersion
        self._proofs: dict[int, tuple[float, int | None]] = {}

    def read_new(self) -> None:
        """Read the new lines. An incomplete last line is left for the next call."""
        try:
            with self.path.open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_ino != self.file or status.st_size < self.offset:  # it is another file now
                    self._rewind(status.st_ino)
                file.seek(self.offset)
                text = file.read()
        except FileNotFoundError:
            self._rewind(0)
            return
        complete = text[: text.rfind(b"\n") + 1]
        self.offset += len(complete)
        for line in complete.split(b"\n"):
            if line:
                self._parse(line)

    def _parse(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            if "ours" in entry:
                begin, until = int(entry["ours"]), entry["until"]
                began, _ = self._proofs.get(begin, (float(entry["at"]), None))
                self._proofs[begin] = (began, None if until is None else int(until))
            elif "gap" in entry:
                self._gaps.append(Gap(float(entry["at"]), str(entry["kind"]), str(entry["gap"])))
            else:
                change = Change(float(entry["at"]), str(entry["kind"]), str(entry["type"]), entry["object"])
                _ = change.uid, change.version, change.name
                self._changes.append(change)
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError):
            self._gaps.append(Gap(0.0, "", "a line of it is damaged"))

    @property
    def exists(self) -> bool:
        """Whether there is a file. An empty one means that nothing has happened."""
        return bool(self.file)

    @property
    def full(self) -> bool:
        return any(gap.reason == FULL for gap in self._gaps)

    @property
    def open_proofs(self) -> dict[int, int]:
        """Proofs without a recorded end, because their checks were aborted: first and last resourceVersion of each.

        The last is that of the last change that the proof can have caused.
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
        gaps = tuple(self._gaps) if self.file else (NO_RECORDING,)
        # the threads of the recorder write concurrently: only the order of the API is right
        ordered = sorted(self._changes, key=lambda change: change.version)
        return Recording(tuple(self._marked(change) for change in ordered), gaps)

    def _marked(self, change: Change) -> Change:
        ours = any(self._within(change, begin, *proof) for begin, proof in self._proofs.items())
        return replace(change, ours=True) if ours else change

    def _within(self, change: Change, begin: int, began: float, end: int | None) -> bool:
        """Whether a change belongs to a proof. One without an end counts as long as a proof may last."""
        return begin < change.version and (change.at <= began + MAX_PROOF_S if end is None else change.version <= end)


#: For evidence without a recording: goals that need one are ERROR.
UNRECORDED = Recording(gaps=(NO_RECORDING,))


# ---- functions for goals


def available_over_time(
    baseline: Iterable[Mapping[str, Any]], recording: Recording, belongs: Callable[[Pod], bool]
) -> Iterator[tuple[float, int]]:
    """For each change of a Pod: the time, and the number of ready Pods for which ``belongs`` is true."""
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
    """Each state of the Deployment called ``name`` with its time, of any UID; None after a deletion."""
    for raw in baseline:
        if raw["metadata"]["name"] == name:
            yield 0.0, Deployment(raw)
    for change in recording.of_kind("deployments"):
        if change.name == name and not change.ours:
            yield change.at, None if change.type == "DELETED" else Deployment(change.raw)

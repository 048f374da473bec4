"""The recordings of a lab's exercises: start them, read them, and mark the checker's own changes in them."""

import json
import os
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from driftlab.checker.evidence.recording import Gap, Recording, RecordingReader
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.sessions import recorder
from driftlab.checker.sessions.store import Store, read
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.waiting import poll

if TYPE_CHECKING:
    from pathlib import Path

#: The maximum time in seconds until a recorder, perhaps a new one, has written all changes.
RECORDER_TIMEOUT_S = 10.0
#: The time in seconds to wait for a recorder to start, before starting another one.
START_TIMEOUT_S = 5.0


class Recordings:
    """The recordings of one lab in one namespace of one cluster."""

    def __init__(self, cluster: Cluster, namespace: str, store: Store) -> None:
        self.cluster, self.namespace, self.store = cluster, namespace, store
        self._readers: dict[Path, RecordingReader] = {}
        self._starting_until: dict[Path, float] = {}

    def begin(self, exercise: Exercise) -> None:
        """Start a recorder, unless one is running or the recording is full."""
        path = self.store.recording(exercise)
        if (
            time.monotonic() < self._starting_until.get(path, 0)
            or recorder.is_recording(path)
            or self.reader(exercise).full
        ):
            return
        self._starting_until[path] = time.monotonic() + START_TIMEOUT_S
        recorder.spawn(
            kubeconfig=self.cluster.kubeconfig,
            namespace=self.namespace,
            since=str(read(self.store.path(exercise, "baseline")).get("resource_version", "")),
            recording=path,
            ticket=self.store.ticket,
            watches=exercise.watches,
        )

    def reader(self, exercise: Exercise) -> RecordingReader:
        """The reader of the recording, which has read it to its end."""
        path = self.store.recording(exercise)
        reader = self._readers.setdefault(path, RecordingReader(path))
        reader.read_new()
        return reader

    def until(self, exercise: Exercise, baseline: Snapshot, now: Snapshot) -> Recording:
        """The recording up to ``now``. If the recorder does not get there in time, the recording ends with a gap."""
        for _ in poll(RECORDER_TIMEOUT_S, every_s=0.02):
            self.begin(exercise)
            reader = self.reader(exercise)
            recording = reader.recording.until(int(now.resource_version))
            incomplete = (kind for kind in now.raw if not recording.covers(kind, now.raw[kind], baseline.raw[kind]))
            if reader.full or (reader.exists and not any(incomplete)):
                return recording
        gap = Gap(time.time(), "", "what happened last is not in it yet")
        return replace(recording, gaps=(*recording.gaps, gap))

    def mark(self, exercise: Exercise, begin: int, until: int | None) -> None:
        """Mark the changes after one resourceVersion, up to ``until`` if it is known, as the checker's own."""
        line = json.dumps({"at": time.time(), "ours": begin, "until": until})
        with suppress(FileNotFoundError):  # creating the file would make it look like an empty recording
            descriptor = os.open(self.store.recording(exercise), os.O_WRONLY | os.O_APPEND)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                file.write(f"\n{line}\n".encode())  # a new line, even if the last one is incomplete

"""The recordings of a lab's exercises: begin them, read them, and note in them when the checker itself is at work."""

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

if TYPE_CHECKING:
    from pathlib import Path

#: Seconds within which a recorder, if need be a new one, has written down what has happened.
RECORDER_S = 10.0
#: Seconds that a recorder is given to begin, before another one is started.
BEGIN_S = 5.0


class Recordings:
    """Those of one lab in one namespace of one cluster."""

    def __init__(self, cluster: Cluster, namespace: str, store: Store) -> None:
        self.cluster, self.namespace, self.store = cluster, namespace, store
        self._readers: dict[Path, RecordingReader] = {}
        self._asked_until: dict[Path, float] = {}

    def begin(self, exercise: Exercise) -> None:
        """Start a recorder, unless one is at work, or the recording is full."""
        path = self.store.recording(exercise)
        if time.monotonic() < self._asked_until.get(path, 0) or recorder.runs(path) or self.reader(exercise).full:
            return
        self._asked_until[path] = time.monotonic() + BEGIN_S
        recorder.spawn(
            kubeconfig=self.cluster.kubeconfig,
            namespace=self.namespace,
            since=str(read(self.store.path(exercise, "baseline")).get("resource_version", "")),
            recording=path,
            ticket=self.store.ticket,
            watches=exercise.watches,
        )

    def reader(self, exercise: Exercise) -> RecordingReader:
        """Has read the recording to its end."""
        path = self.store.recording(exercise)
        reader = self._readers.setdefault(path, RecordingReader(path))
        reader.read_new()
        return reader

    def until(self, exercise: Exercise, baseline: Snapshot, now: Snapshot) -> Recording:
        """The recording up to ``now``. If it does not get there in time, it has a gap at its end."""
        deadline = time.monotonic() + RECORDER_S
        while True:
            self.begin(exercise)
            reader = self.reader(exercise)
            recording = reader.recording.until(int(now.resource_version))
            behind = (kind for kind in now.raw if not recording.shows(kind, now.raw[kind], baseline.raw[kind]))
            if reader.full or (reader.begun and not any(behind)):
                return recording
            if time.monotonic() > deadline:
                gap = Gap(time.time(), "", "what happened last is not in it yet")
                return replace(recording, gaps=(*recording.gaps, gap))
            time.sleep(0.02)

    def mark(self, exercise: Exercise, begin: int, until: int | None) -> None:
        """Note that the checker causes what happens after one resourceVersion, and until another if that is known."""
        line = json.dumps({"at": time.time(), "ours": begin, "until": until})
        with suppress(FileNotFoundError):  # one that is not there would seem to be empty
            descriptor = os.open(self.store.recording(exercise), os.O_WRONLY | os.O_APPEND)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                file.write(f"\n{line}\n".encode())  # on a line of its own, whatever was there

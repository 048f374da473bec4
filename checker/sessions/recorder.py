"""Record what happens in a lab's namespace while an exercise is under way: ``python -m …sessions.recorder``.

A process of its own, so that it outlives kernels and terminals. There is one for each
exercise under way (it holds a lock); it ends when the exercise is over, when its
cluster or its file is deleted, and when the recording is full. After a break it goes on where it
had stopped; what the API server no longer knows by then is marked as a gap.

https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

import argparse
import hashlib
import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from driftlab.checker.evidence.recording import FULL, MOST_BYTES, RecordingReader
from driftlab.checker.evidence.snapshot import lean, lists
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import make_folder
from driftlab.clusters.kubernetes.client import ApiRefused, Client

#: The API server ends a watch after so long; a server that is silent for longer is gone.
WATCH_S = 240
SILENCE_S = WATCH_S + 30.0
#: How often the recorder looks whether it is still wanted.
LOOK_S = 1.0
#: Between two watches, also where each of them ends at once.
PAUSE_S = 0.2
#: Whoever asks whether a recorder runs holds its lock for a moment: not a reason to give up.
LOCK_S = 3.0


def lock_of(recording: Path) -> Path:
    return recording.with_suffix(".lock")


def runs(recording: Path) -> bool:
    """Is somebody recording into this file?"""
    try:
        with FileLock(lock_of(recording), timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def spawn(
    *, kubeconfig: Path, namespace: str, since: str, recording: Path, ticket: Path, watches: Sequence[str] = ()
) -> None:
    """Start recording, unless somebody does; the kinds in ``watches``, too.

    ``since``: the baseline's resourceVersion. ``ticket``: a file that says which exercise
    is under way; once its text is another one than now, the recorder ends.
    """
    make_folder(recording.parent)
    module, environment = processes.module_command("driftlab.checker.sessions.recorder")
    command = [
        *module,
        "--kubeconfig", str(kubeconfig),
        "--namespace", namespace,
        "--since", since,
        "--recording", str(recording),
        "--ticket", str(ticket),
        "--wanted", _digest(ticket),
        "--watches", *watches,
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    # It outlives us as a rule; where it does not, it leaves no zombie.
    threading.Thread(target=process.wait, daemon=True).start()


def _digest(ticket: Path) -> str:
    """By which the text of a ticket is known again; empty where there is none."""
    try:
        return hashlib.sha256(ticket.read_bytes()).hexdigest()
    except OSError:
        return ""


class Recorder:
    """Watches the usual kinds, and those in ``watches``, and appends to one file."""

    def __init__(
        self, client: Client, namespace: str, since: str, recording: Path, watches: Sequence[str] = ()
    ) -> None:
        self.lists = lists(("events", *watches))
        self.client, self.namespace, self.path = client, namespace, recording
        self.over = threading.Event()
        self.lock = threading.Lock()
        _remove_incomplete_line(recording)
        self.file = recording.open("ab", buffering=0)
        tape = RecordingReader(recording)
        tape.read_new()
        if tape.full:
            self.over.set()
        #: for each kind, the resourceVersion up to which everything is written
        self.from_version = dict.fromkeys(self.lists, since)
        for change in tape.recording.changes:
            if change.kind in self.lists and change.version > int(self.from_version[change.kind]):
                self.from_version[change.kind] = str(change.version)

    def watch(self, kind: str) -> None:
        """Follow one kind until it is over."""
        path = self.lists[kind].format(namespace=self.namespace)
        pause = PAUSE_S
        while not self.over.is_set():
            try:
                try:
                    self._follow(kind, path)
                    pause = PAUSE_S
                except ApiRefused as refusal:
                    if refusal.status == 401:
                        self.client = self.client.reload()
                    if refusal.status != 410:
                        raise
                    self._list_again(kind, path, refusal.message)
            except Exception:  # a break of whatever kind: what was not written yet is asked for again
                pause = min(5.0, pause * 2)
            self.over.wait(pause)

    def _follow(self, kind: str, path: str) -> None:
        query = {"watch": "1", "allowWatchBookmarks": "true", "timeoutSeconds": str(WATCH_S)}
        version = self.from_version[kind]
        with self.client.stream(path, silence_s=SILENCE_S, resourceVersion=version, **query) as events:
            for event in events:
                if event["type"] == "ERROR":
                    status = event["object"]
                    raise ApiRefused(
                        int(status.get("code", 500)), status.get("reason", ""), str(status.get("message", ""))
                    )
                if event["type"] != "BOOKMARK":
                    self._write({"kind": kind, "type": event["type"], "object": lean(event["object"])})
                self.from_version[kind] = event["object"]["metadata"]["resourceVersion"]

    def _list_again(self, kind: str, path: str, reason: str) -> None:
        """The API server has forgotten what happened since: say so, and go on from the present."""
        document = self.client.get(path)
        self._write({"kind": kind, "gap": reason})
        for item in document["items"]:
            self._write({"kind": kind, "type": "MODIFIED", "object": lean(item)})
        self.from_version[kind] = document["metadata"]["resourceVersion"]

    def _write(self, said: Mapping[str, Any]) -> None:
        line = json.dumps({"at": time.time(), **said}, separators=(",", ":")).encode() + b"\n"
        with self.lock:
            if self.over.is_set():
                return
            if self.file.tell() + len(line) > MOST_BYTES:
                full = {"at": time.time(), "kind": "", "gap": FULL}
                self.file.write(json.dumps(full).encode() + b"\n")
                self.over.set()
                return
            self.file.write(line)


def _remove_incomplete_line(recording: Path) -> None:
    """One that was killed may have left half a line. What it was about is asked for again."""
    with recording.open("a+b", buffering=0) as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--kubeconfig", "--recording", "--ticket"):
        parser.add_argument(option, type=Path, required=True)
    for option in ("--namespace", "--since", "--wanted"):
        parser.add_argument(option, required=True)
    parser.add_argument("--watches", nargs="*", default=[])
    options = parser.parse_args()

    def wanted() -> bool:
        there = bool(options.kubeconfig.exists() and options.recording.exists())
        return there and _digest(options.ticket) == options.wanted

    if not options.wanted or _digest(options.ticket) != options.wanted:
        return  # it was over before this process had come to life
    try:
        with FileLock(lock_of(options.recording), timeout=LOCK_S):
            client = Client(options.kubeconfig)
            recorder = Recorder(client, options.namespace, options.since, options.recording, options.watches)
            for kind in recorder.lists:
                threading.Thread(target=recorder.watch, args=(kind,), daemon=True).start()
            while not recorder.over.wait(LOOK_S):
                if not wanted():
                    recorder.over.set()
    except Timeout:  # somebody else is at it
        return


if __name__ == "__main__":
    main()

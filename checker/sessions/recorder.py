"""Record the changes in a lab's namespace while an exercise is under way: ``python -m …sessions.recorder``.

It is a separate process, so that it outlives kernels and terminals. Each exercise under way has one, which holds a
lock; it ends when the exercise is over, when its cluster or its file is deleted, and when the recording is full. After
an interruption it continues at its last resourceVersion; if the API server no longer has the changes since then, it
writes a gap.

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

from driftlab.checker.evidence.recording import FULL, MAX_BYTES, RecordingReader
from driftlab.checker.evidence.snapshot import lean, lists
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import make_folder
from driftlab.clusters.kubernetes.client import ApiRefused, Client

#: The duration of a watch in seconds, and the silence after which the connection counts as broken.
WATCH_S = 240
SILENCE_S = WATCH_S + 30.0
#: The interval in seconds at which the recorder checks whether its exercise is still under way.
POLL_S = 1.0
#: The pause in seconds between two watches, even if each of them ends immediately.
PAUSE_S = 0.2
#: How long to wait for the lock in seconds: ``is_recording`` in another process holds it for a moment.
LOCK_TIMEOUT_S = 3.0


def lock_path(recording: Path) -> Path:
    return recording.with_suffix(".lock")


def is_recording(recording: Path) -> bool:
    """Whether a process is recording into this file."""
    try:
        with FileLock(lock_path(recording), timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def spawn(
    *, kubeconfig: Path, namespace: str, since: str, recording: Path, ticket: Path, watches: Sequence[str] = ()
) -> None:
    """Start a recorder of the usual kinds and of those in ``watches``, unless one is running.

    ``since``: the resourceVersion of the baseline. ``ticket``: the file that names the exercise under way; the recorder
    ends as soon as its content changes.
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
    # it usually outlives this process; if it ends earlier, waiting for it avoids a zombie
    threading.Thread(target=process.wait, daemon=True).start()


def _digest(ticket: Path) -> str:
    """A digest of the content of a ticket; empty if it does not exist."""
    try:
        return hashlib.sha256(ticket.read_bytes()).hexdigest()
    except OSError:
        return ""


class Recorder:
    """Watches the usual kinds and those in ``watches``, and appends the changes to one file."""

    def __init__(
        self, client: Client, namespace: str, since: str, recording: Path, watches: Sequence[str] = ()
    ) -> None:
        self.lists = lists(("events", *watches))
        self.client, self.namespace, self.path = client, namespace, recording
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        _remove_incomplete_line(recording)
        self.file = recording.open("ab", buffering=0)
        reader = RecordingReader(recording)
        reader.read_new()
        if reader.full:
            self.stopped.set()
        #: for each kind, the resourceVersion up to which all changes are written
        self.from_version = dict.fromkeys(self.lists, since)
        for change in reader.recording.changes:
            if change.kind in self.lists and change.version > int(self.from_version[change.kind]):
                self.from_version[change.kind] = str(change.version)

    def watch(self, kind: str) -> None:
        """Record one kind until the recorder is stopped."""
        path = self.lists[kind].format(namespace=self.namespace)
        pause = PAUSE_S
        while not self.stopped.is_set():
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
            except Exception:  # after any error, the changes that are not written yet are requested again
                pause = min(5.0, pause * 2)
            self.stopped.wait(pause)

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
        """Write a gap, because the API server no longer has the changes, and continue from the present state."""
        document = self.client.get(path)
        self._write({"kind": kind, "gap": reason})
        for item in document["items"]:
            self._write({"kind": kind, "type": "MODIFIED", "object": lean(item)})
        self.from_version[kind] = document["metadata"]["resourceVersion"]

    def _write(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps({"at": time.time(), **entry}, separators=(",", ":")).encode() + b"\n"
        with self.lock:
            if self.stopped.is_set():
                return
            if self.file.tell() + len(line) > MAX_BYTES:
                full = {"at": time.time(), "kind": "", "gap": FULL}
                self.file.write(json.dumps(full).encode() + b"\n")
                self.stopped.set()
                return
            self.file.write(line)


def _remove_incomplete_line(recording: Path) -> None:
    """Remove an incomplete last line of a killed recorder. Its change is requested again."""
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

    def still_wanted() -> bool:
        files_exist = bool(options.kubeconfig.exists() and options.recording.exists())
        return files_exist and _digest(options.ticket) == options.wanted

    if not options.wanted or _digest(options.ticket) != options.wanted:
        return  # the exercise ended before this process started
    try:
        with FileLock(lock_path(options.recording), timeout=LOCK_TIMEOUT_S):
            client = Client(options.kubeconfig)
            recorder = Recorder(client, options.namespace, options.since, options.recording, options.watches)
            for kind in recorder.lists:
                threading.Thread(target=recorder.watch, args=(kind,), daemon=True).start()
            while not recorder.stopped.wait(POLL_S):
                if not still_wanted():
                    recorder.stopped.set()
    except Timeout:  # another process is recording
        return


if __name__ == "__main__":
    main()

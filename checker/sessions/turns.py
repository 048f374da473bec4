"""Turns of processes that start exercises in a namespace: one at a time, and the last one wins."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from driftlab.checker.sessions.store import read
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host.files import lock_if_free, write_atomically
from driftlab.clusters.waiting import poll

#: The interval in seconds at which a waiting process tries to get the lock.
POLL_S = 0.1


class Overtaken(DriftlabError):
    """Another exercise, or the same one again, began in the namespace before this one was ready."""


class Turn:
    """The right to start an exercise in a namespace. ``folder``: the state folder of the namespace."""

    def __init__(self, folder: Path, exercise: str) -> None:
        self.path, self.exercise, self.token = folder / "turn.json", exercise, secrets.token_hex(8)

    def stop_reason(self) -> str:
        """Why this process must stop, in a few words; empty while it has the turn."""
        current = read(self.path)
        if current.get("token", self.token) == self.token:
            return ""
        other = current.get("exercise")
        event = "it was begun once more by another process" if other == self.exercise else f"{other} began"
        return f"was stopped: {event} in the namespace {self.path.parent.name} meanwhile"

    def check(self) -> None:
        """Raise Overtaken if another process has the turn."""
        if why := self.stop_reason():
            raise Overtaken(f"{self.exercise} {why}.", next_step=f"driftlab start {self.exercise}")


@contextmanager
def take_turn(folder: Path, exercise: str) -> Iterator[Turn]:
    """Take the turn, and hold it until the end of the block. Raises Overtaken.

    After another process has taken the turn, every DriftlabError is replaced by Overtaken, because that process caused
    it.
    """
    turn = Turn(folder, exercise)
    write_atomically(turn.path, json.dumps({"token": turn.token, "exercise": exercise}))
    lock = _lock(turn)
    with lock:
        try:
            yield turn
        except DriftlabError:
            turn.check()
            raise


@contextmanager
def _lock(turn: Turn) -> Iterator[None]:
    path = turn.path.with_suffix(".lock")
    for _ in poll(every_s=POLL_S):
        turn.check()
        with lock_if_free(path) as free:
            if free:
                yield
                return

"""Who begins an exercise in a namespace: one process at a time, and whoever came last."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from driftlab.checker.sessions.store import read
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host.files import lock_if_free, write_atomically

#: How often somebody who waits looks whether the one before has noticed that the turn is over.
LOOK_S = 0.1


class Overtaken(DriftlabError):
    """Another exercise began in the namespace, or the same one again, before this one was there."""


class Turn:
    """``folder``: what is kept of the namespace."""

    def __init__(self, folder: Path, exercise: str) -> None:
        self.path, self.exercise, self.token = folder / "turn.json", exercise, secrets.token_hex(8)

    def over(self) -> str:
        """Why there is nothing left to be done, in a few words; empty while it is our turn."""
        said = read(self.path)
        if said.get("token", self.token) == self.token:
            return ""
        other = said.get("exercise")
        told = "it was begun once more by another process" if other == self.exercise else f"{other} began"
        return f"was stopped: {told} in the namespace {self.path.parent.name} meanwhile"

    def check(self) -> None:
        """Raise Overtaken where it is somebody else's turn."""
        if why := self.over():
            raise Overtaken(f"{self.exercise} {why}.", next_step=f"driftlab start {self.exercise}")


@contextmanager
def taken(folder: Path, exercise: str) -> Iterator[Turn]:
    """Nobody else begins anything in the namespace until we are done or give way. Raises Overtaken.

    What goes wrong after somebody else has come, went wrong because of them.
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
    while True:
        turn.check()
        with lock_if_free(path) as free:
            if free:
                yield
                return
        time.sleep(LOOK_S)

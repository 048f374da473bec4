"""Who begins an exercise in a namespace: one at a time, and whoever came last."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from driftlab.checker.sessions import turns
from driftlab.checker.sessions.turns import Overtaken, Turn, take_turn
from driftlab.clusters.errors import CommandFailed

PATIENCE_S = 20


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "self-healing"
    made.mkdir()
    return made


def begin(folder, exercise, done, until=lambda turn: None):
    """Begin an exercise, and note it where nobody else came."""
    with take_turn(folder, exercise) as turn:
        until(turn)
        turn.check()
        done.append(exercise)


def held_until_overtaken(begun):
    """What a start does that takes long: it looks now and then whether it is still wanted."""

    def until(turn):
        begun.set()
        deadline = time.monotonic() + PATIENCE_S
        while not turn.stop_reason() and time.monotonic() < deadline:
            time.sleep(0.01)

    return until


def test_who_is_alone_is_not_disturbed(folder):
    done = []
    begin(folder, "02-self-healing/one-pod", done)
    begin(folder, "02-self-healing/one-pod", done)
    assert len(done) == 2


def test_of_three_that_begin_at_once_the_last_one_begins_and_the_others_say_so_at_once(folder):
    done, first_is_at_it, began = [], threading.Event(), time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(begin, folder, "02-self-healing/one-pod", done, held_until_overtaken(first_is_at_it))
        assert first_is_at_it.wait(PATIENCE_S)
        second = pool.submit(begin, folder, "02-self-healing/all-pods", done)
        third = pool.submit(begin, folder, "02-self-healing/orphan", done)
        told = [one.exception(PATIENCE_S) for one in (first, second, third)]
    assert time.monotonic() - began < PATIENCE_S / 2
    assert isinstance(told[0], Overtaken)
    assert "02-self-healing/" in told[0].message
    assert told[0].next_step == "driftlab start 02-self-healing/one-pod"
    assert told[1:].count(None) >= 1, "whoever came last has begun"
    assert done
    assert all(one is None or isinstance(one, Overtaken) for one in told)


def test_the_same_exercise_twice_is_told_as_that(folder):
    before = Turn(folder, "02-self-healing/one-pod")
    with take_turn(folder, "02-self-healing/one-pod"):
        pass
    assert "02-self-healing/one-pod was stopped: it was begun once more by another process" in str(_refusal(before))
    assert "in the namespace self-healing" in str(_refusal(before))


def _refusal(turn):
    with pytest.raises(Overtaken) as told:
        turn.check()
    return told.value


def test_who_waits_for_the_one_before_is_overtaken_while_waiting(folder):
    """It does not wait until that one has ended: nothing is left for it to do."""
    waiting = threading.Event()
    with take_turn(folder, "a/first"), ThreadPoolExecutor(1) as pool:
        second = pool.submit(begin, folder, "a/second", [], lambda turn: waiting.set())
        turn_of_second = _written(folder, "a/second")
        _say(folder, "a/third")
        assert isinstance(second.exception(PATIENCE_S), Overtaken)
        assert turn_of_second
        assert not waiting.is_set()


def _written(folder, exercise):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if json.loads((folder / "turn.json").read_text())["exercise"] == exercise:
            return True
        time.sleep(0.01)
    return False


def _say(folder, exercise):
    (folder / "turn.json").write_text(json.dumps({"token": "another", "exercise": exercise}))


def test_what_goes_wrong_since_somebody_else_came_is_told_as_that(folder):
    with pytest.raises(Overtaken) as told:
        begin(folder, "a/first", [], lambda turn: (_say(folder, "a/second"), _fail(turn)))
    assert "a/second began" in told.value.message
    with pytest.raises(CommandFailed):
        begin(folder, "a/first", [], _fail)


def _fail(turn):
    raise CommandFailed("kubectl ended with exit code 1.")


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}"])
def test_a_note_that_is_damaged_or_gone_stops_nobody(folder, content):
    with take_turn(folder, "a/first") as turn:
        (folder / "turn.json").unlink()
        if content is not None:
            (folder / "turn.json").write_text(content)
        assert turn.stop_reason() == ""


def test_a_turn_ends_with_whoever_has_it(folder, monkeypatch):
    """Also with an error: the next one does not wait for ever."""
    monkeypatch.setattr(turns, "POLL_S", 0.01)
    with pytest.raises(ZeroDivisionError), take_turn(folder, "a/first"):
        _ = 1 / 0
    begin(folder, "a/second", done := [])
    assert done

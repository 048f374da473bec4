"""The recordings of a lab's exercises: who records, how far they are read, and which changes are the checker's own."""

import json

import pytest
from filelock import FileLock

from driftlab.checker.evidence.recording import FULL
from driftlab.checker.sessions import recorder, recordings
from driftlab.checker.sessions.recordings import Recordings
from driftlab.checker.sessions.store import Store
from tests.unit.evidence_by_hand import exercise, family, line, newer, pod, snapshot
from tests.unit.smallest_cluster import Smallest

pytestmark = pytest.mark.usefixtures("neutral")

BEFORE = snapshot(*family())
P_9_FOR_P_3 = [line("DELETED", newer(pod("p-3"), 150)), line("ADDED", newer(pod("p-9"), 160))]


def now(*pods, version="200"):
    return snapshot(*family()[:2], *pods, version=version)


AFTER = now(pod("p-1"), pod("p-2"), newer(pod("p-9"), 160))


@pytest.fixture
def one():
    return exercise(1)


@pytest.fixture
def kept(tmp_path, one):
    """The store of a lab in which the exercise was begun."""
    made = Store(tmp_path / "self-healing" / "09-by-hand")
    made.begin(one, BEFORE)
    return made


@pytest.fixture
def spawned(monkeypatch):
    """The recorders that were started. They are not run here: test_recorder.py does that."""
    told = []
    monkeypatch.setattr(recorder, "spawn", lambda **options: told.append(options))
    return told


@pytest.fixture
def made(kept, spawned):
    return Recordings(Smallest("mine"), "self-healing", kept)


def write(path, *lines):
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in lines)


# ---- who records


def test_a_recorder_starts_at_the_version_of_the_baseline(made, kept, one, spawned):
    made.begin(one)
    (told,) = spawned
    assert (told["since"], told["namespace"]) == (BEFORE.resource_version, "self-healing")
    assert (told["recording"], told["ticket"]) == (kept.recording(one), kept.ticket)


def test_no_second_recorder_is_started(made, kept, one, spawned):
    with FileLock(recorder.lock_path(kept.recording(one))):
        made.begin(one)
    assert spawned == []


@pytest.mark.parametrize(("patience_s", "started"), [(600.0, 1), (0.0, 3)])
def test_a_recorder_that_is_about_to_begin_is_given_time(made, one, spawned, monkeypatch, patience_s, started):
    """Otherwise every check would start another one."""
    monkeypatch.setattr(recordings, "START_TIMEOUT_S", patience_s)
    for _ in range(3):
        made.begin(one)
    assert len(spawned) == started


def test_a_full_recording_gets_no_new_recorder(made, kept, one, spawned):
    write(kept.recording(one), {"at": 1.0, "kind": "", "gap": FULL})
    made.begin(one)
    assert spawned == []


# ---- what it tells


def test_changes_after_the_snapshot_are_left_out(made, kept, one):
    later = line("ADDED", newer(pod("p-8"), 250))
    write(kept.recording(one), *P_9_FOR_P_3, later)
    told = made.until(one, BEFORE, AFTER)
    assert [change.name for change in told.changes] == ["blog-api-6f7-p-3", "blog-api-6f7-p-9"]
    assert told.gaps == ()


def test_a_recorder_that_is_behind_is_waited_for(made, kept, one, monkeypatch):
    path = kept.recording(one)
    write(path, P_9_FOR_P_3[0])
    looks = []

    def sleep(seconds):
        looks.append(seconds)
        if len(looks) == 2:
            write(path, P_9_FOR_P_3[1])

    monkeypatch.setattr(recordings.time, "sleep", sleep)
    told = made.until(one, BEFORE, AFTER)
    assert len(told.changes) == 2
    assert len(looks) == 2
    assert told.gaps == ()


@pytest.mark.parametrize("begun", [True, False])
def test_a_recorder_that_stays_behind_leaves_a_gap_at_the_end(made, kept, one, monkeypatch, begun):
    """Whether it is slow or never starts."""
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)
    if begun:
        write(kept.recording(one), P_9_FOR_P_3[0])
    told = made.until(one, BEFORE, AFTER)
    assert told.gap_in("pods")
    assert "not in it yet" in told.gaps[-1].reason


def test_a_full_recording_is_not_waited_for(made, kept, one):
    write(kept.recording(one), {"at": 1.0, "kind": "", "gap": FULL})
    assert [gap.reason for gap in made.until(one, BEFORE, AFTER).gaps] == [FULL]


# ---- when the checker itself is at work


def test_changes_between_two_marks_are_the_checkers_own(made, kept, one):
    made_good = line("ADDED", newer(pod("p-7"), 170))
    write(kept.recording(one), *P_9_FOR_P_3)
    made.mark(one, 160, None)
    write(kept.recording(one), made_good)
    made.mark(one, 160, 170)
    write(kept.recording(one), line("ADDED", newer(pod("p-8"), 180)))
    changes = made.reader(one).recording.changes
    assert [change.ours for change in changes] == [False, False, True, False]


def test_a_mark_is_on_its_own_line_even_after_half_a_line(made, kept, one):
    kept.recording(one).write_text('{"at": 1, "kind": "po')
    made.mark(one, 100, 200)
    *_, note, end = kept.recording(one).read_text().split("\n")
    assert (json.loads(note)["ours"], json.loads(note)["until"], end) == (100, 200, "")


def test_a_missing_recording_is_not_created_by_a_mark(made, kept, one):
    """A file with only a mark would mean that nothing has happened."""
    made.mark(one, 100, 200)
    assert not kept.recording(one).exists()

"""A recording: a file that grows while it is read, and that says itself where something is missing."""

import json

import pytest

from checker.recording import EvidenceMissing, Tape, read

from .evidence_by_hand import deployment, line, newer, pod, replicaset


@pytest.fixture
def path(tmp_path):
    return tmp_path / "one.recording.jsonl"


def write(path, *lines):
    with path.open("a") as file:
        file.writelines(one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines)


def uids(recording):
    return [change.uid for change in recording.changes]


def test_where_nobody_recorded_everything_is_missing(path):
    recording = read(path)
    assert recording.changes == ()
    for kind in ("deployments", "pods"):
        with pytest.raises(EvidenceMissing):
            recording.require(kind)


def test_an_empty_recording_says_that_nothing_happened(path):
    path.touch()
    read(path).require("deployments", "replicasets", "pods", "events")


def test_changes_are_told_in_the_api_servers_order(path):
    write(path, *(line("ADDED", newer(pod(uid), version)) for uid, version in (("p-3", 103), ("p-1", 9), ("p-2", 101))))
    write(path, line("DELETED", newer(deployment(), 102)))
    recording = read(path)
    assert uids(recording) == ["p-1", "p-2", "d-1", "p-3"]
    assert [(change.type, change.name) for change in recording.of_kind("deployments")] == [("DELETED", "blog-api")]


def test_a_gap_is_missing_for_its_kind_only(path):
    write(path, {"at": 1.0, "kind": "pods", "gap": "too old resource version"})
    recording = read(path)
    recording.require("deployments", "replicasets")
    with pytest.raises(EvidenceMissing, match="too old resource version"):
        recording.require("deployments", "pods")


@pytest.mark.parametrize(
    "damage",
    [
        "{\n",
        "null\n",
        "[1]\n",
        '"gap"\n',
        "{}\n",
        '{"at": 1, "kind": "pods", "type": "ADDED", "object": {}}\n',
        '{"at": 1, "kind": "pods", "type": "ADDED", "object": {"metadata": {"name": "a", "uid": "u"}}}\n',
        '{"at": "soon", "kind": "pods", "gap": "x"}\n',
        '{"at": 1, "ours": "x", "until": 5}\n',
    ],
)
def test_a_damaged_line_is_a_gap_in_everything_and_hides_no_other(path, damage):
    write(path, line("ADDED", pod("p-1")), damage, line("ADDED", pod("p-2")))
    recording = read(path)
    assert uids(recording) == ["p-1", "p-2"]
    with pytest.raises(EvidenceMissing, match="damaged"):
        recording.require("deployments")


def test_a_tape_is_read_on_from_where_it_stopped(path):
    tape = Tape(path)
    tape.wind()
    write(path, line("ADDED", pod("p-1")))
    tape.wind()
    assert uids(tape.recording) == ["p-1"]
    whole = json.dumps(line("ADDED", pod("p-2")))
    write(path, whole[:20])
    tape.wind()
    assert uids(tape.recording) == ["p-1"], "half a line is left for the next time"
    tape.recording.require("pods")
    write(path, whole[20:] + "\n")
    tape.wind()
    assert uids(tape.recording) == ["p-1", "p-2"]


def test_another_file_of_the_same_name_is_another_recording(path):
    write(path, line("ADDED", pod("p-1")))
    tape = Tape(path)
    tape.wind()
    path.rename(path.with_suffix(".old"))
    write(path, line("ADDED", pod("p-2")))
    tape.wind()
    assert uids(tape.recording) == ["p-2"]
    path.unlink()
    tape.wind()
    with pytest.raises(EvidenceMissing):
        tape.recording.require("pods")


def test_what_happens_while_the_checker_proves_something_is_ours(path):
    write(path, *(line("MODIFIED", newer(pod(f"p-{version}"), version)) for version in (10, 11, 15, 16)))
    write(path, {"at": 1.0, "ours": 10, "until": None})
    tape = Tape(path)
    tape.wind()
    assert set(tape.open_proofs) == {10}
    assert [change.uid for change in tape.recording.changes if change.ours] == ["p-11", "p-15", "p-16"]
    write(path, {"at": 2.0, "ours": 10, "until": 15})
    tape.wind()
    assert not tape.open_proofs
    assert [change.uid for change in tape.recording.changes if change.ours] == ["p-11", "p-15"]


def test_a_recording_shows_the_present_or_is_behind(path):
    before, now = [newer(pod("p-1"), 10), newer(pod("p-2"), 11)], [newer(pod("p-1"), 20), newer(pod("p-3"), 21)]
    path.touch()
    assert read(path).shows("pods", before, before)
    assert not read(path).shows("pods", now, before)
    write(path, line("MODIFIED", now[0]), line("ADDED", now[1]))
    assert not read(path).shows("pods", now, before), "it does not know yet that p-2 has gone"
    write(path, line("DELETED", newer(pod("p-2"), 22)))
    assert read(path).shows("pods", now, before)
    assert read(path).shows("replicasets", [replicaset()], [replicaset()])
    assert not read(path).shows("replicasets", [replicaset()], [])

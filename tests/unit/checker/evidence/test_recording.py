"""A recording: a file that grows while it is read, and that says itself where something is missing."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.recording import (
    FULL,
    MAX_PROOF_S,
    Change,
    EvidenceMissing,
    Recording,
    RecordingReader,
    available_over_time,
    deployments_over_time,
    read,
)
from driftlab.checker.objects.views import Pod
from tests.unit.evidence_by_hand import deployment, json_values, line, newer, pod, replicaset


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
    tape = RecordingReader(path)
    tape.read_new()
    write(path, line("ADDED", pod("p-1")))
    tape.read_new()
    assert uids(tape.recording) == ["p-1"]
    whole = json.dumps(line("ADDED", pod("p-2")))
    write(path, whole[:20])
    tape.read_new()
    assert uids(tape.recording) == ["p-1"], "half a line is left for the next time"
    tape.recording.require("pods")
    write(path, whole[20:] + "\n")
    tape.read_new()
    assert uids(tape.recording) == ["p-1", "p-2"]


def test_another_file_of_the_same_name_is_another_recording(path):
    write(path, line("ADDED", pod("p-1")))
    tape = RecordingReader(path)
    tape.read_new()
    path.rename(path.with_suffix(".old"))
    write(path, line("ADDED", pod("p-2")))
    tape.read_new()
    assert uids(tape.recording) == ["p-2"]
    path.unlink()
    tape.read_new()
    with pytest.raises(EvidenceMissing):
        tape.recording.require("pods")


def test_what_happens_while_the_checker_proves_something_is_ours(path):
    write(path, *(line("MODIFIED", newer(pod(f"p-{version}"), version)) for version in (10, 11, 15, 16)))
    write(path, {"at": 1.0, "ours": 10, "until": None})
    tape = RecordingReader(path)
    tape.read_new()
    assert set(tape.open_proofs) == {10}
    assert [change.uid for change in tape.recording.changes if change.ours] == ["p-11", "p-15", "p-16"]
    write(path, {"at": 2.0, "ours": 10, "until": 15})
    tape.read_new()
    assert not tape.open_proofs
    assert [change.uid for change in tape.recording.changes if change.ours] == ["p-11", "p-15"]


def test_a_recording_shows_the_present_or_is_behind(path):
    before, now = [newer(pod("p-1"), 10), newer(pod("p-2"), 11)], [newer(pod("p-1"), 20), newer(pod("p-3"), 21)]
    path.touch()
    assert read(path).covers("pods", before, before)
    assert not read(path).covers("pods", now, before)
    write(path, line("MODIFIED", now[0]), line("ADDED", now[1]))
    assert not read(path).covers("pods", now, before), "it does not know yet that p-2 has gone"
    write(path, line("DELETED", newer(pod("p-2"), 22)))
    assert read(path).covers("pods", now, before)
    assert read(path).covers("replicasets", [replicaset()], [replicaset()])
    assert not read(path).covers("replicasets", [replicaset()], [])


# ---- a proof whose end nobody has noted


def test_an_open_proof_ends_by_itself(path):
    """What is done long after a check was killed is the learner's own again."""
    long_after = 10.0 + MAX_PROOF_S + 1
    write(path, line("MODIFIED", newer(pod("p-1"), 10), at=9.0), {"at": 10.0, "ours": 10, "until": None})
    write(path, line("MODIFIED", newer(pod("p-2"), 11), at=11.0))
    write(path, line("MODIFIED", newer(pod("p-3"), 12), at=long_after))
    tape = RecordingReader(path)
    tape.read_new()
    assert [change.uid for change in tape.recording.changes if change.ours] == ["p-2"]
    assert tape.open_proofs == {10: 11}
    write(path, {"at": long_after, "ours": 10, "until": 11})
    tape.read_new()
    assert not tape.open_proofs
    assert [change.uid for change in tape.recording.changes if change.ours] == ["p-2"]


def test_an_open_proof_in_which_nothing_happened_ends_where_it_began(path):
    write(path, {"at": 10.0, "ours": 10, "until": None})
    tape = RecordingReader(path)
    tape.read_new()
    assert tape.open_proofs == {10: 10}


# ---- files that are not what they should be


def test_an_empty_line_is_nothing(path):
    """Marks begin on a line of their own, whatever was there."""
    write(path, "\n", line("ADDED", pod("p-1")), "\n\n")
    assert read(path).gaps == ()
    assert uids(read(path)) == ["p-1"]


def test_a_file_that_became_shorter_is_another_recording(path):
    """Also where it has the same inode."""
    tape = RecordingReader(path)
    write(path, line("ADDED", pod("p-1")), line("ADDED", pod("p-2")))
    tape.read_new()
    path.write_text(json.dumps(line("ADDED", pod("p-3"))) + "\n")
    tape.read_new()
    assert uids(tape.recording) == ["p-3"]


def test_a_recording_knows_that_it_is_full(path):
    write(path, {"at": 1.0, "kind": "", "gap": FULL})
    tape = RecordingReader(path)
    assert not tape.exists
    tape.read_new()
    assert tape.exists
    assert tape.full


def test_a_line_that_is_no_text_or_too_deep_is_damaged_and_no_more(path):
    path.write_bytes(b"\xff\xfe\x00\n" + b"[" * 100_000 + b"\n" + b'{"at": 1, "ours": 1e999, "until": 1}\n')
    write(path, line("ADDED", pod("p-1")))
    assert [gap.reason for gap in read(path).gaps] == ["a line of it is damaged"] * 3
    assert uids(read(path)) == ["p-1"]


#: Lines such as a recorder writes, each a document.
lines = st.lists(
    st.builds(
        lambda uid, version, type_: line(type_, newer(pod(f"p-{uid}"), version)),
        st.integers(1, 4),
        st.integers(1, 60),
        st.sampled_from(["ADDED", "MODIFIED", "DELETED"]),
    ),
    max_size=12,
    unique_by=lambda one: one["object"]["metadata"]["resourceVersion"],
)


def taken(*documents):
    """The recording of ``documents``, as if a file had held them."""
    tape = RecordingReader.__new__(RecordingReader)
    tape._rewind(1)
    for one in documents:
        tape._parse(one if isinstance(one, bytes) else json.dumps(one).encode())
    return tape.recording


@given(lines, st.randoms(use_true_random=False))
def test_the_order_in_which_threads_write_does_not_matter(documents, chance):
    mixed = documents.copy()
    chance.shuffle(mixed)
    assert taken(*mixed) == taken(*documents)


@given(lines, st.integers(0, 61), st.integers(0, 61))
def test_until_is_a_beginning_of_the_recording(documents, earlier, later):
    """Cut once or twice, it is the same; cut later, it has more, and nothing is moved."""
    earlier, later = sorted((earlier, later))
    whole = taken(*documents)
    cut = whole.until(earlier)
    assert cut.until(earlier) == cut == whole.until(later).until(earlier) == cut.until(later)
    assert cut.changes == whole.until(later).changes[: len(cut.changes)] == whole.changes[: len(cut.changes)]
    assert all(change.version <= earlier for change in cut.changes)
    assert all(change.version > earlier for change in whole.changes[len(cut.changes) :])
    assert whole.until(60) == whole


@given(lines, st.lists(json_values.map(lambda one: json.dumps(one).encode()) | st.binary(max_size=40), max_size=3))
def test_whatever_stands_in_a_line_it_is_a_gap_and_hides_no_other(documents, rubbish):
    rubbish = [one for one in rubbish if b"\n" not in one]
    mixed = [*documents, *rubbish]
    random.Random(len(mixed)).shuffle(mixed)
    recording = taken(*mixed)
    assert recording.changes == taken(*documents).changes
    assert len(recording.gaps) == len(rubbish)


@given(lines, st.data())
def test_a_file_that_was_cut_off_anywhere_is_a_beginning_of_it(tmp_path_factory, documents, data):
    """Half a line is left for whoever goes on writing; what stood before it counts."""
    whole = b"".join(json.dumps(one).encode() + b"\n" for one in documents)
    path = tmp_path_factory.mktemp("cut") / "recording"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    tape = RecordingReader(path)
    tape.read_new()
    count = path.read_bytes().count(b"\n")
    assert tape.recording == taken(*documents[:count])
    path.write_bytes(whole)
    tape.read_new()
    assert tape.recording == taken(*documents)


@given(lines, st.integers(0, 61))
def test_ready_pods_are_counted_as_if_each_moment_were_looked_at(documents, until):
    """The quick way and the plain one agree."""
    baseline = [pod("p-1"), pod("p-2", ready=False)]
    recording = taken(*documents).until(until)
    present = {raw["metadata"]["uid"]: raw for raw in baseline}
    expected = []
    for change in recording.changes:
        present.pop(change.uid, None)
        if change.type != "DELETED":
            present[change.uid] = change.raw
        expected.append(sum(Pod(raw).ready for raw in present.values()))
    assert [number for _, number in available_over_time(baseline, recording, lambda pod: True)] == expected


def test_a_change_tells_who_it_is():
    change = Change(1.0, "pods", "ADDED", newer(pod("p-1", name="a"), 7))
    assert (change.name, change.uid, change.version) == ("a", "p-1", 7)
    assert Recording((change,)).newest == {("pods", "p-1"): change}


def test_a_deployment_over_time_is_whichever_has_the_name():
    baseline = [deployment("other", "d-0"), deployment("one", "d-1")]
    again = [
        ("DELETED", deployment("one", "d-1")),
        ("ADDED", deployment("one", "d-2")),
        ("ADDED", deployment("x", "d-3")),
    ]
    changes = tuple(
        Change(float(number), "deployments", type_, newer(made, number))
        for number, (type_, made) in enumerate(again, 1)
    )
    seen = deployments_over_time(baseline, Recording(changes), "one")
    assert [(time, found and found.uid) for time, found in seen] == [(0.0, "d-1"), (1.0, None), (2.0, "d-2")]

"""The recorder writes every change that the API reports, and a gap if some may be missing."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest
from filelock import FileLock

from driftlab.checker.evidence.recording import FULL, read
from driftlab.checker.sessions import recorder
from driftlab.checker.sessions.recorder import Recorder, is_recording, lock_path
from driftlab.clusters.kubernetes.client import Client
from driftlab.clusters.waiting import wait_for
from tests.unit.api_by_hand import Api
from tests.unit.evidence_by_hand import line, newer, pod

pytestmark = pytest.mark.usefixtures("neutral")

PODS = "/api/v1/namespaces/lab/pods"


def event(kind, version, uid="p-1"):
    return {"type": kind, "object": newer(pod(uid), version)}


BOOKMARK = {"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "150"}}}
FORGOTTEN = {"type": "ERROR", "object": {"code": 410, "reason": "Expired", "message": "too old resource version"}}


class Watched:
    """The API of one namespace. ``watches`` are the answers to the next watches of Pods; later ones end at once.

    Each is a list of events or text, an HTTP code, or a function that returns one of these.
    ``asked``: the resourceVersion from which each began.
    """

    def __init__(self, web):
        self.watches, self.asked, self.lists, self.tokens = [], [], 0, []
        web.otherwise = self.answer

    def answer(self, request):
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        if request.path != PODS or "watch" not in query:
            self.lists += request.path == PODS
            items = [newer(pod("p-1"), 190)]
            return 200, json.dumps({"metadata": {"resourceVersion": "200"}, "items": items}).encode()
        self.asked.append(query["resourceVersion"])
        self.tokens.append(request.headers["Authorization"])
        told = self.watches.pop(0) if self.watches else []
        told = told() if callable(told) else told
        if isinstance(told, int):
            return told, json.dumps({"message": "too old resource version"}).encode()
        return 200, "".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in told).encode()


@pytest.fixture
def watched(web, monkeypatch):
    monkeypatch.setattr(recorder, "PAUSE_S", 0.01)
    return Watched(web)


@pytest.fixture
def kubeconfig(web, tmp_path):
    otherwise = web.otherwise
    path = Api(web).kubeconfig(tmp_path / "kubeconfig")
    web.otherwise = otherwise
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "one.recording.jsonl"


@pytest.fixture
def recording(watched, kubeconfig, path):
    """``with recording(): …``: meanwhile, Pods are watched from version 100 on."""

    @contextmanager
    def start():
        made = Recorder(Client(kubeconfig, timeout_s=60), "lab", "100", path)
        watching = threading.Thread(target=made.watch, args=("pods",))
        watching.start()
        try:
            yield made
        finally:
            made.stopped.set()
            watching.join()
            made.file.close()

    return start


def seen(path):
    return [(change.type, change.version) for change in read(path).changes]


def all_was_asked(watched, number):
    """Wait until the recorder asks once more: it has written what it got before."""
    wait_for(lambda: not watched.watches and len(watched.asked) > number, "the next watch")


# ---- nothing is lost


def test_each_change_is_written_and_the_next_watch_continues_after_it(watched, recording, path):
    watched.watches = [[event("ADDED", 101), event("MODIFIED", 120)], [event("DELETED", 130)]]
    with recording():
        all_was_asked(watched, 2)
    assert seen(path) == [("ADDED", 101), ("MODIFIED", 120), ("DELETED", 130)]
    assert watched.asked[:3] == ["100", "120", "130"]
    assert read(path).gaps == ()


def test_a_bookmark_is_not_written_but_moves_the_version(watched, recording, path):
    """https://kubernetes.io/docs/reference/using-api/api-concepts/#watch-bookmarks"""
    watched.watches = [[event("ADDED", 101), BOOKMARK]]
    with recording():
        all_was_asked(watched, 1)
    assert seen(path) == [("ADDED", 101)]
    assert watched.asked[1] == "150"


@pytest.mark.parametrize("broken", [['{"type": "MODI'], ["<html>\n"], 503, 403])
def test_after_a_break_the_watch_resumes_after_the_last_change(watched, recording, path, broken):
    watched.watches = [[event("ADDED", 101)], broken, [event("MODIFIED", 120)]]
    with recording():
        all_was_asked(watched, 3)
    assert seen(path) == [("ADDED", 101), ("MODIFIED", 120)]
    assert watched.asked[:4] == ["100", "101", "101", "120"]
    assert read(path).gaps == ()


@pytest.mark.parametrize("refusal", [410, [FORGOTTEN]], ids=["at once", "in the middle"])
def test_an_expired_version_is_a_gap_followed_by_the_present_state(watched, recording, path, refusal):
    """https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses"""
    watched.watches = [[event("ADDED", 101)], refusal, [event("MODIFIED", 210)]]
    with recording():
        all_was_asked(watched, 3)
    assert seen(path) == [("ADDED", 101), ("MODIFIED", 190), ("MODIFIED", 210)]
    (gap,) = read(path).gaps
    assert (gap.kind, "too old resource version" in gap.reason) == ("pods", True)
    assert watched.asked[:3] == ["100", "101", "200"]
    assert watched.lists == 1


def test_expired_credentials_are_read_again(watched, recording, kubeconfig, path):
    def run_out():
        kubeconfig.write_text(kubeconfig.read_text().replace("secret", "renewed"))
        return 401

    watched.watches = [run_out, [event("ADDED", 101)]]
    with recording():
        all_was_asked(watched, 2)
    assert watched.tokens[:2] == ["Bearer secret", "Bearer renewed"]
    assert seen(path) == [("ADDED", 101)]


# ---- a recording that exists already


def test_a_new_recorder_continues_where_a_killed_one_stopped(watched, recording, path):
    """Its last line is incomplete: that change is requested again."""
    written = [line("ADDED", newer(pod("p-1"), 105)), line("MODIFIED", newer(pod("p-1"), 110))]
    path.write_text("".join(json.dumps(one) + "\n" for one in written) + '{"at": 3, "kind": "po')
    watched.watches = [[event("DELETED", 120)]]
    with recording():
        all_was_asked(watched, 1)
    assert watched.asked[0] == "110"
    assert seen(path) == [("ADDED", 105), ("MODIFIED", 110), ("DELETED", 120)]
    assert read(path).gaps == ()


def test_a_full_recording_ends_with_a_gap_and_is_not_changed_again(watched, recording, path, monkeypatch):
    monkeypatch.setattr(recorder, "MAX_BYTES", len(json.dumps(pod("p-1"))) * 2)
    watched.watches = [[event("ADDED", 101), *(event("MODIFIED", 102 + number) for number in range(5))]]
    with recording() as made:
        wait_for(made.stopped.is_set, "the end of the recording")
    full = path.read_bytes()
    assert [gap.reason for gap in read(path).gaps] == [FULL]
    assert len(seen(path)) < 6
    with recording() as again:
        assert again.stopped.is_set()
    assert path.read_bytes() == full


def test_of_managed_fields_only_the_managers_are_kept(watched, recording, path):
    entry = {"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:spec": {"f:containers": {}}}}
    written = event("MODIFIED", 101)
    written["object"]["metadata"]["managedFields"] = [entry]
    watched.watches = [[written]]
    with recording():
        all_was_asked(watched, 1)
    (change,) = read(path).changes
    assert change.raw["metadata"]["managedFields"] == [{"manager": "kubectl", "operation": "Update"}]


# ---- one recorder for each exercise


def test_a_held_lock_means_that_somebody_records(path):
    assert not is_recording(path)
    with FileLock(lock_path(path)):
        assert is_recording(path)
    assert not is_recording(path)
    assert not is_recording(path.parent / "no-such-folder" / "one.recording.jsonl")


@pytest.fixture
def ticket(tmp_path):
    made = tmp_path / "current.json"
    made.write_text('{"exercise": "one"}')
    return made


def test_a_recorder_ends_with_its_exercise(watched, kubeconfig, path, ticket):
    """It is a process of its own that watches its ticket."""
    path.touch()
    watched.watches = [[event("ADDED", 101)]]
    recorder.spawn(kubeconfig=kubeconfig, namespace="lab", since="100", recording=path, ticket=ticket)
    wait_for(lambda: seen(path) == [("ADDED", 101)], "the first change")
    assert is_recording(path)
    ticket.write_text('{"exercise": "two"}')
    wait_for(lambda: not is_recording(path), "the end of the recorder")


@pytest.mark.parametrize("now", ['{"exercise": "two"}', None])
def test_a_recorder_that_starts_after_its_exercise_is_over_records_nothing(kubeconfig, path, ticket, now):
    wanted = recorder._digest(ticket)
    ticket.unlink() if now is None else ticket.write_text(now)
    words = {"kubeconfig": kubeconfig, "namespace": "lab", "since": "1", "recording": path, "ticket": ticket}
    options = [f"--{name}={value}" for name, value in {**words, "wanted": wanted}.items()]
    subprocess.run([sys.executable, "-m", recorder.__name__, *options], check=True, timeout=50)
    assert not path.exists()

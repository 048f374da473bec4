"""What is left of an exercise when its cluster is deleted."""

import pytest

from driftlab.checker.sessions.cleanup import remove_session_state
from driftlab.checker.sessions.session import Session
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.registry import open_cluster
from tests.unit.evidence_by_hand import begun, exercise, keep


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path))


def files():
    return {path.name for path in (state_folder() / "attempts").rglob("*") if path.is_file()}


@pytest.fixture
def session():
    """An exercise that is under way, was checked, and needed hints."""
    one = exercise(1.0)
    made = begun(one, None)
    for name in ("one.result.json", "one.hints.json", "one.disturbance.json", "one.check.lock", ".one.result.json.x7"):
        keep(made, name, b"{}")
    keep(made, "../../lost-node.json", b"{}")
    return made


def test_what_tells_of_the_learner_is_kept_and_all_else_goes(session):
    assert session.current == "one"
    assert {"current.json", "one.baseline.json", "one.1000.recording.jsonl", "one.1000.recording.lock"} < files()
    remove_session_state(session.cluster)
    assert files() == {"one.result.json", "one.hints.json"}
    assert session.current == ""


def test_what_was_begun_on_another_cluster_stays(session):
    before = files()
    remove_session_state(open_cluster("embedded", "by", images=()))
    assert files() == before


def test_where_nothing_is_kept_no_folder_stays(session):
    for kind in ("result", "hints"):
        keep(session, f"one.{kind}.json", None)
    remove_session_state(session.cluster)
    assert list((state_folder() / "attempts").iterdir()) == []


def test_where_nothing_was_begun_there_is_nothing_to_do():
    cluster = open_cluster("embedded", "new", images=())
    remove_session_state(cluster)
    assert not Session(cluster, exercise().lab).folder.exists()

"""Which cluster is meant."""

import json

import pytest

from driftlab.checker.sessions.selection import chosen_cluster, forget, remember
from driftlab.clusters.errors import UnknownEngine
from driftlab.clusters.registry import open_cluster


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of its own, and a machine where ``auto`` finds no container engine."""
    for name in ("DRIFTLAB_ENGINE", "DRIFTLAB_CLUSTER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


def chosen(**named):
    cluster = chosen_cluster(**named)
    return cluster.engine, cluster.name


def test_without_any_word_it_is_the_default():
    assert chosen() == ("embedded", "driftlab")


def test_why_this_engine_was_taken_is_told_as_it_was():
    assert "kind cannot run here" in chosen_cluster().selection_reason
    remember(open_cluster("embedded", "last", images=()))
    assert chosen_cluster().selection_reason == "engine embedded: as before"
    assert chosen_cluster("embedded").selection_reason == "engine embedded: as you asked"


def test_the_argument_counts_more_than_the_environment_and_that_more_than_the_last_one(monkeypatch):
    remember(open_cluster("embedded", "last", images=()))
    assert chosen() == ("embedded", "last")
    monkeypatch.setenv("DRIFTLAB_CLUSTER", "environment")
    assert chosen() == ("embedded", "environment")
    assert chosen(name="argument") == ("embedded", "argument")


def test_the_engine_of_the_last_one_is_meant_for_that_one_only(state):
    (state / "cluster.json").write_text(json.dumps({"engine": "no-such-engine", "name": "last"}))
    with pytest.raises(UnknownEngine):
        chosen()
    assert chosen(name="another") == ("embedded", "another")
    assert chosen(engine="embedded") == ("embedded", "last")


def test_an_unknown_engine_is_told_with_the_known_ones(monkeypatch):
    with pytest.raises(UnknownEngine, match="Did you mean 'embedded'") as trouble:
        chosen(engine="embeded")
    assert trouble.value.exit_code == 2
    assert "auto" in trouble.value.next_step
    monkeypatch.setenv("DRIFTLAB_ENGINE", "embeded")
    with pytest.raises(UnknownEngine):
        chosen()


def test_a_cluster_is_forgotten_only_where_it_is_the_one_remembered(state):
    last, other = open_cluster("embedded", "last", images=()), open_cluster("embedded", "other", images=())
    remember(last)
    forget(other)
    assert chosen() == ("embedded", "last")
    forget(last)
    assert chosen() == ("embedded", "driftlab")
    forget(last)  # and again: nothing happens
    assert not (state / "cluster.json").exists()


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"engine": null, "name": "driftlab"}', b'{"engine": 5, "name": 7}'],
)
def test_a_damaged_memory_is_no_memory(state, damage):
    (state / "cluster.json").write_bytes(damage)
    assert chosen() == ("embedded", "driftlab")
    forget(open_cluster("embedded", "driftlab", images=()))

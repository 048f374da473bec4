"""Clusters that the kit creates itself: their record, and when they are created, repaired, replaced and removed."""

import json

import pytest

from driftlab.clusters.cluster import Availability, Status
from driftlab.clusters.errors import ClusterNotOurs, ClusterNotReady, EngineUnavailable
from driftlab.clusters.host.files import make_folder
from driftlab.clusters.managed import ManagedCluster


class Managed(ManagedCluster):
    """``done``: what it was told to do. ``fails``: the name of a step that fails, and with what."""

    engine = "managed"
    version = "1"
    can_run = Availability(True)

    def __init__(self, name="mine", **options):
        super().__init__(name, **options)
        self.done, self.fails, self.runs = [], {}, False

    def available(self):
        return self.can_run

    def status(self):
        return Status(self.engine, self.name, "ready" if self.runs else "stopped")

    def stop(self):
        self.runs = False

    def digest(self):
        return self.version

    def _step(self, name):
        self.done.append(name)
        if name in self.fails:
            raise self.fails[name]

    def prepare(self, *_):
        self._step("prepare")

    def create(self, *_):
        make_folder(self.folder)
        self.write_record()
        self._step("create")
        self.runs = True

    def repair(self):
        self._step("repair")
        self.runs = True

    def remove(self):
        self._step("remove")
        for path in sorted(self.folder.rglob("*"), reverse=True):
            path.unlink()
        if self.folder.exists():
            self.folder.rmdir()
        self.runs = False


@pytest.fixture
def absent():
    return Managed()


@pytest.fixture
def ready(absent):
    absent.up()
    absent.done.clear()
    return absent


# ---- up


def test_an_absent_cluster_is_created_and_its_record_says_that_it_is_complete(absent):
    absent.up()
    assert absent.done == ["prepare", "create"]
    assert absent.recorded()["complete"] is True
    assert absent.is_current


def test_up_on_a_ready_cluster_does_nothing(ready):
    ready.up()
    assert ready.done == []


def test_a_stopped_cluster_is_repaired_and_not_replaced(ready):
    ready.stop()
    ready.up()
    assert ready.done == ["prepare", "repair"]


def test_a_cluster_that_cannot_be_repaired_is_replaced_and_the_reason_is_said(ready, progress, recorder):
    ready.stop()
    ready.fails["repair"] = ClusterNotReady("its data is gone")
    ready.up(progress)
    assert ready.done == ["prepare", "repair", "remove", "create"]
    assert [line for line in recorder.lines if "its data is gone" in line]


def test_a_cluster_of_another_version_is_replaced_even_if_it_runs(ready, progress, recorder):
    ready.version = "2"
    ready.up(progress)
    assert ready.done == ["prepare", "remove", "create"]
    assert [line for line in recorder.lines if "another version" in line]
    assert ready.is_current


@pytest.mark.parametrize("error", [ClusterNotReady("no"), KeyboardInterrupt()])
def test_a_failed_creation_leaves_nothing(absent, error):
    absent.fails["create"] = error
    with pytest.raises(type(error)):
        absent.up()
    assert absent.done[-1] == "remove"
    assert not absent.folder.exists()


def test_nothing_is_touched_if_the_preparation_fails(ready):
    ready.stop()
    ready.fails["prepare"] = ClusterNotReady("no programs")
    with pytest.raises(ClusterNotReady):
        ready.up()
    assert ready.done == ["prepare"]
    assert ready.record.exists()


def test_an_unavailable_engine_is_not_prepared(absent, monkeypatch):
    monkeypatch.setattr(Managed, "can_run", Availability(False, "no"))
    with pytest.raises(EngineUnavailable):
        absent.up()
    assert absent.done == []


# ---- the record


@pytest.mark.parametrize("record", ["", "{", "[]", "null", '"text"'])
def test_a_damaged_record_says_nothing_and_the_cluster_is_replaced(ready, record):
    ready.record.write_text(record)
    assert ready.recorded() == {}
    assert not ready.is_current
    ready.up()
    assert ready.done == ["prepare", "remove", "create"]


def test_changes_are_laid_over_the_record(ready):
    before = ready.recorded()
    ready.write_record(addresses={"a": "10.0.0.1"})
    assert ready.recorded() == {**before, "addresses": {"a": "10.0.0.1"}}


def test_a_later_version_of_the_kit_does_not_change_the_digest_in_the_record(ready):
    ready.version = "2"
    ready.write_record(complete=True)
    assert not ready.is_current


def test_a_learner_authenticates_by_the_kept_token(ready):
    (ready.folder / "learner.token").write_text("secret\n")
    assert ready.learner() == {"token": "secret"}


# ---- folders of somebody else


@pytest.fixture
def foreign(absent):
    make_folder(absent.folder)
    (absent.folder / "thesis.txt").write_text("years of work")
    return absent


def test_a_folder_that_the_kit_did_not_make_is_neither_used_nor_deleted(foreign):
    for call in (foreign.up, foreign.down):
        with pytest.raises(ClusterNotOurs):
            call()
    assert "remove" not in foreign.done
    assert (foreign.folder / "thesis.txt").exists()


def test_an_empty_folder_is_used(absent):
    make_folder(absent.folder)
    absent.up()
    assert json.loads(absent.record.read_text())["complete"] is True


def test_down_removes_the_cluster_and_can_be_repeated(ready):
    for _ in range(2):
        ready.down()
        assert not ready.folder.exists()

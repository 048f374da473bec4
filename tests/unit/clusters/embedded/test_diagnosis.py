"""What the embedded engine needs of a machine: its programs, or the room to build them."""

import shutil
from types import SimpleNamespace

import pytest

from driftlab.clusters.embedded.diagnosis import examine
from driftlab.clusters.embedded.engine import PROGRAMS
from driftlab.clusters.findings import Severity
from driftlab.clusters.programs import wheel
from tests.unit.findings_by_hand import look


@pytest.fixture(autouse=True)
def no_wheels(monkeypatch):
    """The person who runs the tests may have installed the engine."""
    monkeypatch.setattr(wheel, "GROUP", "driftlab.programs-of-nobody")


def test_programs_that_are_not_here_yet_are_a_note_with_the_command_that_gets_them():
    (finding, *_) = look(examine)
    assert finding.severity is Severity.NOTE
    assert all(name in finding.text for name in PROGRAMS)
    assert finding.remedy == "driftlab up"


def test_a_disk_too_small_to_build_on_is_said_where_a_build_may_come(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2 << 30))
    small = look(examine)[-1]
    assert small.severity is Severity.NOTE
    assert "too little to build" in small.text
    assert "DRIFTLAB_CACHE" in small.remedy


def test_programs_that_the_user_names_are_here(script, monkeypatch, tmp_path):
    for name in PROGRAMS:
        script(name, "exit 0")
    monkeypatch.setenv("DRIFTLAB_PROGRAMS", str(tmp_path / "bin"))
    assert [finding.severity for finding in look(examine)] == [Severity.OK]


def test_a_named_program_that_cannot_run_is_a_problem(script, monkeypatch, tmp_path):
    monkeypatch.setenv("DRIFTLAB_PROGRAM_ETCD", str(tmp_path / "no-etcd"))
    finding = next(finding for finding in look(examine) if finding.severity is Severity.PROBLEM)
    assert "DRIFTLAB_PROGRAM_ETCD" in finding.text
    assert "unset DRIFTLAB_PROGRAM_ETCD" in finding.remedy

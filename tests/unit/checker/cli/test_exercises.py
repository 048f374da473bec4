"""Commands on labs and exercises, as far as no cluster is needed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftlab.checker.cli.exercises import print_started
from driftlab.checker.cli.main import app
from driftlab.checker.evidence.verdict import failed, passed
from driftlab.checker.exercises.catalogue import find_exercise, labs
from driftlab.checker.sessions import recordings
from tests.unit.evidence_by_hand import ReaderByHand, begun, exercise, family

pytestmark = pytest.mark.usefixtures("neutral")


@pytest.fixture
def driftlab(monkeypatch):
    """``driftlab(*words)``: the command, on the embedded engine, of which no cluster was made."""
    monkeypatch.setenv("DRIFTLAB_ENGINE", "embedded")
    return lambda *words: CliRunner().invoke(app, words)


def test_every_lab_is_listed_with_its_exercises_in_their_order(driftlab):
    done = driftlab("list")
    assert done.exit_code == 0
    places = [done.stdout.index(f"{one.id}: {one.title}\n") for lab in labs() for one in lab.exercises]
    assert places == sorted(places)


def test_solution_prints_the_file_unchanged(driftlab):
    exercise = find_exercise("one-pod")
    assert driftlab("solution", "one-pod").stdout == exercise.solution.read_text(encoding="utf-8")


def test_progress_lists_every_exercise_before_any_was_started(driftlab):
    done = driftlab("progress")
    assert done.exit_code == 0
    of = sum(exercise.points for lab in labs() for exercise in lab.exercises)
    assert done.stdout.count("not checked yet") == sum(len(lab.exercises) for lab in labs())
    assert f"0 / {of:g}" in done.stdout


@pytest.mark.parametrize("command", ["start", "reset", "solution", "try"])
def test_an_unknown_name_is_a_usage_error_with_a_suggestion(driftlab, command):
    done = driftlab(command, "02-self-heeling" if command == "try" else "one-pid")
    assert done.exit_code == 2
    assert "Did you mean" in done.stderr


def test_reset_without_a_name_needs_an_exercise_under_way(driftlab):
    done = driftlab("reset")
    assert done.exit_code == 2
    assert "No exercise is under way." in done.stderr
    assert "Next: driftlab start " in done.stderr


@pytest.mark.parametrize(
    ("replicas", "said"),
    [
        (3, "You have passed 09-by-hand/one; nothing was changed. To begin again: driftlab reset 09-by-hand/one"),
        (2, "You are in the middle of 09-by-hand/one; nothing was changed. To begin again: driftlab reset"),
    ],
)
def test_start_says_whether_it_is_passed_and_how_to_begin_again(monkeypatch, capsys, replicas, said):
    one = exercise()
    one.goal("three")(lambda evidence: passed("3") if evidence.now.deployments[0].replicas == 3 else failed("not 3"))
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)
    session = begun(one, ReaderByHand(*family(replicas=replicas)))
    session.check(one)
    monkeypatch.setattr(session, "open", lambda: Path("/state/learner/by-hand.kubeconfig"))
    print_started(session, one, again=False)
    assert said in capsys.readouterr().out


# ---- driftlab lab


@pytest.mark.parametrize("port", ["-1", "65536", "99999"])
def test_a_port_that_is_none_is_refused(driftlab, port):
    done = driftlab("lab", f"--port={port}")
    assert done.exit_code == 2
    assert "'--port'" in done.stderr


def test_help_promises_no_end_to_a_cluster_that_ran_before():
    said = " ".join(CliRunner().invoke(app, ["lab", "--help"]).stdout.split())
    assert "Ctrl-C stops it, and the cluster that it started." in said

"""What the commands share: error messages, exit codes, and the choice of exercise and cluster."""

import io
import sys

import pytest
import typer

from driftlab.checker.cli import common
from driftlab.checker.cli.common import (
    complete_exercise,
    complete_lab,
    exit_code,
    find_session,
    finite_seconds,
    show_errors,
)
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import UnknownExercise, find_exercise
from driftlab.checker.sessions.selection import last_chosen
from driftlab.checker.sessions.session import NotStarted
from driftlab.clusters.errors import ConfirmationNeeded, DriftlabError, UsageError
from tests.unit.evidence_by_hand import HOSTILE, ReaderByHand, begun, result
from tests.unit.reports_by_hand import DANGEROUS
from tests.unit.smallest_cluster import Smallest

pytestmark = pytest.mark.usefixtures("neutral")

# ---- errors and exit codes


@pytest.mark.parametrize(
    ("error", "code", "word"), [(UsageError("no such x"), 2, "Usage"), (DriftlabError("it broke"), 3, "Trouble")]
)
def test_an_error_of_the_kit_becomes_a_message_and_an_exit_code(capsys, error, code, word):
    with pytest.raises(typer.Exit) as left, show_errors():
        raise error
    assert left.value.exit_code == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"{word}: {error.message}\nNext: driftlab doctor\n"


def test_an_interrupt_exits_with_130(capsys):
    with pytest.raises(typer.Exit) as left, show_errors():
        raise KeyboardInterrupt
    assert left.value.exit_code == 130
    assert "Interrupted" in capsys.readouterr().err


def test_other_exceptions_are_not_caught():
    with pytest.raises(ZeroDivisionError), show_errors():
        raise ZeroDivisionError


@pytest.mark.parametrize("what", HOSTILE)
def test_error_messages_contain_no_control_characters(capsys, what):
    with pytest.raises(typer.Exit), show_errors():
        raise DriftlabError(HOSTILE[what], output=HOSTILE[what], next_step=HOSTILE[what])
    assert not set(capsys.readouterr().err) & DANGEROUS


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.PASS, 0), (Outcome.FAIL, 1), (Outcome.WAITING, 1), (Outcome.ERROR, 3)]
)
def test_each_outcome_has_its_exit_code(outcome, code):
    assert exit_code(result(outcome)) == code


@pytest.mark.parametrize("given", [0, 0.5, 30, 1e9])
def test_finite_seconds_are_accepted(given):
    assert finite_seconds(given) == given


@pytest.mark.parametrize("given", [-1, -0.1, float("inf"), float("-inf"), float("nan")])
def test_negative_and_non_finite_seconds_are_rejected(given):
    with pytest.raises(typer.BadParameter, match="--wait 30"):
        finite_seconds(given)


# ---- which exercise is meant


def test_names_of_exercises_and_labs_are_completed():
    known = find_exercise("one-pod").id
    assert known in complete_exercise("02-")
    assert complete_exercise(known) == [known]
    assert complete_exercise("no-such") == complete_lab("no-such") == []
    assert complete_lab("02-self") == ["02-self-healing"]


def test_completion_is_silent_if_the_labs_cannot_be_loaded(monkeypatch):
    monkeypatch.setenv("DRIFTLAB_LABS", "/no/such/folder")
    common_caches_are_cleared()
    assert complete_exercise("") == complete_lab("") == []


def common_caches_are_cleared():
    from driftlab.checker.exercises import catalogue

    catalogue.lab_folders.cache_clear()


@pytest.fixture(autouse=True)
def labs_are_found_again():
    yield
    common_caches_are_cleared()


def test_without_a_name_the_exercise_under_way_is_meant():
    exercise = find_exercise("one-pod")
    session = begun(exercise, ReaderByHand())
    _, found = find_session(None, "embedded", session.cluster.name, up=False)
    assert found.id == exercise.id


def test_several_exercises_under_way_are_all_named():
    """In two labs: each lab has at most one."""
    sessions = [begun(find_exercise(name), ReaderByHand()) for name in ("one-pod", "06-rollbacks/undo")]
    with pytest.raises(NotStarted) as several:
        find_session(None, "embedded", sessions[0].cluster.name, up=False)
    assert "02-self-healing/one-pod" in several.value.message
    assert "06-rollbacks/undo" in several.value.message
    assert several.value.next_step == "driftlab check LAB/EXERCISE"


def test_if_no_exercise_is_under_way_the_error_says_how_to_start_one():
    with pytest.raises(NotStarted) as none:
        find_session(None, "embedded", "by-hand", up=False)
    command, exercise = none.value.next_step.rsplit(" ", 1)
    assert command == "driftlab start"
    assert find_exercise(exercise)


def test_a_named_exercise_must_exist_but_need_not_be_under_way():
    assert find_session("one-pod", "embedded", "by-hand", up=False)[1].name == "one-pod"
    with pytest.raises(UnknownExercise):
        find_session("one-pid", "embedded", "by-hand", up=False)


# ---- a cluster that asks whether it is meant


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def production():
    return Smallest("shop-prod", suspicious=True)


@pytest.fixture
def types(monkeypatch):
    """``types(text)``: a person at a terminal types that."""

    def typing(text):
        monkeypatch.setattr(sys, "stdin", Terminal(f"{text}\n"))
        monkeypatch.setattr(sys, "stderr", Terminal())

    return typing


def test_a_cluster_that_came_up_becomes_the_default():
    cluster = Smallest("mine")
    common.bring_up(cluster)
    assert cluster.done == ["up"]
    assert last_chosen() == {"engine": "smallest", "name": "mine"}


def test_typing_the_name_confirms_the_cluster(production, types):
    types("shop-prod")
    common.bring_up(production)
    assert production.done == ["up"]


@pytest.mark.parametrize("typed", ["", "yes", "shop"])
def test_typing_anything_else_does_not_confirm_it(production, types, typed):
    types(typed)
    with pytest.raises(ConfirmationNeeded):
        common.bring_up(production)
    assert production.done == []
    assert last_chosen() == {}


def test_without_a_terminal_nothing_is_prompted(production, monkeypatch):
    """A script would wait for ever. The error says what to set instead."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("shop-prod\n"))
    with pytest.raises(ConfirmationNeeded) as needed:
        common.bring_up(production)
    assert "DRIFTLAB_CONFIRM" in needed.value.next_step
    assert production.done == []

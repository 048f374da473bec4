"""Errors end with what to do next."""

import inspect
import shlex

import pytest

from driftlab.clusters import errors
from driftlab.clusters.errors import (
    CommandFailed,
    ConfirmationNeeded,
    DriftlabError,
    UnknownEngine,
    UsageError,
    did_you_mean,
)

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DriftlabError)]
PLAIN = [kind for kind in KINDS if kind.__init__ is DriftlabError.__init__]


@pytest.mark.parametrize("kind", PLAIN)
def test_ends_with_the_next_step(kind):
    error = kind("It broke.", command=["kubectl", "get"], output="why\n", next_step="driftlab up")
    assert str(error) == "It broke.\nCommand: kubectl get\nOutput:\n    why\nNext: driftlab up"


@pytest.mark.parametrize("kind", PLAIN)
def test_there_is_always_a_next_step(kind):
    assert str(kind("It broke.")) == "It broke.\nNext: driftlab doctor"


def test_of_long_output_the_end_is_shown_and_all_is_kept():
    error = CommandFailed("It broke.", output="\n".join(f"line {number}" for number in range(100)))
    assert "line 80" in str(error)
    assert "line 79" not in str(error)
    assert error.output.startswith("line 0\n")
    assert str(error).endswith("Next: driftlab doctor")


def test_blank_output_is_not_shown():
    assert "Output" not in str(DriftlabError("It broke.", output=" \n"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_question_exits_with_2_and_everything_else_with_3(kind):
    assert kind.exit_code == (2 if issubclass(kind, UsageError) else 3)


def test_the_tree_in_the_docstring_names_every_error():
    for kind in KINDS:
        assert kind.__name__ in errors.__doc__


def test_an_unknown_engine_is_met_with_the_known_ones():
    error = UnknownEngine("embeded", ["kind", "embedded"])
    assert error.message == "There is no engine called 'embeded'. Did you mean 'embedded'?"
    assert error.next_step == "choose one of: auto, embedded, kind"


def test_what_must_be_confirmed_can_be_confirmed_by_pasting_the_next_step():
    error = ConfirmationNeeded("This deletes all.", "delete it's")
    assert error.phrase == "delete it's"
    name, _, value = shlex.split(error.next_step.split("export ")[1])[0].partition("=")
    assert (name, value) == ("DRIFTLAB_CONFIRM", "delete it's")


def test_a_slip_of_the_finger_is_recognised():
    assert did_you_mean("knd", iter(["embedded", "kind"])) == " Did you mean 'kind'?"


@pytest.mark.parametrize("known", [[], ["embedded", "existing"]])
def test_nothing_is_suggested_where_nothing_is_close(known):
    assert did_you_mean("zzz", known) == ""

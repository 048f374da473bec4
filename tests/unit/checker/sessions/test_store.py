"""What is kept of exercises: files that outlive a process. (That damage breaks nothing: test_session.py.)"""

import json
from dataclasses import replace

import pytest

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.sessions.store import Store
from tests.unit.evidence_by_hand import exercise, result, snapshot


@pytest.fixture
def kept(tmp_path):
    return Store(tmp_path / "by-hand" / "09-by-hand")


@pytest.fixture
def one():
    return exercise(2)


def test_what_was_passed_since_it_was_begun_is_passed(kept, one):
    kept.begin(one, snapshot())
    assert not kept.passed(one)
    kept.save_result(one, replace(result(Outcome.FAIL), checked=kept.since + 1))
    assert not kept.passed(one)
    kept.save_result(one, replace(result(Outcome.PASS), checked=kept.since + 2))
    assert kept.passed(one)


def test_what_was_passed_before_it_was_begun_again_is_not_passed_yet(kept, one):
    kept.begin(one, snapshot())
    kept.save_result(one, replace(result(Outcome.PASS), checked=kept.since - 1))
    assert not kept.passed(one)
    assert kept.last_result(one)["outcome"] == "PASS", "what was earned is kept all the same"


@pytest.mark.parametrize("checked", [None, "soon", [1]])
def test_a_result_that_says_no_time_proves_nothing(kept, one, checked):
    kept.begin(one, snapshot())
    whole = {**result(Outcome.PASS).to_dict(), "checked": checked}
    kept.path(one, "result").write_text(json.dumps(whole))
    assert not kept.passed(one)


def test_the_baseline_is_the_one_that_was_noted(kept, one):
    assert kept.baseline(one) is None
    kept.begin(one, snapshot(version="7"))
    found = kept.baseline(one)
    assert found
    assert found.resource_version == "7"
    assert kept.current == "one"


def test_what_begins_ends_all_else_in_the_namespace(kept, one):
    """Also an exercise of another lab: with a shared namespace, there is one for all."""
    other = Store(kept.folder.parent / "08-other")
    for each in (kept, other):
        each.begin(one, snapshot())
    kept.end_all()
    assert (kept.current, other.current) == ("", "")
    assert kept.baseline(one) is None


def test_each_beginning_has_a_recording_of_its_own(kept, one, monkeypatch):
    times = iter([100.0, 200.0])
    monkeypatch.setattr("driftlab.checker.sessions.store.time.time", lambda: next(times))
    kept.begin(one, snapshot())
    first = kept.recording(one)
    first.touch()
    kept.begin(one, snapshot())
    assert kept.recording(one) != first
    assert not first.exists()

"""Waiting for a condition, and the error after the timeout."""

import time

import pytest

from driftlab.clusters.errors import ClusterNotReady
from driftlab.clusters.waiting import poll, wait_for


def test_a_condition_that_holds_is_not_waited_for():
    asked = []
    begun = time.monotonic()
    wait_for(lambda: not asked.append(1), "nothing", every_s=60)
    assert len(asked) == 1
    assert time.monotonic() - begun < 30


def test_the_condition_is_tested_until_it_holds():
    answers = iter([False, False, True])
    wait_for(lambda: next(answers), "the third answer", every_s=0)
    assert list(answers) == []


def test_a_timeout_names_the_condition_and_the_next_step():
    with pytest.raises(ClusterNotReady) as caught:
        wait_for(lambda: False, "the Nodes", timeout_s=0.05, every_s=0.01)
    assert "0.05 s" in caught.value.message
    assert "the Nodes" in caught.value.message
    assert caught.value.next_step == "driftlab status"


def test_the_condition_is_tested_at_least_once():
    wait_for(lambda: True, "nothing", timeout_s=-1)


def test_an_error_in_the_condition_is_raised_at_once():
    def broken() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wait_for(broken, "nothing")


def test_the_first_look_is_at_once_even_without_time():
    begun = time.monotonic()
    assert len(list(poll(timeout_s=-1, every_s=60))) == 1
    assert time.monotonic() - begun < 30


def test_looks_are_repeated_until_the_timeout():
    looks = sum(1 for _ in poll(timeout_s=0.2, every_s=0.01))
    assert 2 <= looks <= 22


def test_a_loop_without_a_timeout_goes_on_until_it_is_left():
    found = next(number for number, _ in enumerate(poll(every_s=0)) if number == 1000)
    assert found == 1000


def test_the_last_look_is_after_the_timeout():
    """What becomes true during the last pause is still seen."""
    begun = time.monotonic()
    for _ in poll(timeout_s=0.05, every_s=0.2):
        last = time.monotonic() - begun
    assert last >= 0.2

"""A verdict: an outcome, a reason, and a share of the points that matches the outcome."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.verdict import (
    Decided,
    Outcome,
    Verdict,
    failed,
    passed,
    passed_if,
    require,
    waiting,
)
from driftlab.checker.objects.reason import Reason, reason


def test_passed_earns_everything_and_failed_and_waiting_earn_nothing():
    assert passed("all Pods are new") == Verdict(Outcome.PASS, "all Pods are new", 1)
    assert failed("nothing has changed") == Verdict(Outcome.FAIL, "nothing has changed", 0)
    assert waiting("the rollout goes on") == Verdict(Outcome.WAITING, "the rollout goes on", 0)


def test_a_failure_can_earn_a_share_of_the_points():
    verdict = failed("one of two Pods is new", share=0.5)
    assert (verdict.outcome, verdict.share) == (Outcome.FAIL, 0.5)


def test_a_key_names_a_sentence_and_the_values_fill_it():
    assert failed("too-few", ready=2, share=0.5) == Verdict(Outcome.FAIL, Reason("too-few", {"ready": 2}), 0.5)
    assert passed("all-3-are") == Verdict(Outcome.PASS, Reason("all-3-are"), 1)
    assert waiting(reason("not-yet", why="slow"), left=1).reason == Reason("not-yet", {"why": "slow", "left": 1})


@pytest.mark.parametrize("sentence", ["one", "all Pods", "Re-created", "a-b-", "-a", "it's re-created", ""])
def test_whatever_else_is_a_plain_sentence(sentence):
    assert failed(sentence).reason == sentence


def test_a_plain_sentence_has_no_values():
    with pytest.raises(ValueError, match="is not the key of a reason"):
        failed("it asks for {n}", n=3)


def test_one_reason_may_pass_or_fail():
    assert passed_if([1], "asks-for", n=3, share=0.5) == passed("asks-for", n=3)
    assert passed_if([], "asks-for", n=3, share=0.5) == failed("asks-for", n=3, share=0.5)


def test_what_is_required_is_given_back_or_decides():
    assert require(0, failed("no-number")) == 0
    with pytest.raises(Decided) as decided:
        require(None, failed("no-number"))
    assert decided.value.verdict == failed("no-number")


@pytest.mark.parametrize("share", [1.0, 1.5, -0.1, float("nan"), float("inf")])
def test_a_failure_must_earn_less_than_everything_and_not_less_than_nothing(share):
    with pytest.raises(ValueError, match="FAIL with a share of"):
        failed("no", share=share)


@given(st.sampled_from(Outcome), st.floats())
def test_only_a_pass_has_the_full_share(outcome, share):
    try:
        verdict = Verdict(outcome, "because", share)
    except ValueError:
        assert not 0 <= share <= 1 or (outcome is Outcome.PASS) != (share == 1)
    else:
        assert 0 <= verdict.share <= 1
        assert (verdict.outcome is Outcome.PASS) is (verdict.share == 1)


def test_outcomes_keep_their_names_in_files():
    """Results that an earlier version of the kit kept must stay readable."""
    assert {outcome.name: outcome.value for outcome in Outcome} == {
        name: name for name in ("PASS", "FAIL", "WAITING", "ERROR")
    }

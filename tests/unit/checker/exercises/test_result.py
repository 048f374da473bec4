"""What a check says: verdicts, and results made of them."""

import dataclasses
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.activity import Deed, Method
from driftlab.checker.evidence.verdict import Outcome, Verdict, failed, passed, waiting
from driftlab.checker.exercises.result import Result
from tests.unit.evidence_by_hand import result

PASS, FAIL, WAITING, ERROR = Outcome.PASS, Outcome.FAIL, Outcome.WAITING, Outcome.ERROR

outcomes = st.lists(st.sampled_from(Outcome), max_size=6)


def test_three_words_for_three_verdicts():
    assert passed("it runs") == Verdict(PASS, "it runs", 1.0)
    assert failed("it does not") == Verdict(FAIL, "it does not", 0.0)
    assert failed("half of it does", share=0.5) == Verdict(FAIL, "half of it does", 0.5)
    assert waiting("not yet") == Verdict(WAITING, "not yet", 0.0)


@given(st.sampled_from(Outcome), st.floats())
def test_all_points_are_earned_by_a_pass_and_by_nothing_else(outcome, share):
    legal = 0 <= share <= 1 and (share == 1) == (outcome is PASS)
    if legal:
        assert Verdict(outcome, "because", share).share == share
    else:
        with pytest.raises(ValueError, match="share"):
            Verdict(outcome, "because", share)


@pytest.mark.parametrize("share", [1, 1.5, -0.1, float("nan"), float("inf")])
def test_a_failure_cannot_earn_everything_or_less_than_nothing(share):
    with pytest.raises(ValueError, match="share"):
        failed("because", share)


@pytest.mark.parametrize(
    ("goals", "expected"),
    [
        ([PASS, PASS], PASS),
        ([PASS, WAITING], WAITING),
        ([WAITING, FAIL], FAIL),
        ([PASS, FAIL], FAIL),
        ([FAIL, WAITING, ERROR], ERROR),
        ([PASS, ERROR], ERROR),
    ],
)
def test_the_worst_goal_decides(goals, expected):
    for order in itertools.permutations(goals):
        assert result(*order).outcome is expected


@given(outcomes, outcomes)
def test_the_outcome_of_all_is_the_outcome_of_its_parts(some, others):
    parts = result(result(*some).outcome, result(*others).outcome)
    assert result(*some, *others).outcome is parts.outcome


@given(outcomes)
def test_points_are_the_sum_and_only_a_pass_has_them_all(goals):
    made = result(*goals)
    assert made.points == 2 * goals.count(PASS)
    assert made.of == 2 * len(goals)
    assert (made.points == made.of) == (made.outcome is PASS)


def test_the_document_says_everything_but_the_mistakes():
    method = Method(
        (Deed(True, "scaled"), Deed(False, "made one Pod")), "There is a shorter way.", ("the laptop slept",)
    )
    made = result(PASS, FAIL, hints_used=2, next_step="driftlab up", mistakes=("scaled",), method=method, took_s=61.04)
    document = json.loads(json.dumps(made.to_dict()))
    assert document == {
        "exercise": "09-by-hand/one",
        "title": "A title",
        "outcome": "FAIL",
        "points": 2.0,
        "of": 4.0,
        "hints_used": 2,
        "checked": 1.0,
        "took_s": 61.0,
        "next_step": "driftlab up",
        "goals": [
            {"title": "goal 0", "outcome": "PASS", "reason": "because", "points": 2.0, "of": 2.0},
            {"title": "goal 1", "outcome": "FAIL", "reason": "because", "points": 0.0, "of": 2.0},
        ],
        "method": {
            "deeds": [{"by": "you", "text": "scaled"}, {"by": "controllers", "text": "made one Pod"}],
            "remark": "There is a shorter way.",
            "gaps": ["the laptop slept"],
        },
    }


def test_what_was_judged_cannot_be_changed_afterwards():
    made = result(FAIL)
    for frozen, field in ((made, "goals"), (made.goals[0], "points"), (passed("x"), "share")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(frozen, field, 1)
    assert isinstance(made, Result)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("hints_used", [0, 1])
def test_a_remark_is_held_back_until_it_gives_nothing_away(outcome, hints_used):
    """In the model: so no rendering of it can say more than another one."""
    made = result(outcome, method=Method(remark="a better way"), hints_used=hints_used)
    said = "a better way" if outcome is PASS or hints_used else ""
    assert made.remark == made.to_dict()["method"]["remark"] == said

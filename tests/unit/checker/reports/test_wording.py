"""The words and signs of a result: every rendering says the same, and none says it in a colour alone."""

import re
from dataclasses import replace

import pytest

from driftlab.checker.evidence.activity import Deed, Method
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.reports import junit, markdown
from driftlab.checker.reports import wording as words
from tests.unit.evidence_by_hand import result
from tests.unit.reports_by_hand import RENDERINGS


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_said_in_a_sign_and_in_words_never_in_a_colour_alone(rendering, outcome):
    seen = rendering(result(outcome))
    assert words.SIGN[outcome] in seen
    assert words.WORD[outcome] in seen
    assert words.headline(result(outcome)) in seen
    for other in set(Outcome) - {outcome}:
        assert words.SIGN[other] not in seen
        assert words.WORD[other] not in seen


def test_signs_words_and_headlines_are_all_different():
    assert len(set(words.SIGN.values())) == len(set(words.WORD.values())) == len(Outcome)
    assert len({words.headline(result(outcome)).split(":")[0] for outcome in Outcome}) == len(Outcome)


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_everything_of_the_result_is_there(rendering):
    made = result(Outcome.PASS, Outcome.FAIL, Outcome.FAIL, reason="a reason", next_step="driftlab up")
    seen = " ".join(rendering(made).split())
    for expected in ("A title", "goal 0", "goal 1", "goal 2", "2 of 6 points", "driftlab up"):
        assert expected in seen
    assert seen.count("a reason") == 3
    assert re.search(r"\b2 ?/ ?2\b", seen)
    assert len(re.findall(r"\b0 ?/ ?2\b", seen)) == 2


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_result_ends_with_what_to_do_next(rendering, outcome):
    assert words.advice(result(outcome)) in rendering(result(outcome))
    assert "Try: driftlab reset x" in rendering(result(outcome, next_step="driftlab reset x"))


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_mistakes_are_never_shown(rendering):
    """Feedback does not give the cause away before the learner asks."""
    made = result(Outcome.FAIL, mistakes=("a-telling-name",))
    assert "a-telling-name" not in rendering(made)


def test_an_error_is_nobodys_fault():
    assert "not your fault" in words.headline(result(Outcome.ERROR))


@pytest.mark.parametrize(("number", "shown"), [(2.0, "2"), (0.5, "0.5"), (0.33, "0.33"), (0, "0"), (10.0, "10")])
def test_points_are_written_without_needless_digits(number, shown):
    assert words.points(number) == shown


# ---- how it was done


@pytest.mark.parametrize("rendering", [*RENDERINGS, lambda made: markdown.render([made])])
def test_how_it_was_done_is_told_in_order_with_what_may_be_missing(rendering):
    deeds = (Deed(True, "deleted one Pod"), Deed(False, "made one Pod"))
    seen = rendering(result(Outcome.PASS, method=Method(deeds, "There is a shorter way.", ("the laptop slept",))))
    places = [
        seen.index(part) for part in ("you: deleted one Pod", "the controllers: made one Pod", "the laptop slept")
    ]
    assert places == sorted(places)
    assert "There is a shorter way." in seen


@pytest.mark.parametrize("rendering", [*RENDERINGS, lambda made: markdown.render([made])])
def test_where_there_is_nothing_to_tell_nothing_is_told(rendering):
    assert "How" not in rendering(result(Outcome.PASS, method=Method((), "", ())))


@pytest.mark.parametrize(
    "rendering", [*RENDERINGS, *(lambda made, to=to: to.render([made]) for to in (markdown, junit))]
)
def test_a_gap_is_said_where_nothing_else_is_known(rendering):
    """Which is just where it matters most."""
    assert "nothing was recorded" in rendering(result(Outcome.PASS, method=Method((), "", ("nothing was recorded",))))


@pytest.mark.parametrize("rendering", [*RENDERINGS, lambda made: markdown.render([made])])
def test_a_better_way_is_not_told_before_a_hint_was_asked_for(rendering):
    """On the way to the goal it may be the answer."""
    method = Method((), "There is a shorter way.", ())
    assert "a shorter way" not in rendering(result(Outcome.FAIL, method=method))
    assert "a shorter way" not in rendering(result(Outcome.WAITING, method=method))
    assert "a shorter way" in rendering(result(Outcome.FAIL, method=method, hints_used=1))
    assert "a shorter way" in rendering(result(Outcome.PASS, method=method))


@pytest.mark.parametrize(
    ("took_s", "told"),
    [(0.4, ""), (1, ", in 1 s"), (59.4, ", in 59 s"), (59.6, ", in 1:00 minutes"), (245, ", in 4:05 minutes")],
)
def test_the_time_that_it_took_is_told_as_people_say_it(took_s, told):
    assert words.activity_heading(replace(result(Outcome.PASS), took_s=took_s)) == f"How you did it{told}"

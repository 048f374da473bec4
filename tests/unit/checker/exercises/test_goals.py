"""Goals, guards, proofs and mistakes: each wraps a function of the author and remembers its line."""

from pathlib import Path

import pytest

from driftlab.checker.evidence.verdict import Outcome, failed, passed, require
from driftlab.checker.exercises.goals import NO_HINTS, Goal, goal, guard, mistake, proof
from tests.unit.evidence_by_hand import SAME


def line_of(text):
    """The number of this file's line that ends with ``text``."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    (found,) = (number for number, line in enumerate(lines, start=1) if line.endswith(text))
    return found


@goal("One Pod has been replaced", points=2)  # the goal
def replaced(evidence):
    return passed(f"{len(evidence.now.pods)} Pods")


@guard("It is the same Deployment")
def same(evidence):
    return passed("it is")


@proof("It heals", points=3)
def heals(disturbance, evidence):
    return passed(f"{disturbance} healed")


@mistake  # the mistake
def other_image(evidence):
    return evidence.now.pods == ()


def test_a_goal_has_a_title_points_and_a_judge():
    assert (replaced.title, replaced.points, replaced.guard, replaced.hidden) == (
        "One Pod has been replaced",
        2,
        False,
        "",
    )
    assert replaced(SAME) == replaced.judge(SAME) == passed("3 Pods")


def test_a_guard_is_marked_as_one_and_is_worth_one_point_by_default():
    assert (same.points, same.guard) == (1, True)
    assert same(SAME).outcome is Outcome.PASS


def test_a_proof_gets_the_disturbance_and_the_evidence():
    assert (heals.title, heals.shown, heals.points) == ("It heals", "It heals", 3)
    assert heals.prove("the cluster", SAME).reason == "the cluster healed"


def test_a_mistake_is_named_after_its_function_or_by_its_argument():
    """Its scripts and its hints are found by that name."""
    named = mistake("quite-another")(lambda evidence: True)
    assert (other_image.name, named.name) == ("other-image", "quite-another")
    assert other_image.hints == named.hints == NO_HINTS
    assert (other_image(SAME), named(SAME)) == (False, True)


@pytest.mark.parametrize("make", [goal, guard, proof])
def test_a_title_may_stand_elsewhere_and_is_found_by_the_name_of_the_function(make):
    def both_changes(*_):
        return passed("yes")

    bare, given = make(both_changes), make(points=3, image="blog-api:1.1")(both_changes)
    assert (bare.name, bare.title, bare.points, bare.values) == ("both-changes", "", 1, {})
    assert (given.name, given.title, given.points, given.values) == ("both-changes", "", 3, {"image": "blog-api:1.1"})
    assert [bare.kind, given.kind] == [make.__name__] * 2


@pytest.mark.parametrize("make", [goal, guard, proof, mistake])
def test_a_lambda_has_no_name_of_its_own(make):
    assert make(lambda *_: passed("yes")).name == ""


def gone(*_):
    require(None, failed("no-deployment"))


def test_what_is_required_and_missing_decides_a_goal():
    assert goal(gone)(SAME) == guard(gone)(SAME) == proof(gone)("the cluster", SAME) == failed("no-deployment")


def test_a_mistake_that_requires_something_is_not_made_without_it():
    assert mistake(gone)(SAME) is False


def test_whatever_a_mistake_returns_is_true_or_false():
    assert (mistake(lambda evidence: [0])(SAME), mistake(lambda evidence: ())(SAME)) == (True, False)


def test_each_remembers_the_line_of_its_definition():
    assert replaced.place == (__file__, line_of("# the goal"))
    assert other_image.place == (__file__, line_of("# the mistake"))


@pytest.mark.parametrize("make", [goal, guard])
def test_a_hidden_goal_shows_only_its_category(make):
    hidden = make("SECRET", hidden="method")(replaced.judge)
    assert hidden.shown == "A hidden check: method"
    assert replaced.shown == replaced.title


@pytest.mark.parametrize("make", [goal, guard, proof])
@pytest.mark.parametrize("words", [(" ",), (None,), ("a", 0), ("", 0), ("a", -1), ("a", "two"), ("a", True)])
def test_invalid_titles_and_points_are_rejected_before_there_is_a_function(make, words):
    """So that the traceback ends at the line of the mistake."""
    with pytest.raises(TypeError, match=f"{make.__name__ if make is proof else 'goal'}"):
        make(*words)


def test_two_goals_around_one_function_are_different_goals():
    one, other = goal("a")(replaced.judge), goal("b")(replaced.judge)
    assert isinstance(one, Goal)
    assert one != other

"""Grading: how goals become points, what a goal that breaks costs nobody, and which mistakes the evidence shows."""

import re
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.recording import EvidenceMissing
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Outcome, Verdict, failed, passed, require, waiting
from driftlab.checker.exercises.grading import grade, ungraded
from driftlab.checker.reports import text
from driftlab.clusters.errors import ClusterUnreachable
from tests.unit.evidence_by_hand import SAME, exercise, family, snapshot


def says(verdict):
    return lambda evidence: verdict


verdicts = st.one_of(
    st.just(passed("yes")),
    st.just(waiting("soon")),
    st.floats(0, 1, exclude_max=True).map(lambda share: failed("no", share)),
    st.just(Verdict(Outcome.ERROR, "cannot say")),
)


# ---- points


def test_each_goal_earns_its_own_points():
    made = exercise()
    made.goal("a", 2)(says(passed("yes")))
    made.goal("b")(says(failed("no")))
    made.goal("c", 4)(says(failed("a quarter", share=0.25)))
    result = grade(made, SAME, hints_used=3)
    assert [(goal.title, goal.outcome, goal.points, goal.of) for goal in result.goals] == [
        ("a", "PASS", 2, 2),
        ("b", "FAIL", 0, 1),
        ("c", "FAIL", 1, 4),
    ]
    assert (result.points, result.of, result.outcome) == (3, 7, "FAIL")
    assert (result.exercise, result.hints_used) == ("09-by-hand/one", 3)


def test_a_goal_is_given_the_evidence_and_may_say_why():
    made = exercise()
    made.goal("a")(lambda evidence: failed(f"{len(evidence.baseline.pods)} Pods at the start"))
    assert grade(made, SAME).goals[0].reason == "3 Pods at the start"


def test_what_is_earned_whole_is_not_rounded():
    made = exercise()
    made.goal("a", 1 / 3)(says(passed("yes")))
    made.goal("b", 1 / 3)(says(failed("half", share=0.5)))
    assert [goal.points for goal in grade(made, SAME).goals] == [1 / 3, 0.17]


def test_guards_alone_earn_nothing():
    """Who has done nothing has broken nothing, and gets no points for that."""
    made = exercise()
    made.goal("do it", 2)(says(failed("not done")))
    made.goal("break nothing", 3, guard=True)(says(passed("nothing broke")))
    result = grade(made, SAME)
    assert [(goal.outcome, goal.points) for goal in result.goals] == [("FAIL", 0), ("PASS", 0)]
    assert result.of == 5


@pytest.mark.parametrize("earned", [passed("done"), failed("in part", share=0.5)])
def test_guards_count_once_another_goal_has_earned_something(earned):
    made = exercise()
    made.goal("do it", 2)(says(earned))
    made.goal("break nothing", 3, guard=True)(says(passed("nothing broke")))
    assert grade(made, SAME).goals[1].points == 3


def test_a_guard_does_not_count_for_another_guard():
    made = exercise()
    made.goal("a", guard=True)(says(passed("yes")))
    made.goal("b", guard=True)(says(failed("half", share=0.5)))
    made.goal("c")(says(waiting("soon")))
    assert grade(made, SAME).points == 0


@given(st.lists(st.tuples(verdicts, st.booleans(), st.integers(1, 5)), min_size=1, max_size=5))
def test_points_stay_within_bounds_and_outcomes_are_those_of_the_goals(goals):
    made = exercise()
    for number, (verdict, guard, of) in enumerate(goals):
        made.goal(f"goal {number}", of, guard=guard)(says(verdict))
    result = grade(made, SAME)
    assert [goal.outcome for goal in result.goals] == [verdict.outcome for verdict, _, _ in goals]
    assert all(0 <= goal.points <= goal.of for goal in result.goals)
    earned = any(goal.points for goal, (_, guard, _) in zip(result.goals, goals, strict=True) if not guard)
    for goal, (verdict, guard, of) in zip(result.goals, goals, strict=True):
        assert goal.points == (round(of * verdict.share, 2) if earned or not guard else 0)


# ---- errors are nobody's zero


def test_a_goal_that_breaks_is_an_error_and_the_others_are_judged():
    def broken(evidence):
        raise KeyError("spec")

    made = exercise()
    made.goal("a", 2)(broken)
    made.goal("b", 1)(says(passed("yes")))
    result = grade(made, SAME)
    assert [goal.outcome for goal in result.goals] == ["ERROR", "PASS"]
    line = broken.__code__.co_firstlineno + 1
    assert result.goals[0].reason == (
        f"the check itself broke (test_grading.py, line {line}: KeyError: 'spec'); this is not your fault"
    )
    assert result.broken == (f"{__file__}, line {line}: KeyError: 'spec'",)
    assert (result.outcome, result.points, result.of) == ("ERROR", 1, 3)


def test_what_breaks_within_the_kit_is_told_with_the_line_of_the_lab():
    """A predicate that is given None: its own line says nothing to whoever wrote the goal."""

    def broken(evidence):
        return passed(str(p.unfinished(evidence.now.deployment("blog-app"), evidence.now)))

    made = exercise()
    made.goal("a")(broken)
    line = broken.__code__.co_firstlineno + 1
    assert f"(test_grading.py, line {line}: AttributeError: " in grade(made, SAME).goals[0].reason


def test_the_sentence_of_a_reason_is_what_learners_read():
    made = exercise()
    made.goal("a")(says(failed("no-deployment", name="blog-api")))
    made.goal("b")(says(failed("second-deployment", name=["blog", "shop"])))
    assert [goal.reason for goal in grade(made, SAME).goals] == [
        "there is no Deployment called blog-api any more",
        "there is a second Deployment: blog, shop",
    ]


@pytest.mark.parametrize(
    ("verdict", "fault"),
    [
        (failed("no-such-key"), "the reason no-such-key has no sentence"),
        (failed("no-deployment"), r"the reason no-deployment says {name} \(kit.md, line \d+\), and has no such value"),
    ],
)
def test_a_reason_without_a_sentence_or_a_value_is_an_error_with_the_line_of_the_goal(verdict, fault):
    made = exercise()
    made.goal("a", 2)(says(verdict))  # the goal with such a reason
    result = grade(made, SAME)
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = next(number for number, line in enumerate(source, 1) if line.endswith("# the goal with such a reason"))
    assert (result.outcome, result.points) == ("ERROR", 0)
    assert re.fullmatch(
        rf"the check itself broke \(test_grading\.py, line {line}: SentenceMissing: {fault}\); this is not your fault",
        result.goals[0].reason,
    )


def test_what_a_goal_requires_decides_it_and_a_mistake_that_requires_it_is_not_made():
    def gone(evidence):
        require(None, waiting("not there yet"))

    made = exercise()
    made.goal("a")(gone)
    made.mistake("oops", "n", "p", "a")(gone)
    result = grade(made, SAME)
    assert (result.goals[0].outcome, result.goals[0].reason) == ("WAITING", "not there yet")
    assert (result.mistakes, result.broken) == ((), ())


@pytest.mark.parametrize("nonsense", [None, True, "PASS", 1])
def test_a_goal_that_returns_no_verdict_is_an_error(nonsense):
    made = exercise()
    made.goal("a")(judge := says(nonsense))
    result = grade(made, SAME)
    assert result.outcome == "ERROR"
    assert judge.__code__.co_filename == __file__
    (told,) = result.broken
    assert re.fullmatch(
        rf"{re.escape(__file__)}, line \d+: TypeError: it returned {nonsense!r}, which is no verdict", told
    )


def test_a_goal_of_which_no_line_broke_is_told_with_the_line_of_its_definition():
    made = exercise()
    made.goal("a")(p.pods_of)  # given one argument of two
    (told,) = grade(made, SAME).broken
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    defined = next(number for number, line in enumerate(source, 1) if "(p.pods_of)  #" in line)
    assert told.startswith(f"{__file__}, line {defined}: TypeError: ")


def test_a_goal_that_would_end_the_program_is_an_error_like_any_other():
    def ends(evidence):
        sys.exit(4)

    made = exercise()
    made.goal("a")(ends)
    made.mistake("ends", "n", "p", "a")(ends)
    result = grade(made, SAME)
    assert (result.outcome, result.mistakes) == ("ERROR", ())
    assert [told.partition(": ")[2] for told in result.broken] == ["SystemExit: 4", "the mistake ends: SystemExit: 4"]


def test_an_interrupt_is_not_taken_for_a_broken_goal():
    def interrupted(evidence):
        raise KeyboardInterrupt

    made = exercise()
    made.goal("a")(interrupted)
    with pytest.raises(KeyboardInterrupt):
        grade(made, SAME)


def test_another_cluster_is_an_error_that_says_how_to_go_on():
    made = exercise(2, 1)
    made.mistake("always", "n", "p", "a")(says(True))
    result = grade(made, Evidence(snapshot(*family(), cluster="c-1"), snapshot(*family(), cluster="c-2")), hints_used=1)
    assert {goal.outcome for goal in result.goals} == {"ERROR"}
    assert "another cluster" in result.goals[0].reason
    assert result.next_step == "driftlab reset 09-by-hand/one"
    assert (result.points, result.of, result.hints_used, result.mistakes) == (0, 3, 1, ())


def test_trouble_has_every_goal_with_the_same_reason():
    result = ungraded(exercise(2, 1), "no answer", "driftlab up", hints_used=4)
    assert [(goal.outcome, goal.reason, goal.points, goal.of) for goal in result.goals] == [
        ("ERROR", "no answer", 0, 2),
        ("ERROR", "no answer", 0, 1),
    ]
    assert (result.next_step, result.hints_used) == ("driftlab up", 4)


def test_what_the_recording_does_not_tell_is_an_error_that_says_how_to_begin_again():
    made = exercise()
    made.goal("a")(lambda evidence: evidence.recording.require("pods"))
    (goal,) = grade(made, SAME).goals
    assert goal.outcome == "ERROR"
    assert "driftlab reset 09-by-hand/one" in goal.reason


def test_a_cluster_that_fails_within_a_goal_is_not_called_a_defect():
    def unreachable(evidence):
        raise ClusterUnreachable("no answer")

    made = exercise()
    made.goal("a")(unreachable)
    (goal,) = grade(made, SAME).goals
    assert (goal.outcome, goal.reason) == ("ERROR", "the cluster could not be asked: no answer")


# ---- hidden checks


@pytest.mark.parametrize("verdict", [passed("SECRET"), failed("SECRET"), waiting("SECRET")])
def test_a_hidden_check_shows_its_category_and_nothing_else(verdict):
    made = exercise()
    made.goal("SECRET", 2, hidden="method")(says(verdict))
    result = grade(made, SAME)
    assert "SECRET" not in str(result.to_dict())
    assert "method" in result.goals[0].title
    assert (result.goals[0].outcome, result.points, result.of) == (verdict.outcome, 2 * verdict.share, 2)
    assert "SECRET" not in str(ungraded(made, "no answer", "driftlab up").to_dict())


def breaks(error):
    def goal(evidence):
        raise error

    return goal


@pytest.mark.parametrize(
    ("judge", "reason"),
    [
        (breaks(KeyError("SECRET")), "could not be checked; tell whoever grades"),
        (breaks(SystemExit("SECRET")), "could not be checked; tell whoever grades"),
        (says("SECRET"), "could not be checked; tell whoever grades"),
        (says(Verdict(Outcome.ERROR, "SECRET")), "could not be checked; tell whoever grades"),
        (
            breaks(EvidenceMissing("SECRET")),
            "could not be checked; begin the exercise again: driftlab reset 09-by-hand/one",
        ),
        (breaks(ClusterUnreachable("SECRET")), "the cluster could not be asked"),
    ],
)
def test_a_hidden_check_that_breaks_says_nothing_of_what_it_asks(judge, reason):
    made = exercise()
    made.goal("a")(says(passed("yes")))
    made.goal("SECRET", hidden="method")(judge)
    result = grade(made, SAME)
    assert [(goal.outcome, goal.reason) for goal in result.goals] == [("PASS", "yes"), ("ERROR", reason)]
    assert "SECRET" not in str(result.to_dict())
    assert "SECRET" not in text.render(result)


def test_who_grades_is_told_what_broke_in_a_hidden_check_and_nobody_else(capfd, caplog):
    """On INFO: what is logged above that is printed where nobody has asked for it."""
    made = exercise()
    judge = breaks(KeyError("SECRET"))
    made.goal("hidden", hidden="method")(judge)
    place = f"{__file__}, line {judge.__code__.co_firstlineno + 1}"
    with caplog.at_level("INFO", logger="driftlab.checker.exercises.grading"):
        assert grade(made, SAME).broken == (f"{place}: KeyError: 'SECRET'",)
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [("INFO", f"{place}: KeyError: 'SECRET'")]
    assert "SECRET" not in "".join(capfd.readouterr())


# ---- proofs


class Trial:
    """Counts the disturbances that were begun and ended."""

    def __init__(self, trouble=None):
        self.trouble, self.log = trouble, []

    @contextmanager
    def __call__(self):
        self.log.append("begun")
        if self.trouble:
            raise self.trouble
        try:
            yield self
        finally:
            self.log.append("ended")


def with_proof(verdict, proved):
    made = exercise()
    made.goal("a", 1)(says(verdict))

    @made.proof("it heals", 2)
    def heals(disturbance, evidence):
        disturbance.log.append("tried")
        return proved

    return made


def test_a_proof_is_tried_once_everything_else_is_right():
    trial = Trial()
    result = grade(with_proof(passed("yes"), passed("it healed")), SAME, disturb=trial)
    assert trial.log == ["begun", "tried", "ended"]
    assert [(goal.title, goal.outcome, goal.points) for goal in result.goals] == [
        ("a", "PASS", 1),
        ("it heals", "PASS", 2),
    ]


@pytest.mark.parametrize(
    ("verdict", "outcome"), [(failed("no"), "FAIL"), (failed("half", share=0.5), "FAIL"), (waiting("soon"), "WAITING")]
)
def test_a_proof_disturbs_nothing_before_everything_else_is_right(verdict, outcome):
    trial = Trial()
    result = grade(with_proof(verdict, passed("it healed")), SAME, disturb=trial)
    assert trial.log == []
    assert (result.goals[1].outcome, result.goals[1].points) == (outcome, 0)
    assert result.outcome != "PASS"


def test_without_leave_to_disturb_nothing_is_proved_and_nothing_is_passed():
    """As for a hint: asking for one must change nothing."""
    result = grade(with_proof(passed("yes"), passed("it healed")), SAME)
    assert (result.outcome, result.points, result.of) == ("WAITING", 1, 3)


def test_what_a_proof_shows_is_judged_like_any_goal():
    result = grade(with_proof(passed("yes"), failed("it did not heal", share=0.5)), SAME, disturb=Trial())
    assert (result.goals[1].outcome, result.goals[1].reason, result.points) == ("FAIL", "it did not heal", 2)


def test_a_proof_that_breaks_is_put_back_and_is_an_error():
    trial = Trial()
    result = grade(with_proof(passed("yes"), None), SAME, disturb=trial)
    assert trial.log == ["begun", "tried", "ended"]
    assert (result.goals[1].outcome, result.points) == ("ERROR", 1)


def test_a_disturbance_that_the_cluster_refuses_is_an_error():
    result = grade(with_proof(passed("yes"), passed("yes")), SAME, disturb=Trial(ClusterUnreachable("no answer")))
    assert (result.goals[1].outcome, result.points) == ("ERROR", 1)
    assert "no answer" in result.goals[1].reason


def test_guards_count_once_a_proof_has_earned_something():
    made = exercise()
    made.goal("break nothing", 3, guard=True)(says(passed("nothing broke")))
    made.proof("it heals", 2)(lambda disturbance, evidence: passed("it healed"))
    assert grade(made, SAME, disturb=Trial()).points == 5
    assert grade(made, SAME).points == 0


# ---- mistakes


def with_mistakes(**shown):
    made = exercise(1)
    for name, value in shown.items():
        made.mistake(name, f"{name} nudge", f"{name} pointer", f"{name} answer")(
            value if callable(value) else says(value)
        )
    return made


def test_mistakes_are_told_in_the_order_of_their_definition():
    made = with_mistakes(worst=False, bad=True, mild=True)
    assert grade(made, SAME).mistakes == ("bad", "mild")


def test_a_mistake_that_breaks_gives_no_hint_and_hides_no_other():
    def broken(evidence):
        raise AttributeError("None has no spec")

    made = with_mistakes(broken=broken, bad=True)
    result = grade(made, SAME)
    assert result.mistakes == ("bad",)
    assert result.outcome == "PASS"
    line = broken.__code__.co_firstlineno + 1
    assert result.broken == (f"{__file__}, line {line}: the mistake broken: AttributeError: None has no spec",)
    assert "AttributeError" not in str(result.to_dict())


@pytest.mark.parametrize("trouble", [EvidenceMissing("a gap"), ClusterUnreachable("no answer")])
def test_a_mistake_that_cannot_be_looked_for_is_no_defect(trouble):
    result = grade(with_mistakes(unseen=breaks(trouble), bad=True), SAME)
    assert (result.mistakes, result.broken) == (("bad",), ())

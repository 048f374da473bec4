"""Exercises: how goals become points, and mistakes become hints."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.evidence import Evidence
from checker.exercise import Lab
from checker.outcome import Outcome, Verdict, failed, passed, waiting
from clusters.errors import ClusterUnreachable

from .evidence_by_hand import SAME, exercise, family, snapshot


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
    result = made.judge(SAME, hints_used=3)
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
    assert made.judge(SAME).goals[0].reason == "3 Pods at the start"


def test_a_goal_function_can_still_be_called_by_its_name():
    made = exercise()

    @made.goal("a")
    def goal(evidence):
        return passed("yes")

    @made.mistake("oops", "nudge", "pointer", "answer")
    def mistake(evidence):
        return True

    assert goal(SAME).outcome == "PASS"
    assert mistake(SAME) is True


def test_guards_alone_earn_nothing():
    """Who has done nothing has broken nothing, and gets no points for that."""
    made = exercise()
    made.goal("do it", 2)(says(failed("not done")))
    made.goal("break nothing", 3, guard=True)(says(passed("nothing broke")))
    result = made.judge(SAME)
    assert [(goal.outcome, goal.points) for goal in result.goals] == [("FAIL", 0), ("PASS", 0)]
    assert result.of == 5


@pytest.mark.parametrize("earned", [passed("done"), failed("in part", share=0.5)])
def test_guards_count_once_another_goal_has_earned_something(earned):
    made = exercise()
    made.goal("do it", 2)(says(earned))
    made.goal("break nothing", 3, guard=True)(says(passed("nothing broke")))
    assert made.judge(SAME).goals[1].points == 3


def test_a_guard_does_not_count_for_another_guard():
    made = exercise()
    made.goal("a", guard=True)(says(passed("yes")))
    made.goal("b", guard=True)(says(failed("half", share=0.5)))
    made.goal("c")(says(waiting("soon")))
    assert made.judge(SAME).points == 0


@given(st.lists(st.tuples(verdicts, st.booleans(), st.integers(1, 5)), min_size=1, max_size=5))
def test_points_stay_within_bounds_and_outcomes_are_those_of_the_goals(goals):
    made = exercise()
    for number, (verdict, guard, of) in enumerate(goals):
        made.goal(f"goal {number}", of, guard=guard)(says(verdict))
    result = made.judge(SAME)
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
    result = made.judge(SAME)
    assert [goal.outcome for goal in result.goals] == ["ERROR", "PASS"]
    assert "KeyError" in result.goals[0].reason
    assert "not your fault" in result.goals[0].reason
    assert (result.outcome, result.points, result.of) == ("ERROR", 1, 3)


@pytest.mark.parametrize("nonsense", [None, True, "PASS", 1])
def test_a_goal_that_returns_no_verdict_is_an_error(nonsense):
    made = exercise()
    made.goal("a")(says(nonsense))
    assert made.judge(SAME).outcome == "ERROR"


def test_an_interrupt_is_not_taken_for_a_broken_goal():
    def interrupted(evidence):
        raise KeyboardInterrupt

    made = exercise()
    made.goal("a")(interrupted)
    with pytest.raises(KeyboardInterrupt):
        made.judge(SAME)


def test_another_cluster_is_an_error_that_says_how_to_go_on():
    made = exercise(2, 1)
    made.mistake("always", "n", "p", "a")(says(True))
    result = made.judge(Evidence(snapshot(*family(), cluster="c-1"), snapshot(*family(), cluster="c-2")), hints_used=1)
    assert {goal.outcome for goal in result.goals} == {"ERROR"}
    assert "another cluster" in result.goals[0].reason
    assert result.next_step == "driftlab reset 09-by-hand/one"
    assert (result.points, result.of, result.hints_used, result.mistakes) == (0, 3, 1, ())


def test_trouble_has_every_goal_with_the_same_reason():
    result = exercise(2, 1).trouble("no answer", "driftlab up", hints_used=4)
    assert [(goal.outcome, goal.reason, goal.points, goal.of) for goal in result.goals] == [
        ("ERROR", "no answer", 0, 2),
        ("ERROR", "no answer", 0, 1),
    ]
    assert (result.next_step, result.hints_used) == ("driftlab up", 4)


def test_what_the_recording_does_not_tell_is_an_error_that_says_how_to_begin_again():
    made = exercise()
    made.goal("a")(lambda evidence: evidence.recording.require("pods"))
    (goal,) = made.judge(SAME).goals
    assert goal.outcome == "ERROR"
    assert "driftlab reset 09-by-hand/one" in goal.reason


def test_a_cluster_that_fails_within_a_goal_is_not_called_a_defect():
    def unreachable(evidence):
        raise ClusterUnreachable("no answer")

    made = exercise()
    made.goal("a")(unreachable)
    (goal,) = made.judge(SAME).goals
    assert (goal.outcome, goal.reason) == ("ERROR", "the cluster could not be asked: no answer")


# ---- hidden checks


@pytest.mark.parametrize("verdict", [passed("SECRET"), failed("SECRET"), waiting("SECRET")])
def test_a_hidden_check_shows_its_category_and_nothing_else(verdict):
    made = exercise()
    made.goal("SECRET", 2, hidden="method")(says(verdict))
    result = made.judge(SAME)
    assert "SECRET" not in str(result.to_dict())
    assert "method" in result.goals[0].title
    assert (result.goals[0].outcome, result.points, result.of) == (verdict.outcome, 2 * verdict.share, 2)
    assert "SECRET" not in str(made.trouble("no answer", "driftlab up").to_dict())


def test_a_hidden_check_that_breaks_says_so():
    made = exercise()
    made.goal("SECRET", hidden="method")(lambda evidence: 1 / 0)
    assert "ZeroDivisionError" in made.judge(SAME).goals[0].reason


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
    result = with_proof(passed("yes"), passed("it healed")).judge(SAME, disturb=trial)
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
    result = with_proof(verdict, passed("it healed")).judge(SAME, disturb=trial)
    assert trial.log == []
    assert (result.goals[1].outcome, result.goals[1].points) == (outcome, 0)
    assert result.outcome != "PASS"


def test_without_leave_to_disturb_nothing_is_proved_and_nothing_is_passed():
    """As for a hint: asking for one must change nothing."""
    result = with_proof(passed("yes"), passed("it healed")).judge(SAME)
    assert (result.outcome, result.points, result.of) == ("WAITING", 1, 3)


def test_what_a_proof_shows_is_judged_like_any_goal():
    result = with_proof(passed("yes"), failed("it did not heal", share=0.5)).judge(SAME, disturb=Trial())
    assert (result.goals[1].outcome, result.goals[1].reason, result.points) == ("FAIL", "it did not heal", 2)


def test_a_proof_that_breaks_is_put_back_and_is_an_error():
    trial = Trial()
    result = with_proof(passed("yes"), None).judge(SAME, disturb=trial)
    assert trial.log == ["begun", "tried", "ended"]
    assert (result.goals[1].outcome, result.points) == ("ERROR", 1)


def test_a_disturbance_that_the_cluster_refuses_is_an_error():
    result = with_proof(passed("yes"), passed("yes")).judge(SAME, disturb=Trial(ClusterUnreachable("no answer")))
    assert (result.goals[1].outcome, result.points) == ("ERROR", 1)
    assert "no answer" in result.goals[1].reason


def test_guards_count_once_a_proof_has_earned_something():
    made = exercise()
    made.goal("break nothing", 3, guard=True)(says(passed("nothing broke")))
    made.proof("it heals", 2)(lambda disturbance, evidence: passed("it healed"))
    assert made.judge(SAME, disturb=Trial()).points == 5
    assert made.judge(SAME).points == 0


def test_what_is_earned_whole_is_not_rounded():
    made = exercise()
    made.goal("a", 1 / 3)(says(passed("yes")))
    made.goal("b", 1 / 3)(says(failed("half", share=0.5)))
    assert [goal.points for goal in made.judge(SAME).goals] == [1 / 3, 0.17]


# ---- mistakes and hints


def with_mistakes(**shown):
    made = exercise(1)
    for name, value in shown.items():
        made.mistake(name, f"{name} nudge", f"{name} pointer", f"{name} answer")(
            value if callable(value) else says(value)
        )
    return made


def test_mistakes_are_told_in_the_order_of_their_definition():
    made = with_mistakes(worst=False, bad=True, mild=True)
    assert made.judge(SAME).mistakes == ("bad", "mild")


def test_the_first_mistake_that_is_there_chooses_the_hints():
    made = with_mistakes(worst=False, bad=True, mild=True)
    assert made.hints_for(made.judge(SAME).mistakes) == ("bad", ("bad nudge", "bad pointer", "bad answer"))
    assert (
        made.hints_for(("mild", "worst"))[0] == "worst"
    )  # in the order of definition, whatever the order of the names


def test_without_a_known_mistake_the_hints_are_the_exercises_own():
    made = with_mistakes(bad=False)
    assert made.hints_for(made.judge(SAME).mistakes) == ("", ("nudge", "pointer", "answer"))
    assert made.hints_for(("of an older version",)) == ("", ("nudge", "pointer", "answer"))


def test_a_mistake_that_breaks_gives_no_hint_and_hides_no_other():
    def broken(evidence):
        raise AttributeError("None has no spec")

    made = with_mistakes(broken=broken, bad=True)
    result = made.judge(SAME)
    assert result.mistakes == ("bad",)
    assert result.outcome == "PASS"


# ---- the folder of a lab


def test_names_and_places_follow_from_the_folder(tmp_path):
    lab = Lab("07-rolling-out", "Rolling out", 30, "…", folder=tmp_path)
    made = lab.exercise("first", "First", hints=("n", "p", "a"), start="other.yaml")
    for name in ("b.sh", "a.sh", "notes.txt"):
        script = tmp_path / "wrong" / "first" / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.touch()
    assert lab.exercises == [made]
    assert (lab.namespace, made.id) == ("rolling-out", "07-rolling-out/first")
    assert lab.notebook == tmp_path / "07-rolling-out.ipynb"
    assert made.manifest == tmp_path / "other.yaml"
    assert made.beginning == tmp_path / "start" / "first.sh"
    assert made.solution == tmp_path / "solutions" / "first.sh"
    assert [path.name for path in made.wrong_answers] == ["a.sh", "b.sh"]
    assert lab.exercise("second", "Second", hints=("n", "p", "a")).manifest == tmp_path / "start.yaml"
    assert isinstance(made.manifest, Path)


def test_an_exercise_begins_when_every_rollout_is_complete():
    made = exercise()
    assert made.begins(snapshot(*family()))
    assert not made.begins(snapshot(*family(status={"readyReplicas": 2})))

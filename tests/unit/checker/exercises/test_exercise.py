"""An exercise: its files, its starting state, its hints, and what cannot be meant in its definition."""

from pathlib import Path

import pytest

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.verdict import passed
from driftlab.checker.exercises import guards, mistakes
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.goals import Mistake, goal, proof
from driftlab.checker.exercises.grading import grade
from driftlab.checker.exercises.lab import Lab
from tests.unit.evidence_by_hand import SAME, exercise, family, snapshot


def says(verdict):
    return lambda evidence: verdict


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


# ---- hints


def with_mistakes(**shown):
    made = exercise(1)
    for name, value in shown.items():
        made.mistake(name, f"{name} nudge", f"{name} pointer", f"{name} answer")(
            value if callable(value) else says(value)
        )
    return made


def test_the_first_mistake_that_is_there_chooses_the_hints():
    made = with_mistakes(worst=False, bad=True, mild=True)
    assert made.hints_for(grade(made, SAME).mistakes) == ("bad", ("bad nudge", "bad pointer", "bad answer"))
    assert (
        made.hints_for(("mild", "worst"))[0] == "worst"
    )  # in the order of definition, whatever the order of the names


def test_without_a_known_mistake_the_hints_are_the_exercises_own():
    made = with_mistakes(bad=False)
    assert made.hints_for(grade(made, SAME).mistakes) == ("", ("nudge", "pointer", "answer"))
    assert made.hints_for(("of an older version",)) == ("", ("nudge", "pointer", "answer"))


def test_hints_and_titles_of_the_kit_are_found_without_any_text():
    made = exercise()
    made.command = "kubectl get pods"
    made.add(guards.same_deployment("blog-api"), mistakes.recreated("blog-api"))
    assert made.titles == ["It is the Deployment from the start"]
    assert made.mistakes[0].hints[2].endswith("change the Deployment that is there: kubectl get pods")


def test_what_is_defined_with_its_texts_keeps_them_whatever_the_kit_has():
    made = exercise()
    made.mistake("recreated", "a", "b", "c")(says(True))
    made.add(goal("Mine")(guards.same_deployment("blog-api").judge))
    assert (made.mistakes[0].hints, made.titles) == (("a", "b", "c"), ["Mine"])


# ---- when it has begun


def test_a_starting_state_that_requires_something_is_not_there_without_it():
    made = exercise()
    made.begins = lambda snapshot: p.require_deployment(snapshot, "blog-api").replicas
    assert (made.has_begun(snapshot(*family())), made.has_begun(snapshot())) == (True, False)


# ---- what cannot be meant


@pytest.mark.parametrize(
    ("define", "what"),
    [
        (lambda lab, made: made.goal("a", points="two"), "the goal 'a' is worth a number of points above 0, not 'two'"),
        (lambda lab, made: made.goal("a", 0), "not 0"),
        (lambda lab, made: made.goal("a", -1), "not -1"),
        (lambda lab, made: made.goal("a", True), "not True"),
        (lambda lab, made: made.goal("a", float("nan")), "not nan"),
        (lambda lab, made: made.goal("a", float("inf")), "not inf"),
        (lambda lab, made: made.proof("a", points=None), "the proof 'a' is worth a number of points above 0, not None"),
        (lambda lab, made: made.goal(lambda evidence: None), "the title of a goal is a text, not <function"),
        (lambda lab, made: made.goal(" "), "the title of a goal is a text, not ' '"),
        (lambda lab, made: made.proof(None), "the title of a proof is a text, not None"),
        (lambda lab, made: made.mistake("a b", "n", "p", "a"), "a mistake is called 'a b'"),
        (lambda lab, made: made.mistake("../a", "n", "p", "a"), "a mistake is called '../a'"),
        (lambda lab, made: made.mistake("old", "n", "p", "a"), "one called 'old' already"),
        (lambda lab, made: made.mistake("a", "n", 7, "a"), "each hint of the mistake a is a text, not 7"),
        (lambda lab, made: lab.exercise("one", "One", hints="npa"), "one needs three hints in parentheses, not 'npa'"),
        (lambda lab, made: lab.exercise("one", "One", hints=("n", "p")), "one needs three hints.*: there are 2"),
        (lambda lab, made: lab.exercise("one", "One", hints=("n", "p", None)), "each hint of one is a text, not None"),
        (lambda lab, made: lab.exercise("first", "One", hints=("n", "p", "a")), "one called 'first' already"),
        (lambda lab, made: lab.exercise("a/b", "One", hints=("n", "p", "a")), "an exercise is called 'a/b'"),
        (lambda lab, made: lab.exercise(7, "One", hints=("n", "p", "a")), "an exercise is called 7"),
        (lambda lab, made: lab.exercise("one", None, hints=("n", "p", "a")), "the title of one is a text, not None"),
        (lambda lab, made: lab.exercise("one", "One", hints=("n", "p", "a"), start=None), "the start of one is a text"),
        (lambda lab, made: Lab(7, "By hand", 5, "…"), "the name of a lab is a text, not 7"),
        (lambda lab, made: Lab("09-by-hand", "", 5, "…"), "the title of 09-by-hand is a text, not ''"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_is_defined(define, what):
    """At once, so that the mistake has a line; not once somebody adds up points, or reads a hint."""
    lab = Lab("09-by-hand", "By hand", 5, "Nothing.")
    made = lab.exercise("first", "First", hints=["nudge", "pointer", "answer"])
    made.mistake("old", "n", "p", "a")(says(False))
    with pytest.raises((TypeError, ValueError), match=what):
        define(lab, made)
    assert ([one.name for one in lab.exercises], made.titles, made.points) == (["first"], [], 0)


# ---- the folder of a lab


def test_names_and_places_follow_from_the_folder(tmp_path):
    lab = Lab("07-rolling-out", "Rolling out", 30, "…", folder=tmp_path)
    made = lab.exercise("first", "First", hints=("n", "p", "a"), start="other.yaml")
    for name in ("b.py", "a.sh", "notes.txt"):
        script = tmp_path / "wrong" / "first" / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.touch()
    assert lab.exercises == [made]
    assert (lab.namespace, made.id) == ("rolling-out", "07-rolling-out/first")
    assert lab.notebook == tmp_path / "07-rolling-out.ipynb"
    assert made.manifest == tmp_path / "other.yaml"
    assert made.beginning == tmp_path / "start" / "first.sh"
    assert made.solution == tmp_path / "solutions" / "first.sh"
    assert [path.name for path in made.wrong_answers] == ["a.sh", "b.py"]
    assert lab.exercise("second", "Second", hints=("n", "p", "a")).manifest == tmp_path / "start.yaml"
    assert isinstance(made.manifest, Path)


def test_an_exercise_begins_when_every_rollout_is_complete():
    made = exercise()
    assert made.begins(snapshot(*family()))
    assert not made.begins(snapshot(*family(status={"readyReplicas": 2})))


@pytest.mark.parametrize("own", [True, False])
def test_an_exercise_with_its_own_folder_has_its_files_there(tmp_path, own):
    """Its starting state may be the one that several exercises of the lab share."""
    lab = Lab("07-rolling-out", "Rolling out", 30, "…", folder=tmp_path)
    folder = tmp_path / "first"
    (folder / "right").mkdir(parents=True)
    (folder / "right" / "patch.sh").touch()
    if own:
        (folder / "start.yaml").touch()
    made = Exercise(lab, "first", "First", ("n", "p", "a"), folder=folder)
    assert made.manifest == (folder if own else tmp_path) / "start.yaml"
    assert made.beginning == folder / "start.sh"
    assert made.solution == folder / "solution.sh"
    assert made.right_answers == [folder / "right" / "patch.sh"]
    assert made.wrong_answers == []


# ---- what it is judged by


def test_goals_proofs_and_mistakes_are_sorted_by_kind_and_keep_their_order():
    made = exercise()
    goals = [goal(title, points)(says(passed("yes"))) for title, points in (("a", 2), ("b", 1))]
    proved = proof("c", 3)(lambda disturbance, evidence: passed("yes"))
    wrong = Mistake("scaled", ("n", "p", "a"), says(True))
    made.add(proved, goals[0], wrong, goals[1])
    assert (made.goals, made.proofs, made.mistakes) == (goals, [proved], [wrong])
    assert (made.titles, made.points) == (["a", "b", "c"], 6)


def test_two_mistakes_cannot_have_the_same_name():
    made = exercise()
    made.add(Mistake("scaled", ("n", "p", "a"), says(True)))
    with pytest.raises(ValueError, match="one called 'scaled' already"):
        made.add(Mistake("scaled", ("n", "p", "a"), says(False)))


# ---- what its own code says of the cluster


def test_lost_node_is_empty_if_the_exercise_loses_none():
    assert exercise().lost_node(snapshot(*family())) == ""


def test_an_error_in_the_labs_own_code_is_reported_with_file_and_line():
    """Outside a verdict, where there is no goal that could be an error."""
    made = exercise()
    made.lab.folder = Path(__file__).parent
    made.loses_node = made.begins = broken = lambda seen: seen.pods[99]
    for ask in (made.has_begun, made.lost_node):
        with pytest.raises(LabBroken, match=f"line {broken.__code__.co_firstlineno}: IndexError") as told:
            ask(snapshot(*family()))
        assert told.value.message.startswith(__file__)


def test_an_error_outside_the_labs_code_is_raised_unchanged(tmp_path):
    made = exercise()
    made.lab.folder = tmp_path
    made.begins = lambda seen: seen.pods[99]
    with pytest.raises(IndexError):
        made.has_begun(snapshot(*family()))

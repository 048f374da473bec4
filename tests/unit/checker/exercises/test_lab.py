"""A lab: its namespace, its notebook, and its exercises in order."""

import pytest

from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.quiz import Question

HINTS = ("nudge", "pointer", "answer")


@pytest.fixture
def lab(tmp_path):
    return Lab("07-rolling-out", "Rolling out", 30, "Nothing.", folder=tmp_path)


def question(key):
    return Question(key, "A Pod restarts. What first?", {"look": "I look.", "wait": "I wait."}, "look", "Look first.")


def test_the_namespace_is_the_folders_name_without_its_number(lab):
    assert lab.namespace == "rolling-out"
    assert Lab("alone", "Alone", 5, "Nothing.").namespace == "alone"


def test_the_notebook_is_named_after_the_folder(lab, tmp_path):
    assert lab.notebook == tmp_path / "07-rolling-out.ipynb"


def test_exercises_stay_in_the_order_in_which_they_are_added(lab):
    made = [lab.exercise(name, name.title(), hints=HINTS) for name in ("second", "first")]
    assert lab.exercises == made
    assert [one.id for one in made] == ["07-rolling-out/second", "07-rolling-out/first"]


def test_an_exercise_can_only_watch_known_kinds(lab):
    assert lab.exercise("jobs", "Jobs", hints=HINTS, watches=["jobs"]).watches == ("jobs",)
    with pytest.raises(KeyError, match="unicorns"):
        lab.exercise("more", "More", hints=HINTS, watches=["unicorns"])
    assert [one.name for one in lab.exercises] == ["jobs"], "one that cannot be is not added"


def test_a_quiz_is_an_exercise_with_a_goal_for_each_question(lab):
    quiz = lab.quiz("frame", "The frame", questions=[question("q1"), question("q2")], hints=HINTS)
    assert lab.exercises == [quiz]
    assert (quiz.points, quiz.watches) == (2, ("configmaps",))
    assert [one.key for one in quiz.questions] == ["q1", "q2"]


def test_two_questions_cannot_have_the_same_key(lab):
    with pytest.raises(ValueError, match="need keys that differ"):
        lab.quiz("frame", "The frame", questions=[question("q1")] * 2, hints=HINTS)


@pytest.mark.parametrize(
    ("name", "title", "summary"), [("", "a", "b"), ("09-x", " ", "b"), ("09-x", "a", ""), (7, "a", "b")]
)
def test_a_lab_needs_a_name_a_title_and_a_summary(name, title, summary):
    with pytest.raises(TypeError, match="is a text, not"):
        Lab(name, title, 5, summary)


def test_labs_are_compared_by_identity():
    assert Lab("09-x", "a", 5, "b") != Lab("09-x", "a", 5, "b")

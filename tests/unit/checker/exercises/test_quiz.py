"""A quiz: its questions, and how it is judged by a ConfigMap."""

import re

import pytest

from driftlab.checker import Evidence, Lab, Question
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.grading import grade
from driftlab.checker.exercises.quiz import answers, questions
from tests.unit.evidence_by_hand import snapshot, thing

OPTIONS = {"observe": "I look.", "deployment": "I change the Deployment."}


def question(key: str = "q1", **parts: object) -> Question:
    whole = {"text": "A Pod restarts. What first?", "options": OPTIONS, "answer": "observe", "because": "Look first."}
    return Question(key, **{**whole, **parts})


@pytest.fixture
def quiz() -> Exercise:
    lab = Lab("09-by-hand", "By hand", 5, "Nothing.")
    questions = [question("q1"), question("q2", answer="deployment", because="It is what you ask for.")]
    return lab.quiz("frame", "The frame", questions=questions, hints=("nudge", "pointer", "answer"))


def taken(*configmaps: dict) -> Snapshot:
    made = snapshot()
    return Snapshot(made.cluster, made.namespace, made.resource_version, 1.0, {**made.raw, "configmaps": [*configmaps]})


def given(name: str = "answers", **data: str) -> dict:
    return {**thing("ConfigMap", name, "cm-1"), "data": data}


def judged(quiz: Exercise, *configmaps: dict) -> list[tuple[Outcome, str]]:
    result = grade(quiz, Evidence(taken(), taken(*configmaps)))
    return [(goal.outcome, goal.reason) for goal in result.goals]


def test_each_question_is_a_goal_of_one_point(quiz: Exercise):
    assert quiz.points == 2
    assert quiz.titles == ["q1: A Pod restarts.", "q2: A Pod restarts."]
    assert judged(quiz, given(q1="observe", q2="deployment")) == [
        (Outcome.PASS, "Look first."),
        (Outcome.PASS, "It is what you ask for."),
    ]


def test_untouched_nothing_is_answered(quiz: Exercise):
    for configmaps in ([], [given("kube-root-ca.crt", q1="observe")], [given()], [given(q1=" ")]):
        assert judged(quiz, *configmaps) == [(Outcome.FAIL, "not answered yet")] * 2


def test_a_wrong_answer_does_not_give_the_right_one_away(quiz: Exercise):
    (first, reason), (second, _) = judged(quiz, given(q1="deployment", q2="DEPLOYMENT"))
    assert (first, second) == (Outcome.FAIL, Outcome.FAIL)
    assert reason == "“I change the Deployment” is not the best answer"


def test_answers_that_are_being_deleted_do_not_count():
    leaving = given(q1="observe")
    leaving["metadata"]["deletionTimestamp"] = "2026-03-01T09:00:00Z"
    assert answers(Evidence(taken(), taken(leaving))) == {}


@pytest.mark.parametrize(
    "mistake",
    [{"key": "Q 1"}, {"answer": "job"}, {"options": {"observe": "I look."}}, {"options": {"I": "x", "observe": "y"}}],
    ids=str,
)
def test_a_mistake_in_a_question_is_named(mistake: dict):
    with pytest.raises(ValueError, match="question "):
        question(**mistake)


def test_questions_need_keys_of_their_own():
    lab = Lab("09-by-hand", "By hand", 5, "Nothing.")
    with pytest.raises(ValueError, match="keys that differ"):
        lab.quiz("frame", "The frame", questions=[question(), question()], hints=("a", "b", "c"))


# ---- the file of questions


QUIZ = """\
questions:
- key: q1
  text: A Pod restarts. What first?
  options: {look: I look., wait: I wait.}
  answer: look
  because: Look first.
- key: q2
  text: And then?
  options: {look: I look., wait: I wait.}
  answer: wait
  because: Give it time.
"""


def test_the_questions_are_in_a_file_beside_the_checks(tmp_path):
    (tmp_path / "quiz.yaml").write_text("\ufeff" + QUIZ, encoding="utf-8")
    first, second = questions(str(tmp_path / "checks.py"))
    assert (first.key, first.answer, first.options["wait"]) == ("q1", "look", "I wait.")
    assert second.title == "q2: And then?"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  answer: wait\n", "", "line 7: a question has key, text, options, answer, because, and nothing else"),
        ("  answer: wait\n", "  answer: wait\n  points: 2\n", "line 7: a question has key, text, "),
        ("  answer: wait", "  answer: weit", "line 7: question q2: the answer 'weit' is not one of several options"),
        ("key: q2", "key: Q 2", "line 7: question Q 2: the key 'Q 2' is not a lowercase word"),
        ("key: q2", "key: q1", "line 7: there are two questions called q1"),
        ("text: And then?", "text:", "line 7: each sentence of question q2 is a text, not None"),
        (
            "{look: I look., wait: I wait.}\n  answer: wait",
            "{yes: a, no: b}\n  answer: yes",
            "line 7: question q2: the key True is not a lowercase word",
        ),
        (
            "{look: I look., wait: I wait.}\n  answer: wait",
            "[a, b]\n  answer: a",
            "line 7: question q2: options are a k",
        ),
        ("because: Give it time.", "because: [", "line 12: it is not valid YAML: "),
        ("questions:", "question:", "line 1: there is no list called `questions`"),
        (QUIZ, "", "line 1: there is no list called `questions`"),
        (QUIZ, "- q1\n", "line 1: there is no list called `questions`"),
        (QUIZ, "questions:\n- q1\n", "line 2: a question has key, text, "),
    ],
)
def test_a_mistake_in_the_file_is_told_with_the_line_of_its_question(tmp_path, old, new, told):
    path = tmp_path / "quiz.yaml"
    assert old in QUIZ
    path.write_text(QUIZ.replace(old, new), encoding="utf-8")
    with pytest.raises(LabBroken, match=f"^{re.escape(str(path))}, {told}") as trouble:
        questions(tmp_path / "checks.py")
    assert trouble.value.next_step == f"fix {path}"


def test_a_file_of_questions_that_is_not_there_is_told(tmp_path):
    with pytest.raises(LabBroken, match=r"quiz\.yaml, line 1: it cannot be read: "):
        questions(tmp_path / "checks.py")

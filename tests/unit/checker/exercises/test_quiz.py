"""A quiz: judged by a ConfigMap, asked by a form."""

import pytest

from driftlab.checker import Evidence, Lab, Question
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.quiz import answers
from driftlab.checker.sessions.session import Attempts
from tests.unit.evidence_by_hand import ReaderByHand, begun, snapshot, thing

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
    result = quiz.judge(Evidence(taken(), taken(*configmaps)))
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


class Quizzed(ReaderByHand):
    """Has a ConfigMap with one answer, too."""

    def get(self, path: str, **query: str):
        if path.endswith("/configmaps"):
            return {"metadata": {"resourceVersion": query["resourceVersion"]}, "items": [given(q1="observe")]}
        return super().get(path, **query)


@pytest.fixture
def attempts(quiz: Exercise) -> Attempts:
    return begun(quiz, Quizzed(), taken(given(q1="observe")))


def test_the_form_asks_remembers_and_says_what_is_left(quiz: Exercise, attempts: Attempts, monkeypatch):
    from driftlab.checker.notebook.quiz_form import QuizForm

    form, written = QuizForm(quiz, attempts), []
    form.show()
    assert {key: field.value for key, field in form.fields.items()} == {"q1": "observe", "q2": None}
    text = form._as_text()
    assert "q2: A Pod restarts. What first?" in text
    assert "kubectl create configmap answers --from-literal=q1=… --from-literal=q2=…" in text

    monkeypatch.setattr(attempts, "answer", written.append)
    form._save()
    assert written == [{"q1": "observe"}]
    assert "holds 1 of 2 answers" in form.said.value
    assert "1 still to go" in form.said.value

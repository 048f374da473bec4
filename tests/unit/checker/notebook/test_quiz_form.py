"""A quiz in a notebook: the form asks, remembers what was answered, and writes the answers into the cluster."""

import builtins
from dataclasses import replace

import pytest
from IPython.utils.capture import capture_output

from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.quiz import Question
from driftlab.checker.notebook.quiz_form import QuizForm
from driftlab.checker.sessions import recordings
from driftlab.clusters.errors import UsageError
from tests.unit.api_by_hand import Api
from tests.unit.evidence_by_hand import HOSTILE, ReaderByHand, begun, exercise, snapshot, thing
from tests.unit.reports_by_hand import Page

pytestmark = pytest.mark.usefixtures("shell", "neutral")

ANSWERS = "/api/v1/namespaces/by-hand/configmaps/answers"
OPTIONS = {"observe": "I look.", "deployment": "I change the <b>Deployment</b>."}


def quiz(text="A Pod restarts. What first?", options=None):
    lab = Lab("09-by-hand", "By hand", 5, "Nothing.")
    asked = [Question(key, text, options or OPTIONS, "observe", "Look first.") for key in ("q1", "q2")]
    return lab.quiz("frame", "The frame", questions=asked, hints=("nudge", "pointer", "answer"))


def given(**data):
    now = snapshot()
    return replace(now, raw={**now.raw, "configmaps": [{**thing("ConfigMap", "answers", "cm-1"), "data": data}]})


@pytest.fixture
def api(web):
    return Api(web)


@pytest.fixture
def session_of(api, monkeypatch):
    """``session_of(exercise, **answers)``: the exercise is under way, and the cluster has those answers."""
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)

    def begin(asked, **answers):
        reader = ReaderByHand()
        reader.now = given(**answers)
        session = begun(asked, reader, given())
        api.kubeconfig(session.cluster.kubeconfig)
        (session.cluster.folder / "learner.token").write_text("learners")
        return session

    return begin


@pytest.fixture
def form(session_of):
    """A form that is shown after ``q1`` was answered."""
    asked = quiz()
    made = QuizForm(asked, session_of(asked, q1="observe"))
    with capture_output():
        made.show()
    return made


def test_earlier_answers_are_selected(form):
    assert {key: field.value for key, field in form.fields.items()} == {"q1": "observe", "q2": None}


def test_an_earlier_answer_that_is_no_option_is_not_selected(session_of):
    """A person may have written it with kubectl, and made a mistake."""
    asked = quiz()
    made = QuizForm(asked, session_of(asked, q1="OBSERVE"))
    with capture_output():
        made.show()
    assert made.fields["q1"].value is None


def test_saving_writes_the_answers_as_the_learner_and_counts_what_is_left(form, api, web):
    form._save()
    assert api.objects[ANSWERS]["data"] == {"q1": "observe"}
    assert web.requests[-1].headers["Authorization"] == "Bearer learners"
    assert "holds 1 of 2 answers" in form.message.value
    assert "1 still to go" in form.message.value


def test_after_the_last_answer_the_form_says_to_check(form, api):
    form.fields["q2"].value = "deployment"
    form._save()
    assert api.objects[ANSWERS]["data"] == {"q1": "observe", "q2": "deployment"}
    assert "holds 2 of 2 answers" in form.message.value
    assert "Check your work below." in form.message.value


def test_a_refusal_by_the_cluster_is_shown_in_the_form(form, api):
    api.refuse = lambda request: 403
    form._save()
    assert "refused" in form.message.value
    assert "Try: " in form.message.value


def test_without_widgets_the_questions_are_text_with_the_command(session_of, monkeypatch):
    real = builtins.__import__

    def without_widgets(name, *arguments, **options):
        if name.startswith("ipywidgets"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    asked = quiz()
    made = QuizForm(asked, session_of(asked))
    monkeypatch.setattr(builtins, "__import__", without_widgets)
    with capture_output() as captured:
        made.show()
    ((html, plain),) = [(one.data["text/html"], one.data["text/plain"]) for one in captured.outputs]
    for text in (plain, " ".join(Page(html).texts)):
        assert "A Pod restarts. What first?" in text
        assert "I change the <b>Deployment</b>." in text
        assert "kubectl create configmap answers --from-literal=q1=… --from-literal=q2=…" in text
    assert "q2: A Pod restarts." in plain


@pytest.mark.parametrize("what", HOSTILE)
def test_questions_are_escaped(session_of, what):
    said = HOSTILE[what]
    asked = quiz(f"Why? {said}", {"observe": said, "deployment": "x"})
    page = Page(QuizForm(asked, session_of(asked))._as_html())
    assert not {"script", "img", "a"} & set(page.tags)
    assert page.open == []


def test_an_exercise_without_questions_is_rejected(session_of):
    one = exercise(1)
    with pytest.raises(UsageError, match="09-by-hand/one is no quiz") as refused:
        QuizForm(one, session_of(one))
    assert refused.value.next_step == 'check("one")'

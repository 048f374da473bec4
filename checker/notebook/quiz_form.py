"""A quiz in a notebook: its questions with radio buttons, and the same as text where widgets cannot run."""

from html import escape
from typing import Any

from IPython.display import display

from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.quiz import CONFIGMAP, Question, answers
from driftlab.checker.notebook.displays import panel_html
from driftlab.checker.sessions.session import Session
from driftlab.clusters.errors import DriftlabError, UsageError


class QuizForm:
    def __init__(self, exercise: Exercise, session: Session) -> None:
        if not exercise.questions:
            raise UsageError(f"{exercise.id} is no quiz.", next_step=f'check("{exercise.name}")')
        self.exercise, self.session = exercise, session
        self.given = answers(session.evidence(exercise))
        self.fields: dict[str, Any] = {}

    def show(self) -> None:
        plain = {"text/html": self._as_html(), "text/plain": self._as_text()}
        try:
            import ipywidgets
        except ImportError:
            display(plain, raw=True)
            return
        rows = []
        for question in self.exercise.questions:
            options = [(words, key) for key, words in question.options.items()]
            given = self.given.get(question.key)
            field = ipywidgets.RadioButtons(
                options=options, value=given if given in question.options else None, layout={"width": "auto"}
            )
            self.fields[question.key] = field
            rows += [ipywidgets.HTML(f'<p style="margin:10px 0 2px">{_asked(question)}</p>'), field]
        button = ipywidgets.Button(
            description="Save my answers",
            icon="save",
            button_style="primary",
            layout={"width": "auto", "align_self": "flex-start"},
        )
        button.on_click(lambda _: self._save())
        self.said = ipywidgets.HTML()
        box = ipywidgets.VBox([*rows, button, self.said])
        display({**box._repr_mimebundle_(), **plain}, raw=True)

    def _save(self) -> None:
        given = {key: field.value for key, field in self.fields.items() if field.value}
        try:
            self.session.answer(given)
        except DriftlabError as error:
            self._tell(error.message, f"Try: {error.next_step}")
            return
        left = len(self.fields) - len(given)
        self._tell(
            f"Saved: the ConfigMap {CONFIGMAP} holds {len(given)} of {len(self.fields)} answers.",
            "Check your work below." if not left else f"{left} still to go; save again when you like.",
        )

    def _tell(self, title: str, line: str) -> None:
        self.said.value = panel_html(title, line, "var(--jp-info-color1, #0277bd)")

    def _as_html(self) -> str:
        asked = "".join(
            f"<p>{_asked(question)}</p><ul>"
            + "".join(f"<li><code>{key}</code>: {escape(words)}</li>" for key, words in question.options.items())
            + "</ul>"
            for question in self.exercise.questions
        )
        return f"{asked}<p>{escape(self._how())}</p>"

    def _as_text(self) -> str:
        lines = []
        for question in self.exercise.questions:
            lines.append(f"{question.key}: {question.text}")
            lines += [f"    {key}: {words}" for key, words in question.options.items()]
        return "\n".join([*lines, self._how()])

    def _how(self) -> str:
        keys = " ".join(f"--from-literal={question.key}=…" for question in self.exercise.questions[:2])
        return f"Answer with: kubectl create configmap {CONFIGMAP} {keys} and so on"


def _asked(question: Question) -> str:
    return f"<b>{escape(question.key)}</b>: {escape(question.text)}"

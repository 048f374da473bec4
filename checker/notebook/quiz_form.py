"""A quiz in a notebook: questions with radio buttons; without widgets, the same as text."""

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
        self.saved_answers = answers(session.evidence(exercise))
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
            saved = self.saved_answers.get(question.key)
            field = ipywidgets.RadioButtons(
                options=options, value=saved if saved in question.options else None, layout={"width": "auto"}
            )
            self.fields[question.key] = field
            rows += [ipywidgets.HTML(f'<p style="margin:10px 0 2px">{_question_html(question)}</p>'), field]
        button = ipywidgets.Button(
            description="Save my answers",
            icon="save",
            button_style="primary",
            layout={"width": "auto", "align_self": "flex-start"},
        )
        button.on_click(lambda _: self._save())
        self.message = ipywidgets.HTML()
        box = ipywidgets.VBox([*rows, button, self.message])
        display({**box._repr_mimebundle_(), **plain}, raw=True)

    def _save(self) -> None:
        chosen = {key: field.value for key, field in self.fields.items() if field.value}
        try:
            self.session.answer(chosen)
        except DriftlabError as error:
            self._show_message(error.message, f"Try: {error.next_step}")
            return
        remaining = len(self.fields) - len(chosen)
        self._show_message(
            f"Saved: the ConfigMap {CONFIGMAP} holds {len(chosen)} of {len(self.fields)} answers.",
            "Check your work below." if not remaining else f"{remaining} still to go; save again when you like.",
        )

    def _show_message(self, title: str, line: str) -> None:
        self.message.value = panel_html(title, line, "var(--jp-info-color1, #0277bd)")

    def _as_html(self) -> str:
        rows = "".join(
            f"<p>{_question_html(question)}</p><ul>"
            + "".join(f"<li><code>{key}</code>: {escape(words)}</li>" for key, words in question.options.items())
            + "</ul>"
            for question in self.exercise.questions
        )
        return f"{rows}<p>{escape(self._instructions())}</p>"

    def _as_text(self) -> str:
        lines = []
        for question in self.exercise.questions:
            lines.append(f"{question.key}: {question.text}")
            lines += [f"    {key}: {words}" for key, words in question.options.items()]
        return "\n".join([*lines, self._instructions()])

    def _instructions(self) -> str:
        keys = " ".join(f"--from-literal={question.key}=…" for question in self.exercise.questions[:2])
        return f"Answer with: kubectl create configmap {CONFIGMAP} {keys} and so on"


def _question_html(question: Question) -> str:
    return f"<b>{escape(question.key)}</b>: {escape(question.text)}"

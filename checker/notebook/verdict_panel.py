"""The verdict in a notebook, with the buttons "Check my work", "Give me a hint" and "Begin again"."""

from collections.abc import Callable
from typing import Any

from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.result import Result
from driftlab.checker.notebook.displays import ProgressOutput, panel_html
from driftlab.checker.reports import html, text
from driftlab.checker.reports.next_steps import for_notebook, in_notebook
from driftlab.checker.reports.wording import pending
from driftlab.checker.sessions.session import Session
from driftlab.clusters.errors import DriftlabError

#: The maximum time in seconds that a check waits for goals that are WAITING.
WAIT_S = 15.0


class VerdictPanel:
    """A verdict with buttons; without widgets, the verdict alone.

    ``session`` is called for each button, because the learner may have chosen another cluster meanwhile.
    """

    def __init__(self, exercise: Exercise, session: Callable[[], Session]) -> None:
        self.exercise, self.session = exercise, session

    def check(self, waiting: Callable[[Result], None] = lambda result: None) -> Result:
        return for_notebook(self.session().check(self.exercise, wait_s=WAIT_S, waiting=waiting))

    def hint(self) -> tuple[str, str]:
        """The next hint, and a line about the one after it."""
        next_hint = self.session().hint(self.exercise)
        return f"Hint {next_hint.step} of 3: {next_hint.text}", "Ask again for a plainer one." if next_hint.more else ""

    def show(self, result: Result, output: ProgressOutput) -> None:
        bundle = {"text/html": html.render(result), "text/plain": text.render(result)}
        try:
            import ipywidgets
        except ImportError:
            output.replace_with(bundle)
            return
        self.verdict = ipywidgets.HTML(bundle["text/html"])
        self.aside = ipywidgets.HTML()
        self.buttons = [
            self._button(ipywidgets, "Check my work", "check", self._check_again, style="primary"),
            self._button(ipywidgets, "Give me a hint", "lightbulb-o", self._show_hint),
            self._button(ipywidgets, "Begin again", "undo", self._begin_again),
        ]
        box = ipywidgets.VBox([self.verdict, ipywidgets.HBox(self.buttons), self.aside])
        output.replace_with({**box._repr_mimebundle_(), **bundle})

    def _button(self, ipywidgets: Any, label: str, icon: str, act: Callable[[], None], style: str = "") -> Any:
        button = ipywidgets.Button(description=label, icon=icon, button_style=style, layout={"width": "auto"})
        button.on_click(lambda _: self._clicked(act))
        return button

    def _clicked(self, act: Callable[[], None]) -> None:
        for button in self.buttons:
            button.disabled = True
        try:
            act()
        except DriftlabError as error:
            self._show_message(in_notebook(error.message), f"Try: {in_notebook(error.next_step)}")
        except Exception as error:
            self._show_message(
                f"Something broke in the kit, not in your work: {type(error).__name__}: {error}", "Try: driftlab doctor"
            )
        finally:
            for button in self.buttons:
                button.disabled = False

    def _show_message(self, title: str, line: str) -> None:
        self.aside.value = panel_html(title, line, "var(--jp-info-color1, #0277bd)")

    def _check_again(self) -> None:
        self._show_message("Looking at the cluster …", "")
        result = self.check(lambda result: self._show_message(pending(result), ""))
        self.verdict.value = html.render(result)
        self.aside.value = ""

    def _show_hint(self) -> None:
        self._show_message(*self.hint())

    def _begin_again(self) -> None:
        self._show_message("Setting the stage again …", "")
        self.session().start(self.exercise, again=True)
        self.verdict.value = html.render(self.check())
        self._show_message("You begin again from the start of this exercise.", "")

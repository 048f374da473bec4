"""The interface in notebooks: calls of one line each.

::

    lab("02-self-healing")            the cluster, the lab's namespace, its first exercise
    lab("02-self-healing/one-pod")    an exercise's starting state
    check("one-pod")                  the verdict, and a button that checks again
    hint("one-pod")                   a nudge, then a pointer, then the answer
    reset("one-pod")                  begin again
    timeline("one-pod")               ready Pods over time, and what you did meanwhile: a picture
    quiz("situations")                the questions of a quiz, as a form
    where()                           which cluster the labs run on, and a form to choose another

They never raise exceptions: errors are shown as messages. Without widgets, the same content is shown as HTML or plain
text.
"""

import os
import shutil
from collections.abc import Callable
from typing import Any

from IPython.display import display

from driftlab.checker.exercises.catalogue import find_exercise, find_lab, lab_folders
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.exercises.result import Result
from driftlab.checker.notebook.displays import ProgressOutput, message, never_raises, panel_html
from driftlab.checker.reports import html, text
from driftlab.checker.reports.ways import for_notebook, in_notebook
from driftlab.checker.reports.wording import pending, unchanged_notice
from driftlab.checker.sessions.jupyterlab import terminal_kubeconfig
from driftlab.checker.sessions.preparation import bring_up, preparing_elsewhere, watch
from driftlab.checker.sessions.scripts import learner_environment
from driftlab.checker.sessions.selection import chosen_cluster, remember
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import DriftlabError, UsageError
from driftlab.clusters.host.files import make_folder
from driftlab.clusters.host.progress import Progress

#: The maximum time in seconds that a check waits for goals that are WAITING.
WAIT_S = 15.0


class _Current:
    """The lab and the cluster that this kernel uses."""

    lab: Lab | None = None
    cluster: Cluster | None = None


# ---- the calls


@never_raises
def lab(name: str) -> None:
    """Open a lab, or start one of its exercises, given as ``LAB`` or ``LAB/EXERCISE``."""
    exercise = find_exercise(name) if "/" in name else None
    found = exercise.lab if exercise else find_lab(name)
    output = ProgressOutput()
    cluster = _bring_up(output)
    session = Session(cluster, found)
    output.say(f"Preparing the namespace {session.namespace} …")
    kubeconfig = session.open()
    os.environ.update(learner_environment(kubeconfig))
    make_folder(terminal_kubeconfig().parent)
    shutil.copyfile(kubeconfig, terminal_kubeconfig())
    _Current.lab, _Current.cluster = found, cluster
    if exercise is None:
        under_way = next((candidate for candidate in found.exercises if session.started(candidate)), None)
        if under_way is None or under_way is found.exercises[0]:
            session.start(found.exercises[0])
        output.done(
            f"Your cluster is ready: Kubernetes {_version(cluster)}, engine {cluster.engine}.",
            f"kubectl works in the namespace {session.namespace}, here and in a terminal.",
        )
    else:
        output.say(f"Setting the stage for “{exercise.title}” …")
        started = session.start(exercise)
        if started.fresh or not session.last_result(exercise):
            output.done(f"Ready: {exercise.title}", "Everything below starts from here.")
        else:
            output.done(
                unchanged_notice(f"“{exercise.title}”", passed=started.passed),
                f'To begin again: reset("{exercise.name}")',
            )


@never_raises
def check(name: str | None = None) -> None:
    """Check an exercise (without a name: the one you are in), and show a button that checks again."""
    exercise = _exercise(name)
    output = ProgressOutput()
    _VerdictPanel(exercise).show(_checked(exercise, lambda result: output.say(pending(result))), output)


@never_raises
def hint(name: str | None = None) -> None:
    """A hint for what is wrong now. Ask again for a plainer one."""
    exercise = _exercise(name)
    message(*_hint(exercise))


@never_raises
def reset(name: str | None = None) -> None:
    """Put an exercise back to its starting state."""
    exercise = _exercise(name)
    output = ProgressOutput()
    output.say(f"Setting the stage for “{exercise.title}” again …")
    _session(exercise).start(exercise, again=True)
    output.done(f"Ready: {exercise.title}", "You begin again from the start of this exercise.")


@never_raises
def timeline(name: str | None = None) -> None:
    """Draw how many Pods were ready at each moment since the exercise began, and what was done meanwhile."""
    from driftlab.checker.evidence.readiness import readiness_histories
    from driftlab.checker.reports import timeline as drawing

    exercise = _exercise(name)
    histories = readiness_histories(_session(exercise).evidence(exercise), exercise.lost_node)
    display({"text/html": drawing.html(histories), "text/plain": drawing.words(histories)}, raw=True)


@never_raises
def quiz(name: str | None = None) -> None:
    """The questions of a quiz, as a form that writes the answers into the cluster."""
    from driftlab.checker.notebook.quiz_form import QuizForm

    exercise = _exercise(name)
    QuizForm(exercise, _session(exercise)).show()


@never_raises
def where() -> None:
    """Which cluster the labs run on, and a form to choose another one."""
    from driftlab.checker.notebook.cluster_form import ClusterForm

    def chosen(cluster: Cluster) -> None:
        _Current.lab, _Current.cluster = None, cluster
        # replace the cluster that `driftlab lab` set, also for commands that cells run with `!`
        os.environ["DRIFTLAB_ENGINE"], os.environ["DRIFTLAB_CLUSTER"] = cluster.engine, cluster.name

    ClusterForm(chosen).show()


# ---- shared


def _exercise(name: str | None) -> Exercise:
    if name is None:
        if _Current.lab and _Current.cluster:
            current = Session(_Current.cluster, _Current.lab).current
            for exercise in _Current.lab.exercises:
                if exercise.name == current:
                    return exercise
        raise UsageError("No exercise is under way.", next_step=f'lab("{next(iter(lab_folders()))}")')
    if "/" not in name and _Current.lab and name in {exercise.name for exercise in _Current.lab.exercises}:
        name = f"{_Current.lab.name}/{name}"
    return find_exercise(name)


def _session(exercise: Exercise) -> Session:
    _Current.cluster = _Current.cluster or chosen_cluster()
    return Session(_Current.cluster, exercise.lab)


def _checked(exercise: Exercise, waiting: Callable[[Result], None]) -> Result:
    return for_notebook(_session(exercise).check(exercise, wait_s=WAIT_S, waiting=waiting))


def _hint(exercise: Exercise) -> tuple[str, str]:
    next_hint = _session(exercise).hint(exercise)
    return f"Hint {next_hint.step} of 3: {next_hint.text}", "Ask again for a plainer one." if next_hint.more else ""


def _version(cluster: Cluster) -> str:
    return str(cluster.client.get("/version").get("gitVersion", "")).removeprefix("v")


def _bring_up(output: ProgressOutput) -> Cluster:
    cluster = chosen_cluster()
    if preparing_elsewhere(cluster):
        watch(cluster, output.show)
    if cluster.status().phase != "ready":
        bring_up(cluster, Progress(output))
    remember(cluster)
    return cluster


# ---- display


class _VerdictPanel:
    """A verdict with buttons; without widgets, the verdict alone."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise

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
            self._button(ipywidgets, "Check my work", "check", self._check, style="primary"),
            self._button(ipywidgets, "Give me a hint", "lightbulb-o", self._hint),
            self._button(ipywidgets, "Begin again", "undo", self._reset),
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

    def _check(self) -> None:
        self._show_message("Looking at the cluster …", "")
        result = _checked(self.exercise, lambda result: self._show_message(pending(result), ""))
        self.verdict.value = html.render(result)
        self.aside.value = ""

    def _hint(self) -> None:
        self._show_message(*_hint(self.exercise))

    def _reset(self) -> None:
        self._show_message("Setting the stage again …", "")
        _session(self.exercise).start(self.exercise, again=True)
        self.verdict.value = html.render(_checked(self.exercise, lambda result: None))
        self._show_message("You begin again from the start of this exercise.", "")

"""The notebooks' face: calls of one line each.

::

    lab("02-self-healing")            the cluster, the lab's namespace, its first exercise
    lab("02-self-healing/one-pod")    an exercise's starting state
    check("one-pod")                  the verdict, and a button that checks again
    hint("one-pod")                   a nudge, then a pointer, then the answer
    reset("one-pod")                  begin again
    timeline("one-pod")               ready Pods over time, and what you did meanwhile: a picture
    quiz("situations")                the questions of a quiz, as a form
    where()                           which cluster the labs run on, and a form to choose another

None of them ever raises: what goes wrong is shown. Where widgets cannot run, the same
is shown as HTML or plain text.
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
from driftlab.checker.notebook.displays import Head, message, never_raises, panel_html
from driftlab.checker.reports import html, text
from driftlab.checker.reports.ways import for_notebook, in_notebook
from driftlab.checker.reports.wording import left_alone, pending
from driftlab.checker.sessions.jupyterlab import learner_link
from driftlab.checker.sessions.preparation import bring_up, preparing_elsewhere, watch
from driftlab.checker.sessions.scripts import learner_environment
from driftlab.checker.sessions.selection import chosen_cluster, remember
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import DriftlabError, UsageError
from driftlab.clusters.host.files import make_folder
from driftlab.clusters.host.progress import Progress

#: Seconds that a check waits for a cluster that is still at work.
WAIT_S = 15.0


class _Here:
    """What this kernel is in the middle of."""

    lab: Lab | None = None
    cluster: Cluster | None = None


# ---- the calls


@never_raises
def lab(name: str) -> None:
    """Open a lab, or start one of its exercises, given as ``LAB`` or ``LAB/EXERCISE``."""
    exercise = find_exercise(name) if "/" in name else None
    found = exercise.lab if exercise else find_lab(name)
    head = Head()
    cluster = _bring_up(head)
    session = Session(cluster, found)
    head.say(f"Preparing the namespace {session.namespace} …")
    kubeconfig = session.open()
    os.environ.update(learner_environment(kubeconfig))
    make_folder(learner_link().parent)
    shutil.copyfile(kubeconfig, learner_link())
    _Here.lab, _Here.cluster = found, cluster
    if exercise is None:
        under_way = next((one for one in found.exercises if session.started(one)), None)
        if under_way is None or under_way is found.exercises[0]:
            session.start(found.exercises[0])
        head.done(
            f"Your cluster is ready: Kubernetes {_version(cluster)}, engine {cluster.engine}.",
            f"kubectl works in the namespace {session.namespace}, here and in a terminal.",
        )
    else:
        head.say(f"Setting the stage for “{exercise.title}” …")
        done = session.start(exercise)
        if done.fresh or not session.last_result(exercise):
            head.done(f"Ready: {exercise.title}", "Everything below starts from here.")
        else:
            head.done(
                left_alone(f"“{exercise.title}”", passed=done.passed),
                f'To begin again: reset("{exercise.name}")',
            )


@never_raises
def check(name: str | None = None) -> None:
    """Check an exercise (without a name: the one you are in), and show a button that checks again."""
    exercise = _exercise(name)
    head = Head()
    _Panel(exercise).show(_checked(exercise, lambda result: head.say(pending(result))), head)


@never_raises
def hint(name: str | None = None) -> None:
    """A hint for what is wrong now. Ask again for a plainer one."""
    exercise = _exercise(name)
    message(*_hint(exercise))


@never_raises
def reset(name: str | None = None) -> None:
    """Put an exercise back to its starting state."""
    exercise = _exercise(name)
    head = Head()
    head.say(f"Setting the stage for “{exercise.title}” again …")
    _session(exercise).start(exercise, again=True)
    head.done(f"Ready: {exercise.title}", "You begin again from the start of this exercise.")


@never_raises
def timeline(name: str | None = None) -> None:
    """Draw how many Pods were ready at each moment since the exercise began, and what was done meanwhile."""
    from driftlab.checker.evidence.readiness import courses
    from driftlab.checker.reports import timeline as drawing

    exercise = _exercise(name)
    drawn = courses(_session(exercise).evidence(exercise), exercise.lost_node)
    display({"text/html": drawing.html(drawn), "text/plain": drawing.words(drawn)}, raw=True)


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
        _Here.lab, _Here.cluster = None, cluster
        # `driftlab lab` told this kernel of another one; and what cells run with `!` inherits its environment
        os.environ["DRIFTLAB_ENGINE"], os.environ["DRIFTLAB_CLUSTER"] = cluster.engine, cluster.name

    ClusterForm(chosen).show()


# ---- what they share


def _exercise(name: str | None) -> Exercise:
    if name is None:
        if _Here.lab and _Here.cluster:
            current = Session(_Here.cluster, _Here.lab).current
            for exercise in _Here.lab.exercises:
                if exercise.name == current:
                    return exercise
        raise UsageError("No exercise is under way.", next_step=f'lab("{next(iter(lab_folders()))}")')
    if "/" not in name and _Here.lab and name in {exercise.name for exercise in _Here.lab.exercises}:
        name = f"{_Here.lab.name}/{name}"
    return find_exercise(name)


def _session(exercise: Exercise) -> Session:
    _Here.cluster = _Here.cluster or chosen_cluster()
    return Session(_Here.cluster, exercise.lab)


def _checked(exercise: Exercise, waiting: Callable[[Result], None]) -> Result:
    return for_notebook(_session(exercise).check(exercise, wait_s=WAIT_S, waiting=waiting))


def _hint(exercise: Exercise) -> tuple[str, str]:
    given = _session(exercise).hint(exercise)
    return f"Hint {given.step} of 3: {given.text}", "Ask again for a plainer one." if given.more else ""


def _version(cluster: Cluster) -> str:
    return str(cluster.client.get("/version").get("gitVersion", "")).removeprefix("v")


def _bring_up(head: Head) -> Cluster:
    cluster = chosen_cluster()
    if preparing_elsewhere(cluster):
        watch(cluster, head.show)
    if cluster.status().phase != "ready":
        bring_up(cluster, Progress(head))
    remember(cluster)
    return cluster


# ---- what is seen


class _Panel:
    """A verdict with buttons. Where widgets cannot run, the verdict alone."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise

    def show(self, result: Result, head: Head) -> None:
        bundle = {"text/html": html.render(result), "text/plain": text.render(result)}
        try:
            import ipywidgets
        except ImportError:
            head.replace_with(bundle)
            return
        self.verdict = ipywidgets.HTML(bundle["text/html"])
        self.aside = ipywidgets.HTML()
        self.buttons = [
            self._button(ipywidgets, "Check my work", "check", self._check, style="primary"),
            self._button(ipywidgets, "Give me a hint", "lightbulb-o", self._hint),
            self._button(ipywidgets, "Begin again", "undo", self._reset),
        ]
        box = ipywidgets.VBox([self.verdict, ipywidgets.HBox(self.buttons), self.aside])
        head.replace_with({**box._repr_mimebundle_(), **bundle})

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
            self._tell(in_notebook(error.message), f"Try: {in_notebook(error.next_step)}")
        except Exception as error:
            self._tell(
                f"Something broke in the kit, not in your work: {type(error).__name__}: {error}", "Try: driftlab doctor"
            )
        finally:
            for button in self.buttons:
                button.disabled = False

    def _tell(self, title: str, line: str) -> None:
        self.aside.value = panel_html(title, line, "var(--jp-info-color1, #0277bd)")

    def _check(self) -> None:
        self._tell("Looking at the cluster …", "")
        result = _checked(self.exercise, lambda result: self._tell(pending(result), ""))
        self.verdict.value = html.render(result)
        self.aside.value = ""

    def _hint(self) -> None:
        self._tell(*_hint(self.exercise))

    def _reset(self) -> None:
        self._tell("Setting the stage again …", "")
        _session(self.exercise).start(self.exercise, again=True)
        self.verdict.value = html.render(_checked(self.exercise, lambda result: None))
        self._tell("You begin again from the start of this exercise.", "")

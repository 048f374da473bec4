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

from IPython.display import display

from driftlab.checker.exercises.catalogue import find_exercise, find_lab, lab_folders
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.lab import Lab
from driftlab.checker.notebook.displays import ProgressOutput, message, never_raises
from driftlab.checker.notebook.verdict_panel import VerdictPanel
from driftlab.checker.reports.wording import pending, unchanged_notice
from driftlab.checker.sessions.jupyterlab import terminal_kubeconfig
from driftlab.checker.sessions.preparation import bring_up, preparing_elsewhere, watch
from driftlab.checker.sessions.scripts import learner_environment
from driftlab.checker.sessions.selection import chosen_cluster, remember
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.files import make_folder
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.settings import CLUSTER, ENGINE


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
    panel = VerdictPanel(exercise, lambda: _session(exercise))
    panel.show(panel.check(lambda result: output.say(pending(result))), output)


@never_raises
def hint(name: str | None = None) -> None:
    """A hint for what is wrong now. Ask again for a plainer one."""
    exercise = _exercise(name)
    message(*VerdictPanel(exercise, lambda: _session(exercise)).hint())


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
        os.environ[ENGINE.name], os.environ[CLUSTER.name] = cluster.engine, cluster.name

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

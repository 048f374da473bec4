"""Shared by the commands: options, the selected cluster, and the display of errors."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from driftlab.clusters import settings
from driftlab.clusters.errors import DriftlabError

if TYPE_CHECKING:
    from rich.console import Console

    from driftlab.checker.exercises.exercise import Exercise
    from driftlab.checker.exercises.result import Result
    from driftlab.checker.sessions.session import Session
    from driftlab.clusters.cluster import Cluster


def complete_exercise(incomplete: str) -> list[str]:
    from driftlab.checker.exercises.catalogue import labs

    with suppress(DriftlabError):  # the command itself will report the error
        return [exercise.id for lab in labs() for exercise in lab.exercises if exercise.id.startswith(incomplete)]
    return []


def complete_lab(incomplete: str) -> list[str]:
    from driftlab.checker.exercises.catalogue import lab_folders

    with suppress(DriftlabError):
        return [name for name in lab_folders() if name.startswith(incomplete)]
    return []


Engine = Annotated[
    str | None,
    typer.Option("--engine", help="auto, or an engine's name.", envvar=settings.ENGINE.name, show_default="auto"),
]
Name = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="The cluster's name; for existing, the context's.",
        envvar=settings.CLUSTER.name,
        show_default="driftlab",
    ),
]
OneExercise = Annotated[
    str, typer.Argument(help="LAB/EXERCISE, such as 02-self-healing/one-pod.", autocompletion=complete_exercise)
]
LabOrExercise = Annotated[
    str,
    typer.Argument(
        metavar="EXERCISE",
        help="LAB/EXERCISE, or a LAB: its first exercise.",
        autocompletion=lambda incomplete: complete_exercise(incomplete) + complete_lab(incomplete),
    ),
]
MaybeExercise = Annotated[
    str | None,
    typer.Argument(help="LAB/EXERCISE; without it, the one you are in.", autocompletion=complete_exercise),
]
OneLab = Annotated[str, typer.Argument(help="A lab, such as 02-self-healing.", autocompletion=complete_lab)]


def finite_seconds(seconds: float) -> float:
    """Reject timeouts that are negative, infinite or not a number."""
    if not (math.isfinite(seconds) and seconds >= 0):
        raise typer.BadParameter("a number of seconds is needed, 0 or more: --wait 30")
    return seconds


def rich_console(stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


@contextmanager
def show_errors() -> Iterator[None]:
    """Turn each DriftlabError into a message and its exit code, and an interrupt into exit code 130."""
    try:
        yield
    except DriftlabError as error:
        from driftlab.checker.reports.text import harmless

        print(harmless(f"{'Usage' if error.exit_code == 2 else 'Trouble'}: {error}"), file=sys.stderr)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was left half done.", file=sys.stderr)
        raise typer.Exit(130) from None


def select_cluster(engine: str | None, name: str | None) -> "Cluster":
    from driftlab.checker.sessions.selection import chosen_cluster

    return chosen_cluster(engine, name)


def ready_cluster(engine: str | None, name: str | None) -> "Cluster":
    """The selected cluster, brought up if necessary, with progress on stderr."""
    cluster = select_cluster(engine, name)
    bring_up(cluster)
    return cluster


def bring_up(cluster: "Cluster") -> None:
    from driftlab.checker.sessions import preparation
    from driftlab.checker.sessions.selection import remember
    from driftlab.clusters.errors import ConfirmationNeeded
    from driftlab.clusters.host.progress import terminal_progress

    try:
        preparation.bring_up(cluster, terminal_progress(sys.stderr))
    except ConfirmationNeeded as request:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        print(request.message, file=sys.stderr)
        confirmation = typer.prompt(f"If it is meant, type {request.phrase}", default="", show_default=False, err=True)
        preparation.bring_up(cluster, terminal_progress(sys.stderr), confirmed=confirmation.strip())
    remember(cluster)


def find_session(
    name: str | None, engine: str | None, cluster_name: str | None, *, up: bool
) -> tuple["Session", "Exercise"]:
    """The exercise called ``name`` or, if it is None, the one that is under way, with its session.

    ``up``: bring the cluster up first. Raises UnknownExercise, and NotStarted if not exactly one exercise is under way.
    """
    from driftlab.checker.exercises.catalogue import find_exercise, labs
    from driftlab.checker.sessions.session import NotStarted, Session

    if name is not None:
        exercise = find_exercise(name)
        cluster = ready_cluster(engine, cluster_name) if up else select_cluster(engine, cluster_name)
        return Session(cluster, exercise.lab), exercise
    cluster = select_cluster(engine, cluster_name)
    found = [
        (session, exercise)
        for session in (Session(cluster, lab) for lab in labs())
        for exercise in session.lab.exercises
        if session.current == exercise.name
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(exercise.id for _, exercise in found)
    raise NotStarted(
        f"Several exercises are under way: {names}." if found else "No exercise is under way.",
        next_step="driftlab check LAB/EXERCISE" if found else "driftlab start 02-self-healing/one-pod",
    )


def exit_code(result: "Result") -> int:
    return {"PASS": 0, "FAIL": 1, "WAITING": 1, "ERROR": 3}[result.outcome.value]

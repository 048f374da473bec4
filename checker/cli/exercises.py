"""Commands for labs and exercises: open, start, reset, list, and show solutions and progress."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftlab.checker.cli.common import (
    Engine,
    LabOrExercise,
    MaybeExercise,
    Name,
    OneExercise,
    OneLab,
    bring_up,
    complete_lab,
    exit_code,
    find_session,
    ready_cluster,
    rich_console,
    select_cluster,
    show_errors,
)
from driftlab.clusters.settings import WORKSPACE

if TYPE_CHECKING:
    from driftlab.checker.exercises.exercise import Exercise
    from driftlab.checker.sessions.session import Session


def lab(
    name: Annotated[str | None, typer.Argument(help="The lab to open first.", autocompletion=complete_lab)] = None,
    workspace: Annotated[
        Path | None, typer.Option(help="Where your notebooks are kept.", envvar=WORKSPACE.name)
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    port: Annotated[int, typer.Option(help="JupyterLab's port; 0 for any that is free.", min=0, max=65535)] = 0,
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Open the labs in JupyterLab; the cluster comes up meanwhile. Ctrl-C stops it, and the cluster that it started."""
    with show_errors():
        from driftlab.checker.sessions.jupyterlab import run

        found = select_cluster(engine, cluster)
        if not found.automatic:  # it may ask for a confirmation, and needs no time to start
            bring_up(found)
        run(found, lab=name, workspace=workspace, browser=browser, port=port)


def start(exercise: LabOrExercise, engine: Engine = None, cluster: Name = None) -> None:
    """Put the lab's namespace into an exercise's starting state; a lab alone begins with its first exercise."""
    with show_errors():
        from driftlab.checker.exercises.catalogue import find_lab, lab_folders

        if exercise in lab_folders():
            exercise = find_lab(exercise).exercises[0].id
        session, found = find_session(exercise, engine, cluster, up=True)
        print_started(session, found, again=False)


def reset(exercise: MaybeExercise = None, engine: Engine = None, cluster: Name = None) -> None:
    """Begin an exercise again."""
    with show_errors():
        session, found = find_session(exercise, engine, cluster, up=exercise is not None)
        print_started(session, found, again=True)


def print_started(session: "Session", exercise: "Exercise", *, again: bool) -> None:
    from driftlab.checker.reports.wording import unchanged_notice

    started = session.start(exercise, again=again)
    if started.fresh:
        print(f"Ready: {exercise.id} · {exercise.title}")
    else:
        print(f"{unchanged_notice(exercise.id, passed=started.passed)} To begin again: driftlab reset {exercise.id}")
    print(f"kubectl works in the namespace {started.namespace} after:\n    export KUBECONFIG={started.kubeconfig}")


def solution(exercise: OneExercise) -> None:
    """Print an exercise's reference solution: plain kubectl."""
    with show_errors():
        from driftlab.checker.exercises.catalogue import find_exercise

        print(find_exercise(exercise).solution.read_text(encoding="utf-8"), end="")


def try_(name: OneLab, engine: Engine = None, cluster: Name = None) -> None:
    """Do a lab headless, by its reference solutions, and print the grades."""
    with show_errors():
        from driftlab.checker.exercises.catalogue import find_lab
        from driftlab.checker.reports.terminal import show_grades
        from driftlab.checker.sessions.session import Session
        from driftlab.clusters.host.progress import terminal_progress

        found = find_lab(name)
        session = Session(ready_cluster(engine, cluster), found)
        progress = terminal_progress(sys.stderr)
        results = []
        for exercise in found.exercises:
            with progress.step(f"{exercise.id}: starting state"):
                session.start(exercise, again=True)
            with progress.step(f"{exercise.id}: reference solution"):
                session.run(exercise.solution)
                results.append(session.check(exercise, wait_s=30))
        show_grades(results, rich_console())
        raise typer.Exit(max(map(exit_code, results)))


def progress(engine: Engine = None, cluster: Name = None) -> None:
    """How far you are: the last result of every exercise, as it was when it was checked."""
    with show_errors():
        from driftlab.checker.exercises.catalogue import labs
        from driftlab.checker.reports.terminal import show_progress
        from driftlab.checker.sessions.session import Session

        found = select_cluster(engine, cluster)
        show_progress([(exercise, Session(found, lab)) for lab in labs() for exercise in lab.exercises], rich_console())


def list_() -> None:
    """List the labs and their exercises."""
    with show_errors():
        from driftlab.checker.exercises.catalogue import labs

        for found in labs():
            print(f"{found.name} · {found.title} · {found.minutes} min\n    {found.summary}")
            for exercise in found.exercises:
                print(f"    {exercise.id}: {exercise.title}")

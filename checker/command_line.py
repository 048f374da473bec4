"""The command ``driftlab``.

Exit codes: 0 passed, 1 not passed, 2 usage, 3 trouble with a cluster or a tool.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clusters import __version__
from clusters.errors import DriftlabError

if TYPE_CHECKING:
    from rich.console import Console

    from checker.attempt import Attempts
    from checker.exercise import Exercise
    from checker.outcome import Result
    from clusters.cluster import Cluster

app = typer.Typer(
    name="driftlab",
    help="Hands-on Kubernetes labs: a Pod is what runs, a Deployment is what you ask for.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


# ---- what commands have in common


def _complete_exercise(incomplete: str) -> list[str]:
    from checker.catalogue import labs

    return [exercise.id for lab in labs() for exercise in lab.exercises if exercise.id.startswith(incomplete)]


def _complete_lab(incomplete: str) -> list[str]:
    from checker.catalogue import lab_folders

    return [name for name in lab_folders() if name.startswith(incomplete)]


Engine = Annotated[
    str | None,
    typer.Option("--engine", help="auto, or an engine's name.", envvar="DRIFTLAB_ENGINE", show_default="auto"),
]
Name = Annotated[
    str | None,
    typer.Option("--cluster", help="The cluster's name.", envvar="DRIFTLAB_CLUSTER", show_default="driftlab"),
]
OneExercise = Annotated[
    str, typer.Argument(help="LAB/EXERCISE, such as 02-self-healing/one-pod.", autocompletion=_complete_exercise)
]
MaybeExercise = Annotated[
    str | None,
    typer.Argument(help="LAB/EXERCISE; without it, the one you are in.", autocompletion=_complete_exercise),
]
OneLab = Annotated[str, typer.Argument(help="A lab, such as 02-self-healing.", autocompletion=_complete_lab)]


def _console(stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


@contextmanager
def _trouble_told() -> Iterator[None]:
    """Every error of ours becomes a message and an exit code; an interrupt becomes 130."""
    try:
        yield
    except DriftlabError as error:
        from checker.render.text import harmless

        print(harmless(f"{'Usage' if error.exit_code == 2 else 'Trouble'}: {error}"), file=sys.stderr)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was left half done.", file=sys.stderr)
        raise typer.Exit(130) from None


def _cluster(engine: str | None, name: str | None) -> "Cluster":
    from checker.choice import chosen_cluster

    return chosen_cluster(engine, name)


def _ready_cluster(engine: str | None, name: str | None) -> "Cluster":
    """The cluster, brought up where need be, with its progress on stderr."""
    from checker.choice import remember
    from checker.preparation import bring_up
    from clusters.progress import terminal_progress

    cluster = _cluster(engine, name)
    bring_up(cluster, terminal_progress(sys.stderr))
    remember(cluster)
    return cluster


def _attempts(
    name: str | None, engine: str | None, cluster_name: str | None, *, up: bool
) -> tuple["Attempts", "Exercise"]:
    from checker.attempt import Attempts, NotStarted
    from checker.catalogue import find_exercise, labs

    if name is not None:
        exercise = find_exercise(name)
        cluster = _ready_cluster(engine, cluster_name) if up else _cluster(engine, cluster_name)
        return Attempts(cluster, exercise.lab), exercise
    cluster = _cluster(engine, cluster_name)
    under_way = [
        (attempts, exercise)
        for attempts in (Attempts(cluster, lab) for lab in labs())
        for exercise in attempts.lab.exercises
        if attempts.current == exercise.name
    ]
    if len(under_way) == 1:
        return under_way[0]
    names = ", ".join(exercise.id for _, exercise in under_way)
    raise NotStarted(
        f"Several exercises are under way: {names}." if under_way else "No exercise is under way.",
        next_step="driftlab check LAB/EXERCISE" if under_way else "driftlab start 02-self-healing/one-pod",
    )


def _exit_code(result: "Result") -> int:
    return {"PASS": 0, "FAIL": 1, "WAITING": 1, "ERROR": 3}[result.outcome.value]


# ---- exercises


@app.command()
def lab(
    name: Annotated[str | None, typer.Argument(help="The lab to open first.", autocompletion=_complete_lab)] = None,
    workspace: Annotated[
        Path | None, typer.Option(help="Where your notebooks are kept.", envvar="DRIFTLAB_WORKSPACE")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    port: Annotated[int, typer.Option(help="JupyterLab's port; 0 for any that is free.")] = 0,
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Open the labs in JupyterLab; the cluster comes up meanwhile. Ctrl-C stops both."""
    with _trouble_told():
        from checker.laboratory import run

        run(_cluster(engine, cluster), lab=name, workspace=workspace, browser=browser, port=port)


@app.command()
def start(exercise: OneExercise, engine: Engine = None, cluster: Name = None) -> None:
    """Put the lab's namespace into an exercise's starting state."""
    with _trouble_told():
        attempts, found = _attempts(exercise, engine, cluster, up=True)
        _say_started(attempts, found, again=False)


@app.command()
def reset(exercise: MaybeExercise = None, engine: Engine = None, cluster: Name = None) -> None:
    """Begin an exercise again."""
    with _trouble_told():
        attempts, found = _attempts(exercise, engine, cluster, up=exercise is not None)
        _say_started(attempts, found, again=True)


def _say_started(attempts: "Attempts", exercise: "Exercise", *, again: bool) -> None:
    done = attempts.start(exercise, again=again)
    if done.fresh:
        print(f"Ready: {exercise.id} · {exercise.title}")
    else:
        print(
            f"You are in the middle of {exercise.id}; nothing was changed. To begin again: driftlab reset {exercise.id}"
        )
    print(f"kubectl works in the namespace {done.namespace} after:\n    export KUBECONFIG={done.kubeconfig}")


@app.command()
def check(
    exercise: MaybeExercise = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for a cluster that is still at work.")] = 15,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Check an exercise: exit code 0 where it is passed, 1 where not, 3 where it could not be checked."""
    with _trouble_told():
        attempts, found = _attempts(exercise, engine, cluster, up=False)
        if json:
            import json as encoder

            result = attempts.check(found, wait_s=wait)
            print(encoder.dumps(result.to_dict(), indent=2))
        else:
            from checker.render.terminal import show

            result = _check_with_progress(attempts, found, wait)
            show(result, _console())
        raise typer.Exit(_exit_code(result))


def _check_with_progress(attempts: "Attempts", exercise: "Exercise", wait_s: float) -> "Result":
    from checker.outcome import Outcome
    from checker.render.text import harmless

    console = _console(stderr=True)
    with console.status("Looking at the cluster …") as status:

        def say(result: "Result") -> None:
            pending = next(goal.reason for goal in result.goals if goal.outcome is Outcome.WAITING)
            status.update(f"Waiting: {harmless(pending)}".replace("[", r"\["))

        return attempts.check(exercise, wait_s=wait_s, waiting=say)


@app.command()
def hint(exercise: MaybeExercise = None, engine: Engine = None, cluster: Name = None) -> None:
    """A hint for what is wrong now: a nudge first, then a pointer, then the answer."""
    with _trouble_told():
        from checker.render.text import harmless

        attempts, found = _attempts(exercise, engine, cluster, up=False)
        given = attempts.hint(found)
        print(harmless(f"Hint {given.step} of 3: {given.text}"))


@app.command()
def solution(exercise: OneExercise) -> None:
    """Print an exercise's reference solution: plain kubectl."""
    with _trouble_told():
        from checker.catalogue import find_exercise

        print(find_exercise(exercise).solution.read_text(encoding="utf-8"), end="")


@app.command("try")
def try_(name: OneLab, engine: Engine = None, cluster: Name = None) -> None:
    """Do a lab headless, by its reference solutions, and print the grades."""
    with _trouble_told():
        from checker.attempt import Attempts
        from checker.catalogue import find_lab
        from checker.render.terminal import show_grades
        from clusters.progress import terminal_progress

        found = find_lab(name)
        attempts = Attempts(_ready_cluster(engine, cluster), found)
        progress = terminal_progress(sys.stderr)
        results = []
        for exercise in found.exercises:
            with progress.step(f"{exercise.id}: starting state"):
                attempts.start(exercise, again=True)
            with progress.step(f"{exercise.id}: reference solution"):
                attempts.run(exercise.solution)
                results.append(attempts.check(exercise, wait_s=30))
        show_grades(results, _console())
        raise typer.Exit(max(map(_exit_code, results)))


@app.command("list")
def list_() -> None:
    """List the labs and their exercises."""
    with _trouble_told():
        from checker.catalogue import labs

        for found in labs():
            print(f"{found.name} · {found.title} · {found.minutes} min\n    {found.summary}")
            for exercise in found.exercises:
                print(f"    {exercise.id}: {exercise.title}")


# ---- clusters


@app.command()
def up(engine: Engine = None, cluster: Name = None) -> None:
    """Create the cluster, or mend and start the one that is there."""
    with _trouble_told():
        ready = _ready_cluster(engine, cluster)
        print(f"The cluster {ready.name!r} is ready ({ready.why}; {ready.status().server}).")


@app.command()
def down(
    engine: Engine = None,
    cluster: Name = None,
    keep: Annotated[bool, typer.Option("--keep", help="Stop it, but keep its state.")] = False,
) -> None:
    """Delete the cluster with all that is in it."""
    with _trouble_told():
        from checker.choice import forget
        from clusters.progress import terminal_progress

        found = _cluster(engine, cluster)
        if found.status().phase == "absent":
            print(f"There is no cluster {found.name!r} ({found.engine}).")
        with terminal_progress(sys.stderr).step("Stopping the cluster" if keep else "Deleting the cluster"):
            if keep:
                found.stop()
            else:
                found.down()
                forget(found)


@app.command()
def status(engine: Engine = None, cluster: Name = None) -> None:
    """Say how the cluster is: exit code 0 where it is ready, else 3."""
    with _trouble_told():
        found = _cluster(engine, cluster).status()
        print(f"{found.name} ({found.engine}): {found.phase}" + (f", {found.detail}" if found.detail else ""))
        if found.server:
            print(f"  server: {found.server}")
        for component, runs in found.components.items():
            print(f"  {'runs' if runs else 'down'}  {component}")
        raise typer.Exit(0 if found.phase == "ready" else 3)


@app.command()
def doctor() -> None:
    """Say what on this machine is in the way of a lab, with the command that mends it."""
    with _trouble_told():
        from checker.doctor import Gravity, examine

        findings = examine()
        for finding in findings:
            print(f"{finding.gravity.value:8} {finding.what}")
            if finding.mend:
                print(f"{'':8} mend: {finding.mend}")
        serious = sum(finding.gravity is Gravity.PROBLEM for finding in findings)
        print("Nothing is in the way of a lab." if not serious else f"{serious} in the way of a lab.")
        raise typer.Exit(3 if serious else 0)


def _version(asked: bool) -> None:
    if asked:
        print(f"driftlab {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    # An orderly end, also where a service manager asks for it: whatever is half made is taken away.
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT, too: it is ignored in background jobs
        signal.signal(name, interrupt)
    app()


if __name__ == "__main__":
    main()

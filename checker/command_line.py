"""The command ``driftlab``.

Exit codes: 0 passed, 1 not passed, 2 usage, 3 trouble with a cluster or a tool.
"""

import io
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clusters import __version__, interrupts
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

    with suppress(DriftlabError):  # what is wrong, the command itself will tell
        return [exercise.id for lab in labs() for exercise in lab.exercises if exercise.id.startswith(incomplete)]
    return []


def _complete_lab(incomplete: str) -> list[str]:
    from checker.catalogue import lab_folders

    with suppress(DriftlabError):
        return [name for name in lab_folders() if name.startswith(incomplete)]
    return []


Engine = Annotated[
    str | None,
    typer.Option("--engine", help="auto, or an engine's name.", envvar="DRIFTLAB_ENGINE", show_default="auto"),
]
Name = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="The cluster's name; for existing, the context's.",
        envvar="DRIFTLAB_CLUSTER",
        show_default="driftlab",
    ),
]
OneExercise = Annotated[
    str, typer.Argument(help="LAB/EXERCISE, such as 02-self-healing/one-pod.", autocompletion=_complete_exercise)
]
LabOrExercise = Annotated[
    str,
    typer.Argument(
        metavar="EXERCISE",
        help="LAB/EXERCISE, or a LAB: its first exercise.",
        autocompletion=lambda incomplete: _complete_exercise(incomplete) + _complete_lab(incomplete),
    ),
]
MaybeExercise = Annotated[
    str | None,
    typer.Argument(help="LAB/EXERCISE; without it, the one you are in.", autocompletion=_complete_exercise),
]
OneLab = Annotated[str, typer.Argument(help="A lab, such as 02-self-healing.", autocompletion=_complete_lab)]


def _seconds(given: float) -> float:
    """A deadline: one that is not a number, or without end, would never pass."""
    if not (math.isfinite(given) and given >= 0):
        raise typer.BadParameter("a number of seconds is needed, 0 or more: --wait 30")
    return given


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
    cluster = _cluster(engine, name)
    _bring_up(cluster)
    return cluster


def _bring_up(cluster: "Cluster") -> None:
    from checker.choice import remember
    from checker.preparation import bring_up
    from clusters.errors import ConfirmationNeeded
    from clusters.progress import terminal_progress

    try:
        bring_up(cluster, terminal_progress(sys.stderr))
    except ConfirmationNeeded as needed:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        print(needed.message, file=sys.stderr)
        typed = typer.prompt(f"If it is meant, type {needed.phrase}", default="", show_default=False, err=True)
        os.environ["DRIFTLAB_CONFIRM"] = typed.strip()
        bring_up(cluster, terminal_progress(sys.stderr))
    remember(cluster)


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
    port: Annotated[int, typer.Option(help="JupyterLab's port; 0 for any that is free.", min=0, max=65535)] = 0,
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Open the labs in JupyterLab; the cluster comes up meanwhile. Ctrl-C stops it, and the cluster that it started."""
    with _trouble_told():
        from checker.laboratory import run

        found = _cluster(engine, cluster)
        if not found.automatic:  # it may have questions, and there is nothing to wait for
            _bring_up(found)
        run(found, lab=name, workspace=workspace, browser=browser, port=port)


@app.command()
def start(exercise: LabOrExercise, engine: Engine = None, cluster: Name = None) -> None:
    """Put the lab's namespace into an exercise's starting state; a lab alone begins with its first exercise."""
    with _trouble_told():
        from checker.catalogue import find_lab, lab_folders

        if exercise in lab_folders():
            exercise = find_lab(exercise).exercises[0].id
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
    exercises: Annotated[
        list[str] | None,
        typer.Argument(
            help="LAB/EXERCISE, one or several; without, the one you are in.", autocompletion=_complete_exercise
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for a cluster that is still at work.", callback=_seconds)
    ] = 15,
    json: Annotated[bool, typer.Option("--json", help="Print a report as JSON (checker/report.schema.json).")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as Markdown, for a pull request.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write it as JUnit XML, too.", metavar="FILE")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever something changes, until passed.")
    ] = False,
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Check exercises: exit code 0 where all are passed, 1 where not, 3 where one could not be checked."""
    with _trouble_told():
        from checker.render.terminal import show
        from clusters.folders import write_atomically

        names: list[str | None] = [*exercises] if exercises else [None]
        asked = [_attempts(name, engine, cluster, up=False) for name in names]
        if watch:
            results = _watched(asked, _console(stderr=json or markdown))
        else:
            results = []
            for attempts, found in asked:
                results.append(_check_with_progress(attempts, found, wait))
                if not (json or markdown):
                    show(results[-1], _console())
        if json:
            import json as encoder

            from checker.report import report

            print(encoder.dumps(report(results), indent=2))
        if markdown:
            from checker.render.markdown import render as as_markdown

            print(as_markdown(results))
        if junit:
            from checker.render.junit import render as as_junit

            another = "choose another file: --junit /a/folder/report.xml"
            write_atomically(junit.absolute(), as_junit(results), mode=0o644, next_step=another)
        raise typer.Exit(max(map(_exit_code, results)))


def _watched(asked: "list[tuple[Attempts, Exercise]]", console: "Console", every_s: float = 1.0) -> "list[Result]":
    """Show each result again whenever it is another one, until all are passed or the learner has seen enough."""
    from checker.outcome import Outcome
    from checker.render.terminal import show

    last: dict[str, tuple[object, Result]] = {}

    def look(attempts: "Attempts", found: "Exercise") -> "Result":
        """Proofs disturb the cluster: where one has failed, it is tried again once something has happened."""
        if found.proofs and found.id in last:
            state, result = last[found.id]
            if result.outcome is Outcome.FAIL and state is not None and state == attempts.state():
                return result
        result = attempts.check(found)
        last[found.id] = attempts.state() if found.proofs else None, result
        return result

    shown: list[object] = []
    while True:
        results = [look(attempts, found) for attempts, found in asked]
        seen = [(result.goals, result.method) for result in results]
        if seen != shown:
            if console.is_terminal:
                console.clear()
            for result in results:
                show(result, console)
            shown = list(seen)
        if not any(map(_exit_code, results)):
            return results
        time.sleep(every_s)


def _check_with_progress(attempts: "Attempts", exercise: "Exercise", wait_s: float) -> "Result":
    from checker.render.text import harmless
    from checker.render.words import pending

    console = _console(stderr=True)
    told = ""
    with console.status("Looking at the cluster …") as status:

        def say(result: "Result") -> None:
            nonlocal told
            line = harmless(pending(result))
            if console.is_terminal:
                status.update(line.replace("[", r"\["))
            elif line != told:  # a log has room for what is new
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            told = line

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
def timeline(exercise: MaybeExercise = None, engine: Engine = None, cluster: Name = None) -> None:
    """Tell moment by moment how many Pods were ready since the exercise began, and what you did meanwhile."""
    with _trouble_told():
        from checker.availability import courses
        from checker.render.timeline import words

        attempts, found = _attempts(exercise, engine, cluster, up=False)
        print(words(courses(attempts.evidence(found), found.lost_node)))


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


@app.command()
def progress(engine: Engine = None, cluster: Name = None) -> None:
    """How far you are: the last result of every exercise, as it was when it was checked."""
    with _trouble_told():
        from checker.attempt import Attempts
        from checker.catalogue import labs
        from checker.render.terminal import show_progress

        found = _cluster(engine, cluster)
        show_progress([(exercise, Attempts(found, lab)) for lab in labs() for exercise in lab.exercises], _console())


@app.command("list")
def list_() -> None:
    """List the labs and their exercises."""
    with _trouble_told():
        from checker.catalogue import labs

        for found in labs():
            print(f"{found.name} · {found.title} · {found.minutes} min\n    {found.summary}")
            for exercise in found.exercises:
                print(f"    {exercise.id}: {exercise.title}")


# ---- for those who write exercises

new_app = typer.Typer(help="Make something new that works at once.", no_args_is_help=True)
app.add_typer(new_app, name="new")


@new_app.command("exercise")
def new_exercise(
    name: Annotated[str, typer.Argument(help="Its name, such as scale-up.")],
    folder: Annotated[Path, typer.Option("--in", help="The folder of your labs.")] = Path("labs"),
    lab_name: Annotated[str, typer.Option("--lab", help="The lab that it opens.")] = "50-my-lab",
) -> None:
    """Make a lab folder with one working exercise, its solution and wrong answers: a start for your own."""
    with _trouble_told():
        from checker.skeleton import create

        made = create(folder, lab_name, name)
        prove, attempt = f"driftlab verify {quote(str(made))}", f"DRIFTLAB_LABS={quote(str(folder))} driftlab lab"
        print(f"Made: {made}\nProve it:    {prove}\nTry it:      {attempt}")


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A lab's folder, with its exercises.py.")],
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Prove a lab both ways on a cluster: untouched and wrong answers do not pass, the solutions do."""
    with _trouble_told():
        from checker.attempt import Attempts
        from checker.catalogue import load
        from checker.definitions import LabBroken
        from checker.render.text import harmless
        from checker.verification import complete, prove
        from clusters.progress import terminal_progress

        try:
            found = load(folder.resolve())
        except LabBroken as broken:  # what this command is there to find
            print(harmless(f"✘ {broken}\n1 wrong with it."))
            raise typer.Exit(1) from broken
        faults = complete(found)
        if not faults:
            attempts = Attempts(_ready_cluster(engine, cluster), found)
            progress = terminal_progress(sys.stderr)
            for exercise in found.exercises:
                for claim, proved in prove(attempts, exercise):
                    with progress.step(f"{exercise.id}: {claim}"):
                        fault = proved()
                    print(f"{'✘' if fault else '✔'} {exercise.id}: {claim}" + (f"\n    {fault}" if fault else ""))
                    faults += [fault] if fault else []
        else:
            print("\n".join(f"✘ {fault}" for fault in faults))
        print("Proved." if not faults else f"{len(faults)} wrong with it.")
        raise typer.Exit(1 if faults else 0)


# ---- clusters


@app.command()
def up(engine: Engine = None, cluster: Name = None) -> None:
    """Create the cluster, or mend and start the one that is there."""
    from checker.laboratory import readiness

    with _trouble_told():
        print(readiness(_ready_cluster(engine, cluster)))


@app.command()
def down(
    engine: Engine = None,
    cluster: Name = None,
    keep: Annotated[bool, typer.Option("--keep", help="Stop it, but keep its state.")] = False,
) -> None:
    """Delete the cluster with all that is in it. Your results and notebooks are kept."""
    with _trouble_told():
        from checker.choice import forget
        from checker.leftovers import take_away
        from clusters.progress import terminal_progress

        found = _cluster(engine, cluster)
        if found.status().phase == "absent":
            print(f"There is no cluster {found.name!r} ({found.engine}).")
        with terminal_progress(sys.stderr).step(found.stopping if keep else found.leaving):
            if keep:
                found.stop()
            else:
                found.down()
                forget(found)
                if found.automatic:  # it was ours, and whatever was begun on it has gone with it
                    take_away(found)


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
def image(file: Annotated[Path, typer.Argument(help="The archive to write, such as blog-api.tar.")]) -> None:
    """Write the labs' application as an image archive, for a cluster of your own (`docker load` takes it)."""
    with _trouble_told():
        from clusters.application import archives
        from clusters.folders import unusable
        from clusters.progress import terminal_progress
        from clusters.registry import installed_images

        for made in archives(installed_images(), terminal_progress(sys.stderr)):
            try:
                shutil.copyfile(made, file)
            except OSError as error:
                raise unusable(file, error, "choose another file: driftlab image /a/folder/blog-api.tar") from error
        print(f"Written: {file}")


@app.command()
def doctor() -> None:
    """Say what on this machine is in the way of a lab, with the command that mends it."""
    with _trouble_told():
        from checker.doctor import examine
        from clusters.findings import Gravity

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

    for name in interrupts.SIGNALS:  # SIGINT, too: it is ignored in background jobs
        signal.signal(name, interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not every terminal can write every sign; the words remain
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()

"""Commands on the exercise that is under way: check, hint, timeline."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from driftlab.checker.cli.common import (
    Engine,
    MaybeExercise,
    Name,
    complete_exercise,
    exit_code,
    find_session,
    finite_seconds,
    rich_console,
    show_errors,
)

if TYPE_CHECKING:
    from rich.console import Console

    from driftlab.checker.exercises.exercise import Exercise
    from driftlab.checker.exercises.result import Result
    from driftlab.checker.sessions.session import Session


def check(
    exercises: Annotated[
        list[str] | None,
        typer.Argument(
            help="LAB/EXERCISE, one or several; without, the one you are in.", autocompletion=complete_exercise
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for a cluster that is still at work.", callback=finite_seconds)
    ] = 15,
    json: Annotated[
        bool, typer.Option("--json", help="Print a report as JSON (checker/reports/report.schema.json).")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as Markdown, for a pull request.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write it as JUnit XML, too.", metavar="FILE")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever something changes, until passed.")
    ] = False,
    engine: Engine = None,
    cluster: Name = None,
) -> None:
    """Check exercises: exit code 0 where all are passed, 1 where not, 3 where one could not be checked."""
    with show_errors():
        from driftlab.checker.reports.terminal import show
        from driftlab.clusters.host.files import write_atomically

        names: list[str | None] = [*exercises] if exercises else [None]
        selected = [find_session(name, engine, cluster, up=False) for name in names]
        if watch:
            results = check_until_passed(selected, rich_console(stderr=json or markdown))
        else:
            results = []
            for session, found in selected:
                results.append(_check_with_progress(session, found, wait))
                if not (json or markdown):
                    show(results[-1], rich_console())
        if json:
            import json as encoder

            from driftlab.checker.reports.json_report import report

            print(encoder.dumps(report(results), indent=2))
        if markdown:
            from driftlab.checker.reports.markdown import render as as_markdown

            print(as_markdown(results))
        if junit:
            from driftlab.checker.reports.junit import render as as_junit

            another = "choose another file: --junit /a/folder/report.xml"
            write_atomically(junit.absolute(), as_junit(results), mode=0o644, next_step=another)
        raise typer.Exit(max(map(exit_code, results)))


def check_until_passed(
    selected: "list[tuple[Session, Exercise]]", console: "Console", every_s: float = 1.0
) -> "list[Result]":
    """Check again every ``every_s`` seconds and show changed results, until all are passed or the user interrupts."""
    from driftlab.checker.evidence.verdict import Outcome
    from driftlab.checker.reports.terminal import show

    last: dict[str, tuple[object, Result]] = {}

    def check_if_changed(session: "Session", found: "Exercise") -> "Result":
        """Proofs disturb the cluster, so a failed one is tried again only after a change in the namespace."""
        if found.proofs and found.id in last:
            state, result = last[found.id]
            if result.outcome is Outcome.FAIL and state is not None and state == session.object_versions():
                return result
        result = session.check(found)
        last[found.id] = session.object_versions() if found.proofs else None, result
        return result

    shown_state: list[object] = []
    while True:
        results = [check_if_changed(session, found) for session, found in selected]
        seen = [(result.goals, result.method) for result in results]
        if seen != shown_state:
            if console.is_terminal:
                console.clear()
            for result in results:
                show(result, console)
            shown_state = list(seen)
        if not any(map(exit_code, results)):
            return results
        time.sleep(every_s)


def _check_with_progress(session: "Session", exercise: "Exercise", wait_s: float) -> "Result":
    from driftlab.checker.reports.text import harmless
    from driftlab.checker.reports.wording import pending

    console = rich_console(stderr=True)
    last_line = ""
    with console.status("Looking at the cluster …") as status:

        def show_reason(result: "Result") -> None:
            nonlocal last_line
            line = harmless(pending(result))
            if console.is_terminal:
                status.update(line.replace("[", r"\["))
            elif line != last_line:  # in a log, only changes
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            last_line = line

        return session.check(exercise, wait_s=wait_s, waiting=show_reason)


def hint(exercise: MaybeExercise = None, engine: Engine = None, cluster: Name = None) -> None:
    """A hint for what is wrong now: a nudge first, then a pointer, then the answer."""
    with show_errors():
        from driftlab.checker.reports.next_steps import in_terminal
        from driftlab.checker.reports.text import harmless

        session, found = find_session(exercise, engine, cluster, up=False)
        next_hint = session.hint(found)
        print(harmless(f"Hint {next_hint.step} of 3: {in_terminal(next_hint.text, found.id)}"))


def timeline(exercise: MaybeExercise = None, engine: Engine = None, cluster: Name = None) -> None:
    """Tell moment by moment how many Pods were ready since the exercise began, and what you did meanwhile."""
    with show_errors():
        from driftlab.checker.evidence.readiness import readiness_histories
        from driftlab.checker.reports.timeline import words

        session, found = find_session(exercise, engine, cluster, up=False)
        print(words(readiness_histories(session.evidence(found), found.lost_node)))

"""Tables for a person at a terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.next_steps import for_terminal
from driftlab.checker.reports.text import one_line
from driftlab.checker.reports.wording import SIGN, WORD, activity_heading, activity_lines, advice, headline, points

if TYPE_CHECKING:
    from rich.console import Console

    from driftlab.checker.exercises.exercise import Exercise
    from driftlab.checker.sessions.session import Session

STYLE = {Outcome.PASS: "green", Outcome.FAIL: "yellow", Outcome.WAITING: "cyan", Outcome.ERROR: "red"}


def show(result: Result, console: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    result = for_terminal(result)
    table = Table(
        title=Text(one_line(headline(result)), style=STYLE[result.outcome]), title_justify="left", expand=True
    )
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Goal", ratio=1, overflow="fold")
    table.add_column("Points", justify="right", no_wrap=True)
    for goal in result.goals:
        table.add_row(
            Text(f"{SIGN[goal.outcome]} {WORD[goal.outcome]}", style=STYLE[goal.outcome]),
            Text(one_line(goal.title), style="bold") + Text("\n" + one_line(goal.reason), style="not bold"),
            Text(f"{points(goal.points)} / {points(goal.of)}"),
        )
    console.print(table)
    if activity := activity_lines(result):
        console.print(Text(activity_heading(result), style="bold"))
        for line in activity:
            console.print(Text(one_line(f"  {line}")))
    if result.remark:
        console.print(Text(one_line(result.remark), style="italic"))
    console.print(Text(one_line(advice(result))))


def show_progress(sessions: "Sequence[tuple[Exercise, Session]]", console: "Console") -> None:
    """One row for each exercise: the points of its last check, and the number of used hints."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Your progress", title_justify="left")
    for column, right in (("Exercise", False), ("Last check", False), ("Points", True), ("Hints", True)):
        table.add_column(column, justify="right" if right else "left")
    earned = of = 0.0
    for exercise, session in sessions:
        result = session.last_result(exercise)
        outcome = Outcome(result["outcome"]) if result.get("outcome") in set(Outcome) else None
        here = " ← under way" if session.current == exercise.name else ""
        unknown = "! damaged: check again" if session.result_is_damaged(exercise) else "not checked yet"
        word = Text(f"{SIGN[outcome]} {WORD[outcome]}", style=STYLE[outcome]) if outcome else Text(unknown)
        points_earned = float(result.get("points", 0)) if outcome else 0.0
        earned, of = earned + points_earned, of + exercise.points
        table.add_row(
            Text(exercise.id + here),
            word,
            f"{points(points_earned)} / {points(exercise.points)}",
            str(session.hints_used(exercise)),
        )
    table.add_section()
    table.add_row("All", "", f"{points(earned)} / {points(of)}", "")
    console.print(table)


def show_grades(results: Iterable[Result], console: "Console") -> None:
    """One row for each exercise, and the total."""
    from rich.table import Table
    from rich.text import Text

    results = list(results)
    table = Table(title="Grades", title_justify="left")
    table.add_column("Exercise", overflow="fold")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    for result in results:
        verdict = Text(f"{SIGN[result.outcome]} {WORD[result.outcome]}", style=STYLE[result.outcome])
        exercise = Text(one_line(result.exercise), style="bold") + Text("\n" + one_line(result.title), style="not bold")
        table.add_row(exercise, verdict, Text(f"{points(result.points)} / {points(result.of)}"))
    table.add_section()
    total, of = sum(result.points for result in results), sum(result.of for result in results)
    table.add_row(Text("All", style="bold"), "", Text(f"{points(total)} / {points(of)}", style="bold"))
    console.print(table)

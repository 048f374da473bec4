"""For a person at a terminal: rich tables."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from checker.outcome import Outcome, Result
from checker.render.text import harmless
from checker.render.words import SIGN, WORD, advice, headline, points

if TYPE_CHECKING:
    from rich.console import Console

STYLE = {Outcome.PASS: "green", Outcome.FAIL: "yellow", Outcome.WAITING: "cyan", Outcome.ERROR: "red"}


def show(result: Result, console: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(harmless(headline(result)), style=STYLE[result.outcome]), title_justify="left", expand=True
    )
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Goal", ratio=1)
    table.add_column("Points", justify="right", no_wrap=True)
    for goal in result.goals:
        table.add_row(
            Text(f"{SIGN[goal.outcome]} {WORD[goal.outcome]}", style=STYLE[goal.outcome]),
            Text(harmless(goal.title), style="bold") + Text("\n" + harmless(goal.reason), style="not bold"),
            Text(f"{points(goal.points)} / {points(goal.of)}"),
        )
    console.print(table)
    console.print(Text(harmless(advice(result))))


def show_grades(results: Iterable[Result], console: "Console") -> None:
    """One line for each exercise, and the sum."""
    from rich.table import Table
    from rich.text import Text

    results = list(results)
    table = Table(title="Grades", title_justify="left")
    table.add_column("Exercise")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    for result in results:
        verdict = Text(f"{SIGN[result.outcome]} {WORD[result.outcome]}", style=STYLE[result.outcome])
        exercise = Text(harmless(result.exercise), style="bold") + Text("\n" + harmless(result.title), style="not bold")
        table.add_row(exercise, verdict, Text(f"{points(result.points)} / {points(result.of)}"))
    table.add_section()
    total, of = sum(result.points for result in results), sum(result.of for result in results)
    table.add_row(Text("All", style="bold"), "", Text(f"{points(total)} / {points(of)}", style="bold"))
    console.print(table)

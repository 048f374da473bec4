"""Markdown for a comment on a pull request, or for the summary of a CI job."""

import re
from collections.abc import Sequence

from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.next_steps import for_terminal
from driftlab.checker.reports.text import one_line
from driftlab.checker.reports.wording import SIGN, WORD, activity_heading, activity_lines, headline, points


def render(results: Sequence[Result]) -> str:
    lines: list[str] = []
    for result in map(for_terminal, results):
        lines += [f"### {_safe(headline(result))}", "", "| | goal | points |", "|---|---|---:|"]
        lines += [
            f"| {SIGN[goal.outcome]} {WORD[goal.outcome]} | **{_safe(goal.title).strip()}**: {_safe(goal.reason)} "
            f"| {points(goal.points)} / {points(goal.of)} |"
            for goal in result.goals
        ]
        activity = activity_lines(result)
        if activity:
            lines += ["", f"{activity_heading(result)}:", "", *(f"1. {_safe(line)}" for line in activity)]
        if remark := _safe(result.remark).strip():
            lines += ["", f"*{remark}*"]
        lines.append("")
    return "\n".join(lines)


def _safe(text: str) -> str:
    """``text`` in one line, with the special characters of Markdown and HTML escaped."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~&])", r"\\\1", one_line(text))

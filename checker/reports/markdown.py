"""Markdown: for a pull request's comment, or a job's summary."""

import re
from collections.abc import Sequence

from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.text import one_line
from driftlab.checker.reports.ways import for_terminal
from driftlab.checker.reports.wording import SIGN, WORD, headline, how, points, story


def render(results: Sequence[Result]) -> str:
    lines: list[str] = []
    for result in map(for_terminal, results):
        lines += [f"### {_safe(headline(result))}", "", "| | goal | points |", "|---|---|---:|"]
        lines += [
            f"| {SIGN[goal.outcome]} {WORD[goal.outcome]} | **{_safe(goal.title).strip()}**: {_safe(goal.reason)} "
            f"| {points(goal.points)} / {points(goal.of)} |"
            for goal in result.goals
        ]
        told = story(result)
        if told:
            lines += ["", f"{how(result)}:", "", *(f"1. {_safe(line)}" for line in told)]
        if better := _safe(result.remark).strip():
            lines += ["", f"*{better}*"]
        lines.append("")
    return "\n".join(lines)


def _safe(text: str) -> str:
    """``text`` as it is, whatever signs of Markdown or HTML it holds."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~&])", r"\\\1", one_line(text))

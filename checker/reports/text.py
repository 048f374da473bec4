"""Plain text for logs, for notebooks without widgets, and for tests."""

import re

from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.wording import SIGN, WORD, activity_heading, activity_lines, advice, headline, points

#: Characters that control a terminal, change the direction of a line, or are invisible, so that two names look the
#: same; and lone surrogates, which cannot be encoded.
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)


def harmless(text: str) -> str:
    """``text`` with the characters in ``CONTROL`` replaced."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """``harmless`` text in one line, so that no part of it looks like a line of the kit."""
    return harmless(text).replace("\n", " ")


def render(result: Result) -> str:
    lines = [headline(result)]
    for goal in result.goals:
        earned = f"{points(goal.points)}/{points(goal.of)}"
        lines += [f"  {SIGN[goal.outcome]} {goal.title} ({WORD[goal.outcome]}, {earned}): {goal.reason}"]
    if activity := activity_lines(result):
        lines += [f"  {activity_heading(result)}:", *(f"    {line}" for line in activity)]
    if result.remark:
        lines.append(f"  {result.remark}")
    lines.append(advice(result))
    return "\n".join(map(one_line, lines))

"""Plain text: for logs, for a notebook without widgets, for tests."""

import re

from checker.outcome import Result
from checker.render.words import SIGN, WORD, advice, headline, points

#: What a terminal would obey, or what would turn the line around.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """``text`` without control characters and marks of direction."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def render(result: Result) -> str:
    lines = [headline(result)]
    for goal in result.goals:
        earned = f"{points(goal.points)}/{points(goal.of)}"
        lines += [f"  {SIGN[goal.outcome]} {goal.title} ({WORD[goal.outcome]}, {earned}): {goal.reason}"]
    lines.append(advice(result))
    return harmless("\n".join(lines))

"""Plain text: for logs, for a notebook without widgets, for tests."""

import re

from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.wording import SIGN, WORD, advice, headline, how, points, story

#: What a terminal would obey, what would turn the line around, what nobody would see (two names that look the same),
#: and what cannot be written at all (lone surrogates).
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)


def harmless(text: str) -> str:
    """``text`` without control characters, marks of direction and signs that cannot be seen."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """``harmless``, and no line of it can be taken for one of ours."""
    return harmless(text).replace("\n", " ")


def render(result: Result) -> str:
    lines = [headline(result)]
    for goal in result.goals:
        earned = f"{points(goal.points)}/{points(goal.of)}"
        lines += [f"  {SIGN[goal.outcome]} {goal.title} ({WORD[goal.outcome]}, {earned}): {goal.reason}"]
    if told := story(result):
        lines += [f"  {how(result)}:", *(f"    {line}" for line in told)]
    if result.remark:
        lines.append(f"  {result.remark}")
    lines.append(advice(result))
    return "\n".join(map(one_line, lines))

"""HTML for a notebook: in JupyterLab's colours, readable without them, and with all text escaped."""

import re
from html import escape

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports.text import harmless
from driftlab.checker.reports.wording import SIGN, WORD, activity_heading, activity_lines, advice, headline, points

CODE = re.compile("`([^`\n]+)`")

COLOUR = {
    Outcome.PASS: "var(--jp-success-color1, #2e7d32)",
    Outcome.FAIL: "var(--jp-warn-color1, #b26a00)",
    Outcome.WAITING: "var(--jp-info-color1, #0277bd)",
    Outcome.ERROR: "var(--jp-error-color1, #c62828)",
}


def render(result: Result) -> str:
    rows = "".join(
        f'<tr><td style="color:{COLOUR[goal.outcome]};font-weight:600;white-space:nowrap;text-align:left">'
        f"{SIGN[goal.outcome]} {WORD[goal.outcome]}</td>"
        f'<td style="text-align:left"><b>{prose(goal.title)}</b><br>{prose(goal.reason)}</td>'
        f'<td style="white-space:nowrap;text-align:right">{points(goal.points)} / {points(goal.of)}</td></tr>'
        for goal in result.goals
    )
    return (
        f'<div class="driftlab-result" role="status" style="border-left:4px solid {COLOUR[result.outcome]};'
        f'padding:4px 12px;margin:4px 0;overflow-wrap:anywhere">'
        f'<p style="font-weight:600;margin:2px 0">{prose(headline(result))}</p>'
        # fixed widths, so that the columns are in the same place in every verdict
        f'<table style="border-collapse:collapse;width:100%;table-layout:fixed">'
        f'<thead><tr><th style="text-align:left;width:10em">Verdict</th><th style="text-align:left">Goal</th>'
        f'<th style="text-align:right;width:5em">Points</th></tr></thead><tbody>{rows}</tbody></table>'
        f'{_activity(result)}<p style="margin:2px 0">{prose(advice(result))}</p></div>'
    )


def _activity(result: Result) -> str:
    items = "".join(f"<li>{prose(line)}</li>" for line in activity_lines(result))
    remark = f'<p style="margin:2px 0"><i>{prose(result.remark)}</i></p>' if result.remark else ""
    if not items:
        return remark
    return (
        f'<details><summary>{activity_heading(result)}</summary><ol style="margin:2px 0">{items}</ol></details>{remark}'
    )


def prose(text: str) -> str:
    """``text`` as HTML: escaped, with text in backticks as code."""
    return CODE.sub(r"<code>\1</code>", escape(harmless(text)))

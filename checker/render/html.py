"""HTML for a notebook: JupyterLab's own colours, readable without them, everything escaped."""

from html import escape

from checker.outcome import Outcome, Result
from checker.render.text import harmless
from checker.render.words import SIGN, WORD, advice, headline, how, points, story

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
        f'<td style="text-align:left"><b>{_safe(goal.title)}</b><br>{_safe(goal.reason)}</td>'
        f'<td style="white-space:nowrap">{points(goal.points)} / {points(goal.of)}</td></tr>'
        for goal in result.goals
    )
    return (
        f'<div class="driftlab-result" role="status" style="border-left:4px solid {COLOUR[result.outcome]};'
        f'padding:4px 12px;margin:4px 0;overflow-wrap:anywhere">'
        f'<p style="font-weight:600;margin:2px 0">{_safe(headline(result))}</p>'
        f'<table style="border-collapse:collapse;width:100%"><thead><tr><th style="text-align:left">Verdict</th>'
        f'<th style="text-align:left">Goal</th><th>Points</th></tr></thead><tbody>{rows}</tbody></table>'
        f'{_story(result)}<p style="margin:2px 0">{_safe(advice(result))}</p></div>'
    )


def _story(result: Result) -> str:
    told = "".join(f"<li>{_safe(line)}</li>" for line in story(result))
    remark = f'<p style="margin:2px 0"><i>{_safe(result.method.remark)}</i></p>' if result.method.remark else ""
    if not told:
        return remark
    return f'<details><summary>{how(result)}</summary><ol style="margin:2px 0">{told}</ol></details>{remark}'


def _safe(text: str) -> str:
    return escape(harmless(text))

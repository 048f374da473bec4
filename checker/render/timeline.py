"""The timeline: ready Pods over time as a picture (SVG, in a notebook) and in words (a terminal, a screen reader).

Time in which nothing happens is cut short, so that a rollout of five seconds can be seen beside minutes of thought.
Revisions differ by pattern, not by colour alone.
"""

import hashlib
from collections.abc import Sequence
from html import escape

from checker.availability import NO_DEPLOYMENT, Course, at
from checker.render.text import harmless, one_line
from checker.render.words import clock

#: Of a longer time in which nothing happens, so many seconds are drawn.
LONGEST_S = 4.0
#: More moments than that are not words any more.
MOST_LINES = 40

WIDTH, LEFT, RIGHT, TOP, POD, BOTTOM = 760, 34, 12, 26, 18, 24

#: What fills the area of each revision in turn: its colour, and lines across it.
FILLS = (
    ("var(--jp-brand-color1, #1976d2)", ""),
    ("var(--jp-success-color1, #388e3c)", "M0,6 l6,-6 M-1,1 l2,-2 M5,7 l2,-2"),
    ("var(--jp-warn-color1, #b26a00)", "M0,3 h6"),
    ("var(--jp-error-color1, #c62828)", "M3,0 v6 M0,3 h6"),
)


def words(drawn: Sequence[Course]) -> str:
    """Moment by moment."""
    if not drawn:
        return "No Pod has been ready since the exercise began."
    return "\n\n".join(_in_words(course) for course in drawn)


def _title(course: Course) -> str:
    return course.deployment if course.deployment != NO_DEPLOYMENT else "Pods without a Deployment"


def _summary(course: Course) -> str:
    least = f"{course.least_ready} Pod{'' if course.least_ready == 1 else 's'}"
    said = f"{_title(course)}: {clock(course.until)} minutes, never fewer than {least} ready"
    return said + (f". Something may be missing: {'; '.join(course.gaps)}" if course.gaps else "")


def _in_words(course: Course) -> str:
    moments = sorted({time for steps in (course.ready, course.wanted) for time, _ in steps})
    lines = []
    for time in moments:
        each = ", ".join(f"{curve.label}: {n}" for curve in course.curves if (n := at(curve.ready, time)))
        asked = f" of {at(course.wanted, time)}" if course.wanted else ""
        lines.append((time, f"{at(course.ready, time)}{asked} ready" + (f" ({each})" if each else "")))
    lines += [(time, f"you: {deed}") for time, deed in course.deeds]
    lines.sort(key=lambda line: line[0])
    told = [one_line(f"  {clock(time):>5}  {text}") for time, text in lines]
    if len(told) > MOST_LINES:
        told = [*told[: MOST_LINES // 2], "         …", *told[-MOST_LINES // 2 :]]
    return "\n".join([one_line(_summary(course)), *told])


def html(drawn: Sequence[Course]) -> str:
    """A picture for each Deployment, with its legend, and the learner's deeds by their numbers."""
    if not drawn:
        return f'<p role="status">{escape(words(drawn))}</p>'
    deeds = "".join(f"<li>{clock(time)} {_safe(deed)}</li>" for time, deed in drawn[0].deeds)
    listed = f'<ol style="margin:2px 0">{deeds}</ol>' if deeds else ""
    return f'<div class="driftlab-timeline">{"".join(map(_figure, drawn))}{listed}</div>'


def _figure(course: Course) -> str:
    key = hashlib.sha256(repr(course).encode()).hexdigest()[:8]
    legend = " ".join(
        f'<span style="white-space:nowrap"><svg width="22" height="12" aria-hidden="true">'
        f"{_rect(1, 1, 20, 10, key, number)}</svg> {_safe(curve.label)}</span>&nbsp;"
        for number, curve in enumerate(course.curves)
    )
    return (
        f'<figure style="margin:4px 0"><figcaption>{_safe(_summary(course))}</figcaption>{_picture(course, key)}'
        f"<div>{legend}{'<span>- - - asked for</span>' if course.wanted else ''}</div></figure>"
    )


class _Axis:
    """Where on the picture a moment is: quiet times are cut short."""

    def __init__(self, course: Course) -> None:
        moments = {0.0, course.until, *(time for time, _ in course.deeds)}
        moments |= {time for steps in (course.wanted, *(curve.ready for curve in course.curves)) for time, _ in steps}
        self.moments = sorted(time for time in moments if time <= course.until)
        self.places = [0.0]
        self.cuts: list[float] = []
        for before, after in zip(self.moments, self.moments[1:], strict=False):
            if after - before > LONGEST_S:
                self.cuts.append(self.places[-1] + LONGEST_S / 2)
            self.places.append(self.places[-1] + min(after - before, LONGEST_S))
        self.scale = (WIDTH - LEFT - RIGHT) / (self.places[-1] or 1)

    def x(self, time: float) -> float:
        index = max((number for number, moment in enumerate(self.moments) if moment <= time), default=0)
        return LEFT + self.places[index] * self.scale


def _picture(course: Course, key: str) -> str:
    axis = _Axis(course)
    numbers = [number for steps in (course.ready, course.wanted) for _, number in steps]
    most = max([1, *numbers])
    height, floor = TOP + most * POD + BOTTOM, TOP + most * POD

    def y(number: int) -> float:
        return floor - number * POD

    parts = [_patterns(key, len(course.curves))]
    parts += [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(number)}" y2="{y(number)}" stroke="currentColor" '
        f'stroke-opacity="0.15"/><text x="{LEFT - 8}" y="{y(number) + 4}" text-anchor="end">{number}</text>'
        for number in range(most + 1)
    ]
    for begin, end in zip(axis.moments, axis.moments[1:], strict=False):
        below = 0
        for index, curve in enumerate(course.curves):
            if ready := at(curve.ready, begin):
                parts.append(
                    _rect(axis.x(begin), y(below + ready), axis.x(end) - axis.x(begin), ready * POD, key, index)
                )
                below += ready
    if course.wanted:
        points = " ".join(
            f"{axis.x(time):.1f},{y(at(course.wanted, begin)):.1f}"
            for begin, after in zip(axis.moments, axis.moments[1:], strict=False)
            for time in (begin, after)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="5 4"/>'
        )
    parts += [
        f'<text x="{LEFT + cut * axis.scale:.1f}" y="{floor + 16}" text-anchor="middle">⋯</text>' for cut in axis.cuts
    ]
    for time, anchor in ((0.0, "start"), (course.until, "end")):
        parts.append(f'<text x="{axis.x(time):.1f}" y="{floor + 16}" text-anchor="{anchor}">{clock(time)}</text>')
    last = -100.0
    for number, (time, _) in enumerate(course.deeds, start=1):
        x = axis.x(min(time, course.until))
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{floor}" stroke="currentColor" stroke-opacity="0.6"/>'
        )
        if x - last > 10:  # numbers that would cover each other are left out: the list below has all
            parts.append(f'<text x="{x:.1f}" y="{TOP - 12}" text-anchor="middle" font-weight="bold">{number}</text>')
            last = x
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_safe(words([course]))}" '
        f'style="width:100%;max-width:{WIDTH}px;color:var(--jp-content-font-color1, #212121)" font-size="12" '
        f'fill="currentColor" font-family="sans-serif">{"".join(parts)}</svg>'
    )


def _patterns(key: str, number: int) -> str:
    made = "".join(
        f'<pattern id="driftlab-{key}-{index}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{colour}" fill-opacity="{0.75 if not lines else 0.35}"/>'
        f'<path d="{lines or "M0,0"}" stroke="{colour}" stroke-width="1.5"/></pattern>'
        for index, (colour, lines) in enumerate(FILLS[index % len(FILLS)] for index in range(number))
    )
    return f"<defs>{made}</defs>"


def _rect(x: float, y: float, width: float, height: float, key: str, index: int) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}" '
        f'fill="url(#driftlab-{key}-{index})"/>'
    )


def _safe(text: str) -> str:
    return escape(harmless(text))

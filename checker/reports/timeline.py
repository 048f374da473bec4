"""The timeline: ready Pods over time as a picture (SVG, in a notebook) and in words (a terminal, a screen reader).

Time in which nothing happens is cut short, so that a rollout of five seconds can be seen beside minutes of thought.
Revisions differ by pattern, not by colour alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from driftlab.checker.evidence.readiness import NO_DEPLOYMENT, Course, at
from driftlab.checker.reports.text import harmless, one_line
from driftlab.checker.reports.wording import clock, duration

#: Of a longer time in which nothing happens, so many seconds are drawn.
LONGEST_S = 4.0
#: More moments than that are not words any more.
MOST_LINES = 40

WIDTH, LEFT, RIGHT, TOP, POD, BOTTOM = 760, 34, 12, 26, 18, 28
#: Above the numbers of the deeds, where a Node was lost.
ROW = 16
#: No digit of a label is wider, in any usual font; and the room between two labels.
DIGIT, GAP = 7.5, 6.0

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
    said = f"{_title(course)}: {duration(course.until)}, {_range(course)}"
    return said + (f". Something may be missing: {'; '.join(course.gaps)}" if course.gaps else "")


def _range(course: Course) -> str:
    """How few Pods were ready, and how many. "Never fewer" is said where the number of the start was kept up."""
    least, most = course.least_ready, course.most_ready
    if course.nothing_ran:
        return "nothing ran: 0 asked for"
    if not most:
        return "no Pod ready"
    if not least or least < at(course.ready, 0.0):
        return f"between {least} and {most} Pods ready"
    return f"never fewer than {least} Pod{'' if least == 1 else 's'} ready"


def _lost(course: Course) -> str:
    return f"Node lost: {course.lost_node}"


def _in_words(course: Course) -> str:
    if course.nothing_ran:
        return one_line(_summary(course))
    moments = sorted({time for steps in (course.ready, course.wanted) for time, _ in steps})
    lines = [(0.0, _lost(course))] if course.lost_node else []
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
    """A picture for each Deployment, with its legend, and the learner's deeds by their numbers.

    All have the same axis, so that what stands above each other happened at the same moment.
    """
    if not drawn:
        return f'<p role="status">{escape(words(drawn))}</p>'
    axis = _Axis(drawn)
    figures = "".join(_figure(course, axis) for course in drawn)
    deeds = "".join(f"<li>{clock(time)} {_safe(deed)}</li>" for time, deed in drawn[0].deeds)
    listed = f'<ol style="margin:2px 0">{deeds}</ol>' if deeds else ""
    return f'<div class="driftlab-timeline">{figures}{listed}</div>'


class _Axis:
    """Where on the pictures a moment is: times that are quiet in all of them are cut short."""

    def __init__(self, drawn: Sequence[Course]) -> None:
        self.moments = sorted({time for course in drawn for time in _moments(course)})
        self.places = [0.0]
        cuts: list[float] = []
        for before, after in pairwise(self.moments):
            if after - before > LONGEST_S:
                cuts.append(self.places[-1] + LONGEST_S / 2)
            self.places.append(self.places[-1] + min(after - before, LONGEST_S))
        self.scale = (WIDTH - LEFT - RIGHT) / (self.places[-1] or 1)
        self.cuts = [LEFT + cut * self.scale for cut in cuts]

    def x(self, time: float) -> float:
        index = max((number for number, moment in enumerate(self.moments) if moment <= time), default=0)
        return LEFT + self.places[index] * self.scale


def _moments(course: Course) -> list[float]:
    """The moments at which something begins to be different, and the ends. Clocks differ: none is after the last."""
    steps = (course.wanted, course.deeds, *(curve.ready for curve in course.curves))
    return sorted({0.0, course.until, *(time for each in steps for time, _ in each if time < course.until)})


def _figure(course: Course, axis: _Axis) -> str:
    if course.nothing_ran:
        return f'<p style="margin:0 0 14px">{_safe(_summary(course))}</p>'
    key = hashlib.sha256(repr(course).encode()).hexdigest()[:8]
    legend = [
        f'<svg width="22" height="12" aria-hidden="true">{_rect(1, 1, 20, 10, key, index)}</svg> {_safe(curve.label)}'
        for index, curve in enumerate(course.curves)
    ]
    legend += ["- - - asked for"] * bool(course.wanted) + ["⋯ quiet time, cut short"] * bool(axis.cuts)
    told = " ".join(f'<span style="white-space:nowrap;margin-right:24px">{entry}</span>' for entry in legend)
    # The size is for pages that do not trust the notebook: they leave the picture out, but not the text in it.
    return (
        f'<figure style="margin:0 0 14px"><figcaption>{_safe(_summary(course))}</figcaption>'
        f'<div style="font-size:0px">{_picture(course, axis, key)}</div><div>{told}</div></figure>'
    )


def _picture(course: Course, axis: _Axis, key: str) -> str:
    most = max([1, course.most_ready, *(number for _, number in course.wanted)])
    top = TOP + ROW * bool(course.lost_node)
    floor = top + most * POD

    def y(number: int) -> float:
        return floor - number * POD

    parts = [_patterns(key, len(course.curves))]
    parts += [
        _line(LEFT, y(number), WIDTH - RIGHT, y(number), 0.15) + _text(LEFT - 8, y(number) + 4, str(number), "end")
        for number in range(most + 1)
    ]
    spans = list(pairwise(_moments(course)))
    for begin, end in spans:
        below = 0
        for index, curve in enumerate(course.curves):
            if ready := at(curve.ready, begin):
                parts.append(
                    _rect(axis.x(begin), y(below + ready), axis.x(end) - axis.x(begin), ready * POD, key, index)
                )
                below += ready
    if course.wanted:
        points = " ".join(
            f"{axis.x(time):.1f},{y(at(course.wanted, begin)):.1f}" for begin, end in spans for time in (begin, end)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="5 4"/>'
        )
    parts += [_text(cut, floor + 9, "⋯") for cut in axis.cuts]
    parts += _times(course, axis, floor)
    if course.lost_node:
        parts += [_line(LEFT, ROW, LEFT, floor, 1.0, 3), _text(LEFT, 12, _lost(course), "start", bold=True)]
    parts += _numbers([axis.x(time) for time, _ in course.deeds], top, floor)
    return (
        f'<svg viewBox="0 0 {WIDTH} {floor + BOTTOM}" role="img" aria-label="{_safe(words([course]))}" '
        f'style="width:100%;max-width:{WIDTH}px;color:var(--jp-content-font-color1, #212121)" font-size="12" '
        f'fill="currentColor" font-family="sans-serif">{"".join(parts)}</svg>'
    )


def _times(course: Course, axis: _Axis, floor: float) -> list[str]:
    """Below the axis, as many times as find room: its ends, where Pods were lost, what was done, all other changes."""
    changes = [(time, number < at(course.ready, before)) for (before, _), (time, number) in pairwise(course.ready)]
    wished = [0.0, course.until, *(time for time, lost in changes if lost), *(time for time, _ in course.deeds)]
    parts: list[str] = []
    taken: list[tuple[float, float]] = []
    told: set[str] = set()
    for time in [*wished, *(time for time, _ in course.ready)]:
        text, x = clock(time), axis.x(time)
        wide = DIGIT * len(text)
        left = min(max(x - wide / 2, LEFT), WIDTH - RIGHT - wide)
        if text in told or any(left < end + GAP and begin < left + wide + GAP for begin, end in taken):
            continue
        told.add(text)
        taken.append((left, left + wide))
        parts.append(_line(x, floor, x, floor + 5, 0.6) + _text(left + wide / 2, floor + 22, text))
    return parts


def _numbers(places: Sequence[float], top: float, floor: float) -> list[str]:
    """A line for each deed, its number above; one label, such as "1–4", for numbers that would cover each other."""
    groups = [_Numbers([number], [x]) for number, x in enumerate(places, start=1)]
    index = 0
    while index + 1 < len(groups):
        here, after = groups[index : index + 2]
        if here.middle + here.wide / 2 + GAP > after.middle - after.wide / 2:
            groups[index : index + 2] = [_Numbers(here.numbers + after.numbers, here.places + after.places)]
            index = max(0, index - 1)  # a wider label may cover the one before
        else:
            index += 1
    parts = [_line(x, top - 8, x, floor, 0.6) for x in places]
    for group in groups:
        parts.append(_line(group.places[0], top - 8, group.places[-1], top - 8, 0.6))
        parts.append(_text(group.middle, top - 12, group.text, bold=True))
    return parts


@dataclass
class _Numbers:
    """Neighbours on the axis that share a label. Deeds are in the order of their times, so their numbers are, too."""

    numbers: list[int]
    places: list[float]

    @property
    def text(self) -> str:
        many = f"{self.numbers[0]}–{self.numbers[-1]}"
        return many if len(self.numbers) > 2 else ", ".join(map(str, self.numbers))

    @property
    def wide(self) -> float:
        return DIGIT * len(self.text)

    @property
    def middle(self) -> float:
        """Above the middle of their lines, as far as the picture goes."""
        return min((self.places[0] + self.places[-1]) / 2, WIDTH - self.wide / 2)


def _line(x1: float, y1: float, x2: float, y2: float, opacity: float, width: int = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="currentColor" stroke-opacity="{opacity}" stroke-width="{width}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str = "middle", *, bold: bool = False) -> str:
    weight = "bold" if bold else "normal"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{_safe(text)}</text>'


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

"""The timeline: ready Pods over time as an SVG picture for notebooks, and as text for terminals and screen readers.

Long times without changes are shortened, so that a rollout of five seconds is visible beside minutes of thinking.
Revisions differ by pattern, not by colour alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from driftlab.checker.evidence.readiness import NO_DEPLOYMENT, ReadinessHistory, value_at
from driftlab.checker.reports.text import harmless, one_line
from driftlab.checker.reports.wording import clock, duration

#: A time without changes is drawn with at most this number of seconds.
MAX_QUIET_S = 4.0
#: A longer text is shortened in the middle.
MAX_LINES = 40

WIDTH, LEFT, RIGHT, TOP, POD, BOTTOM = 760, 34, 12, 26, 18, 28
#: The height of the label of a lost Node, above the numbers of the deeds.
LOST_NODE_HEIGHT = 16
#: The maximum width of a digit in usual fonts, and the minimum distance between two labels.
DIGIT_WIDTH, LABEL_GAP = 7.5, 6.0

#: The fills of the areas of revisions, in turn: a colour, and lines across it.
FILLS = (
    ("var(--jp-brand-color1, #1976d2)", ""),
    ("var(--jp-success-color1, #388e3c)", "M0,6 l6,-6 M-1,1 l2,-2 M5,7 l2,-2"),
    ("var(--jp-warn-color1, #b26a00)", "M0,3 h6"),
    ("var(--jp-error-color1, #c62828)", "M3,0 v6 M0,3 h6"),
)


def words(histories: Sequence[ReadinessHistory]) -> str:
    """The timeline as text, one line for each moment."""
    if not histories:
        return "No Pod has been ready since the exercise began."
    return "\n\n".join(_describe(history) for history in histories)


def _title(history: ReadinessHistory) -> str:
    return history.deployment if history.deployment != NO_DEPLOYMENT else "Pods without a Deployment"


def _summary(history: ReadinessHistory) -> str:
    summary = f"{_title(history)}: {duration(history.until)}, {_range(history)}"
    return summary + (f". Something may be missing: {'; '.join(history.gaps)}" if history.gaps else "")


def _range(history: ReadinessHistory) -> str:
    """The minimum and maximum number of ready Pods. "Never fewer" only if the number at the start was maintained."""
    least, most = history.least_ready, history.most_ready
    if history.nothing_ran:
        return "nothing ran: 0 asked for"
    if not most:
        return "no Pod ready"
    if not least or least < value_at(history.ready, 0.0):
        return f"between {least} and {most} Pods ready"
    return f"never fewer than {least} Pod{'' if least == 1 else 's'} ready"


def _lost_node_label(history: ReadinessHistory) -> str:
    return f"Node lost: {history.lost_node}"


def _describe(history: ReadinessHistory) -> str:
    if history.nothing_ran:
        return one_line(_summary(history))
    moments = sorted({time for steps in (history.ready, history.desired) for time, _ in steps})
    lines = [(0.0, _lost_node_label(history))] if history.lost_node else []
    for time in moments:
        by_revision = ", ".join(f"{curve.label}: {n}" for curve in history.curves if (n := value_at(curve.ready, time)))
        of_desired = f" of {value_at(history.desired, time)}" if history.desired else ""
        lines.append(
            (time, f"{value_at(history.ready, time)}{of_desired} ready" + (f" ({by_revision})" if by_revision else ""))
        )
    lines += [(time, f"you: {deed}") for time, deed in history.deeds]
    lines.sort(key=lambda line: line[0])
    text_lines = [one_line(f"  {clock(time):>5}  {text}") for time, text in lines]
    if len(text_lines) > MAX_LINES:
        text_lines = [*text_lines[: MAX_LINES // 2], "         …", *text_lines[-MAX_LINES // 2 :]]
    return "\n".join([one_line(_summary(history)), *text_lines])


def html(histories: Sequence[ReadinessHistory]) -> str:
    """A picture with its legend for each Deployment, and a list of the learner's deeds by their numbers.

    All pictures have the same axis, so that events above each other happened at the same time.
    """
    if not histories:
        return f'<p role="status">{escape(words(histories))}</p>'
    axis = _Axis(histories)
    figures = "".join(_figure(history, axis) for history in histories)
    deeds = "".join(f"<li>{clock(time)} {_safe(deed)}</li>" for time, deed in histories[0].deeds)
    deed_list = f'<ol style="margin:2px 0">{deeds}</ol>' if deeds else ""
    return f'<div class="driftlab-timeline">{figures}{deed_list}</div>'


class _Axis:
    """The horizontal position of each moment. Times without changes in all histories are shortened."""

    def __init__(self, histories: Sequence[ReadinessHistory]) -> None:
        self.moments = sorted({time for history in histories for time in _moments(history)})
        self.places = [0.0]
        cuts: list[float] = []
        for before, after in pairwise(self.moments):
            if after - before > MAX_QUIET_S:
                cuts.append(self.places[-1] + MAX_QUIET_S / 2)
            self.places.append(self.places[-1] + min(after - before, MAX_QUIET_S))
        self.scale = (WIDTH - LEFT - RIGHT) / (self.places[-1] or 1)
        self.cuts = [LEFT + cut * self.scale for cut in cuts]

    def x(self, time: float) -> float:
        index = max((number for number, moment in enumerate(self.moments) if moment <= time), default=0)
        return LEFT + self.places[index] * self.scale


def _moments(history: ReadinessHistory) -> list[float]:
    """The moments of changes, and both ends. Changes after the last moment are left out: clocks differ."""
    steps = (history.desired, history.deeds, *(curve.ready for curve in history.curves))
    return sorted({0.0, history.until, *(time for each in steps for time, _ in each if time < history.until)})


def _figure(history: ReadinessHistory, axis: _Axis) -> str:
    if history.nothing_ran:
        return f'<p style="margin:0 0 14px">{_safe(_summary(history))}</p>'
    key = hashlib.sha256(repr(history).encode()).hexdigest()[:8]
    legend = [
        f'<svg width="22" height="12" aria-hidden="true">{_rect(1, 1, 20, 10, key, index)}</svg> {_safe(curve.label)}'
        for index, curve in enumerate(history.curves)
    ]
    legend += ["- - - asked for"] * bool(history.desired) + ["⋯ quiet time, cut short"] * bool(axis.cuts)
    legend_items = " ".join(f'<span style="white-space:nowrap;margin-right:24px">{entry}</span>' for entry in legend)
    # font-size 0 hides the text of the picture in pages that do not trust the notebook, and so remove its SVG tags
    return (
        f'<figure style="margin:0 0 14px"><figcaption>{_safe(_summary(history))}</figcaption>'
        f'<div style="font-size:0px">{_picture(history, axis, key)}</div><div>{legend_items}</div></figure>'
    )


def _picture(history: ReadinessHistory, axis: _Axis, key: str) -> str:
    most = max([1, history.most_ready, *(number for _, number in history.desired)])
    top = TOP + LOST_NODE_HEIGHT * bool(history.lost_node)
    floor = top + most * POD

    def y(number: int) -> float:
        return floor - number * POD

    parts = [_patterns(key, len(history.curves))]
    parts += [
        _line(LEFT, y(number), WIDTH - RIGHT, y(number), 0.15) + _text(LEFT - 8, y(number) + 4, str(number), "end")
        for number in range(most + 1)
    ]
    spans = list(pairwise(_moments(history)))
    for begin, end in spans:
        below = 0
        for index, curve in enumerate(history.curves):
            if ready := value_at(curve.ready, begin):
                parts.append(
                    _rect(axis.x(begin), y(below + ready), axis.x(end) - axis.x(begin), ready * POD, key, index)
                )
                below += ready
    if history.desired:
        points = " ".join(
            f"{axis.x(time):.1f},{y(value_at(history.desired, begin)):.1f}"
            for begin, end in spans
            for time in (begin, end)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="5 4"/>'
        )
    parts += [_text(cut, floor + 9, "⋯") for cut in axis.cuts]
    parts += _time_labels(history, axis, floor)
    if history.lost_node:
        parts += [
            _line(LEFT, LOST_NODE_HEIGHT, LEFT, floor, 1.0, 3),
            _text(LEFT, 12, _lost_node_label(history), "start", bold=True),
        ]
    parts += _deed_labels([axis.x(time) for time, _ in history.deeds], top, floor)
    return (
        f'<svg viewBox="0 0 {WIDTH} {floor + BOTTOM}" role="img" aria-label="{_safe(words([history]))}" '
        f'style="width:100%;max-width:{WIDTH}px;color:var(--jp-content-font-color1, #212121)" font-size="12" '
        f'fill="currentColor" font-family="sans-serif">{"".join(parts)}</svg>'
    )


def _time_labels(history: ReadinessHistory, axis: _Axis, floor: float) -> list[str]:
    """As many times as fit below the axis. In this order: both ends, losses of Pods, deeds, and other changes."""
    changes = [
        (time, number < value_at(history.ready, before)) for (before, _), (time, number) in pairwise(history.ready)
    ]
    important = [0.0, history.until, *(time for time, lost in changes if lost), *(time for time, _ in history.deeds)]
    parts: list[str] = []
    occupied: list[tuple[float, float]] = []
    shown: set[str] = set()
    for time in [*important, *(time for time, _ in history.ready)]:
        text, x = clock(time), axis.x(time)
        width = DIGIT_WIDTH * len(text)
        left = min(max(x - width / 2, LEFT), WIDTH - RIGHT - width)
        if text in shown or any(left < end + LABEL_GAP and begin < left + width + LABEL_GAP for begin, end in occupied):
            continue
        shown.add(text)
        occupied.append((left, left + width))
        parts.append(_line(x, floor, x, floor + 5, 0.6) + _text(left + width / 2, floor + 22, text))
    return parts


def _deed_labels(places: Sequence[float], top: float, floor: float) -> list[str]:
    """A line with a number for each deed. Numbers that would overlap share a label, such as "1–4"."""
    groups = [_DeedLabel([number], [x]) for number, x in enumerate(places, start=1)]
    index = 0
    while index + 1 < len(groups):
        current, following = groups[index : index + 2]
        if current.middle + current.width / 2 + LABEL_GAP > following.middle - following.width / 2:
            groups[index : index + 2] = [
                _DeedLabel(current.numbers + following.numbers, current.places + following.places)
            ]
            index = max(0, index - 1)  # the wider label may overlap the one before
        else:
            index += 1
    parts = [_line(x, top - 8, x, floor, 0.6) for x in places]
    for group in groups:
        parts.append(_line(group.places[0], top - 8, group.places[-1], top - 8, 0.6))
        parts.append(_text(group.middle, top - 12, group.text, bold=True))
    return parts


@dataclass
class _DeedLabel:
    """A label of neighbouring deeds on the axis. Deeds are ordered by time, so their numbers are consecutive."""

    numbers: list[int]
    places: list[float]

    @property
    def text(self) -> str:
        many = f"{self.numbers[0]}–{self.numbers[-1]}"
        return many if len(self.numbers) > 2 else ", ".join(map(str, self.numbers))

    @property
    def width(self) -> float:
        return DIGIT_WIDTH * len(self.text)

    @property
    def middle(self) -> float:
        """The middle of their lines, limited by the edge of the picture."""
        return min((self.places[0] + self.places[-1]) / 2, WIDTH - self.width / 2)


def _line(x1: float, y1: float, x2: float, y2: float, opacity: float, width: int = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="currentColor" stroke-opacity="{opacity}" stroke-width="{width}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str = "middle", *, bold: bool = False) -> str:
    weight = "bold" if bold else "normal"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{_safe(text)}</text>'


def _patterns(key: str, number: int) -> str:
    patterns = "".join(
        f'<pattern id="driftlab-{key}-{index}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{colour}" fill-opacity="{0.75 if not lines else 0.35}"/>'
        f'<path d="{lines or "M0,0"}" stroke="{colour}" stroke-width="1.5"/></pattern>'
        for index, (colour, lines) in enumerate(FILLS[index % len(FILLS)] for index in range(number))
    )
    return f"<defs>{patterns}</defs>"


def _rect(x: float, y: float, width: float, height: float, key: str, index: int) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}" '
        f'fill="url(#driftlab-{key}-{index})"/>'
    )


def _safe(text: str) -> str:
    return escape(harmless(text))

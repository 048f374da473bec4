"""Renderings of results as plain text, results with hostile texts, and strategies for results."""

import io
from html.parser import HTMLParser

from hypothesis import strategies as st
from rich.console import Console

from driftlab.checker.evidence.activity import Deed, Method
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import GoalResult, Result
from driftlab.checker.reports import html, terminal, text
from tests.unit.evidence_by_hand import HOSTILE, result

#: Control characters, marks that turn the line around, halves of signs: spelled out here on purpose.
DANGEROUS = (
    {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))} - {"\n", "\t"}
    | set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)  # fmt: skip


class Page(HTMLParser):
    """The text of each element that has any, and the tags and attributes of all."""

    def __init__(self, source):
        super().__init__()
        self.texts, self.tags, self.attributes, self.open = [], [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def at_terminal(made, width=80, *, colour=False, grades=False):
    stream = io.StringIO()
    options = {"force_terminal": True, "color_system": "truecolor"} if colour else {"color_system": None}
    console = Console(file=stream, width=width, highlight=False, **options)
    if grades:
        terminal.show_grades(made, console)
    else:
        terminal.show(made, console)
    return stream.getvalue()


def as_html(made):
    return "\n".join(Page(html.render(made)).texts)


RENDERINGS = [text.render, as_html, at_terminal]


def hostile(what):
    said = HOSTILE[what]
    method = Method((Deed(True, said), Deed(False, said)), said, (said,))
    return result(Outcome.FAIL, Outcome.PASS, reason=said, title=said, next_step=said, method=method, hints_used=1)


def calm():
    """As ``hostile``, with nothing but words in it."""
    method = Method((Deed(True, "a"), Deed(False, "b")), "c", ("d",))
    return result(Outcome.FAIL, Outcome.PASS, next_step="x", method=method, hints_used=1)


# ---- many results

#: Any text, and often one that means something elsewhere.
texts = st.text(max_size=30) | st.lists(
    st.sampled_from(["|", "\\", "`", "*", "_", "~~", "#", "1.", "-", "+", ">", "[x](y)", "![x](y)", "é", "a", " "])
    | st.sampled_from(["<b>", "</td>", "<!--", "]]>", "&amp;", "http://a.test", "\n", "\r", "\t", "\x00", "\x1b[31m"])
    | st.sampled_from(["\x85", "\u202e", "\u2028", "\ud83d", "\ufffe"]),
    max_size=8,
).map("".join)
#: A text with a sign at either end that is shown.
titles = texts.map("a{}z".format)
numbers = st.floats(0, 10, allow_nan=False)
methods = st.builds(
    Method,
    st.lists(st.builds(Deed, st.booleans(), texts), max_size=3).map(tuple),
    st.just("") | titles,
    st.lists(texts, max_size=2).map(tuple),
)
results = st.builds(
    Result,
    st.just("09-by-hand/one"),
    texts,
    st.lists(st.builds(GoalResult, titles, st.sampled_from(Outcome), texts, numbers, numbers), max_size=4).map(tuple),
    st.floats(0, 2e9, allow_nan=False),
    st.integers(0, 9),
    texts,
    st.lists(texts, max_size=2).map(tuple),
    methods,
)

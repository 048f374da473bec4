"""What people see of a result, as text, as HTML, at a terminal: the same meaning, whatever is in the text."""

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console

from driftlab.checker.evidence.activity import Deed, Method
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.reports import document as report
from driftlab.checker.reports import html, junit, markdown, terminal, text
from driftlab.checker.reports import wording as words
from tests.unit.evidence_by_hand import HOSTILE, result

#: Control characters, marks that turn the line around, halves of signs: spelled out here on purpose.
DANGEROUS = (
    {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))} - {"\n", "\t"}
    | set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)  # fmt: skip
SGR = re.compile(r"\x1b\[[0-9;]*m")


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


# ---- the same meaning everywhere


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_said_in_a_sign_and_in_words_never_in_a_colour_alone(rendering, outcome):
    seen = rendering(result(outcome))
    assert words.SIGN[outcome] in seen
    assert words.WORD[outcome] in seen
    assert words.headline(result(outcome)) in seen
    for other in set(Outcome) - {outcome}:
        assert words.SIGN[other] not in seen
        assert words.WORD[other] not in seen


def test_signs_words_and_headlines_are_all_different():
    assert len(set(words.SIGN.values())) == len(set(words.WORD.values())) == len(Outcome)
    assert len({words.headline(result(outcome)).split(":")[0] for outcome in Outcome}) == len(Outcome)


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_everything_of_the_result_is_there(rendering):
    made = result(Outcome.PASS, Outcome.FAIL, Outcome.FAIL, reason="a reason", next_step="driftlab up")
    seen = " ".join(rendering(made).split())
    for expected in ("A title", "goal 0", "goal 1", "goal 2", "2 of 6 points", "driftlab up"):
        assert expected in seen
    assert seen.count("a reason") == 3
    assert re.search(r"\b2 ?/ ?2\b", seen)
    assert len(re.findall(r"\b0 ?/ ?2\b", seen)) == 2


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_result_ends_with_what_to_do_next(rendering, outcome):
    assert words.advice(result(outcome)) in rendering(result(outcome))
    assert "Try: driftlab reset x" in rendering(result(outcome, next_step="driftlab reset x"))


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_mistakes_are_never_shown(rendering):
    """Feedback does not give the cause away before the learner asks."""
    made = result(Outcome.FAIL, mistakes=("a-telling-name",))
    assert "a-telling-name" not in rendering(made)


def test_an_error_is_nobodys_fault():
    assert "not your fault" in words.headline(result(Outcome.ERROR))


@pytest.mark.parametrize(("number", "shown"), [(2.0, "2"), (0.5, "0.5"), (0.33, "0.33"), (0, "0"), (10.0, "10")])
def test_points_are_written_without_needless_digits(number, shown):
    assert words.points(number) == shown


# ---- harmless


@given(st.text())
def test_harmless_text_keeps_everything_else(raw):
    safe = text.harmless(raw)
    assert len(safe) == len(raw)
    for before, after in zip(raw, safe, strict=True):
        assert after in (before, "\N{REPLACEMENT CHARACTER}")
        if before in DANGEROUS:
            assert after == "\N{REPLACEMENT CHARACTER}"
        if before.isalnum() or before in " \n\t":
            assert after == before
    assert text.harmless(safe) == safe


@pytest.mark.parametrize("what", HOSTILE)
def test_text_is_harmless(what):
    seen = text.render(hostile(what))
    assert not set(seen) & DANGEROUS
    seen.encode()  # it can be written
    assert "(not yet, 0/2)" in seen
    assert "(right, 2/2)" in seen


@pytest.mark.parametrize("rendering", [text.render, at_terminal])
def test_nothing_in_a_text_can_look_like_a_line_of_its_own(rendering):
    """A reason may quote what a learner has written: also a verdict."""
    forged = "wrong\n  ✔ everything (right, 9/9): done\n│ ✔ right │ everything"
    method = Method((Deed(True, forged),), forged)
    seen = rendering(result(Outcome.FAIL, reason=forged, title=forged, next_step=forged, method=method))
    assert not re.findall("^[ │]+✔", seen, re.MULTILINE)


def test_two_names_that_differ_look_different():
    """Signs without a width are shown as what they are: something that should not be there."""
    for sign in "\u00ad\u200b\u2060\u2063\ufeff":
        assert text.harmless(f"blog-api:1{sign}.1") == "blog-api:1\N{REPLACEMENT CHARACTER}.1"


@pytest.mark.parametrize("what", HOSTILE)
def test_html_shows_hostile_text_as_text(what):
    page, other = Page(html.render(hostile(what))), Page(html.render(calm()))
    assert (page.tags, page.attributes) == (other.tags, other.attributes), "no element and no attribute came with it"
    assert page.open == []
    seen = "".join(page.texts)
    assert not set(seen) & DANGEROUS
    seen.encode()
    assert text.harmless(HOSTILE[what]) in seen


def test_html_has_nothing_that_runs_or_fetches():
    page = Page(html.render(hostile("HTML")))
    assert not {"script", "img", "iframe", "link", "style", "a"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]


def test_html_breaks_words_that_are_wider_than_the_page():
    (outer, *_) = [value for name, value in Page(html.render(hostile("long"))).attributes if name == "style"]
    assert "overflow-wrap:anywhere" in outer


def test_html_tells_a_screen_reader_that_there_is_news():
    assert ("role", "status") in Page(html.render(result(Outcome.PASS))).attributes


@pytest.mark.parametrize("colour", [False, True], ids=["plain", "colour"])
@pytest.mark.parametrize("grades", [False, True], ids=["result", "grades"])
@pytest.mark.parametrize("what", HOSTILE)
def test_a_terminal_obeys_nothing_that_is_in_the_text(what, grades, colour):
    made = [hostile(what)] if grades else hostile(what)
    seen = SGR.sub("", at_terminal(made, colour=colour, grades=grades))  # what rich itself has coloured
    assert not set(seen) & DANGEROUS
    assert max(map(cell_len, seen.splitlines())) <= 80
    seen.encode()


@pytest.mark.parametrize("width", [30, 80, 200])
def test_a_long_word_is_folded_and_nothing_of_it_is_lost(width):
    seen = at_terminal(hostile("long"), width=width)
    assert max(map(cell_len, seen.splitlines())) <= width
    assert seen.count("x") >= 8 * 250  # headline, two reasons, two deeds, gap, remark, advice


@pytest.mark.parametrize("width", [40, 80])
def test_verdicts_and_points_are_whole_on_a_narrow_terminal(width):
    made = result(*Outcome)
    for seen in (at_terminal(made, width), at_terminal([made], width, grades=True)):
        assert words.WORD[made.outcome] in seen
        assert re.search(r"\b2 / 8\b|\b2 / 2\b", seen)


def test_a_terminal_shows_rich_markup_as_it_was_written():
    seen = "".join(at_terminal(hostile("markup"), width=200).split())
    assert "".join(HOSTILE["markup"].split()) in seen


def test_with_colours_there_is_the_same_to_read_as_without():
    made = result(*Outcome)
    assert SGR.sub("", at_terminal(made, colour=True)) == at_terminal(made)


# ---- how it was done


@pytest.mark.parametrize("rendering", [*RENDERINGS, lambda made: markdown.render([made])])
def test_how_it_was_done_is_told_in_order_with_what_may_be_missing(rendering):
    deeds = (Deed(True, "deleted one Pod"), Deed(False, "made one Pod"))
    seen = rendering(result(Outcome.PASS, method=Method(deeds, "There is a shorter way.", ("the laptop slept",))))
    places = [
        seen.index(part) for part in ("you: deleted one Pod", "the controllers: made one Pod", "the laptop slept")
    ]
    assert places == sorted(places)
    assert "There is a shorter way." in seen


@pytest.mark.parametrize("rendering", [*RENDERINGS, lambda made: markdown.render([made])])
def test_where_there_is_nothing_to_tell_nothing_is_told(rendering):
    assert "How" not in rendering(result(Outcome.PASS, method=Method((), "", ())))


@pytest.mark.parametrize(
    "rendering", [*RENDERINGS, *(lambda made, to=to: to.render([made]) for to in (markdown, junit))]
)
def test_a_gap_is_said_where_nothing_else_is_known(rendering):
    """Which is just where it matters most."""
    assert "nothing was recorded" in rendering(result(Outcome.PASS, method=Method((), "", ("nothing was recorded",))))


@pytest.mark.parametrize("rendering", [*RENDERINGS, lambda made: markdown.render([made])])
def test_a_better_way_is_not_told_before_a_hint_was_asked_for(rendering):
    """On the way to the goal it may be the answer."""
    method = Method((), "There is a shorter way.", ())
    assert "a shorter way" not in rendering(result(Outcome.FAIL, method=method))
    assert "a shorter way" not in rendering(result(Outcome.WAITING, method=method))
    assert "a shorter way" in rendering(result(Outcome.FAIL, method=method, hints_used=1))
    assert "a shorter way" in rendering(result(Outcome.PASS, method=method))


@pytest.mark.parametrize(
    ("took_s", "told"),
    [(0.4, ""), (1, ", in 1 s"), (59.4, ", in 59 s"), (59.6, ", in 1:00 minutes"), (245, ", in 4:05 minutes")],
)
def test_the_time_that_it_took_is_told_as_people_say_it(took_s, told):
    assert words.how(replace(result(Outcome.PASS), took_s=took_s)) == f"How you did it{told}"


def test_commands_in_a_text_are_shown_as_code_in_html():
    seen = html.render(result(Outcome.FAIL, reason="see `kubectl get <pods>` and a lone ` sign"))
    assert "<code>kubectl get &lt;pods&gt;</code> and a lone ` sign" in seen


# ---- for programs


def suites(*results):
    root = ET.fromstring(junit.render(results))
    assert root.tag == "testsuites"
    return list(root)


def test_junit_has_one_suite_for_each_exercise_and_one_case_for_each_goal():
    (suite,) = suites(result(*Outcome, hints_used=2, took_s=61))
    assert suite.attrib == {"name": "09-by-hand/one", "tests": "4", "failures": "2", "errors": "1", "time": "61.0"}
    assert [[(kind.tag, kind.get("type")) for kind in case] for case in suite.iter("testcase")] == [
        [],
        [("failure", "FAIL")],
        [("failure", "WAITING")],
        [("error", "ERROR")],
    ]
    assert {one.get("name"): one.get("value") for one in suite.iter("property")} == {
        "points": "2",
        "of": "8",
        "hints_used": "2",
    }
    assert len(suites(result(Outcome.PASS), result(Outcome.FAIL))) == 2


@pytest.mark.parametrize("what", HOSTILE)
def test_junit_is_xml_whatever_is_in_the_text(what):
    (suite,) = suites(hostile(what))
    failure = suite.find("testcase/failure")
    assert failure.get("message") == text.harmless(HOSTILE[what])
    assert len(list(suite.iter())) == len(list(suites(calm())[0].iter())), "no element came with it"
    junit.render([hostile(what)]).encode()


@given(st.text())
def test_junit_can_write_every_text(reason):
    (suite,) = suites(result(Outcome.FAIL, reason=reason))
    assert suite.find("testcase/failure") is not None


def as_page(source):
    return Page(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(source))


@pytest.mark.parametrize("what", HOSTILE)
def test_markdown_shows_hostile_text_as_text(what):
    page, other = as_page(markdown.render([hostile(what)])), as_page(markdown.render([calm()]))
    assert (page.tags, page.attributes) == (other.tags, other.attributes), "no element and no attribute came with it"
    assert not set("".join(page.texts)) & DANGEROUS
    assert text.harmless(HOSTILE[what]) in "".join(page.texts)


def test_markdown_says_an_outcome_in_words():
    seen = markdown.render([result(*Outcome)])
    for outcome in Outcome:
        assert words.SIGN[outcome] in seen
        assert words.WORD[outcome] in seen


@pytest.mark.parametrize("results", [[], [result(Outcome.PASS)], [result(*Outcome), hostile("HTML")]], ids=len)
def test_a_report_keeps_to_its_schema(results):
    schema = json.loads((Path(report.__file__).parent / "report.schema.json").read_text())
    document = json.loads(json.dumps(report.report(results)))
    fastjsonschema.compile(schema)(document)
    assert len(document["results"]) == len(results)
    assert document["points"] == sum(made.points for made in results)


# ---- grades


def test_grades_are_one_line_for_each_exercise_and_the_sum():
    seen = at_terminal([result(Outcome.PASS, Outcome.FAIL), result(Outcome.PASS)], grades=True)
    assert seen.count("09-by-hand/one") == 2
    assert [line.split("│")[-2].strip() for line in seen.splitlines() if re.search(r"\d / \d", line)] == [
        "2 / 4",
        "2 / 2",
        "4 / 6",
    ]
    assert words.WORD[Outcome.FAIL] in seen
    assert words.WORD[Outcome.PASS] in seen


def test_no_results_make_an_empty_sum():
    assert "0 / 0" in at_terminal([], grades=True)

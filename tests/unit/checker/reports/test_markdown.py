"""Markdown: one row for each goal, and no text breaks out of its place."""

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from driftlab.checker.evidence.activity import Deed, Method
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import GoalResult, Result
from driftlab.checker.reports import markdown, text
from driftlab.checker.reports import wording as words
from tests.unit.evidence_by_hand import HOSTILE, result
from tests.unit.reports_by_hand import DANGEROUS, Page, calm, hostile, results


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


# ---- any text in any place


class Shape:
    """What becomes of Markdown: its elements without what is in them, and its texts."""

    def __init__(self, source):
        self.tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(source)
        inline = [child for token in self.tokens for child in token.children or ()]
        self.shape = [token.type for token in self.tokens], [one.type for one in inline if one.type != "text"]
        self.texts = [child.content for child in inline if child.type == "text"]


def with_words_only(made):
    """The same result, with a word wherever it has a text."""
    goals = tuple(GoalResult("word", one.outcome, "word", one.points, one.of) for one in made.goals)
    method = Method(
        tuple(Deed(deed.by_you, "word") for deed in made.method.deeds),
        "word" if made.remark else "",
        tuple("word" for _ in made.method.gaps),
    )
    return Result(made.exercise, "word", goals, made.checked, made.hints_used, method=method)


@given(results)
def test_no_text_breaks_out_of_its_place_in_markdown(made):
    """No element comes with it, no cell ends early, no row is missing."""
    assert Shape(markdown.render([made])).shape == Shape(markdown.render([with_words_only(made)])).shape


@given(results)
def test_markdown_has_one_row_for_each_goal(made):
    page = Shape(markdown.render([made]))
    assert page.shape[0].count("tr_open") == 1 + len(made.goals)
    assert page.shape[0].count("td_open") == 3 * len(made.goals)
    assert not [kind for kind in page.shape[0] + page.shape[1] if kind.startswith(("html", "image", "link", "code"))]
    for said in page.texts:
        assert_harmless(said)


def assert_harmless(said):
    assert text.harmless(said) == said
    assert "\n" not in said
    said.encode()

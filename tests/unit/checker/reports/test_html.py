"""HTML for a notebook: hostile text is shown as text, and nothing runs or is fetched."""

import pytest

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.reports import html, text
from tests.unit.evidence_by_hand import HOSTILE, result
from tests.unit.reports_by_hand import DANGEROUS, Page, calm, hostile


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


def test_commands_in_a_text_are_shown_as_code_in_html():
    seen = html.render(result(Outcome.FAIL, reason="see `kubectl get <pods>` and a lone ` sign"))
    assert "<code>kubectl get &lt;pods&gt;</code> and a lone ` sign" in seen

"""Plain text: nothing in it is obeyed by a terminal, and nothing in it passes for a line of ours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.activity import Deed, Method
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.reports import text
from tests.unit.evidence_by_hand import HOSTILE, result
from tests.unit.reports_by_hand import DANGEROUS, at_terminal, hostile


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

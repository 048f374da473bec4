"""Tables for a terminal: whole on a narrow one, the same without colours, and no text in them is obeyed."""

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.reports import wording as words
from driftlab.checker.reports.terminal import show_progress
from driftlab.checker.sessions import recordings
from tests.unit.evidence_by_hand import HOSTILE, ReaderByHand, begun, exercise, family, json_values, keep, result
from tests.unit.reports_by_hand import DANGEROUS, at_terminal, hostile

SGR = re.compile(r"\x1b\[[0-9;]*m")


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


# ---- progress


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A state folder of its own. Nobody records there, so nobody waits for it."""
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)


@pytest.mark.usefixtures("state")
@given(document=json_values | st.fixed_dictionaries({"outcome": json_values, "points": json_values}))
def test_no_json_in_the_place_of_a_result_breaks_the_table_of_progress(document):
    odd = exercise(2)
    session = begun(odd, ReaderByHand(*family()))
    keep(session, "one.result.json", json.dumps(document).encode())
    stream = io.StringIO()
    show_progress([(odd, session)], Console(file=stream, width=100))
    assert "damaged: check again" in stream.getvalue()


@pytest.mark.usefixtures("state")
def test_the_table_of_progress_shows_the_last_check():
    one = exercise(2)
    session = begun(one, ReaderByHand(*family()))
    session.hint(one)
    session.check(one)
    stream = io.StringIO()
    show_progress([(one, session)], Console(file=stream, width=100))
    assert "✔ right" in stream.getvalue()
    assert "2 / 2" in stream.getvalue()

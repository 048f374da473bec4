"""JUnit XML: one suite for each exercise, one case for each goal, whatever is in the texts."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.reports import junit, text
from tests.unit.evidence_by_hand import HOSTILE, result
from tests.unit.reports_by_hand import calm, hostile, results


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


@given(st.lists(results, max_size=3))
def test_junit_is_parsed_back_to_what_was_said(made):
    root = ET.fromstring(junit.render(made).encode())
    assert [suite.get("name") for suite in root] == [one.exercise for one in made]
    for suite, one in zip(root, made, strict=True):
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases) == len(one.goals)
        kinds = [[child.tag for child in case] for case in cases]
        expected = {Outcome.PASS: [], Outcome.FAIL: ["failure"], Outcome.WAITING: ["failure"], Outcome.ERROR: ["error"]}
        assert kinds == [expected[goal.outcome] for goal in one.goals]
        assert int(suite.get("failures")) == kinds.count(["failure"])
        assert int(suite.get("errors")) == kinds.count(["error"])
        for case, goal in zip(cases, one.goals, strict=True):
            said = [case.get("name"), *(child.get("message") for child in case)]
            assert said == [as_one_line(goal.title), as_one_line(goal.reason)][: len(said)]


def as_one_line(said):
    """What is left of a text: where it cannot be written, or would do something, there is a sign for that."""
    unwritable = "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff"
    unwritable += "\ufeff\ufffe\uffff"
    return re.sub(f"[{unwritable}]", "\N{REPLACEMENT CHARACTER}", said).replace("\n", " ")

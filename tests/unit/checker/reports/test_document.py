"""What programs are given: a report that keeps to its schema, XML, a table in Markdown, whatever is in the texts."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from driftlab import checker
from driftlab.checker.evidence.activity import Deed, Method
from driftlab.checker.evidence.recording import Gap, Recording
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.result import GoalResult, Result
from driftlab.checker.reports import junit, markdown
from driftlab.checker.reports.document import VERSION, report, total
from driftlab.checker.reports.text import harmless
from tests.unit.evidence_by_hand import SAME, evidence, exercise, family, result, snapshot, verdict

SCHEMA = json.loads((Path(checker.__file__).parent / "reports" / "report.schema.json").read_text(encoding="utf-8"))
keeps_to_the_schema = fastjsonschema.compile(SCHEMA)

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


def through_json(document):
    return json.loads(json.dumps(document))


# ---- JSON


@given(st.lists(results, max_size=3))
def test_every_report_keeps_to_its_schema(made):
    document = through_json(report(made))
    keeps_to_the_schema(document)
    assert document["version"] == VERSION
    assert [one["outcome"] for one in document["results"]] == [one.outcome.value for one in made]
    assert (document["points"], document["of"]) == total(made)


def judged(outcome):
    made = exercise()
    made.goal("one", 2)(lambda evidence: verdict(outcome))
    return made.judge(SAME, hints_used=1)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_verdict_of_each_kind_keeps_to_the_schema(outcome):
    document = through_json(report([judged(outcome)]))
    keeps_to_the_schema(document)
    assert document["results"][0]["goals"][0]["outcome"] == outcome.value


def test_trouble_and_gaps_and_deeds_keep_to_the_schema():
    made = exercise(1, 2)
    made.goal("hidden", hidden="method")(lambda evidence: verdict(Outcome.FAIL))
    lost = evidence(family(replicas=5))
    lost = type(lost)(lost.baseline, lost.now, Recording(gaps=(Gap(1.0, "pods", "the laptop slept"),)))
    elsewhere = type(lost)(lost.baseline, snapshot(cluster="c-2"))
    told = [made.judge(lost), made.judge(elsewhere), made.trouble("no answer", "driftlab up", 3)]
    document = through_json(report(told))
    keeps_to_the_schema(document)
    assert document["results"][0]["method"]["gaps"] == ["the laptop slept"]


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(version=2),
        lambda document: document.pop("kit"),
        lambda document: document.update(more=1),
        lambda document: document["results"][0].update(outcome="MAYBE"),
        lambda document: document["results"][0].update(exercise="no-lab"),
        lambda document: document["results"][0].update(hints_used=-1),
        lambda document: document["results"][0].update(mistakes=["scaled"]),
        lambda document: document["results"][0]["goals"][0].update(points="2"),
        lambda document: document["results"][0]["goals"][0].pop("reason"),
        lambda document: document["results"][0]["method"]["deeds"].append({"by": "nobody", "text": "x"}),
        lambda document: document["results"][0]["method"].pop("gaps"),
    ],
)
def test_the_schema_refuses_what_is_not_a_report(change):
    document = through_json(report([judged(Outcome.PASS)]))
    change(document)
    with pytest.raises(fastjsonschema.JsonSchemaException):
        keeps_to_the_schema(document)


def test_the_schema_describes_all_that_there_is():
    """Nothing is in a report that its readers are not told of."""
    document = through_json(report([judged(Outcome.PASS)]))
    described = SCHEMA["definitions"]
    assert set(SCHEMA["properties"]) == set(document)
    assert set(described["result"]["properties"]) == set(document["results"][0])
    assert set(described["goal"]["properties"]) == set(document["results"][0]["goals"][0])
    assert set(described["method"]["properties"]) == set(document["results"][0]["method"])
    assert set(described["outcome"]["enum"]) == {outcome.value for outcome in Outcome}


def test_points_are_the_sum_over_all_exercises():
    assert total([result(Outcome.PASS, Outcome.FAIL), result(Outcome.PASS)]) == (4, 6)
    assert total([]) == (0, 0)


# ---- JUnit


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


def as_one_line(text):
    """What is left of a text: where it cannot be written, or would do something, there is a sign for that."""
    unwritable = "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff"
    unwritable += "\ufeff\ufffe\uffff"
    return re.sub(f"[{unwritable}]", "\N{REPLACEMENT CHARACTER}", text).replace("\n", " ")


def assert_harmless(text):
    assert harmless(text) == text
    assert "\n" not in text
    text.encode()


# ---- Markdown


class Page:
    """What becomes of Markdown: its elements without what is in them, and its texts."""

    def __init__(self, source):
        self.tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(source)
        inline = [child for token in self.tokens for child in token.children or ()]
        self.shape = [token.type for token in self.tokens], [one.type for one in inline if one.type != "text"]
        self.texts = [child.content for child in inline if child.type == "text"]


def calm(made):
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
    assert Page(markdown.render([made])).shape == Page(markdown.render([calm(made)])).shape


@given(results)
def test_markdown_has_one_row_for_each_goal(made):
    page = Page(markdown.render([made]))
    assert page.shape[0].count("tr_open") == 1 + len(made.goals)
    assert page.shape[0].count("td_open") == 3 * len(made.goals)
    assert not [kind for kind in page.shape[0] + page.shape[1] if kind.startswith(("html", "image", "link", "code"))]
    for text in page.texts:
        assert_harmless(text)

"""Wrong and hostile answers, for real: whatever is tried, the verdict, the hint and what is told of it are right."""

import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import fastjsonschema
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports import html, junit, markdown, terminal, text
from driftlab.checker.reports import json_report as report
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from tests.integration.labs.hostile import CASES, LAB, WRONG, Case, going_on, run

#: Far longer than any of them takes, on a loaded machine, too.
PATIENCE_S = 150


def test_the_catalogue_is_large_and_every_script_is_in_it():
    assert len(CASES) >= 60
    assert len(CASES) == len([path for path in WRONG.rglob("*.sh") if path.parts[-3] == WRONG.name])
    for exercise in LAB.exercises:
        of_this = [case for case in CASES if case.exercise is exercise]
        assert {Outcome.PASS, Outcome.FAIL} <= {case.outcome for case in of_this}, exercise.name
        assert {case.hint for case in of_this} - {"", "-"} <= {mistake.name for mistake in exercise.mistakes}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_script_begins_with_what_it_does(case: Case):
    assert re.match(r"# \S.*\.\n# expect: ", case.script)


def _both_ways(cluster: Cluster, namespace: str, exercise: Exercise) -> tuple[Result, Result]:
    session = _started(cluster, exercise, namespace)
    untouched = session.check(exercise)
    session.run(exercise.solution)
    return untouched, session.check(exercise, wait_s=PATIENCE_S)


@pytest.mark.tried_by(work=_both_ways)
@pytest.mark.parametrize("exercise", LAB.exercises, ids=lambda exercise: exercise.name)
def test_untouched_fails_and_the_solution_earns_full_marks(tried: tuple[Result, Result], exercise: Exercise):
    untouched, result = tried
    assert untouched.outcome is Outcome.FAIL, text.render(untouched)
    assert untouched.points == 0
    assert (untouched.method.deeds, untouched.mistakes) == ((), ())
    assert result.outcome is Outcome.PASS, text.render(result)
    assert result.points == result.of
    assert result.method.remark == ""


def _suits(case: Case, cluster: Cluster) -> bool:
    return case.cheap or cluster.engine == "embedded"


def _tried(cluster: Cluster, namespace: str, case: Case) -> tuple[Result, str] | None:
    if not _suits(case, cluster):
        return None
    session = _started(cluster, case.exercise, namespace)
    run(session, case.script)
    with going_on(session, case):
        result = session.check(case.exercise, wait_s=0 if case.outcome is Outcome.WAITING else PATIENCE_S)
    return result, session.hint(case.exercise).text


@pytest.mark.tried_by(work=_tried)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_and_the_hint_are_right(tried: tuple[Result, str] | None, case: Case):
    if tried is None:
        pytest.skip("only the cheap cases are tried on every engine")
    result, hint = tried
    said = text.render(result)
    assert result.outcome is case.outcome, said
    assert result.method.gaps == ()
    if case.outcome is Outcome.PASS:
        assert result.points == result.of
    else:
        assert result.points < result.of
        nudges = {mistake.hints[0]: mistake.name for mistake in case.exercise.mistakes}
        assert nudges.get(hint, "-") == case.hint, said
    for part in case.says:
        assert part in said, said
    for part in case.unsaid:
        assert part not in said, said
    _renders_harmlessly(result)


def _started(cluster: Cluster, exercise: Exercise, namespace: str | None = None) -> Session:
    """The exercise has just begun, whatever the case before has left in its namespace."""
    session = Session(cluster, LAB, namespace)
    shutil.rmtree(session.folder, ignore_errors=True)
    session.start(exercise)
    return session


# ---- whatever is in the text, it is shown, and nothing obeys it

#: What a terminal would obey, what turns a line around, and what nobody would see.
DANGEROUS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
IN_HTML = {
    "div",
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "b",
    "i",
    "br",
    "code",
    "details",
    "summary",
    "ol",
    "li",
}
IN_MARKDOWN = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "ol", "li"}
IN_JUNIT = {"testsuites", "testsuite", "properties", "property", "testcase", "failure", "error"}
SCHEMA = fastjsonschema.compile(json.loads((Path(report.__file__).parent / "report.schema.json").read_text()))


class _Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def _renders_harmlessly(result: Result) -> None:
    SCHEMA(json.loads(json.dumps(report.report([result]))))
    plain, screen = text.render(result), io.StringIO()
    terminal.show(result, Console(file=screen, width=100, color_system=None))
    page = _Page(html.render(result))
    summary = _Page(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown.render([result])))
    suites = ET.fromstring(junit.render([result]))

    assert page.tags <= IN_HTML
    assert page.attributes <= {"class", "role", "style"}
    assert summary.tags <= IN_MARKDOWN
    assert summary.attributes <= {"style"}
    assert {element.tag for element in suites.iter()} <= IN_JUNIT
    messages = [element.get("message", "") for element in suites.iter()]
    for shown in (plain, screen.getvalue(), page.text, summary.text, *messages):
        assert not DANGEROUS.search(shown)
    for shown, begins in ((plain, "  "), (screen.getvalue(), "│ ")):
        verdicts = re.findall(rf"^{begins}[✔✘…!] ", shown, re.MULTILINE)
        assert len(verdicts) == len(result.goals), "nothing but a verdict looks like one"

"""The document that programs read: it keeps to its schema, and the schema names all that is in it."""

import json
from pathlib import Path

import fastjsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab import checker
from driftlab.checker.evidence.recording import Gap, Recording
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.grading import grade, ungraded
from driftlab.checker.reports.json_report import VERSION, report, total
from tests.unit.evidence_by_hand import SAME, evidence, exercise, family, result, snapshot, through_json, verdict
from tests.unit.reports_by_hand import hostile, results

SCHEMA = json.loads((Path(checker.__file__).parent / "reports" / "report.schema.json").read_text(encoding="utf-8"))
keeps_to_the_schema = fastjsonschema.compile(SCHEMA)


@given(st.lists(results, max_size=3))
def test_every_report_keeps_to_its_schema(made):
    document = through_json(report(made))
    keeps_to_the_schema(document)
    assert document["version"] == VERSION
    assert [one["outcome"] for one in document["results"]] == [one.outcome.value for one in made]
    assert (document["points"], document["of"]) == total(made)


@pytest.mark.parametrize("results", [[], [result(Outcome.PASS)], [result(*Outcome), hostile("HTML")]], ids=len)
def test_a_report_keeps_to_its_schema(results):
    document = through_json(report(results))
    keeps_to_the_schema(document)
    assert len(document["results"]) == len(results)
    assert document["points"] == sum(made.points for made in results)


def judged(outcome):
    made = exercise()
    made.goal("one", 2)(lambda evidence: verdict(outcome))
    return grade(made, SAME, hints_used=1)


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
    told = [grade(made, lost), grade(made, elsewhere), ungraded(made, "no answer", "driftlab up", 3)]
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

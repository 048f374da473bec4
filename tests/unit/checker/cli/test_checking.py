"""`driftlab check`: what it prints and its exit code, and what it looks at while it watches. No cluster runs here."""

import io
import json
from pathlib import Path

import fastjsonschema
import pytest
from rich.console import Console
from typer.testing import CliRunner

from driftlab import checker
from driftlab.checker.cli import checking
from driftlab.checker.cli.main import app
from driftlab.checker.evidence.verdict import Outcome, failed, passed, waiting
from driftlab.checker.exercises import proofs as disturbance
from driftlab.checker.exercises.catalogue import find_exercise
from driftlab.checker.sessions import recordings
from driftlab.clusters.errors import ClusterUnreachable
from tests.unit.evidence_by_hand import ReaderByHand, begun, exercise, family, newer, snapshot

SCHEMA = Path(checker.__file__).parent / "reports" / "report.schema.json"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)
    monkeypatch.setattr(disturbance, "SETTLE_S", 0.0)


@pytest.fixture
def check():
    """Checks an exercise that was started on a cluster that has gone since."""
    under_way = begun(find_exercise("one-pod"), ReaderByHand())

    def run(*words):
        return CliRunner().invoke(app, ["check", *words, "--engine", "embedded", "--cluster", under_way.cluster.name])

    return run


def test_where_no_cluster_answers_it_is_trouble_and_not_a_failure(check):
    done = check()
    assert done.exit_code == 3
    assert "this is not your fault" in done.stdout
    assert "Try: driftlab up" in done.stdout


def test_json_is_all_that_programs_get_on_standard_output(check):
    done = check("one-pod", "--json")
    assert done.exit_code == 3
    document = json.loads(done.stdout)
    fastjsonschema.compile(json.loads(SCHEMA.read_text()))(document)
    (result,) = document["results"]
    assert (result["exercise"], result["outcome"]) == ("02-self-healing/one-pod", "ERROR")
    assert {goal["outcome"] for goal in result["goals"]} == {"ERROR"}


@pytest.mark.parametrize("place", ["", "no-such-file/report.xml"])
def test_a_report_that_cannot_be_written_is_trouble_and_another_file_helps(check, tmp_path, place):
    (tmp_path / "no-such-file").touch()
    done = check(f"--junit={tmp_path / place}")
    assert done.exit_code == 3
    assert "this is not your fault" in done.stdout, "what was found is said all the same"
    assert "--junit" in done.stderr
    assert "DRIFTLAB_STATE" not in done.stderr


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "-1", "-nan"])
def test_a_wait_that_would_never_end_is_refused(check, seconds):
    done = check(f"--wait={seconds}")
    assert done.exit_code == 2
    assert "--wait 30" in done.stderr


# ---- while it watches: it disturbs nothing twice for the same reason


class Unsteady(ReaderByHand):
    """After so many requests, something else is there."""

    def __init__(self, *objects, then, after):
        super().__init__(*objects)
        self.then, self.after = then, after

    def get(self, path, **query):
        if len(self.asked) >= self.after:
            self.now = snapshot(*self.then)
        return super().get(path, **query)


def watched(made, reader):
    """The result in the end, and all that was shown."""
    stream = io.StringIO()
    (result,) = checking.check_until_passed([(begun(made, reader), made)], Console(file=stream, width=100), every_s=0.0)
    return result, stream.getvalue()


def test_each_result_is_shown_once_until_all_is_passed():
    made = exercise()
    verdicts = iter([waiting("soon"), waiting("soon"), failed("no"), failed("no"), passed("yes")])
    made.goal("a")(lambda evidence: next(verdicts))
    result, shown = watched(made, ReaderByHand(*family()))
    assert result.outcome is Outcome.PASS
    assert [shown.count(word) for word in ("soon", "no ", "yes")] == [1, 1, 1]


def test_a_proof_that_has_failed_is_tried_again_only_once_something_has_happened():
    """Else the learner's Pods would be deleted every second."""
    made, tried = exercise(1), []

    @made.proof("heals")
    def heals(disturb, evidence):
        tried.append(evidence.now.deployments[0].replicas)
        return passed("yes") if tried[-1] == 5 else failed("no")

    five = [newer(one, 60) for one in family(replicas=5)]
    result, _ = watched(made, Unsteady(*family(), then=five, after=200))
    assert result.outcome is Outcome.PASS
    assert tried == [3, 5]


def test_what_is_there_changes_with_everything_that_happens():
    made = exercise(1)
    reader = ReaderByHand(*family())
    session = begun(made, reader)
    before = session.object_versions()
    assert session.object_versions() == before
    reader.now = snapshot(*family()[:-1], newer(family()[-1], 60))
    assert session.object_versions() != before
    reader.trouble = ClusterUnreachable("no answer")
    assert session.object_versions() is None

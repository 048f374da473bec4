"""``driftlab check --watch``: looks again until all is passed, and disturbs nothing twice for the same reason."""

import io

import pytest
from rich.console import Console

from driftlab.checker.cli.checking import watched as watch
from driftlab.checker.evidence.verdict import Outcome, failed, passed, waiting
from driftlab.checker.exercises import proofs as disturbance
from driftlab.checker.sessions import session as attempt
from driftlab.clusters.errors import ClusterUnreachable
from tests.unit.evidence_by_hand import ReaderByHand, begun, exercise, family, newer, snapshot


class Unsteady(ReaderByHand):
    """After so many requests, something else is there."""

    def __init__(self, *objects, then, after):
        super().__init__(*objects)
        self.then, self.after = then, after

    def get(self, path, **query):
        if len(self.asked) >= self.after:
            self.now = snapshot(*self.then)
        return super().get(path, **query)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(attempt, "RECORDER_S", 0.0)
    monkeypatch.setattr(disturbance, "SETTLE_S", 0.0)


def watched(made, reader):
    """The result in the end, and all that was shown."""
    stream = io.StringIO()
    (result,) = watch([(begun(made, reader), made)], Console(file=stream, width=100), every_s=0.0)
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
    attempts = begun(made, reader)
    before = attempts.state()
    assert attempts.state() == before
    reader.now = snapshot(*family()[:-1], newer(family()[-1], 60))
    assert attempts.state() != before
    reader.trouble = ClusterUnreachable("no answer")
    assert attempts.state() is None

"""An exercise from its start to full marks: wherever that works, an engine brings a cluster that learners can use."""

import pytest

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import find_exercise
from driftlab.checker.reports import text
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster

pytestmark = pytest.mark.smoke


def test_an_exercise_is_begun_solved_and_passed(cluster: Cluster):
    exercise = find_exercise("02-self-healing/one-pod")
    session = Session(cluster, exercise.lab)
    session.start(exercise, again=True)
    assert session.check(exercise).outcome is Outcome.FAIL
    session.run(exercise.solution)
    result = session.check(exercise, wait_s=60)
    assert result.outcome is Outcome.PASS, text.render(result)
    assert result.points == result.of

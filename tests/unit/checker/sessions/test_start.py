"""Creating the starting state of an exercise: manifest, script, and the wait for it."""

import json

import pytest

from driftlab.checker.exercises.lab import Lab
from driftlab.checker.sessions import start, turns
from driftlab.checker.sessions.start import create_starting_state
from driftlab.checker.sessions.turns import Overtaken
from driftlab.clusters.errors import ClusterNotReady, CommandFailed
from driftlab.clusters.waiting import wait_for
from tests.unit.evidence_by_hand import deployment, family, snapshot
from tests.unit.smallest_cluster import Smallest

pytestmark = pytest.mark.usefixtures("neutral")

NOT_YET = snapshot(*family(status={"readyReplicas": 2}))
BEGUN = snapshot(*family())


@pytest.fixture
def exercise(tmp_path):
    """An exercise without a manifest, so that no cluster is needed."""
    lab = Lab("09-by-hand", "By hand", 5, "Nothing.", folder=tmp_path / "09-by-hand")
    return lab.exercise("one", "One", hints=("nudge", "pointer", "answer"))


@pytest.fixture
def kubeconfig(tmp_path):
    return tmp_path / "learner.kubeconfig"


@pytest.fixture
def begin(exercise, kubeconfig, tmp_path):
    """``begin(*snapshots)``: create the starting state; each look at the namespace gives the next snapshot."""

    def begin(*snapshots):
        looks = list(snapshots)
        with turns.take_turn(tmp_path / "namespace", exercise.id) as turn:
            return create_starting_state(
                Smallest(), exercise, kubeconfig, turn, lambda: looks.pop(0) if len(looks) > 1 else looks[0]
            )

    return begin


def write_script(exercise, text):
    exercise.beginning.parent.mkdir(parents=True)
    exercise.beginning.write_text(text)


def test_the_baseline_is_the_first_snapshot_with_the_starting_state(begin):
    assert begin(NOT_YET, NOT_YET, BEGUN) is BEGUN


def test_an_exercise_can_define_when_it_has_begun(begin, exercise):
    exercise.begins = lambda seen: seen.deployments[0].status["readyReplicas"] == 2
    assert begin(BEGUN, NOT_YET) is NOT_YET


def test_its_script_runs_with_the_learners_kubeconfig(begin, exercise, kubeconfig, tmp_path):
    write_script(exercise, f'echo "$KUBECONFIG" > {tmp_path}/told\n')
    begin(BEGUN)
    assert (tmp_path / "told").read_text() == f"{kubeconfig}\n"


def test_a_failing_script_is_named(begin, exercise):
    write_script(exercise, "exit 3\n")
    with pytest.raises(CommandFailed) as failed:
        begin(BEGUN)
    assert str(exercise.beginning) in failed.value.next_step


def test_a_manifest_that_cannot_be_applied_is_named(begin, exercise, kubeconfig):
    """The real kubectl, and a kubeconfig that leads nowhere."""
    exercise.manifest.parent.mkdir(parents=True)
    exercise.manifest.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    kubeconfig.write_text(
        "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]\n"
    )
    with pytest.raises(CommandFailed) as failed:
        begin(BEGUN)
    assert failed.value.next_step == "driftlab reset 09-by-hand/one"
    assert str(exercise.manifest) in failed.value.command


def test_if_the_starting_state_does_not_come_the_error_says_what_is_missing(begin, monkeypatch):
    monkeypatch.setattr(
        start, "wait_for", lambda met, what, timeout_s, every_s: wait_for(met, what, timeout_s=0, every_s=0)
    )
    with pytest.raises(ClusterNotReady, match=r"the starting state of 09-by-hand/one\. There: .*blog-api"):
        begin(NOT_YET)


def test_a_deployment_that_vanishes_means_that_somebody_else_began(begin):
    other = snapshot(deployment("other", "d-9", status={"readyReplicas": 0}))
    with pytest.raises(Overtaken, match="has been deleted meanwhile") as overtaken:
        begin(NOT_YET, other)
    assert overtaken.value.next_step == "driftlab start 09-by-hand/one"


def test_a_later_exercise_in_the_namespace_stops_it(exercise, kubeconfig, tmp_path):
    looks = []

    def take():
        looks.append(1)
        other = turns.Turn(tmp_path / "namespace", "09-by-hand/two")
        other.path.write_text(json.dumps({"token": other.token, "exercise": other.exercise}))
        return NOT_YET

    with pytest.raises(Overtaken, match="09-by-hand/two began"), turns.take_turn(tmp_path / "namespace", "one") as turn:
        create_starting_state(Smallest(), exercise, kubeconfig, turn, take)
    assert len(looks) == 1

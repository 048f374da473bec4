"""What is kept of an exercise between two processes, and what becomes of it when it is damaged."""

import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from driftlab.checker.cli.exercises import say_started
from driftlab.checker.evidence.snapshot import LISTS
from driftlab.checker.evidence.verdict import Outcome, failed, passed, waiting
from driftlab.checker.reports.terminal import show_progress
from driftlab.checker.sessions import session as attempt
from driftlab.checker.sessions.session import Attempts, NotStarted, learner_environment
from driftlab.clusters.errors import ClusterUnreachable, StateUnusable
from driftlab.clusters.kubernetes.client import ApiRefused
from tests.unit.evidence_by_hand import (
    ReaderByHand,
    begun,
    cluster_answered_by,
    exercise,
    family,
    json_values,
    keep,
    keep_baseline,
    snapshot,
    through_json,
    verdict,
)

DAMAGE = {
    "missing": None,
    "empty": b"",
    "cut off": b'{"cluster": "c-1", "raw": {"deploy',
    "not text": b"\xff\xfe\x00\x80",
    "a list": b"[1, 2]",
    "a word": b'"baseline"',
    "null": b"null",
    "an empty object": b"{}",
    "lists of nothing": b'{"cluster": "c-1", "namespace": "x", "resource_version": "1", "taken": 1, "raw": null}',
    "not objects": json.dumps({**snapshot().to_dict(), "raw": {name: [1] for name in LISTS}}).encode(),
}


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of its own. Nobody records there, so nobody waits for it."""
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(attempt, "RECORDER_S", 0.0)
    return tmp_path / "state"


@pytest.fixture
def one():
    """An exercise that is passed while the Deployment blog-api asks for three replicas."""
    made = exercise()
    made.goal("three", 2)(
        lambda evidence: passed("three") if evidence.now.deployments[0].replicas == 3 else failed("not three")
    )
    made.mistake("scaled", "scaled nudge", "scaled pointer", "scaled answer")(
        lambda evidence: evidence.now.deployments[0].replicas != 3
    )
    return made


# ---- not begun


def test_an_exercise_that_was_not_begun_is_neither_checked_nor_hinted_at(one):
    attempts = Attempts(cluster_answered_by(ReaderByHand()), one.lab)
    assert attempts.current == ""
    assert not attempts.started(one)
    for ask in (attempts.check, attempts.hint):
        with pytest.raises(NotStarted) as trouble:
            ask(one)
        assert trouble.value.next_step == "driftlab start 09-by-hand/one"
        assert trouble.value.exit_code == 2
    assert not attempts.folder.exists(), "asking leaves nothing behind"


def test_where_another_exercise_is_under_way_it_is_named(one):
    attempts = begun(one, ReaderByHand(*family()))
    other = one.lab.exercise("two", "Two", hints=("n", "p", "a"))
    with pytest.raises(NotStarted, match="you are in 09-by-hand/one"):
        attempts.check(other)
    assert not attempts.started(other)


# ---- checked


def test_a_check_compares_the_baseline_with_the_present_and_keeps_the_result(one):
    attempts = begun(one, ReaderByHand(*family()))
    result = attempts.check(one)
    assert (result.outcome, result.points, result.of) == ("PASS", 2, 2)
    assert attempts.last_result(one) == through_json(result.to_dict())
    assert attempts.started(one)


def test_another_cluster_of_the_same_name_is_told_apart(one):
    attempts = begun(one, ReaderByHand(*family(), cluster="c-2"))
    result = attempts.check(one)
    assert result.outcome == "ERROR"
    assert result.next_step == "driftlab reset 09-by-hand/one"
    assert not attempts.started(one), "a lab begins anew, instead of going on in an empty namespace"


def test_two_clusters_have_nothing_in_common(one):
    attempts = begun(one, ReaderByHand(*family()))
    named_otherwise = cluster_answered_by(ReaderByHand(*family()))
    named_otherwise.name = "other"
    assert Attempts(named_otherwise, one.lab).current == ""
    assert attempts.current == "one"


@pytest.mark.parametrize(
    "trouble",
    [
        ClusterUnreachable("no answer from [::1]", next_step="driftlab up"),
        ApiRefused(410, "Expired", "the version is too old"),
    ],
)
def test_a_cluster_that_does_not_answer_is_an_error_and_not_a_zero(one, trouble):
    result = begun(one, ReaderByHand(trouble=trouble)).check(one)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert trouble.message in result.goals[0].reason
    assert result.next_step == trouble.next_step


def waits_in_vain(result):
    raise AssertionError(f"waits for a result that is {result.outcome}")


def test_waiting_ends_when_the_cluster_has_settled(one):
    reader = ReaderByHand(*family(status={"readyReplicas": 2}))
    settling = exercise()
    settling.goal("ready")(
        lambda evidence: passed("3") if evidence.now.deployments[0].status["readyReplicas"] == 3 else waiting("2 of 3")
    )
    seen = []

    def settle(result):
        assert not seen, "it has settled already"
        seen.append(result.outcome)
        reader.now = snapshot(*family())

    result = begun(settling, reader).check(settling, wait_s=600, waiting=settle)
    assert seen == [Outcome.WAITING]
    assert result.outcome == "PASS"


def test_without_patience_a_check_answers_at_once(one):
    settling = exercise()
    settling.goal("ready")(lambda evidence: waiting("2 of 3"))
    reader = ReaderByHand(*family())
    assert begun(settling, reader).check(settling, waiting=waits_in_vain).outcome == "WAITING"
    assert len(reader.asked) == 5


def test_only_waiting_is_waited_for(one):
    reader = ReaderByHand(*family(replicas=2))
    assert begun(one, reader).check(one, wait_s=600, waiting=waits_in_vain).outcome == "FAIL"
    assert len(reader.asked) == 5


# ---- begun a second time


def started_again(attempts, one, monkeypatch):
    """``driftlab start`` on an exercise that is under way; the namespace is there."""
    monkeypatch.setattr(attempts, "open", lambda: Path("/state/learner/by-hand.kubeconfig"))
    return attempts.start(one)


def test_an_exercise_under_way_is_left_alone_and_it_is_known_whether_it_is_passed(one, monkeypatch):
    reader = ReaderByHand(*family(replicas=2))
    attempts = begun(one, reader)
    for replicas, passed_then in ((2, False), (3, True), (2, False)):
        reader.now = snapshot(*family(replicas=replicas))
        attempts.check(one)
        done = started_again(attempts, one, monkeypatch)
        assert (done.fresh, done.passed) == (False, passed_then)


@pytest.mark.parametrize(
    ("replicas", "said"),
    [
        (3, "You have passed 09-by-hand/one; nothing was changed. To begin again: driftlab reset 09-by-hand/one"),
        (2, "You are in the middle of 09-by-hand/one; nothing was changed. To begin again: driftlab reset"),
    ],
)
def test_start_says_whether_it_is_passed_and_how_to_begin_again(one, monkeypatch, capsys, replicas, said):
    attempts = begun(one, ReaderByHand(*family(replicas=replicas)))
    attempts.check(one)
    monkeypatch.setattr(attempts, "open", lambda: Path("/state/learner/by-hand.kubeconfig"))
    say_started(attempts, one, again=False)
    assert said in capsys.readouterr().out


# ---- a Node that is lost


@pytest.fixture
def losing():
    """An exercise on a lost Node, which waits for what only a lost Node brings about."""
    made = exercise()
    made.loses_node = lambda baseline: "worker-2"
    made.goal("noticed")(lambda evidence: verdict(state["outcome"]))
    state = {"outcome": Outcome.WAITING}
    made.state = state
    return made


def test_an_exercise_whose_lost_node_was_brought_back_says_so_at_once(losing):
    """It would wait for ever: what it waits for can only come while the Node is silent."""
    attempts = begun(losing, ReaderByHand(*family()))
    attempts.cluster.lose_node = attempts.cluster.return_node = lambda name: None
    with attempts.lost.losing("worker-2", attempts._whose(losing)):
        pass
    assert attempts.check(losing).outcome is Outcome.WAITING

    attempts.lost.bring_back("03-deployments/apply")
    result = attempts.check(losing, wait_s=600, waiting=waits_in_vain)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert result.goals[0].reason == "the Node that was lost is back: 03-deployments/apply began on the same cluster"
    assert result.next_step == "driftlab reset 09-by-hand/one"
    with pytest.raises(ClusterUnreachable) as refused:
        attempts.hint(losing)
    assert refused.value.next_step == result.next_step
    assert attempts.hints_used(losing) == 0

    losing.state["outcome"] = Outcome.PASS
    assert attempts.check(losing).outcome is Outcome.PASS, "what was done before that counts"


# ---- hints


def test_hints_become_plainer_and_are_counted(one):
    attempts = begun(one, ReaderByHand(*family()))
    given = [attempts.hint(one) for _ in range(4)]
    assert [(hint.step, hint.text, hint.more) for hint in given] == [
        (1, "nudge", True),
        (2, "pointer", True),
        (3, "answer", False),
        (3, "answer", False),
    ]
    assert attempts.hints_used(one) == 4
    assert attempts.check(one).hints_used == 4


def test_each_mistake_has_steps_of_its_own(one):
    reader = ReaderByHand(*family())
    attempts = begun(one, reader)
    assert attempts.hint(one).text == "nudge"
    reader.now = snapshot(*family(replicas=2))
    assert [attempts.hint(one).text for _ in range(2)] == ["scaled nudge", "scaled pointer"]
    reader.now = snapshot(*family())
    assert attempts.hint(one).text == "pointer"
    assert attempts.hints_used(one) == 4


def test_hints_of_one_exercise_are_not_those_of_another(one):
    attempts = begun(one, ReaderByHand(*family()))
    attempts.hint(one)
    assert attempts.hints_used(one.lab.exercise("two", "Two", hints=("n", "p", "a"))) == 0


# ---- damaged


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_baseline_is_an_error_that_says_how_to_begin_again(one, damage):
    attempts = begun(one, ReaderByHand(*family()))
    keep_baseline(attempts, one, DAMAGE[damage])
    result = attempts.check(one)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert result.next_step == "driftlab reset 09-by-hand/one"


def test_where_nothing_can_be_seen_no_hint_is_used_up(one):
    attempts = begun(one, ReaderByHand(*family()))
    keep_baseline(attempts, one, b"")
    with pytest.raises(ClusterUnreachable) as trouble:
        attempts.hint(one)
    assert trouble.value.next_step == "driftlab reset 09-by-hand/one"
    assert attempts.hints_used(one) == 0


def test_a_baseline_that_somebody_has_changed_is_not_judged_by(one):
    attempts = begun(one, ReaderByHand(*family(replicas=2)))
    keep(attempts, "one.baseline.json", json.dumps(snapshot(*family(replicas=2)).to_dict()).encode())
    result = attempts.check(one)
    assert result.outcome == "ERROR"
    assert "was changed" in result.goals[0].reason
    assert result.next_step == "driftlab reset 09-by-hand/one"


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_hints_are_counted_from_the_beginning(one, damage):
    attempts = begun(one, ReaderByHand(*family()))
    keep(attempts, "one.hints.json", DAMAGE[damage])
    assert attempts.hints_used(one) == 0
    assert attempts.hint(one).step == 1
    assert attempts.hints_used(one) == 1


def test_damaged_hints_are_said_once_and_made_good(one):
    attempts = begun(one, ReaderByHand(*family()))
    assert attempts.check(one).method.gaps == ()
    keep(attempts, "one.hints.json", b"{broken")
    assert any("hints" in gap for gap in attempts.check(one).method.gaps)
    assert attempts.check(one).method.gaps == ()


def test_a_damaged_result_is_said_until_it_is_made_good(one):
    attempts = begun(one, ReaderByHand(*family()))
    assert not attempts.result_is_damaged(one)
    keep(attempts, "one.result.json", b"{broken")
    assert attempts.result_is_damaged(one)
    assert any("result" in gap for gap in attempts.check(one).method.gaps)
    assert not attempts.result_is_damaged(one)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_name_of_the_exercise_means_that_none_is_under_way(one, damage):
    attempts = begun(one, ReaderByHand(*family()))
    keep(attempts, "current.json", DAMAGE[damage])
    with pytest.raises(NotStarted) as told:
        attempts.check(one)
    assert ("damaged" in told.value.message) == ((attempts.folder / "current.json").exists())
    assert told.value.next_step == "driftlab start 09-by-hand/one"


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_result_is_replaced_by_the_next_one(one, damage):
    attempts = begun(one, ReaderByHand(*family()))
    keep(attempts, "one.result.json", DAMAGE[damage])
    assert attempts.last_result(one) == {}
    attempts.check(one)
    assert attempts.last_result(one)["outcome"] == "PASS"


def test_a_folder_where_a_file_should_be_is_damage_too(one):
    attempts = begun(one, ReaderByHand(*family()))
    keep(attempts, "one.baseline.json", None)
    (attempts.folder / "one.baseline.json").mkdir()
    assert attempts.check(one).next_step == "driftlab reset 09-by-hand/one"


@given(document=json_values | st.fixed_dictionaries({"used": json_values, "steps": json_values}))
def test_no_json_in_the_place_of_hints_breaks_a_hint(document):
    odd = exercise()
    attempts = begun(odd, ReaderByHand(*family()))
    keep(attempts, "one.hints.json", json.dumps(document).encode())
    before = attempts.hints_used(odd)
    assert 1 <= attempts.hint(odd).step <= 3
    assert attempts.hints_used(odd) == before + 1


@given(document=json_values | st.fixed_dictionaries({"outcome": json_values, "points": json_values}))
def test_no_json_in_the_place_of_a_result_breaks_the_table_of_progress(document):
    odd = exercise(2)
    attempts = begun(odd, ReaderByHand(*family()))
    keep(attempts, "one.result.json", json.dumps(document).encode())
    stream = io.StringIO()
    show_progress([(odd, attempts)], Console(file=stream, width=100))
    assert "damaged: check again" in stream.getvalue()


def test_the_table_of_progress_shows_the_last_check(one):
    attempts = begun(one, ReaderByHand(*family()))
    attempts.hint(one)
    attempts.check(one)
    stream = io.StringIO()
    show_progress([(one, attempts)], Console(file=stream, width=100))
    assert "✔ right" in stream.getvalue()
    assert "2 / 2" in stream.getvalue()


@given(
    part=st.sampled_from(["deployments", "replicasets", "pods", "events", "taken", "raw", "cluster"]), value=json_values
)
def test_no_json_in_the_place_of_a_baseline_breaks_a_check(part, value):
    odd = exercise(1)
    odd.goal("reads everything")(lambda evidence: passed(str([pod.labels for pod in evidence.baseline.pods])))
    document = snapshot(*family()).to_dict()
    (document if part in document else document["raw"])[part] = value
    attempts = begun(odd, ReaderByHand(*family()))
    keep_baseline(attempts, odd, json.dumps(document).encode())
    result = attempts.check(odd)
    if result.outcome is Outcome.ERROR:
        assert result.next_step == "driftlab reset 09-by-hand/one"
    else:
        assert result.outcome is Outcome.PASS


def test_a_state_folder_that_cannot_be_written_says_which_one_to_choose(one, state):
    attempts = begun(one, ReaderByHand(*family()))
    keep(attempts, "one.result.json", None)
    (attempts.folder / "one.result.json").mkdir()  # also root cannot replace a folder by a file
    with pytest.raises(StateUnusable) as trouble:
        attempts.check(one)
    assert "DRIFTLAB_STATE" in trouble.value.next_step


# ---- the learner's shell


def test_a_learners_kubectl_is_ours_and_goes_to_the_lab(monkeypatch):
    monkeypatch.setenv("PATH", os.pathsep.join(["/somewhere", "/usr/bin"]))
    kubeconfig = Path("/state/learner/self-healing.kubeconfig")
    environment = learner_environment(kubeconfig)
    first, *others = environment["PATH"].split(os.pathsep)
    assert (Path(first) / "kubectl").exists()
    assert others == ["/somewhere", "/usr/bin"]
    assert environment["KUBECONFIG"] == str(kubeconfig)
    monkeypatch.setenv("PATH", environment["PATH"])
    assert learner_environment(kubeconfig)["PATH"] == environment["PATH"], "asked twice, nothing is added twice"
    assert "KUBERC" not in environment, "what a person has set for their own kubectl stays"


SCRIPT = """# Says who runs it.
echo "$KUBERC"
kubectl version --client
"""


def test_a_script_runs_as_it_is_written_whatever_shell_its_user_has(one, monkeypatch, tmp_path):
    """Neither a kuberc, nor a function that is called like a command, nor what each shell reads first."""
    attempts = begun(one, ReaderByHand(*family()))
    kubeconfig = tmp_path / "by-hand.kubeconfig"
    monkeypatch.setattr(attempts.cluster, "learner_kubeconfig", lambda namespace: kubeconfig, raising=False)
    (tmp_path / "first.sh").write_text("echo read first\n")
    (tmp_path / "script.sh").write_text(SCRIPT)
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "first.sh"))
    monkeypatch.setenv("BASH_FUNC_kubectl%%", "() { echo mine; }")
    monkeypatch.setenv("KUBERC", str(tmp_path / "kuberc"))
    off, *told = attempts.run(tmp_path / "script.sh").splitlines()
    assert off == "off"
    assert told[0].startswith("Client Version")

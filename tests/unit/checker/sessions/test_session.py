"""What is kept of an exercise between two processes, and what becomes of it when it is damaged."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.snapshot import LISTS
from driftlab.checker.evidence.verdict import Outcome, failed, passed, waiting
from driftlab.checker.sessions import recordings
from driftlab.checker.sessions.session import NotStarted, Session
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
    monkeypatch.setattr(recordings, "RECORDER_TIMEOUT_S", 0.0)
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
    session = Session(cluster_answered_by(ReaderByHand()), one.lab)
    assert session.current == ""
    assert not session.started(one)
    for ask in (session.check, session.hint):
        with pytest.raises(NotStarted) as trouble:
            ask(one)
        assert trouble.value.next_step == "driftlab start 09-by-hand/one"
        assert trouble.value.exit_code == 2
    assert not session.folder.exists(), "asking leaves nothing behind"


def test_where_another_exercise_is_under_way_it_is_named(one):
    session = begun(one, ReaderByHand(*family()))
    other = one.lab.exercise("two", "Two", hints=("n", "p", "a"))
    with pytest.raises(NotStarted, match="you are in 09-by-hand/one"):
        session.check(other)
    assert not session.started(other)


# ---- checked


def test_a_check_compares_the_baseline_with_the_present_and_keeps_the_result(one):
    session = begun(one, ReaderByHand(*family()))
    result = session.check(one)
    assert (result.outcome, result.points, result.of) == ("PASS", 2, 2)
    assert session.last_result(one) == through_json(result.to_dict())
    assert session.started(one)


def test_another_cluster_of_the_same_name_is_told_apart(one):
    session = begun(one, ReaderByHand(*family(), cluster="c-2"))
    result = session.check(one)
    assert result.outcome == "ERROR"
    assert result.next_step == "driftlab reset 09-by-hand/one"
    assert not session.started(one), "a lab begins anew, instead of going on in an empty namespace"


def test_two_clusters_have_nothing_in_common(one):
    session = begun(one, ReaderByHand(*family()))
    named_otherwise = cluster_answered_by(ReaderByHand(*family()))
    named_otherwise.name = "other"
    assert Session(named_otherwise, one.lab).current == ""
    assert session.current == "one"


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


def started_again(session, one, monkeypatch):
    """``driftlab start`` on an exercise that is under way; the namespace is there."""
    monkeypatch.setattr(session, "open", lambda: Path("/state/learner/by-hand.kubeconfig"))
    return session.start(one)


def test_an_exercise_under_way_is_left_alone_and_it_is_known_whether_it_is_passed(one, monkeypatch):
    reader = ReaderByHand(*family(replicas=2))
    session = begun(one, reader)
    for replicas, passed_then in ((2, False), (3, True), (2, False)):
        reader.now = snapshot(*family(replicas=replicas))
        session.check(one)
        done = started_again(session, one, monkeypatch)
        assert (done.fresh, done.passed) == (False, passed_then)


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
    session = begun(losing, ReaderByHand(*family()))
    session.cluster.lose_node = session.cluster.return_node = lambda name: None
    with session.lost_node.lose("worker-2", session._session_name(losing)):
        pass
    assert session.check(losing).outcome is Outcome.WAITING

    session.lost_node.restart("03-deployments/apply")
    result = session.check(losing, wait_s=600, waiting=waits_in_vain)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert result.goals[0].reason == "the Node that was lost is back: 03-deployments/apply began on the same cluster"
    assert result.next_step == "driftlab reset 09-by-hand/one"
    with pytest.raises(ClusterUnreachable) as refused:
        session.hint(losing)
    assert refused.value.next_step == result.next_step
    assert session.hints_used(losing) == 0

    losing.state["outcome"] = Outcome.PASS
    assert session.check(losing).outcome is Outcome.PASS, "what was done before that counts"


# ---- hints


def test_hints_become_plainer_and_are_counted(one):
    session = begun(one, ReaderByHand(*family()))
    given = [session.hint(one) for _ in range(4)]
    assert [(hint.step, hint.text, hint.more) for hint in given] == [
        (1, "nudge", True),
        (2, "pointer", True),
        (3, "answer", False),
        (3, "answer", False),
    ]
    assert session.hints_used(one) == 4
    assert session.check(one).hints_used == 4


def test_each_mistake_has_steps_of_its_own(one):
    reader = ReaderByHand(*family())
    session = begun(one, reader)
    assert session.hint(one).text == "nudge"
    reader.now = snapshot(*family(replicas=2))
    assert [session.hint(one).text for _ in range(2)] == ["scaled nudge", "scaled pointer"]
    reader.now = snapshot(*family())
    assert session.hint(one).text == "pointer"
    assert session.hints_used(one) == 4


def test_hints_of_one_exercise_are_not_those_of_another(one):
    session = begun(one, ReaderByHand(*family()))
    session.hint(one)
    assert session.hints_used(one.lab.exercise("two", "Two", hints=("n", "p", "a"))) == 0


# ---- damaged


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_baseline_is_an_error_that_says_how_to_begin_again(one, damage):
    session = begun(one, ReaderByHand(*family()))
    keep_baseline(session, one, DAMAGE[damage])
    result = session.check(one)
    assert {goal.outcome for goal in result.goals} == {Outcome.ERROR}
    assert result.next_step == "driftlab reset 09-by-hand/one"


def test_where_nothing_can_be_seen_no_hint_is_used_up(one):
    session = begun(one, ReaderByHand(*family()))
    keep_baseline(session, one, b"")
    with pytest.raises(ClusterUnreachable) as trouble:
        session.hint(one)
    assert trouble.value.next_step == "driftlab reset 09-by-hand/one"
    assert session.hints_used(one) == 0


def test_a_baseline_that_somebody_has_changed_is_not_judged_by(one):
    session = begun(one, ReaderByHand(*family(replicas=2)))
    keep(session, "one.baseline.json", json.dumps(snapshot(*family(replicas=2)).to_dict()).encode())
    result = session.check(one)
    assert result.outcome == "ERROR"
    assert "was changed" in result.goals[0].reason
    assert result.next_step == "driftlab reset 09-by-hand/one"


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_hints_are_counted_from_the_beginning(one, damage):
    session = begun(one, ReaderByHand(*family()))
    keep(session, "one.hints.json", DAMAGE[damage])
    assert session.hints_used(one) == 0
    assert session.hint(one).step == 1
    assert session.hints_used(one) == 1


def test_damaged_hints_are_said_once_and_made_good(one):
    session = begun(one, ReaderByHand(*family()))
    assert session.check(one).method.gaps == ()
    keep(session, "one.hints.json", b"{broken")
    assert any("hints" in gap for gap in session.check(one).method.gaps)
    assert session.check(one).method.gaps == ()


def test_a_damaged_result_is_said_until_it_is_made_good(one):
    session = begun(one, ReaderByHand(*family()))
    assert not session.result_is_damaged(one)
    keep(session, "one.result.json", b"{broken")
    assert session.result_is_damaged(one)
    assert any("result" in gap for gap in session.check(one).method.gaps)
    assert not session.result_is_damaged(one)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_name_of_the_exercise_means_that_none_is_under_way(one, damage):
    session = begun(one, ReaderByHand(*family()))
    keep(session, "current.json", DAMAGE[damage])
    with pytest.raises(NotStarted) as told:
        session.check(one)
    assert ("damaged" in told.value.message) == ((session.folder / "current.json").exists())
    assert told.value.next_step == "driftlab start 09-by-hand/one"


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_result_is_replaced_by_the_next_one(one, damage):
    session = begun(one, ReaderByHand(*family()))
    keep(session, "one.result.json", DAMAGE[damage])
    assert session.last_result(one) == {}
    session.check(one)
    assert session.last_result(one)["outcome"] == "PASS"


def test_a_folder_where_a_file_should_be_is_damage_too(one):
    session = begun(one, ReaderByHand(*family()))
    keep(session, "one.baseline.json", None)
    (session.folder / "one.baseline.json").mkdir()
    assert session.check(one).next_step == "driftlab reset 09-by-hand/one"


@given(document=json_values | st.fixed_dictionaries({"used": json_values, "steps": json_values}))
def test_no_json_in_the_place_of_hints_breaks_a_hint(document):
    odd = exercise()
    session = begun(odd, ReaderByHand(*family()))
    keep(session, "one.hints.json", json.dumps(document).encode())
    before = session.hints_used(odd)
    assert 1 <= session.hint(odd).step <= 3
    assert session.hints_used(odd) == before + 1


@given(
    part=st.sampled_from(["deployments", "replicasets", "pods", "events", "taken", "raw", "cluster"]), value=json_values
)
def test_no_json_in_the_place_of_a_baseline_breaks_a_check(part, value):
    odd = exercise(1)
    odd.goal("reads everything")(lambda evidence: passed(str([pod.labels for pod in evidence.baseline.pods])))
    document = snapshot(*family()).to_dict()
    (document if part in document else document["raw"])[part] = value
    session = begun(odd, ReaderByHand(*family()))
    keep_baseline(session, odd, json.dumps(document).encode())
    result = session.check(odd)
    if result.outcome is Outcome.ERROR:
        assert result.next_step == "driftlab reset 09-by-hand/one"
    else:
        assert result.outcome is Outcome.PASS


def test_a_state_folder_that_cannot_be_written_says_which_one_to_choose(one, state):
    session = begun(one, ReaderByHand(*family()))
    keep(session, "one.result.json", None)
    (session.folder / "one.result.json").mkdir()  # also root cannot replace a folder by a file
    with pytest.raises(StateUnusable) as trouble:
        session.check(one)
    assert "DRIFTLAB_STATE" in trouble.value.next_step

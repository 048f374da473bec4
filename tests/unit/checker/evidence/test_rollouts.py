"""How far a rollout has got, and why it does not get on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.verdict import failed, waiting
from driftlab.checker.exercises.sentences import Sentences
from driftlab.checker.objects.reason import Reason
from driftlab.checker.objects.views import Deployment, Pod
from tests.unit.evidence_by_hand import (
    deployment,
    family,
    only,
    pod,
    replicaset,
    revision,
    snapshot,
    terminating,
    worlds,
)


def missing(now):
    """What is said of the only Deployment; empty if it is complete."""
    found = p.unfinished(only(now), now)
    return Sentences().render(found) if found else ""


def test_a_rollout_is_complete_when_nothing_is_missing():
    now = snapshot(*family())
    assert p.unfinished(only(now), now) is None


def test_a_deployment_of_no_replicas_is_complete_without_pods():
    now = snapshot(deployment(replicas=0), replicaset(replicas=0))
    assert p.unfinished(only(now), now) is None


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"generation": 2, "status": {"observedGeneration": 1}}, "has not seen the newest spec"),
        ({"status": {"updatedReplicas": 1}}, "1 of 3 Pods are up to date"),
        ({"status": {"readyReplicas": 2}}, "2 of 3 Pods are ready"),
        ({"status": {"availableReplicas": 0}}, "0 of 3 Pods are available"),
        ({"status": {"readyReplicas": 4}}, "4 of 3 Pods are ready"),
        ({"replicas": 4}, "3 Pods where 4 are wanted"),
        ({"replicas": 2}, "3 Pods where 2 are wanted"),
    ],
)
def test_what_is_missing_is_named(options, why):
    now = snapshot(*family(**options))
    assert why in missing(now)


def test_an_empty_status_is_not_complete():
    now = snapshot({**deployment(), "status": None}, replicaset(), pod("p-1"))
    assert p.unfinished(only(now), now)


def test_an_old_pod_on_its_way_out_keeps_a_rollout_from_being_complete():
    now = snapshot(*family(), terminating(pod("p-0")))
    assert "terminating" in missing(now)


def test_a_deployment_that_is_being_deleted_is_not_complete_however_whole_it_looks():
    """A finalizer keeps it, with all its Pods; its controller has left it."""
    gone, *rest = family()
    now = snapshot(terminating(gone), *rest)
    assert "being deleted" in missing(now)


def test_a_bare_pod_makes_no_rollout_complete():
    """Three are ready as far as anybody counts labels; one of them is not the Deployment's."""
    now = snapshot(*family("p-1", "p-2"), pod("p-3", None))
    assert "2 Pods where 3 are wanted" in missing(now)


@given(
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(1, 2),
    st.integers(1, 2),
    worlds,
)
def test_complete_means_that_all_the_numbers_agree(wanted, updated, ready, available, generation, observed, world):
    status = {
        "updatedReplicas": updated,
        "readyReplicas": ready,
        "availableReplicas": available,
        "observedGeneration": observed,
    }
    one = Deployment(deployment("app-d-1", "d-1", replicas=wanted, generation=generation, status=status))
    pods = p.pods_of(one, world)
    agree = (
        observed >= generation
        and {updated, ready, available, len(pods)} == {wanted}
        and not any(pod.terminating for pod in pods)
    )
    assert (p.unfinished(one, world) is None) == agree


def with_condition(**condition):
    return Deployment(deployment(status={"conditions": [{"type": "Available", "status": "True"}, condition]}))


def test_a_rollout_that_makes_no_progress_is_told_by_its_condition():
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    assert p.deadline_exceeded(with_condition(**stuck))
    assert not p.deadline_exceeded(with_condition(**{**stuck, "status": "True", "reason": "NewReplicaSetAvailable"}))
    assert not p.deadline_exceeded(with_condition(**{**stuck, "reason": "DeploymentPaused"}))
    assert not p.deadline_exceeded(Deployment(deployment()))
    assert p.condition(with_condition(**stuck), "Available")["status"] == "True"
    assert p.condition(Deployment(deployment()), "Available") == {}


def test_what_is_not_settled_is_told_by_name():
    late = pod("2", name="blog-api-2", ready=False)
    late["status"] |= {"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull"}}}]}
    now = snapshot(deployment(replicas=1, status={"readyReplicas": 0}), replicaset(), late, pod("1"))
    assert p.unsettled(now) == [
        ("Deployment blog-api", Reason("pods-ready", {"number": 0, "desired": 1})),
        ("Pod blog-api-2", "Pending, ErrImagePull"),
    ]


def test_of_what_is_as_it_should_be_nothing_is_told():
    assert p.unsettled(snapshot(*family())) == []


# ---- paused


def paused(made):
    return {**made, "spec": {**made["spec"], "paused": True}}


def test_a_rollout_that_is_paused_is_not_complete_however_whole_it_looks():
    whole, *rest = family()
    now = snapshot(paused(whole), *rest)
    assert missing(now) == "its rollout is paused"


def test_what_is_missing_besides_is_named_first_since_it_gives_no_cause_away():
    whole, *rest = family(status={"updatedReplicas": 0})
    now = snapshot(paused(whole), *rest)
    assert missing(now) == "0 of 3 Pods are up to date"


def test_a_rollout_is_waited_for_while_it_goes_on_and_not_where_it_stands_still():
    going, *rest = family(status={"updatedReplicas": 1})
    whole = family()[0]

    def settling(made):
        now = snapshot(made, *rest)
        return p.settling(only(now), now)

    one_of_three = Reason("pods-updated", {"number": 1, "desired": 3})
    assert settling(going) == waiting("not-settled", missing=one_of_three)
    assert settling(paused(going)) == failed("not-settled", missing=one_of_three)
    assert settling(paused(whole)) == failed("not-settled", missing=Reason("rollout-paused"))
    assert settling(terminating(whole)) == failed("not-settled", missing=Reason("being-deleted"))
    assert settling(whole) is None


# ---- why it does not get on


def ailing(uid, of="rs-1", *, waiting_for="", ended="", unscheduled=False, init=""):
    made = pod(uid, of, ready=False)
    state = {"state": {"waiting": {"reason": waiting_for}}} if waiting_for else {"state": {"running": {}}}
    last = {"lastState": {"terminated": {"reason": ended, "exitCode": 1}}} if ended else {}
    made["status"]["containerStatuses"] = [{"name": "c", **state, **last}]
    if init:
        made["status"]["initContainerStatuses"] = [{"name": "i", "state": {"waiting": {"reason": init}}}]
    if unscheduled:
        made["status"]["conditions"].append({"type": "PodScheduled", "status": "False", "reason": "Unschedulable"})
    return made


@pytest.mark.parametrize(
    ("made", "reasons"),
    [
        (ailing("p", waiting_for="ErrImagePull"), {"ErrImagePull"}),
        (ailing("p", waiting_for="CrashLoopBackOff", ended="OOMKilled"), {"CrashLoopBackOff", "OOMKilled"}),
        (ailing("p", unscheduled=True), {"Unschedulable"}),
        (ailing("p", init="CreateContainerConfigError"), {"CreateContainerConfigError"}),
        (pod("p"), set()),
    ],
)
def test_why_a_pod_does_not_get_on_is_told_by_the_reasons_of_its_status(made, reasons):
    assert p.reasons(Pod(made)) == reasons


def test_a_rollout_is_stuck_where_pods_of_the_newest_template_are_and_for_that_reason():
    new, old = revision(2, "blog-api:1.1", "rs-2"), revision(1, "blog-api:1.0", "rs-1")
    pods = [
        ailing("p-1", "rs-1", waiting_for="ImagePullBackOff"),
        ailing("p-2", "rs-2", waiting_for="ImagePullBackOff"),
        ailing("p-3", "rs-2", ended="OOMKilled"),
        terminating(ailing("p-4", "rs-2", waiting_for="ImagePullBackOff")),
        pod("p-5", "rs-2"),
    ]
    now = snapshot(deployment(image="blog-api:1.1"), new, old, *pods)
    assert p.uids(p.stuck(only(now), now, *p.CANNOT_PULL)) == {"p-2"}
    assert p.uids(p.stuck(only(now), now, "OOMKilled")) == {"p-3"}
    assert p.stuck(only(now), now, "Unschedulable") == p.stuck(only(now), now) == ()

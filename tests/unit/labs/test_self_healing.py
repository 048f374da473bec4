"""The goals of the first lab, on evidence by hand: what is right, what is wrong, and what only looks right."""

from dataclasses import replace

import pytest

from driftlab.checker.evidence.recording import UNRECORDED, Change, Recording
from driftlab.checker.exercises.catalogue import find_lab
from driftlab.checker.exercises.grading import grade
from tests.unit.evidence_by_hand import (
    deployment,
    event,
    evidence,
    family,
    labelled,
    owner,
    pod,
    replicaset,
    terminating,
)

EXERCISES = {exercise.name: exercise for exercise in find_lab("02-self-healing").exercises}


def judge(name, now, before=None, asked=()):
    """``asked``: the states of the Deployment that were recorded."""
    changes = (Change(1.0, "deployments", "MODIFIED", one) for one in asked)
    seen = Recording(tuple(changes)) if asked else UNRECORDED
    return grade(EXERCISES[name], replace(evidence(now, before), recording=seen))


def outcomes(result):
    return [goal.outcome.value for goal in result.goals]


def assert_passed(result):
    assert outcomes(result) == ["PASS"] * len(result.goals), [goal.reason for goal in result.goals]
    assert result.points == result.of
    assert result.mistakes == ()


def assert_not_passed(result, mistake=None):
    assert result.outcome in ("FAIL", "WAITING")
    assert result.points < result.of
    if mistake:
        assert result.mistakes[0] == mistake


def said(result):
    return " | ".join(goal.reason for goal in result.goals)


# Events as the controllers write them.


def removed(name, uid="e-9"):
    return event(uid, "SuccessfulDelete", ("ReplicaSet", "blog-api-6f7", "rs-1"), f"Deleted pod: {name}")


def lived(name, uid, *reasons):
    return [event(f"e-{uid}-{reason}", reason, ("Pod", name, uid)) for reason in reasons]


RAN = lived("loner", "p-9", "Scheduled", "Pulled", "Created", "Started")

# ---- every exercise


@pytest.mark.parametrize("name", EXERCISES)
def test_who_does_nothing_gets_nothing(name):
    result = judge(name, family())
    assert_not_passed(result)
    assert result.points == 0


@pytest.mark.parametrize("name", EXERCISES)
def test_an_empty_namespace_gets_nothing_and_breaks_nothing(name):
    result = judge(name, [])
    assert result.outcome != "PASS"
    assert "ERROR" not in outcomes(result)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_deployment_that_was_made_again_is_not_the_one_that_healed(name):
    """Deleted and applied again: same name, same labels, three ready Pods; every UID is new."""
    again = family("p-7", "p-8", "p-9", uid="d-2", replicaset_uid="rs-2")
    result = judge(name, again + (RAN if name == "bare-pod" else []))
    assert_not_passed(result, "recreated")
    assert "UID" in said(result) or "another Deployment" in said(result)


@pytest.mark.parametrize("name", [name for name in EXERCISES if name != "bare-pod"])
def test_scaled_down_and_up_again_is_not_healed(name):
    asked = [deployment(replicas=2, generation=2), deployment(generation=3)]
    result = judge(name, family("p-1", "p-2", "p-9", generation=3, rs_generation=3), asked=asked)
    assert_not_passed(result, "scaled")
    assert "generation 1 became 3" in said(result)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_restarted_deployment_is_not_healed(name):
    now = family("p-7", "p-8", "p-9", generation=2, replicaset_uid="rs-2", image="blog-api:1.1")
    assert_not_passed(judge(name, now), "restarted")


# ---- one Pod


def test_one_pod_replaced():
    assert_passed(judge("one-pod", family("p-1", "p-2", "p-9")))


def test_one_pod_on_its_way_out_is_waited_for():
    result = judge("one-pod", [*family("p-1", "p-2"), terminating(pod("p-3"))])
    assert result.outcome == "WAITING"
    assert result.mistakes == ()


def test_one_pod_replaced_but_not_ready_yet_is_waited_for():
    now = [deployment(status={"readyReplicas": 2, "availableReplicas": 2}), *family("p-1", "p-2", "p-9")[1:]]
    assert outcomes(judge("one-pod", now)) == ["PASS", "WAITING", "PASS"]


@pytest.mark.parametrize("pods", [("p-7", "p-8", "p-9"), ("p-1", "p-8", "p-9")])
def test_more_than_one_pod_replaced_is_half_of_what_one_pod_asks(pods):
    result = judge("one-pod", family(*pods))
    assert_not_passed(result, "all-at-once")
    assert result.goals[0].points == 1


def test_a_pod_too_many_that_the_replicaset_removed_is_not_a_pod_that_was_deleted():
    """It may be one of the first three that goes: the UIDs alone look right."""
    result = judge("one-pod", [*family("p-1", "p-2", "p-9"), removed("blog-api-6f7-p-3")])
    assert_not_passed(result, "added")
    assert result.goals[0].outcome == "FAIL"


def test_what_the_replicaset_removed_before_the_start_does_not_count():
    old = removed("blog-api-6f7-p-0", uid="e-0")
    assert_passed(judge("one-pod", [*family("p-1", "p-2", "p-9"), old], [*family(), old]))


# ---- what only looks like a healed Pod

FORGERIES = {
    "bare, with all the right labels": pod("p-9", None),
    "called like one of the family": pod("p-9", None, name="blog-api-6f7-zzzzz"),
    "owned by a ReplicaSet that does not exist": pod("p-9", "rs-forged"),
    "owned, but not controlled": pod(
        "p-9", ownerReferences=owner("ReplicaSet", "blog-api-6f7", "rs-1", controller=False)
    ),
    "controlled by the Deployment itself": pod("p-9", ownerReferences=owner("Deployment", "blog-api", "d-1")),
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("name", ["one-pod", "all-pods"])
def test_a_pod_that_only_looks_healed_does_not_count(name, forgery):
    """The Deployment's own status is forged to agree."""
    kept = ("p-1", "p-2") if name == "one-pod" else ("p-7", "p-8")
    result = judge(name, [*family(*kept), FORGERIES[forgery]])
    assert_not_passed(result)
    assert "2 Pods where 3 are wanted" in said(result)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_pod_that_only_looks_healed_beside_three_that_are_does_not_harm_the_others(forgery):
    assert judge("all-pods", [*family("p-6", "p-7", "p-8"), FORGERIES[forgery]]).points == 4


def test_pods_below_a_replicaset_of_somebody_else_are_not_the_deployments():
    now = [
        deployment(),
        replicaset("rs-1", "d-1"),
        replicaset("rs-2", "d-forged"),
        *(pod(f"p-{n}", "rs-2") for n in (7, 8, 9)),
    ]
    for name in ("one-pod", "all-pods", "replicaset"):
        assert_not_passed(judge(name, now))


# ---- all Pods


def test_all_pods_replaced():
    assert_passed(judge("all-pods", family("p-7", "p-8", "p-9")))


@pytest.mark.parametrize(("kept", "points"), [(("p-1", "p-8", "p-9"), 0.67), (("p-1", "p-2", "p-9"), 0.33)])
def test_some_pods_replaced_is_right_in_part(kept, points):
    result = judge("all-pods", family(*kept))
    assert_not_passed(result, "some-left")
    assert result.goals[0].points == points


def test_a_first_pod_that_left_the_family_is_still_there():
    """Relabelled, not deleted: it runs on, so not all of them are gone."""
    stray = labelled(pod("p-1", None), app="elsewhere")
    assert_not_passed(judge("all-pods", [*family("p-7", "p-8", "p-9"), stray]))


def test_the_first_pods_on_their_way_out_do_not_count_as_left():
    now = [*family("p-7", "p-8", "p-9"), *(terminating(pod(uid)) for uid in ("p-1", "p-2"))]
    result = judge("all-pods", now)
    assert outcomes(result)[:2] == ["PASS", "WAITING"]


def test_a_deleted_replicaset_is_another_exercise():
    result = judge("all-pods", family("p-7", "p-8", "p-9", replicaset_uid="rs-2"))
    assert_not_passed(result, "replicaset-deleted")
    assert result.goals[2].points == 0.5


# ---- a bare Pod


def test_a_bare_pod_came_ran_and_went():
    assert_passed(judge("bare-pod", [*family(), *RAN]))


def test_a_bare_pod_that_still_runs_is_half_of_it():
    result = judge("bare-pod", [*family(), *RAN, pod("p-9", None, name="loner", app="loner")])
    assert outcomes(result) == ["PASS", "FAIL", "PASS"]
    assert_not_passed(result, "not-deleted")


def test_a_bare_pod_on_its_way_out_is_waited_for():
    leaving = terminating(pod("p-9", None, name="loner", app="loner"))
    assert judge("bare-pod", [*family(), *RAN, leaving]).outcome == "WAITING"


def test_a_bare_pod_that_has_not_started_yet_is_waited_for():
    young = pod("p-9", None, name="loner", app="loner", ready=False)
    assert outcomes(judge("bare-pod", [*family(), *RAN[:1], young]))[0] == "WAITING"


def test_a_bare_pod_that_never_started_is_right_in_part():
    result = judge("bare-pod", [*family(), *RAN[:1]])
    assert (result.goals[0].outcome, result.goals[0].points) == ("FAIL", 0.5)


def test_a_loner_from_before_the_start_does_not_count():
    assert judge("bare-pod", [*family(), *RAN], [*family(), *RAN]).points == 0


def test_another_pod_is_not_loner():
    assert judge("bare-pod", [*family(), *lived("loner-2", "p-9", "Started")]).points == 0


def test_a_loner_with_the_familys_labels_is_adopted_and_that_is_no_life_without_an_owner():
    result = judge("bare-pod", [*family(), *RAN, removed("loner")])
    assert_not_passed(result, "adopted")
    assert outcomes(result)[:2] == ["FAIL", "FAIL"]


def test_a_deployment_called_loner_is_the_opposite():
    now = [*family(), deployment("loner", "d-9", replicas=1), pod("p-9", "rs-9", name="loner-6f7-x", app="loner"), *RAN]
    result = judge("bare-pod", now)
    assert_not_passed(result, "deployment")
    assert result.goals[1].outcome == "FAIL"


# ---- the ReplicaSet


def test_a_new_replicaset_of_the_same_deployment():
    assert_passed(judge("replicaset", family("p-7", "p-8", "p-9", replicaset_uid="rs-2")))


def test_a_new_replicaset_of_another_deployment_is_not_the_one_that_is_asked_for():
    result = judge("replicaset", family("p-7", "p-8", "p-9", uid="d-2", replicaset_uid="rs-2"))
    assert result.goals[0].outcome == "FAIL"


def test_a_replicaset_that_is_gone_is_waited_for():
    result = judge("replicaset", [deployment(status={"readyReplicas": 0})])
    assert result.outcome == "WAITING"


def test_pods_that_were_kept_and_adopted_are_right_in_part():
    result = judge("replicaset", family(replicaset_uid="rs-2"))
    assert_not_passed(result, "kept-pods")
    assert result.goals[1].points == 0.5


def test_new_pods_below_the_old_replicaset_are_another_exercise():
    result = judge("replicaset", family("p-7", "p-8", "p-9"))
    assert_not_passed(result, "only-pods")
    assert result.points == 0


def test_a_replicaset_that_was_scaled_is_not_a_new_one():
    assert_not_passed(judge("replicaset", family("p-7", "p-8", "p-9", rs_generation=3)), "replicaset-scaled")


def test_a_replicaset_made_by_hand_beside_the_old_one_is_not_the_deployments():
    by_hand = replicaset("rs-2", ownerReferences=None)
    assert_not_passed(judge("replicaset", [*family("p-7", "p-8", "p-9"), by_hand]))


# ---- the orphan

ORPHAN = labelled(pod("p-3", None), app="quarantine")


def test_one_of_the_first_pods_runs_on_without_its_owner():
    assert_passed(judge("orphan", [*family("p-1", "p-2", "p-9"), ORPHAN]))


def test_a_pod_that_is_relabelled_but_not_let_go_yet_is_waited_for():
    now = [*family("p-1", "p-2"), labelled(pod("p-3"), app="quarantine")]
    assert judge("orphan", now).goals[0].outcome == "WAITING"


def test_two_orphans_are_right_in_part():
    now = [*family("p-1", "p-8", "p-9"), ORPHAN, labelled(pod("p-2", None), app="quarantine")]
    result = judge("orphan", now)
    assert_not_passed(result, "too-many")
    assert result.goals[0].points == 1


def test_an_orphan_that_was_made_by_hand_is_a_stranger():
    made = labelled(pod("p-9", None, name="blog-api-6f7-p-3"), app="quarantine")
    assert_not_passed(judge("orphan", [*family(), made]), "stranger")


def test_an_orphan_that_is_on_its_way_out_does_not_run_on():
    assert_not_passed(judge("orphan", [*family("p-1", "p-2", "p-9"), terminating(ORPHAN)]))


def test_a_deleted_pod_is_no_orphan():
    assert_not_passed(judge("orphan", family("p-1", "p-2", "p-9")), "deleted")


def test_a_label_that_nobody_looks_at_changes_nothing():
    now = [*family("p-1", "p-2"), labelled(pod("p-3"), colour="blue")]
    assert_not_passed(judge("orphan", now), "other-label")


def test_a_label_on_the_deployment_or_its_replicaset_changes_nothing():
    for number in (0, 1):
        now = family()
        now[number] = labelled(now[number], app="quarantine")
        assert_not_passed(judge("orphan", now), "deployment-labelled")

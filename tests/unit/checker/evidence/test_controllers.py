"""Who did it: the controllers, or somebody else? By field managers, and by what the controllers would have done."""

import copy

import pytest

from driftlab.checker.evidence.controllers import (
    annotation_changes,
    autoscaled,
    cleaned_up,
    controller_managers,
    scaled_by_hand,
    written_by_a_person,
)
from driftlab.checker.objects.views import Deployment, Object, ReplicaSet
from tests.unit.evidence_by_hand import deployment, owner, replicaset, thing

NOW, LATER = "2026-03-01T09:10:00Z", "2026-03-01T09:10:01Z"
CONTROLLER = "kube-controller-manager"


def written(made, *entries):
    """The object with ``managedFields``: each entry a manager, a subresource, and whether it sets replicas."""
    fields = [
        {
            "manager": manager,
            "operation": "Update",
            "time": time,
            **({"subresource": subresource} if subresource else {}),
            **({"fieldsV1": {"f:spec": {"f:replicas": {}}}} if sets_replicas else {}),
        }
        for manager, subresource, sets_replicas, time in entries
    ]
    return {**made, "metadata": {**made["metadata"], "managedFields": fields}}


def set_by(made, manager, subresource=""):
    return written(made, (manager, subresource, True, NOW))


def revision(number, image="blog-api:1.0", replicas=0, desired=3):
    """One of blog-api's ReplicaSets, as its controller keeps it."""
    made = copy.deepcopy(replicaset(f"rs-{number}", replicas=replicas))
    made["metadata"] |= {
        "name": f"blog-api-{number}",
        "annotations": {
            "deployment.kubernetes.io/revision": str(number),
            "deployment.kubernetes.io/desired-replicas": str(desired),
        },
    }
    made["spec"]["template"] = deployment(image=image)["spec"]["template"]
    made["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = str(number)
    return made


def resized(made, replicas):
    return {**made, "spec": {**made["spec"], "replicas": replicas}}


STUCK = Deployment(deployment(image="blog-api:9.9", status={"replicas": 4, "updatedReplicas": 1}))


# ---- ReplicaSets that are scaled


@pytest.mark.parametrize(
    ("before", "after", "by_hand"),
    [
        pytest.param((CONTROLLER, ""), (CONTROLLER, ""), False, id="its controller"),
        pytest.param((CONTROLLER, ""), ("kubectl", "scale"), True, id="kubectl scale"),
        pytest.param((CONTROLLER, ""), ("kubectl-edit", ""), True, id="kubectl edit"),
        pytest.param((CONTROLLER, ""), None, True, id="kubectl scale --replicas=0"),
        pytest.param(("kubectl", "scale"), (CONTROLLER, ""), False, id="put back"),
        pytest.param(None, (CONTROLLER, ""), False, id="put back from 0"),
        pytest.param((CONTROLLER, ""), (CONTROLLER, "scale"), True, id="the subresource, under its name"),
    ],
)
def test_a_replicaset_that_its_controller_scales_is_told_from_one_that_somebody_else_scales(before, after, by_hand):
    """Also in the middle of a rollout, when nobody knows what its controller would do next."""
    first, second = revision(1, replicas=3), resized(revision(1), 1)
    first = set_by(first, *before) if before else written(first)
    second = set_by(second, *after) if after else written(second)
    assert scaled_by_hand(ReplicaSet(first), ReplicaSet(second), STUCK) is by_hand


@pytest.mark.parametrize(
    ("made", "replicas", "by_hand"),
    [
        pytest.param(revision(2, "blog-api:9.9", replicas=1), 0, True, id="the newest one gets fewer"),
        pytest.param(revision(2, "blog-api:9.9", replicas=1), 2, False, id="the newest one gets more"),
        pytest.param(revision(1, replicas=3), 4, True, id="an old one gets more"),
        pytest.param(revision(1, replicas=3), 2, False, id="an old one gets fewer"),
        pytest.param(revision(2, "blog-api:9.9", replicas=2, desired=6), 1, False, id="six were wanted, and now three"),
        pytest.param(revision(1, replicas=3, desired=2), 4, False, id="two were wanted, and now three"),
    ],
)
def test_in_a_rollout_that_is_stuck_its_controller_scales_nothing_the_wrong_way(made, replicas, by_hand):
    """Whoever writes under its name is known by that."""
    before, after = (set_by(one, CONTROLLER) for one in (made, resized(made, replicas)))
    assert scaled_by_hand(ReplicaSet(before), ReplicaSet(after), STUCK) is by_hand


def test_where_its_controller_may_not_have_seen_the_newest_spec_nobody_is_accused():
    unseen = Deployment(deployment(image="blog-api:9.9", generation=5, status={"observedGeneration": 4}))
    before = set_by(revision(2, "blog-api:9.9", replicas=1), CONTROLLER)
    assert not scaled_by_hand(ReplicaSet(before), ReplicaSet(resized(before, 0)), unseen)


def test_controllers_of_another_cluster_are_known_by_the_status_that_they_write():
    theirs = Deployment(written(deployment(), ("cloud-controllers", "status", False, NOW)))
    assert controller_managers(theirs) == {CONTROLLER, "cloud-controllers"}
    forged = Deployment(written(deployment(), ("kubectl", "status", False, NOW)))
    assert controller_managers(forged) == {CONTROLLER}


# ---- ReplicaSets that are deleted


def history(*images):
    return [ReplicaSet(revision(number, image)) for number, image in enumerate(images, 1)]


@pytest.mark.parametrize(
    ("limit", "gone", "theirs"),
    [
        (None, 1, False),  # ten are kept
        (2, 1, False),
        (1, 1, True),
        (1, 2, False),  # the oldest goes first
        (0, 2, True),
        (0, 3, False),  # the newest is no old one
    ],
)
def test_only_what_the_limit_leaves_out_is_cleaned_up_and_the_oldest_first(limit, gone, theirs):
    kept = deployment(image="blog-api:1.2", replicas=0)
    if limit is not None:
        kept["spec"]["revisionHistoryLimit"] = limit
    siblings = history("blog-api:1.0", "blog-api:1.1", "blog-api:1.2")
    assert cleaned_up(siblings[gone - 1], Deployment(kept), siblings) is theirs


def test_what_asks_for_pods_is_never_cleaned_up():
    kept = deployment(image="blog-api:1.2")
    kept["spec"]["revisionHistoryLimit"] = 0
    busy = ReplicaSet(revision(1, replicas=1))
    assert not cleaned_up(busy, Deployment(kept), [busy])


# ---- Deployments that are scaled


def autoscaler(name="blog-api"):
    made = thing("HorizontalPodAutoscaler", "hpa", "h-1")
    return Object({**made, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": name}}})


@pytest.mark.parametrize(
    ("entry", "autoscalers", "by_it"),
    [
        pytest.param((CONTROLLER, "scale"), None, True, id="as a controller"),
        pytest.param((CONTROLLER, "scale"), [autoscaler()], True, id="and there is one"),
        pytest.param((CONTROLLER, "scale"), [autoscaler("other")], False, id="for something else"),
        pytest.param((CONTROLLER, "scale"), [], False, id="under its name"),
        pytest.param(("kubectl", "scale"), [autoscaler()], False, id="kubectl scale"),
        pytest.param((CONTROLLER, ""), None, False, id="not by the subresource"),
    ],
)
def test_an_autoscaler_writes_the_subresource_scale_as_a_controller(entry, autoscalers, by_it):
    before, after = deployment(), set_by(deployment(replicas=5), *entry)
    assert autoscaled(Deployment(before), Deployment(after), autoscalers) is by_it


# ---- annotations


def test_what_controllers_and_apply_note_for_themselves_is_no_annotation_of_anybodys():
    own = {"deployment.kubernetes.io/revision": "2", "kubectl.kubernetes.io/last-applied-configuration": "{}"}
    before = deployment(annotations={"a": "1", "b": "1", "c": "1"})
    after = deployment(annotations={"a": "1", "b": "2", "d": "3", **own})
    assert sorted(annotation_changes(before, after)) == [("b", "2"), ("c", None), ("d", "3")]


def test_who_wrote_last_counts_and_a_status_is_no_writing():
    person, controller = ("kubectl-annotate", "", False), (CONTROLLER, "", False)
    status = ("kubelet", "status", False, LATER)
    assert written_by_a_person(written(deployment(), (*controller, NOW), (*person, LATER)))
    assert written_by_a_person(written(deployment(), (*person, NOW), status))
    assert not written_by_a_person(written(deployment(), (*person, NOW), (*controller, LATER)))
    assert not written_by_a_person(
        written(replicaset(ownerReferences=owner("Deployment", "x", "d")), (*controller, NOW))
    )

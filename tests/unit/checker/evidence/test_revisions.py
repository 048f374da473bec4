"""What is asked for, what runs, and which revisions there are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence import predicates as p
from driftlab.checker.objects.views import Deployment, ReplicaSet
from tests.unit.evidence_by_hand import (
    REVISIONS,
    deployment,
    evidence,
    family,
    only,
    pod,
    replicaset,
    snapshot,
    terminating,
    told,
)


def test_a_revision_is_the_template_that_its_replicaset_keeps():
    now = snapshot(deployment(image="blog-api:1.1"), *REVISIONS)
    assert p.template_of_revision(only(now), 1, now) == deployment(image="blog-api:1.0")["spec"]["template"]
    assert p.template_of_revision(only(now), 2, now) == only(now).spec["template"]
    assert p.template_of_revision(only(now), 3, now) is None


def test_restored_is_the_same_deployment_asking_for_the_old_template():
    before = [deployment(image="blog-api:1.1"), *REVISIONS]

    def restored(now, number=1):
        return p.restored(Deployment(now), number, evidence([now], before))

    assert restored(deployment(image="blog-api:1.0", generation=2))
    assert not restored(deployment(image="blog-api:1.1"))
    assert not restored(deployment(image="blog-api:1.0", uid="d-2")), "made again is not rolled back"
    assert not restored(deployment(image="blog-api:1.0"), 3)


def test_what_runs_is_read_from_the_living_pods_of_the_family():
    other = {**pod("p-9"), "spec": {"containers": [{"name": "a", "image": "blog-api:1.1"}]}}
    now = snapshot(*family("p-1"), other)
    assert p.running_images(only(now), now) == {"blog-api:1.0", "blog-api:1.1"}
    now = snapshot(*family("p-1"), terminating(other))
    assert p.running_images(only(now), now) == {"blog-api:1.0"}
    now = snapshot(*family("p-1"), {**other, "metadata": pod("p-9", None)["metadata"]})
    assert p.running_images(only(now), now) == {"blog-api:1.0"}


def running(made, *images, first=()):
    """The Pod with these images, those of its init containers first."""
    containers = [{"name": f"c-{number}", "image": image} for number, image in enumerate(images)]
    return {
        **made,
        "spec": {"initContainers": [{"name": "init", "image": one} for one in first]} | {"containers": containers},
    }


def replaced(*lines, now, before=None):
    seen = told(*lines, now=now, before=before)
    return p.replaced_not_edited(only(seen.now), seen)


def test_another_image_comes_with_new_pods_or_by_editing_the_old_ones():
    edited = [*family("p-1", "p-2"), running(pod("p-3"), "blog-api:1.1")]
    assert not replaced(now=edited)
    assert replaced(now=[*family("p-1", "p-2"), running(pod("p-4"), "blog-api:1.1")])
    assert replaced(now=family()), "where nothing was changed, nothing was edited"
    assert replaced(now=edited, before=edited), "what was edited before the start is how things were"


def test_an_edited_pod_is_one_also_where_it_is_edited_back_or_only_at_its_beginning():
    mixed = [*family("p-1"), running(pod("p-2"), "blog-api:1.1")]
    assert not replaced(now=family("p-1", "p-2"), before=mixed)
    old, new = (running(pod("p-1"), "blog-api:1.0", first=(one,)) for one in ("setup:1", "setup:2"))
    assert not replaced(now=[*family("p-2"), new], before=[*family("p-2"), old])


def test_a_new_pod_that_was_edited_is_told_by_the_recording():
    now = [*family(), running(pod("p-9"), "blog-api:1.1")]
    assert not replaced(("ADDED", pod("p-9")), ("MODIFIED", now[-1]), now=now)
    assert replaced(("ADDED", now[-1]), now=now)
    assert replaced(now=now)


@pytest.mark.parametrize(
    "of", [terminating(pod("p-3")), pod("p-3", None), pod("p-3", "rs-9")], ids=["leaving", "bare", "of another"]
)
def test_only_the_living_pods_of_the_deployment_are_asked(of):
    assert replaced(now=[*family("p-1", "p-2"), running(of, "blog-api:1.1")])


images = st.sampled_from(["blog-api:1.0", "blog-api:1.1"])


pods_with_images = st.dictionaries(st.sampled_from(["p-1", "p-2", "p-3", "p-4"]), images, max_size=4)


@given(pods_with_images, pods_with_images)
def test_it_is_the_pods_that_stayed_which_tell(before, after):
    def with_pods(of):
        return [deployment(), replicaset(), *(running(pod(uid), image) for uid, image in of.items())]

    stayed = before.keys() & after.keys()
    assert replaced(now=with_pods(after), before=with_pods(before)) == all(before[one] == after[one] for one in stayed)


# ---- by what it means


def respelled(made, **container):
    template = made["spec"]["template"]
    (one,) = template["spec"]["containers"]
    spec = {**made["spec"], "template": {**template, "spec": {"containers": [{**one, **container}]}}}
    return {**made, "spec": spec}


HASHED = {"labels": {"app": "blog-api", "pod-template-hash": "rs-1"}}


def test_a_template_that_came_back_with_its_hash_is_restored():
    before = [deployment(image="blog-api:1.1"), *REVISIONS]
    made = respelled(deployment(image="blog-api:1.0", generation=2), imagePullPolicy="IfNotPresent")
    made["spec"]["template"]["metadata"] = HASHED
    assert p.restored(Deployment(made), 1, evidence([made], before))
    assert not p.restored(Deployment(made), 2, evidence([made], before))


def test_what_is_changed_is_named_by_what_it_means():
    one = Deployment(respelled(deployment(), resources={"limits": {"memory": "64Mi"}}))
    other = Deployment(respelled(deployment(replicas=4), resources={"limits": {"memory": "67108864"}}))
    assert p.changed(one, other) == {"replicas"}
    assert p.changed_in_template(one, other) == frozenset()
    assert p.asks_for_the_same(one, other)
    more = Deployment(respelled(deployment(image="blog-api:1.1"), env=[{"name": "A", "value": "1"}]))
    assert p.changed(Deployment(deployment()), more) == {"image", "env"}
    assert not p.asks_for_the_same(Deployment(deployment()), more)


def test_a_replicasets_template_is_compared_with_its_deployments():
    kept = ReplicaSet(REVISIONS[0])
    assert p.changed_in_template(Deployment(deployment(image="blog-api:1.0")), kept) == frozenset()
    assert p.changed_in_template(Deployment(deployment(image="blog-api:1.1")), kept) == {"image"}


def test_a_strategy_is_told_in_numbers_of_pods():
    made = deployment(replicas=4)
    made["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "10%"}}
    assert p.strategy(Deployment(made)) == p.Strategy("RollingUpdate", 1, 0)


@pytest.mark.parametrize(
    "selector",
    [
        {"matchLabels": {"app": "blog"}},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["blog"]}]},
        {"app": "blog"},  # a Service
    ],
)
def test_the_labels_that_are_looked_for_are_told_in_either_spelling(selector):
    made = deployment()
    made["spec"]["selector"] = selector
    assert p.looked_for(Deployment(made)) == {"app": "blog"}


# ---- what was applied

APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def test_the_manifest_that_was_applied_is_an_object_of_the_same_kind():
    noted = Deployment(deployment(annotations={APPLIED: json.dumps(deployment(replicas=5))}))
    manifest = p.last_applied(noted)
    assert isinstance(manifest, Deployment)
    assert manifest.replicas == 5
    assert p.was_applied(noted)


@pytest.mark.parametrize("note", [None, "", "{", "[]", '"text"', "{}", '{"metadata": null}'])
def test_a_note_that_is_no_manifest_is_none(note):
    noted = Deployment(deployment(annotations={} if note is None else {APPLIED: note}))
    assert p.last_applied(noted) is None
    assert not p.was_applied(noted)


def test_what_the_server_applied_was_applied():
    made = deployment(annotations=None, managedFields=[{"manager": "kubectl", "operation": "Apply"}])
    assert p.was_applied(Deployment(made))


# ---- the history


def test_revisions_are_told_by_uid_and_nothing_has_none():
    now = snapshot(deployment(), *REVISIONS, replicaset("rs-3"), replicaset("rs-4", "d-9"))
    assert p.revisions(only(now), now) == {"rs-1": 1, "rs-2": 2}
    assert p.revisions(None, now) == {}


def test_a_revision_is_lost_with_its_replicaset_and_not_with_its_number():
    before = [deployment(), *REVISIONS]
    renumbered = {**REVISIONS[0], "metadata": {**REVISIONS[0]["metadata"], "annotations": {}}}
    assert p.lost_revisions(evidence(before, before), "blog-api") == []
    assert p.lost_revisions(evidence([deployment(), renumbered, REVISIONS[1]], before), "blog-api") == []
    assert p.lost_revisions(evidence([deployment(), REVISIONS[1]], before), "blog-api") == [1]
    assert p.lost_revisions(evidence([], before), "blog-api") == [1, 2]


def test_a_revision_is_back_where_all_pods_belong_to_its_very_replicaset():
    before = [deployment(image="blog-api:1.1"), *REVISIONS, pod("p-2", "rs-2")]

    def back(*pods, uid="d-1"):
        return p.brought_back(evidence([deployment(uid=uid), *REVISIONS, *pods], before), "blog-api", 1)

    assert back(pod("p-1", "rs-1"))
    assert back(pod("p-1", "rs-1"), terminating(pod("p-2", "rs-2")))
    assert not back(pod("p-1", "rs-1"), pod("p-2", "rs-2"))
    assert not back(pod("p-1", "rs-3"))
    assert not back(), "without Pods, nothing is back"
    assert not back(pod("p-1", "rs-1"), uid="d-2"), "made again is not rolled back"

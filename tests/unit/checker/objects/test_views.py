"""Views of the API's JSON: what is left out there means what the API says that it means."""

from datetime import UTC, datetime

import pytest

from driftlab.checker.objects.views import Deployment, Event, Object, Pod, ReplicaSet
from tests.unit.evidence_by_hand import deployment, event, owner, pod, replicaset, terminating, thing


def test_metadata_is_read_as_it_stands():
    view = Object(thing("Pod", "web", "u-1", generation=4, labels={"app": "web"}))
    assert (view.name, view.uid, view.generation, view.labels) == ("web", "u-1", 4, {"app": "web"})
    assert view.created == datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("empty", [{}, {"labels": None, "ownerReferences": None}, {"ownerReferences": []}])
def test_what_is_left_out_is_empty(empty):
    view = Object({**thing("Pod", "web", "u-1", **empty), "spec": None})
    assert (view.generation, view.labels, view.controller, view.terminating) == (0, {}, None, False)
    assert (view.spec, view.status) == ({}, {})


def test_terminating_means_that_a_deletion_was_asked_for():
    assert Pod(terminating(pod("p-1"))).terminating
    assert not Pod(pod("p-1")).terminating


def test_the_controller_is_the_one_owner_that_says_so():
    references = owner("ConfigMap", "a", "no", controller=False) + owner("ReplicaSet", "b", "yes")
    assert Pod(pod("p-1", ownerReferences=references)).controller == "yes"
    assert Pod(pod("p-1", ownerReferences=references[:1])).controller is None
    assert Pod(pod("p-1", None)).controller is None


def test_a_deployment_asks_for_one_replica_where_it_says_nothing():
    raw = deployment()
    assert Deployment(raw).replicas == 3
    assert Deployment({**raw, "spec": {}}).replicas == 1
    assert Deployment(deployment(replicas=0)).replicas == 0
    assert ReplicaSet({**replicaset(), "spec": {}}).replicas == 1
    assert ReplicaSet(replicaset(replicas=0)).replicas == 0


def test_revision_images_and_pause():
    view = Deployment(deployment(image="blog-api:2.0"))
    assert (view.revision, view.images, view.paused) == ("1", ("blog-api:2.0",), False)
    assert Deployment(deployment(image="docker.io/library/blog-api:2.0")).images == view.images
    assert Deployment(deployment(annotations=None)).revision == ""
    raw = deployment()
    assert Deployment({**raw, "spec": {**raw["spec"], "paused": True}}).paused


def test_a_selector_chooses_by_all_of_its_labels():
    raw = deployment()
    raw["spec"]["selector"] = {"matchLabels": {"app": "blog-api", "tier": "web"}}
    view = Deployment(raw)
    assert view.matches(Pod(pod("p-1", labels={"app": "blog-api", "tier": "web", "more": "x"})))
    assert not view.matches(Pod(pod("p-1", labels={"app": "blog-api"})))
    assert not view.matches(Pod(pod("p-1", labels={"app": "blog-api", "tier": "db"})))
    assert not view.matches(Pod(pod("p-1", labels=None)))


@pytest.mark.parametrize("view", [Deployment, ReplicaSet])
def test_a_selector_chooses_in_expressions_too(view):
    asked = [{"key": "app", "operator": "In", "values": ["blog-api"]}, {"key": "canary", "operator": "DoesNotExist"}]
    made = view({**deployment(), "spec": {"selector": {"matchExpressions": asked}}})
    assert made.matches(Pod(pod("p-1", labels={"app": "blog-api"})))
    assert not made.matches(Pod(pod("p-1", labels={"app": "blog-api", "canary": "yes"})))
    assert not made.matches(Pod(pod("p-1", labels={"app": "other"})))


@pytest.mark.parametrize("selector", [None, {}, {"matchLabels": None}, {"matchLabels": {}}])
def test_a_selector_without_labels_chooses_nothing(selector):
    raw = deployment()
    raw["spec"]["selector"] = selector
    assert not Deployment(raw).matches(Pod(pod("p-1")))


def test_a_pod_is_ready_by_its_condition_and_while_it_is_not_on_its_way_out():
    assert Pod(pod("p-1")).ready
    assert Pod(pod("p-1")).phase == "Running"
    assert not Pod(pod("p-1", ready=False)).ready
    assert not Pod(terminating(pod("p-1"))).ready
    assert not Pod({**pod("p-1"), "status": {"phase": "Running"}}).ready
    assert not Pod({**pod("p-1"), "status": {"conditions": [{"type": "Initialized", "status": "True"}]}}).ready
    assert Pod(thing("Pod", "web", "u-1")).phase == ""


def test_an_event_is_about_an_object():
    view = Event(event("e-1", "Started", ("Pod", "loner", "p-9")))
    assert (view.reason, view.about) == ("Started", ("Pod", "loner", "p-9"))
    nothing = Event({**thing("Event", "e", "e-2"), "reason": None, "involvedObject": None})
    assert (nothing.reason, nothing.about) == ("", ("", "", ""))

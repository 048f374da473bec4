"""Who belongs to whom, and who is who."""

import pytest
from hypothesis import given

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.verdict import Decided, failed
from driftlab.checker.objects.views import Deployment, Pod
from tests.unit.evidence_by_hand import (
    deployment,
    evidence,
    family,
    labelled,
    only,
    owner,
    pod,
    replicaset,
    snapshot,
    terminating,
    watching,
    worlds,
)


def test_a_family_is_found_by_its_uids():
    now = snapshot(*family("p-1", "p-2"))
    assert [rs.uid for rs in p.replicasets_of(only(now), now)] == ["rs-1"]
    assert p.uids(p.pods_of(only(now), now)) == {"p-1", "p-2"}


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param(pod("p-9", None), id="bare, with the right labels"),
        pytest.param(pod("p-9", "rs-9"), id="owned by a UID that is nobody's"),
        pytest.param(
            pod("p-9", ownerReferences=owner("ReplicaSet", "blog-api-6f7", "rs-1", controller=False)),
            id="owned, but not controlled",
        ),
        pytest.param(
            pod("p-9", ownerReferences=owner("Deployment", "blog-api", "d-1")), id="controlled by the Deployment itself"
        ),
        pytest.param(pod("p-9", None, name="blog-api-6f7-aaaaa"), id="named like one of the family"),
    ],
)
def test_a_pod_that_only_looks_like_one_of_the_family_is_not(stranger):
    now = snapshot(*family("p-1"), stranger)
    assert p.uids(p.pods_of(only(now), now)) == {"p-1"}


def test_a_replicaset_with_the_right_name_and_labels_but_another_owner_is_not_of_the_family():
    now = snapshot(deployment(), replicaset("rs-1", "d-gone"), pod("p-1"), replicaset("rs-2", ownerReferences=None))
    assert p.replicasets_of(only(now), now) == ()
    assert p.pods_of(only(now), now) == ()


@given(worlds)
def test_no_object_has_two_families(now):
    one, other = now.deployments
    assert not {rs.uid for rs in p.replicasets_of(one, now)} & {rs.uid for rs in p.replicasets_of(other, now)}
    assert not p.uids(p.pods_of(one, now)) & p.uids(p.pods_of(other, now))


@given(worlds)
def test_every_pod_of_a_family_has_a_chain_of_owners_up_to_it(now):
    for one in now.deployments:
        owners = {rs.uid: rs.controller for rs in now.replicasets}
        expected = {pod.uid for pod in now.pods if owners.get(pod.controller) == one.uid}
        assert p.uids(p.pods_of(one, now)) == expected


@given(worlds)
def test_the_living_are_those_that_do_not_terminate(now):
    living = p.living(now.pods)
    assert p.living(living) == living
    assert not any(pod.terminating for pod in living)
    assert p.uids(now.pods) - p.uids(living) == {pod.uid for pod in now.pods if pod.terminating}


def test_uids_are_counted_once():
    assert p.uids((Pod(pod("p-1")), Pod(pod("p-1")), Pod(pod("p-2")))) == {"p-1", "p-2"}
    assert p.uids(()) == frozenset()


@pytest.mark.parametrize("controller", [True, False])
def test_a_pod_is_unowned_where_it_names_nobody_not_only_no_controller(controller):
    """It goes with whoever it names, controller or not."""
    bare = pod("p-1", None)
    owned = pod("p-2", None, ownerReferences=owner("Deployment", "blog-api", "d-1", controller=controller))
    assert p.unowned(Pod(bare))
    assert not p.unowned(Pod(owned))


def test_the_same_object_is_the_same_uid():
    one, again = Deployment(deployment()), Deployment(deployment(uid="d-2"))
    assert p.same_object(one, Deployment(deployment(generation=7)))
    assert not p.same_object(one, again)
    assert not p.same_object(None, one)
    assert not p.same_object(one, None)
    assert not p.same_object(None, None)


def test_strangers_carry_the_labels_but_are_not_of_the_family():
    now = snapshot(*family(), pod("p-8", "rs-9"), pod("p-9", None), pod("p-7", None, app="other"))
    assert p.uids(p.strangers_in_selector(only(now), now)) == {"p-8", "p-9"}
    now = snapshot(*family(), terminating(pod("p-9", None)))
    assert p.strangers_in_selector(only(now), now) == ()


# ---- which Pods are gone


def test_pods_are_gone_by_their_uids_wherever_the_others_are_from():
    free = pod("p-2", None, labels={"app": "quarantine"})
    seen = evidence([*family("p-1", "p-9"), free, terminating(pod("p-3"))])
    assert p.uids(p.pods_gone(seen, "blog-api")) == {"p-3"}, "one has left the family, and lives"
    assert p.uids(p.pods_kept(seen, "blog-api")) == {"p-1"}
    assert p.uids(p.own_pods(seen.now, "blog-api")) == {"p-1", "p-9"}


def test_without_a_deployment_all_of_its_pods_are_gone_that_do_not_live_on():
    seen = evidence([pod("p-1", None)])
    assert p.uids(p.pods_gone(seen, "blog-api")) == {"p-2", "p-3"}
    assert p.pods_kept(seen, "blog-api") == p.own_pods(seen.now, "blog-api") == ()


# ---- who sets the number


def autoscaler(name, kind="Deployment", uid="h-1"):
    made = {"metadata": {"name": "hpa", "uid": uid}}
    return {**made, "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": name}}}


def test_an_autoscaler_is_one_of_what_it_targets():
    targets = [autoscaler("blog-api"), autoscaler("other", uid="h-2"), autoscaler("blog-api", "StatefulSet", "h-3")]
    now = watching(snapshot(*family()), horizontalpodautoscalers=targets)
    assert [one.uid for one in p.autoscalers_of(only(now), now)] == ["h-1"]
    with pytest.raises(KeyError):
        p.autoscalers_of(only(now), snapshot())


def entry(manager, *fields, **more):
    return {
        "manager": manager,
        "operation": "Update",
        "fieldsV1": {"f:spec": {f"f:{one}": {} for one in fields}},
        **more,
    }


def test_the_managers_of_the_number_are_told():
    made = deployment(
        managedFields=[entry("kubectl", "replicas", subresource="scale"), entry("kubectl-set", "template")]
    )
    assert p.replicas_set_by(Deployment(made)) == {"kubectl"}
    assert p.replicas_set_by(Deployment(deployment())) == frozenset()


# ---- what is required


def test_what_is_there_is_given_and_what_is_missing_decides():
    now = snapshot(*family("p-1"), pod("p-9", None, name="loner"))
    assert (p.require_deployment(now, "blog-api").uid, p.require_pod(now, "loner").uid) == ("d-1", "p-9")
    for missing, verdict in (
        (lambda: p.require_deployment(now, "blog"), failed("no-deployment", name="blog")),
        (lambda: p.require_pod(now, "blog"), failed("no-pod", name="blog")),
    ):
        with pytest.raises(Decided) as decided:
            missing()
        assert decided.value.verdict == verdict


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (family(uid="d-2"), failed("another-deployment")),
        ([], failed("no-deployment", name="blog-api")),
    ],
    ids=["made again", "gone"],
)
def test_the_same_deployment_is_told_by_its_uid(now, verdict):
    assert p.require_same_deployment(evidence(family(replicas=5)), "blog-api").replicas == 5
    with pytest.raises(Decided) as decided:
        p.require_same_deployment(evidence(now), "blog-api")
    assert decided.value.verdict == verdict


# ---- what is new, and what was relabelled


def test_new_bare_pods_are_alive_and_nobodys_and_were_not_there():
    known, new = pod("p-8", None), pod("p-9", None)
    leaving, owned = terminating(pod("p-10", None)), pod("p-11")
    found = p.new_bare_pods(evidence([*family(), known, new, leaving, owned], [*family(), known]))
    assert p.uids(found) == {"p-9"}


def test_objects_are_relabelled_if_their_labels_differ_from_the_start():
    before = snapshot(*family("p-1", "p-2"))
    now = snapshot(*family("p-1"), labelled(pod("p-2"), seen="yes"), labelled(pod("p-3"), seen="yes"))
    assert p.uids(p.relabelled(before.pods, now.pods)) == {"p-2"}

"""Containers by their names, and whether they are started again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.objects.containers import (
    container,
    containers,
    images,
    pod_annotations,
    pod_labels,
    pod_template,
    resource,
    restart_policy,
    restarts,
    started_again,
)
from driftlab.checker.objects.views import Deployment, Object, Pod
from tests.unit.evidence_by_hand import deployment, pod, thing

SPEC = {
    "initContainers": [
        {"name": "first", "image": "busybox:1.37"},
        {"name": "beside", "image": "busybox:1.37", "restartPolicy": "Always"},
    ],
    "containers": [
        {"name": "blog", "image": "docker.io/library/blog-api:1.0"},
        {"name": "visitor", "image": "blog-api:1.1", "resources": {"limits": {"memory": "128Mi"}}},
    ],
}
TEMPLATE = {"metadata": {"labels": {"app": "blog"}, "annotations": {"note": "1"}}, "spec": SPEC}
POD = Pod({**thing("Pod", "blog", "p-1", labels={"app": "blog"}, annotations={"note": "1"}), "spec": SPEC})
OF = {
    "a Pod": POD,
    "a Deployment": Deployment({**deployment(), "spec": {"template": TEMPLATE}}),
    "a CronJob": Object({**thing("CronJob", "c", "c-1"), "spec": {"jobTemplate": {"spec": {"template": TEMPLATE}}}}),
}


@pytest.mark.parametrize("of", OF.values(), ids=OF)
def test_containers_are_found_wherever_their_pods_are_made_from(of):
    assert [one["name"] for one in containers(of)] == ["beside", "blog", "visitor"]
    assert images(of) == ("busybox:1.37", "blog-api:1.0", "blog-api:1.1")
    assert container(of)["name"] == "blog"
    assert container(of, "visitor")["image"] == "blog-api:1.1"
    assert container(of, "beside")["restartPolicy"] == "Always"
    assert container(of, "first") == container(of, "nobody") == {}
    assert (pod_labels(of), pod_annotations(of)) == ({"app": "blog"}, {"note": "1"})
    assert pod_template(of)["spec"] is SPEC


def test_an_object_without_a_spec_has_no_containers():
    nothing = Object({"metadata": {}})
    assert (containers(nothing), container(nothing), images(nothing)) == ((), {}, ())


def test_an_amount_is_one_of_the_container_that_is_named():
    assert resource(POD, "limits", "memory", "visitor") == Decimal(128 * 2**20)
    assert resource(POD, "limits", "memory") is None
    assert resource(POD, "requests", "memory", "visitor") is None
    assert resource(POD, "limits", "cpu", "visitor") is None


def test_restarts_are_those_of_all_containers():
    counted = {"initContainerStatuses": [{"restartCount": 2}], "containerStatuses": [{"restartCount": 1}, {}]}
    assert restarts(Pod({**pod("p-1"), "status": counted})) == 3
    assert restarts(Pod({**pod("p-1"), "status": {}})) == 0


# ---- started again


def of_policies(pods=None, own=None, rules=()):
    one = {"name": "c", "image": "i:1"} | ({"restartPolicy": own} if own else {})
    one |= {"restartPolicyRules": list(rules)} if rules else {}
    return Pod({**pod("p-1"), "spec": {"containers": [one]} | ({"restartPolicy": pods} if pods else {})})


@pytest.mark.parametrize(
    ("pods", "own", "policy", "well", "badly"),
    [
        (None, None, "Always", True, True),
        ("Always", None, "Always", True, True),
        ("OnFailure", None, "OnFailure", False, True),
        ("Never", None, "Never", False, False),
        ("Always", "Never", "Never", False, False),
        ("Always", "OnFailure", "OnFailure", False, True),
        ("Never", "Always", "Always", True, True),
    ],
)
def test_the_containers_own_policy_holds_before_its_pods(pods, own, policy, well, badly):
    of = of_policies(pods, own)
    assert restart_policy(of) == policy
    assert (started_again(of, 0), started_again(of, 1)) == (well, badly)


def rule(operator, *codes, action="Restart"):
    return {"action": action, "exitCodes": {"operator": operator, "values": list(codes)}}


@pytest.mark.parametrize(
    ("rules", "again"),
    [
        ([rule("In", 42)], {42}),
        ([rule("NotIn", 0)], {1, 42}),
        ([rule("In", 1), rule("In", 42)], {1, 42}),
        ([rule("In", 42, action="RestartAllContainers")], {42}),
        ([{"action": "Restart"}], set()),
    ],
)
def test_a_rule_for_an_exit_code_comes_before_the_policy(rules, again):
    of = of_policies("Never", "Never", rules)
    assert {code for code in (0, 1, 42) if started_again(of, code)} == again


def test_rules_count_only_where_the_container_has_a_policy_of_its_own():
    assert not started_again(of_policies("Never", None, [rule("In", 1)]), 1)


@given(
    st.sampled_from([None, "Always", "OnFailure", "Never"]),
    st.sampled_from([None, "Always", "OnFailure", "Never"]),
    st.integers(0, 255),
)
def test_who_is_restarted_after_a_good_end_is_restarted_after_a_bad_one(pods, own, code):
    of = of_policies(pods, own)
    assert started_again(of, code) or not started_again(of, 0)
    assert started_again(of, code) == ({"Always": True, "Never": False}.get(restart_policy(of), code != 0))

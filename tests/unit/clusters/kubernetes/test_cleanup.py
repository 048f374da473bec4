"""Clearing a namespace: learners' objects are deleted, and what was there before stays."""

import re

import pytest

from driftlab.clusters.kubernetes.cleanup import CLEARED, KEEP_LABEL, MAX_EXCLUDED, SHARED, WORKLOADS, clear, contents
from driftlab.clusters.kubernetes.client import ApiRefused, Client
from tests.unit.api_by_hand import Api

HERE = "lab"
EVENTS = f"/api/v1/namespaces/{HERE}/events"


def at(plural):
    """The path of the list of one kind."""
    (found,) = (one for one in (*WORKLOADS, *CLEARED, *SHARED) if one.endswith(f"/{plural}"))
    return found.format(namespace=HERE)


@pytest.fixture
def api(web):
    """A namespace with only what the cluster puts into every namespace."""
    made = Api(web)
    made.lists |= {one.format(namespace=HERE) for one in (*WORKLOADS, *CLEARED, *SHARED)} | {EVENTS}
    made.put(f"{at('configmaps')}/kube-root-ca.crt")
    made.put(f"{at('serviceaccounts')}/default")
    return made


@pytest.fixture
def client(api, tmp_path):
    return Client(api.kubeconfig(tmp_path / "kubeconfig"), timeout_s=60)


def test_learners_objects_are_deleted_and_the_clusters_own_stay(api, client):
    for plural in ("deployments", "pods", "services", "secrets", "configmaps", "serviceaccounts"):
        api.put(f"{at(plural)}/mine")
    api.put(f"{EVENTS}/started")
    api.put(
        f"{at('secrets')}/default-token", metadata={"annotations": {"kubernetes.io/service-account.name": "default"}}
    )
    clear(client, HERE)
    assert {path.rpartition("/")[2] for path in api.objects} == {"kube-root-ca.crt", "default", "default-token"}


def test_objects_kept_by_uid_or_label_stay(api, client):
    api.put(f"{at('deployments')}/theirs", uid="u-theirs")
    api.put(f"{at('deployments')}/labelled", metadata={"labels": {KEEP_LABEL: ""}})
    api.put(f"{at('deployments')}/mine")
    api.put(f"{at('configmaps')}/theirs", uid="u-settings")
    clear(client, HERE, {"u-theirs", "u-settings"})
    assert api.names(at("deployments")) == ["theirs", "labelled"]
    assert api.names(at("configmaps")) == ["kube-root-ca.crt", "theirs"]


def test_owners_are_deleted_before_what_they_own(api, client):
    order = ["cronjobs", "jobs", "deployments", "replicasets", "pods"]
    for plural in reversed(order):
        api.put(f"{at(plural)}/one")
    clear(client, HERE)
    deleted = [re.split("[/ ]", write)[-1] for write in api.writes]
    assert [plural for plural in deleted if plural in order] == order


def test_pods_are_deleted_without_a_grace_period(api, client, web):
    api.put(f"{at('pods')}/one")
    clear(client, HERE)
    (request,) = [one for one in web.requests if (one.method, one.path) == ("DELETE", at("pods"))]
    assert "gracePeriodSeconds=0" in request.query


def test_objects_that_come_back_are_deleted_again(api, client):
    """A controller may create one more Pod before it notices."""
    api.put(f"{at('pods')}/first")
    left = ["second", "third"]

    def controller(request):
        if left and (request.method, request.path) == ("DELETE", at("pods")):
            api.put(f"{at('pods')}/{left.pop()}")

    api.after = controller
    clear(client, HERE)
    assert left == []
    assert api.names(at("pods")) == []


def test_a_learners_finalizer_is_removed(api, client):
    api.put(f"{at('pods')}/held", metadata={"finalizers": ["example.com/mine"]})
    api.put(f"{at('configmaps')}/held", metadata={"finalizers": ["example.com/mine"]})
    clear(client, HERE)
    assert api.names(at("pods")) == []
    assert api.names(at("configmaps")) == ["kube-root-ca.crt"]


def test_finalizers_of_the_clusters_controllers_are_left_to_them(api, client):
    held = ["batch.kubernetes.io/job-tracking", "example.com/mine"]
    api.put(f"{at('pods')}/held", metadata={"finalizers": held})
    seen = []

    def controller(request):
        """The Job controller removes its finalizer last."""
        pod = api.objects.get(f"{at('pods')}/held")
        if request.method == "PATCH":
            seen.append(pod["metadata"]["finalizers"])
            del api.objects[f"{at('pods')}/held"]

    api.after = controller
    clear(client, HERE)
    assert seen == [["batch.kubernetes.io/job-tracking"]]


@pytest.mark.parametrize("plural", ["services", "ingresses", "persistentvolumeclaims"])
def test_finalizers_of_objects_outside_the_cluster_are_waited_for(api, client, plural):
    """Otherwise a load balancer would go on costing money."""
    api.put(f"{at(plural)}/out", metadata={"finalizers": ["service.kubernetes.io/load-balancer-cleanup"]})
    looks = []

    def controller(request):
        if (request.method, request.path) == ("GET", at(plural)):
            looks.append(request.path)
            if len(looks) == 3:
                api.objects.pop(f"{at(plural)}/out")

    api.after = controller
    clear(client, HERE)
    assert len(looks) > 3
    assert not [write for write in api.writes if write.startswith("PATCH")]


@pytest.mark.parametrize("status", [403, 404])
def test_forbidden_and_unknown_kinds_are_left_out(api, client, status):
    api.put(f"{at('networkpolicies')}/theirs")
    api.put(f"{at('pods')}/mine")
    api.refuse = lambda request: status if request.path == at("networkpolicies") else 0
    clear(client, HERE)
    assert api.names(at("networkpolicies")) == ["theirs"]
    assert api.names(at("pods")) == []


def test_any_other_refusal_is_raised(api, client):
    api.refuse = lambda request: 401 if request.path == at("pods") else 0
    with pytest.raises(ApiRefused) as refused:
        clear(client, HERE)
    assert refused.value.status == 401


def test_without_deletecollection_each_object_is_deleted(api, client):
    """Some roles allow `delete` and not `deletecollection`."""
    for name in ("one", "two"):
        api.put(f"{at('pods')}/{name}")
    api.refuse = lambda request: (
        403 if request.method == "DELETE" and (request.path in api.lists or request.path == EVENTS) else 0
    )
    clear(client, HERE)
    assert api.names(at("pods")) == []


@pytest.mark.parametrize("many", [MAX_EXCLUDED, MAX_EXCLUDED + 1])
def test_more_than_a_few_kept_names_are_not_put_into_one_request(api, client, web, many):
    """The request would be too long, so each of the others is deleted by itself."""
    kept = {api.put(f"{at('deployments')}/theirs-{number}")["metadata"]["uid"] for number in range(many)}
    api.put(f"{at('deployments')}/mine")
    clear(client, HERE, kept)
    assert len(api.names(at("deployments"))) == many
    whole = [one for one in web.requests if (one.method, one.path) == ("DELETE", at("deployments"))]
    assert bool(whole) is (many == MAX_EXCLUDED)


def test_contents_lists_each_object_with_its_path(api, client):
    api.put(f"{at('pods')}/mine")
    api.refuse = lambda request: 403 if request.path == at("secrets") else 0
    found = [(template, item["metadata"]["name"]) for template, item in contents(client, HERE)]
    assert found == [
        (WORKLOADS[-1], "mine"),
        (SHARED[0], "kube-root-ca.crt"),
        (SHARED[1], "default"),
    ]

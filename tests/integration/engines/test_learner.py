"""What a learner may do, and what not: as at work, their namespace is theirs and the rest is not."""

import pytest

from driftlab.clusters.kubernetes.client import ApiRefused

FORBIDDEN = 403


@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        ("create", "deployments.apps"),
        ("deletecollection", "pods"),
        ("patch", "replicasets.apps"),
        ("update", "deployments.apps/scale"),
        ("create", "jobs.batch"),
        ("create", "cronjobs.batch"),
        ("create", "statefulsets.apps"),
        ("create", "daemonsets.apps"),
        ("create", "services"),
        ("create", "configmaps"),
        ("create", "secrets"),
        ("create", "horizontalpodautoscalers.autoscaling"),
        ("create", "pods/exec"),
        ("get", "pods/log"),
        ("list", "events"),
        ("list", "endpointslices.discovery.k8s.io"),
    ],
)
def test_workloads_are_a_learners_own(lab, verb, resource):
    assert lab.kubectl("auth", "can-i", verb, resource).strip() == "yes"


@pytest.mark.parametrize("plural", ["nodes", "namespaces"])
def test_looking_around_is_allowed(lab, plural):
    assert lab.client.get(f"/api/v1/{plural}")["items"]


@pytest.mark.parametrize("plural", ["pods", "secrets", "configmaps", "events"])
@pytest.mark.parametrize("namespace", ["kube-system", "default"])
def test_other_namespaces_are_closed(lab, namespace, plural):
    refused(lab.client.get, f"/api/v1/namespaces/{namespace}/{plural}")


def refused(call, *arguments):
    with pytest.raises(ApiRefused) as refusal:
        call(*arguments)
    assert refusal.value.status == FORBIDDEN, refusal.value.message


@pytest.mark.parametrize("plural", ["pods", "secrets"])
def test_looking_into_all_namespaces_at_once_is_refused(lab, plural):
    refused(lab.client.get, f"/api/v1/{plural}")


def test_namespaces_are_not_a_learners_to_make_or_delete(lab):
    refused(lab.client.post, "/api/v1/namespaces", {"metadata": {"name": "mine"}})
    refused(lab.client.delete, f"/api/v1/namespaces/{lab.name}")


def test_nodes_are_not_a_learners_to_change(lab):
    node = lab.client.get("/api/v1/nodes")["items"][0]["metadata"]["name"]
    refused(lab.client.patch, f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}})
    refused(lab.client.patch, f"/api/v1/nodes/{node}/status", {"status": {}})
    refused(lab.client.delete, f"/api/v1/nodes/{node}")
    refused(lab.client.get, f"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{node}")


def test_status_is_not_a_learners_to_forge(lab):
    lab.rolled_out()
    pod = next(iter(lab.pods_of()))
    refused(lab.client.patch, lab.path("pods", pod) + "/status", {"status": {"phase": "Failed"}})
    refused(lab.client.patch, lab.path("deployments", "web") + "/status", {"status": {"readyReplicas": 9}})
    replicaset = lab.replicaset_of()["metadata"]["name"]
    refused(lab.client.patch, lab.path("replicasets", replicaset) + "/status", {"status": {"replicas": 9}})


def test_rights_are_not_a_learners_to_give(lab):
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    refused(lab.client.get, f"{rbac}/clusterroles")
    binding = {
        "metadata": {"name": "mine"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [],
    }
    refused(lab.client.post, f"{rbac}/namespaces/{lab.name}/rolebindings", binding)
    refused(lab.client.post, f"{rbac}/clusterrolebindings", binding)


def test_events_and_leases_are_not_a_learners_to_write(lab):
    refused(lab.client.post, lab.path("events"), {"metadata": {"name": "forged"}, "involvedObject": {}})
    refused(
        lab.client.post, f"/apis/coordination.k8s.io/v1/namespaces/{lab.name}/leases", {"metadata": {"name": "mine"}}
    )


def test_nodes_are_not_a_learners_to_lose(cluster, lab, embedded):
    refused(
        lab.client.patch,
        f"/api/v1/nodes/{cluster.name}-worker",
        {"metadata": {"annotations": {"driftlab.dev/lost": "true"}}},
    )


def test_kubeconfig_of_a_learner_goes_to_their_namespace(lab):
    lab.kubectl("create", "configmap", "mine")
    assert "mine" in {item["metadata"]["name"] for item in lab.items("configmaps")}


@pytest.mark.parametrize(
    "forged",
    [
        {"conditions": [{"type": "Ready", "status": "False"}, {"type": "ContainersReady", "status": "False"}]},
        {"phase": "Pending"},
        {"phase": "Failed"},
        {"phase": "Succeeded"},
    ],
    ids=str,
)
def test_status_that_an_owner_forges_is_put_right(cluster, lab, embedded, forged):
    """As by a kubelet. A controller that saw a Pod as over may have replaced a Deployment's Pod; this one is bare."""
    lab.pod(readinessProbe=lab.probe())
    before = lab.wait("pods", "web", lab.ready)
    path = lab.path("pods", "web") + "/status"
    changed = cluster.client.patch(path, {"status": forged}, kind="application/strategic-merge-patch+json")
    assert changed["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]
    after = lab.wait("pods", "web", lambda pod: lab.ready(pod) and pod["status"]["phase"] == "Running")
    assert after["metadata"]["resourceVersion"] != changed["metadata"]["resourceVersion"]
    assert lab.status(after)["restartCount"] == 0


def test_pod_that_is_forged_to_run_is_not_ready_for_long(cluster, lab, embedded):
    lab.pod(readinessProbe=lab.probe("/no-such-path"))
    lab.wait("pods", "web", lambda pod: pod["status"]["phase"] == "Running")
    forged = {"conditions": [{"type": "Ready", "status": "True"}]}
    path = lab.path("pods", "web") + "/status"
    changed = cluster.client.patch(path, {"status": forged}, kind="application/strategic-merge-patch+json")
    assert lab.ready(changed)
    lab.wait("pods", "web", lambda pod: not lab.ready(pod))

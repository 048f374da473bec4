"""A Node falls silent: its Pods are given up and replaced elsewhere, and it may come back.

https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats
"""

import time

import pytest

from driftlab.clusters.errors import UsageError

UNREACHABLE = "node.kubernetes.io/unreachable"

#: A Pod stays for 5 minutes on a Node that is lost, unless it says otherwise.
LEAVES_SOON = [
    {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 1}
    for key in ("node.kubernetes.io/not-ready", UNREACHABLE)
]


LONGER_THAN_A_POD_NEEDS_TO_END_S = 5


def ready(node):
    return next(c["status"] for c in node["status"]["conditions"] if c["type"] == "Ready")


def taints(node):
    return {taint["key"] for taint in node["spec"].get("taints", [])}


def test_pods_of_a_lost_node_are_replaced_elsewhere_and_the_node_comes_back(cluster, lab):
    workers = [n for n in cluster.client.get("/api/v1/nodes")["items"] if not n["spec"].get("taints")]
    if len(workers) < 2:
        pytest.skip("there is nowhere else: kind makes one Node only where memory is short")
    lab.rolled_out(replicas=2, pod={"tolerations": LEAVES_SOON})
    given_up = next(iter(lab.pods_of().values()))
    lost = given_up["spec"]["nodeName"]
    bare = lab.pod("bare", spec={"nodeSelector": {"kubernetes.io/hostname": lost}})
    lab.settled(3)
    cluster.lose_node(lost)
    try:
        silent = lab.wait("nodes", lost, lambda node: ready(node) == "Unknown" and UNREACHABLE in taints(node))
        assert next(c for c in silent["status"]["conditions"] if c["type"] == "Ready")["reason"] == "NodeStatusUnknown"
        assert "NotReady" in lab.kubectl("get", "node", lost, "--no-headers").split()
        lab.wait("pods", "bare", lambda pod: not lab.ready(pod))
        lab.wait_list("pods", lambda pods: len(serving_elsewhere(lab, pods, lost)) == 2, app="web")
        assert "deletionTimestamp" not in lab.get("pods", "bare")["metadata"], "it stays for 5 minutes"
        # nobody there confirms the end of the other: it is Terminating until the Node is back
        time.sleep(LONGER_THAN_A_POD_NEEDS_TO_END_S)
        assert "deletionTimestamp" in lab.get("pods", given_up["metadata"]["name"])["metadata"]
    finally:
        cluster.return_node(lost)
    here = lab.get("nodes", lost)
    assert (ready(here), taints(here)) == ("True", set()), "what comes next may go there"
    back = lab.settled(3, without={given_up["metadata"]["name"]})
    assert back["bare"]["metadata"]["uid"] == bare["metadata"]["uid"]


def serving_elsewhere(lab, pods, lost):
    ready = [pod for pod in pods if lab.ready(pod) and "deletionTimestamp" not in pod["metadata"]]
    return [pod for pod in ready if pod["spec"]["nodeName"] != lost]


def test_node_that_is_not_there_cannot_be_lost(cluster):
    for method in (cluster.lose_node, cluster.return_node):
        with pytest.raises(UsageError, match="no Node called 'nowhere'"):
            method("nowhere")

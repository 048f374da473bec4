"""Where the engines differ: each row of the table in clusters/README.md, seen from both sides."""

import re

import httpx
import pytest

from driftlab.clusters.waiting import wait_for


@pytest.mark.differs("isolation")
def test_who_says_that_it_is_a_machine(cluster):
    info = [node["status"]["nodeInfo"] for node in cluster.client.get("/api/v1/nodes")["items"]]
    if cluster.engine == "embedded":
        assert {node["containerRuntimeVersion"] for node in info} == {"driftlab://1.0.0"}
        assert all("no kernel" in node["osImage"] for node in info)
    else:
        assert all(node["containerRuntimeVersion"].startswith("containerd://") for node in info)


@pytest.mark.differs("isolation")
def test_privileged_container(cluster, lab):
    lab.pod(securityContext={"privileged": True})
    if cluster.engine == "embedded":
        pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "CreateContainerError")
        message = lab.status(pod)["state"]["waiting"]["message"]
        assert message.endswith("the embedded engine has no privileged containers; use the engine kind for that")
    else:
        lab.wait("pods", "web", lab.ready)


@pytest.mark.differs("images")
def test_image_by_its_digest(cluster, lab):
    """A digest is the hash of bytes that the embedded engine does not have."""
    lab.pod(image=f"nginx@sha256:{64 * '0'}")
    lab.wait("pods", "web", lambda pod: lab.waiting(pod) in ("ErrImagePull", "ImagePullBackOff"))
    message = lab.event("web", "Failed", "Failed to pull image")["message"]
    assert ("the embedded engine" in message) == (cluster.engine == "embedded")


@pytest.mark.differs("nodes")
def test_nodes_of_a_cluster(cluster):
    nodes = [node["metadata"] for node in cluster.client.get("/api/v1/nodes")["items"]]
    control_planes = [node for node in nodes if "node-role.kubernetes.io/control-plane" in node["labels"]]
    if cluster.engine == "embedded":
        assert [node["name"] for node in nodes] == [f"{cluster.name}-worker{number}" for number in ("", 2, 3)]
        assert control_planes == []
    else:
        assert [re.sub("^.*-control-plane$", "control-plane", node["name"]) for node in control_planes] == [
            "control-plane"
        ]


@pytest.mark.differs("pull")
def test_events_of_an_image(cluster, lab):
    lab.pod()
    present = lab.event("web", "Pulled")["message"].startswith(
        'Container image "blog-api:1.0" already present on machine'
    )
    assert present or cluster.engine == "embedded", "there, each Node pulls it once"


@pytest.mark.differs("pull")
def test_image_that_is_always_to_be_pulled(cluster, lab):
    """It is there, but no registry has it."""
    lab.pod(imagePullPolicy="Always")
    if cluster.engine == "embedded":
        lab.event("web", "Pulled", 'Successfully pulled image "blog-api:1.0" in ')
        lab.wait("pods", "web", lab.ready)
    else:
        lab.event("web", "Failed", 'Failed to pull image "blog-api:1.0": ')
        lab.wait("pods", "web", lambda pod: lab.waiting(pod) in ("ErrImagePull", "ImagePullBackOff"))


@pytest.mark.differs("host")
def test_port_of_a_node(cluster, lab):
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"metadata": {"name": "web"}, "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": ports}}
    port = lab.client.post(lab.path("services"), service)["spec"]["ports"][0]["nodePort"]
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    addresses = cluster.client.get("/api/v1/nodes")["items"][0]["status"]["addresses"]
    address = next(one["address"] for one in addresses if one["type"] == "InternalIP")
    url = f"http://{address}:{port}/version"
    if cluster.engine == "embedded":
        lab.pod("client", image="busybox", command=["wget", "-qO-", url], spec={"restartPolicy": "OnFailure"})
        lab.wait("pods", "client", lambda pod: pod["status"]["phase"] == "Succeeded")
        assert lab.kubectl("logs", "client").endswith("1.0\n")
        assert heard(url) != "1.0\n", "the host is in no network of the cluster's"
    else:
        wait_for(lambda: heard(url) == "1.0\n", "the rules of kube-proxy")


def heard(url):
    """What is answered there: by a gateway between, perhaps, and nothing if nobody does."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).text
    except httpx.TransportError:
        return ""


@pytest.mark.differs("host")
def test_folder_of_a_node(cluster, lab):
    volumes = [{"name": "etc", "hostPath": {"path": "/etc/kubernetes"}}]
    reads = {"name": "web", "image": "blog-api:1.0", "env": [{"name": "REQUEST_LOG", "value": "/host/manifests"}]}
    lab.pod(
        spec={
            "containers": [reads | {"args": ["visit"], "volumeMounts": [{"name": "etc", "mountPath": "/host"}]}],
            "volumes": volumes,
        }
    )
    lab.wait("pods", "web", lambda pod: pod["status"]["phase"] == "Running")
    nothing = "no such file or directory" if cluster.engine == "embedded" else "is a directory"
    lab.wait("pods", "web", lambda _: f"in the shared volume: {nothing}" in lab.kubectl("logs", "web"))


@pytest.mark.differs("resize")
def test_resize_of_a_running_container(cluster, lab):
    """https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/"""
    lab.pod(resources={"requests": {"cpu": "50m"}})
    lab.wait("pods", "web", lab.ready)
    wanted = {
        "name": lab.get("pods", "web")["spec"]["containers"][0]["name"],
        "resources": {"requests": {"cpu": "60m"}},
    }
    path = lab.path("pods", "web") + "/resize"
    cluster.client.patch(path, {"spec": {"containers": [wanted]}}, kind="application/strategic-merge-patch+json")
    if cluster.engine == "embedded":
        assert "cgroup" in lab.event("web", "ResizeError")["message"]
    else:
        resized = {"cpu": "60m"}
        lab.wait("pods", "web", lambda pod: (lab.status(pod).get("resources") or {}).get("requests") == resized)

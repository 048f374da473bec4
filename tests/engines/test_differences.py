"""Where the engines differ: each row of the table in clusters/README.md, seen from both sides.

The row ``crash-loop`` has its test in test_behaviour.py, beside the other crashes.
"""

import re
import socket
import subprocess
import time

import httpx
import pytest

from clusters.client import ApiRefused
from clusters.errors import ClusterUnreachable, CommandFailed
from clusters.kubectl import kubectl_path


@pytest.mark.differs("exec")
def test_commands_in_a_container_need_one(cluster, lab):
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    with pytest.raises(CommandFailed) as trouble:
        lab.kubectl("exec", "web", "--", "/blog-api")
    if cluster.engine == "embedded":
        assert "the embedded engine runs no containers, so there is nothing to execute" in trouble.value.output
    else:  # it was executed: a second server finds the port taken, though its last words may come too late to be heard
        assert "command terminated with exit code 1" in trouble.value.output


@pytest.mark.differs("exec")
def test_ports_of_a_container_need_one(cluster, lab):
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [kubectl_path(), f"--kubeconfig={lab.namespace.kubeconfig}", "port-forward", "pod/web", f"{port}:8080"]
    forward = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        if cluster.engine == "embedded":
            output, _ = forward.communicate(timeout=60)
            assert forward.returncode == 1
            assert "there is nothing to forward a port to" in output
        else:
            assert "Forwarding from" in forward.stdout.readline()
            assert httpx.get(f"http://127.0.0.1:{port}/version", trust_env=False).text == "1.0\n"
    finally:
        forward.kill()
        forward.communicate()


@pytest.mark.differs("network")
def test_services_carry_traffic_where_containers_run(cluster, lab):
    """The API server calls a Service as another Pod would: https://kubernetes.io/docs/concepts/cluster-administration/proxies/"""
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": ports}}
    lab.client.post(lab.path("services"), service)
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    if cluster.engine == "embedded":
        command = ["wget", "-qO-", "http://web/version"]
        lab.pod("client", image="busybox", command=command, spec={"restartPolicy": "Never"})
        lab.wait("pods", "client", lambda pod: pod["status"]["phase"] == "Failed")
        assert lab.kubectl("logs", "client") == "wget: bad address 'web'\n"
    else:
        assert through_the_api_server(cluster, lab) == "1.0\n"


def through_the_api_server(cluster, lab):
    deadline = time.monotonic() + 60
    while True:
        try:
            return cluster.client.text(lab.path("services", "web:80") + "/proxy/version")
        except (ApiRefused, ClusterUnreachable):
            assert time.monotonic() < deadline, "no endpoints in time"
            time.sleep(0.5)


@pytest.mark.differs("references")
def test_configmap_that_is_missing_keeps_a_container_from_starting(cluster, lab):
    lab.pod(envFrom=[{"configMapRef": {"name": "missing"}}])
    if cluster.engine == "embedded":
        lab.wait("pods", "web", lab.ready)
    else:
        pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "CreateContainerConfigError")
        assert lab.status(pod)["state"]["waiting"]["message"] == 'configmap "missing" not found'


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
    message = lab.event("web", "Pulled")["message"]
    if cluster.engine == "embedded":
        assert message.startswith('Successfully pulled image "blog-api:1.0" in ')
    else:
        assert message.startswith('Container image "blog-api:1.0" already present on machine')

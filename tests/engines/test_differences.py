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


@pytest.mark.differs("references")
@pytest.mark.parametrize(
    ("kind", "source"),
    [("configmap", {"configMap": {"name": "missing"}}), ("secret", {"secret": {"secretName": "missing"}})],
)
def test_volume_of_what_is_missing_keeps_a_pod_from_starting(cluster, lab, kind, source):
    mounts = [{"name": "files", "mountPath": "/files"}]
    lab.pod(spec={"volumes": [{"name": "files", **source}]}, volumeMounts=mounts)
    if cluster.engine == "embedded":
        lab.wait("pods", "web", lab.ready)
    else:
        lab.event("web", "FailedMount", f'MountVolume.SetUp failed for volume "files" : {kind} "missing" not found')
        assert lab.waiting(lab.get("pods", "web")) == "ContainerCreating"


@pytest.mark.differs("hooks")
@pytest.mark.parametrize("hook", [{"exec": {"command": ["/none"]}}, {"httpGet": {"path": "/", "port": 9}}], ids=list)
def test_hook_that_fails_ends_its_container(cluster, lab, hook):
    lab.pod(lifecycle={"postStart": hook})
    if cluster.engine == "embedded":
        lab.wait("pods", "web", lab.ready)
    else:
        assert lab.event("web", "FailedPostStartHook")["message"] == "PostStartHook failed"
        assert lab.event("web", "Killing")["message"] == "FailedPostStartHook"
        lab.wait("pods", "web", lambda pod: lab.status(pod)["restartCount"] >= 1)


@pytest.mark.differs("security")
def test_root_where_it_is_forbidden(cluster, lab):
    lab.pod(securityContext={"runAsNonRoot": True, "runAsUser": 0})
    if cluster.engine == "embedded":
        lab.wait("pods", "web", lab.ready)
    else:
        pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "CreateContainerConfigError")
        message = lab.status(pod)["state"]["waiting"]["message"]
        assert message.startswith("container's runAsUser breaks non-root policy ")


@pytest.mark.differs("probe-programs")
def test_probe_whose_program_the_image_does_not_hold(cluster, lab):
    """blog-api's image holds its one program only. What cannot be tried has neither succeeded nor failed."""
    lab.pod("true", readinessProbe={"exec": {"command": ["true"]}, "periodSeconds": 1})
    lab.pod("cat", livenessProbe={"exec": {"command": ["cat", "/x"]}, "periodSeconds": 1, "failureThreshold": 1})
    if cluster.engine == "embedded":
        lab.wait("pods", "true", lab.ready)
        told = lab.event("cat", "Unhealthy")["message"].rstrip()
        assert told == "Liveness probe failed: cat: can't open '/x': No such file or directory"
        lab.wait("pods", "cat", lambda pod: lab.status(pod)["restartCount"] >= 1)
    else:
        unknown = "probe errored and resulted in unknown state: "
        assert 'exec: "true": executable file not found in $PATH' in lab.event("true", "Unhealthy", unknown)["message"]
        lab.wait_list("events", lambda events: sum(about_cat(event, unknown) for event in events) >= 3)
        assert not lab.ready(lab.get("pods", "true"))
        assert lab.status(lab.get("pods", "cat"))["restartCount"] == 0


def about_cat(event, text):
    return event["involvedObject"]["name"] == "cat" and text in event["message"]


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


@pytest.mark.differs("pull")
def test_image_that_is_always_to_be_pulled(cluster, lab):
    """It is there, but no registry has it."""
    lab.pod(imagePullPolicy="Always")
    if cluster.engine == "embedded":
        lab.wait("pods", "web", lab.ready)
    else:
        lab.event("web", "Failed", 'Failed to pull image "blog-api:1.0": ')
        lab.wait("pods", "web", lambda pod: lab.waiting(pod) in ("ErrImagePull", "ImagePullBackOff"))

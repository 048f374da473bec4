"""Programs in containers: exec, ports, Services, hooks and probes, and what keeps a container from starting."""

import socket
import subprocess
import time

import httpx
import pytest

from driftlab.clusters.errors import ClusterUnreachable, CommandFailed
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.waiting import wait_for


def test_program_runs_beside_the_first_one(lab):
    """It was executed: a second server finds the port taken, though its last words may come too late to be heard."""
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    with pytest.raises(CommandFailed) as trouble:
        lab.kubectl("exec", "web", "--", "/blog-api")
    assert "command terminated with exit code 1" in trouble.value.output


def test_program_that_the_image_does_not_hold(lab):
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    with pytest.raises(CommandFailed) as trouble:
        lab.kubectl("exec", "web", "--", "sh")
    assert 'exec: "sh": executable file not found in $PATH' in trouble.value.output


def test_ports_of_a_pod_are_forwarded(lab):
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [kubectl_path(), f"--kubeconfig={lab.namespace.kubeconfig}", "port-forward", "pod/web", f"{port}:8080"]
    forward = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert "Forwarding from" in forward.stdout.readline()
        assert httpx.get(f"http://127.0.0.1:{port}/version", trust_env=False).text == "1.0\n"
    finally:
        forward.kill()
        forward.communicate()


def test_services_carry_traffic(cluster, lab):
    """The API server calls a Service as another Pod would: https://kubernetes.io/docs/concepts/cluster-administration/proxies/"""
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": ports}}
    lab.client.post(lab.path("services"), service)
    lab.pod(readinessProbe=lab.probe())
    lab.wait("pods", "web", lab.ready)
    assert through_the_api_server(cluster, lab) == "1.0\n"


def through_the_api_server(cluster, lab):
    deadline = time.monotonic() + 60
    while True:
        try:
            return cluster.client.text(lab.path("services", "web:80") + "/proxy/version")
        except (ApiRefused, ClusterUnreachable):
            assert time.monotonic() < deadline, "no endpoints in time"
            time.sleep(0.5)


def test_configmap_that_is_missing_keeps_a_container_from_starting(lab):
    lab.pod(envFrom=[{"configMapRef": {"name": "missing"}}])
    pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "CreateContainerConfigError")
    assert lab.status(pod)["state"]["waiting"]["message"] == 'configmap "missing" not found'
    lab.client.post(lab.path("configmaps"), {"metadata": {"name": "missing"}, "data": {"PORT": "8081"}})
    lab.wait("pods", "web", lambda pod: pod["status"]["phase"] == "Running")
    lab.wait("pods", "web", lambda _: "listening on :8081" in lab.kubectl("logs", "web"))


@pytest.mark.parametrize(
    ("kind", "source"),
    [("configmap", {"configMap": {"name": "missing"}}), ("secret", {"secret": {"secretName": "missing"}})],
)
def test_volume_of_what_is_missing_keeps_a_pod_from_starting(lab, kind, source):
    mounts = [{"name": "files", "mountPath": "/files"}]
    lab.pod(spec={"volumes": [{"name": "files", **source}]}, volumeMounts=mounts)
    lab.event("web", "FailedMount", f'MountVolume.SetUp failed for volume "files" : {kind} "missing" not found')
    assert lab.waiting(lab.get("pods", "web")) == "ContainerCreating"


@pytest.mark.parametrize("hook", [{"exec": {"command": ["/none"]}}, {"httpGet": {"path": "/", "port": 9}}], ids=list)
def test_hook_that_fails_ends_its_container(lab, hook):
    lab.pod(lifecycle={"postStart": hook})
    assert lab.event("web", "FailedPostStartHook")["message"] == "PostStartHook failed"
    assert lab.event("web", "Killing")["message"] == "FailedPostStartHook"
    lab.wait("pods", "web", lambda pod: lab.status(pod)["restartCount"] >= 1)


def test_root_where_it_is_forbidden(lab):
    lab.pod(securityContext={"runAsNonRoot": True, "runAsUser": 0})
    pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "CreateContainerConfigError")
    message = lab.status(pod)["state"]["waiting"]["message"]
    assert message.startswith("container's runAsUser breaks non-root policy ")


def test_probe_whose_program_the_image_does_not_hold(lab):
    """blog-api's image holds its one program only. What cannot be tried has neither succeeded nor failed."""
    lab.pod("true", readinessProbe={"exec": {"command": ["true"]}, "periodSeconds": 1})
    lab.pod("cat", livenessProbe={"exec": {"command": ["cat", "/x"]}, "periodSeconds": 1, "failureThreshold": 1})
    unknown = "probe errored and resulted in unknown state: "
    assert 'exec: "true": executable file not found in $PATH' in lab.event("true", "Unhealthy", unknown)["message"]
    lab.wait_list("events", lambda events: sum(about_cat(event, unknown) for event in events) >= 3)
    assert not lab.ready(lab.get("pods", "true"))
    assert lab.status(lab.get("pods", "cat"))["restartCount"] == 0


def about_cat(event, text):
    return event["involvedObject"]["name"] == "cat" and text in event["message"]


@pytest.mark.parametrize(
    ("probe", "complaint"),
    [
        ({"scheme": "HTTPS"}, "http: server gave HTTP response to HTTPS client"),
        ({"host": "127.0.0.1", "port": 1}, "connect: connection refused"),
        ({"path": "/nowhere"}, "HTTP probe failed with statuscode: 404"),
    ],
    ids=["scheme", "host", "path"],
)
def test_probe_asks_what_it_is_told_to(lab, probe, complaint):
    """https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#http-probes"""
    lab.pod(readinessProbe={"httpGet": {"path": "/readyz", "port": 8080, **probe}, "periodSeconds": 1})
    lab.event("web", "Unhealthy", complaint)  # the first may say that nobody listens yet
    assert not lab.ready(lab.get("pods", "web"))


def test_variables_are_expanded(lab):
    """https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/"""
    env = [{"name": "A", "value": "80"}, {"name": "PORT", "value": "$(A)81"}, {"name": "B", "value": "$$(A)"}]
    lab.pod(env=env, readinessProbe={"httpGet": {"path": "/readyz", "port": 8081}, "periodSeconds": 1})
    lab.wait("pods", "web", lab.ready)


def test_namespace_goes_though_pods_run_in_it(cluster, lab):
    """Without force: Events of Pods that end are refused in a namespace that terminates, and nobody minds."""
    name = f"{lab.name}-gone"
    cluster.create_namespace(name)
    pods = f"/api/v1/namespaces/{name}/pods"
    cluster.client.post(pods, {"metadata": {"name": "web"}, "spec": {"containers": [lab.container()]}})
    wait_for(lambda: cluster.client.get(f"{pods}/web")["status"]["phase"] == "Running", "its Pod")
    cluster.client.delete(f"/api/v1/namespaces/{name}")
    wait_for(lambda: name not in names_of_namespaces(cluster), "its end")


def names_of_namespaces(cluster):
    return {namespace["metadata"]["name"] for namespace in cluster.client.get("/api/v1/namespaces")["items"]}

"""What becomes of a Pod: its states, their reasons, and what the Events say."""

import re

import pytest


def test_pod_that_is_well_becomes_ready_step_by_step(lab):
    """Pending, ContainerCreating, Running, and Ready once its probe has succeeded: each is a state of its own."""
    made = lab.pod(readinessProbe=lab.probe())
    last = lab.wait("pods", "web", lab.ready)
    states = lab.history("pods", made, last)
    assert states[0]["status"]["phase"] == "Pending"
    assert "ContainerCreating" in {lab.waiting(state) for state in states}
    assert any(state["status"]["phase"] == "Running" and not lab.ready(state) for state in states)
    assert lab.status(last)["restartCount"] == 0
    assert last["status"]["podIP"]
    line = lab.kubectl("get", "pod", "web", "--no-headers").split()
    assert line[:4] == ["web", "1/1", "Running", "0"]


def test_events_of_a_start(lab):
    node = lab.wait("pods", lab.pod()["metadata"]["name"], lab.ready)["spec"]["nodeName"]
    assert lab.event("web", "Scheduled")["message"] == f"Successfully assigned {lab.name}/web to {node}"
    assert '"blog-api:1.0"' in lab.event("web", "Pulled")["message"]
    assert lab.event("web", "Created")["message"] == "Container created"
    started = lab.event("web", "Started")
    assert started["message"] == "Container started"
    assert started["involvedObject"]["fieldPath"] == "spec.containers{web}"
    assert started["source"]["component"] == "kubelet"


def test_image_that_does_not_exist(lab):
    """The Pod waits, is told why, and its Node tries again, ever more rarely."""
    lab.pod(image="blog-api:9.9")
    pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "ImagePullBackOff")
    assert pod["status"]["phase"] == "Pending"
    assert 'Back-off pulling image "blog-api:9.9"' in lab.status(pod)["state"]["waiting"]["message"]
    assert lab.event("web", "Failed", 'Failed to pull image "blog-api:9.9": ')["type"] == "Warning"
    assert lab.event("web", "Failed", "Error: ErrImagePull")["type"] == "Warning"
    assert lab.event("web", "BackOff")["message"] == 'Back-off pulling image "blog-api:9.9"'
    assert lab.event("web", "Failed", "Error: ImagePullBackOff")["type"] == "Warning"
    assert lab.event("web", "Pulling", count=2)["message"] == 'Pulling image "blog-api:9.9"'


def test_image_that_does_not_exist_is_err_image_pull_at_first(lab):
    made = lab.pod(image="blog-api:9.9")
    last = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "ImagePullBackOff")
    reasons = [lab.waiting(state) for state in lab.history("pods", made, last)]
    assert reasons.index("ErrImagePull") < reasons.index("ImagePullBackOff")


def test_name_of_an_image_that_cannot_be_one(lab):
    lab.pod(image="Blog-API:1.0")
    pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "InvalidImageName")
    message = 'couldn\'t parse image name "Blog-API:1.0": invalid reference format'
    assert message in lab.status(pod)["state"]["waiting"]["message"]
    lab.event("web", "InspectFailed", message)
    lab.event("web", "Failed", "Error: InvalidImageName")


def test_container_that_ends_is_started_again_and_again(lab):
    """A crash loop: the restarts grow, and the Events say that the next one is put off."""
    made = lab.pod(image="blog-api:1.2")
    pod = lab.wait("pods", "web", lambda pod: lab.status(pod).get("restartCount", 0) >= 2)
    dead = lab.status(pod)["lastState"]["terminated"]
    assert (dead["exitCode"], dead["reason"]) == (1, "Error")
    assert pod["status"]["phase"] == "Running", "a Pod that is to be restarted is not over"
    told = lab.event("web", "BackOff")
    uid = made["metadata"]["uid"]
    assert told["message"] == f"Back-off restarting failed container web in pod web_{lab.name}({uid})"
    assert told["type"] == "Warning"


@pytest.mark.differs("crash-loop")
def test_state_between_two_crashes(cluster, lab):
    """While the next start is put off: waiting, CrashLoopBackOff; on kind still the crash itself, terminated."""
    lab.pod(image="blog-api:1.2")

    def put_off(pod):
        """Longer over than a start takes, and not yet started again."""
        status = lab.status(pod)
        return status.get("restartCount") == 1 and "running" not in status["state"]

    if cluster.engine == "embedded":
        pod = lab.wait("pods", "web", lambda pod: put_off(pod) and lab.waiting(pod))
        waiting = lab.status(pod)["state"]["waiting"]
        assert waiting["reason"] == "CrashLoopBackOff"
        start = "back-off 10s restarting failed container=web pod=web_"
        assert waiting["message"].startswith(start)
    else:
        lab.wait("pods", "web", put_off)
        lab.event("web", "BackOff")
        pod = lab.get("pods", "web")
        assert put_off(pod)
        assert lab.status(pod)["state"]["terminated"]["reason"] == "Error"


def test_readiness_probe_that_fails(lab):
    """The Pod runs, is not restarted, and is not ready."""
    lab.pod(readinessProbe=lab.probe("/no-such-path"))
    told = lab.event("web", "Unhealthy", count=3)
    assert told["message"] == "Readiness probe failed: HTTP probe failed with statuscode: 404"
    pod = lab.get("pods", "web")
    assert pod["status"]["phase"] == "Running"
    assert not lab.ready(pod)
    assert lab.status(pod)["restartCount"] == 0
    condition = next(c for c in pod["status"]["conditions"] if c["type"] == "Ready")
    assert (condition["reason"], condition["message"]) == (
        "ContainersNotReady",
        "containers with unready status: [web]",
    )
    assert lab.kubectl("get", "pod", "web", "--no-headers").split()[1:3] == ["0/1", "Running"]


def test_readiness_probe_of_a_wrong_port(lab):
    lab.pod(readinessProbe=lab.probe() | {"tcpSocket": {"port": 9}, "httpGet": None})
    message = lab.event("web", "Unhealthy")["message"]
    assert re.fullmatch(r"Readiness probe failed: dial tcp [0-9.]+:9: connect: connection refused", message)


def test_liveness_probe_that_fails_restarts_the_container(lab):
    lab.pod(livenessProbe=lab.probe("/no-such-path", failureThreshold=2))
    pod = lab.wait("pods", "web", lambda pod: lab.status(pod).get("restartCount", 0) >= 1)
    told = lab.event("web", "Unhealthy", "Liveness")
    assert told["message"] == "Liveness probe failed: HTTP probe failed with statuscode: 404"
    assert lab.event("web", "Killing")["message"] == "Container web failed liveness probe, will be restarted"
    # blog-api ends in good order when it is told to
    dead = lab.status(pod)["lastState"]["terminated"]
    assert (dead["exitCode"], dead["reason"]) == (0, "Completed")


def test_server_that_is_slow_to_start_is_killed_by_its_liveness_probe_without_a_startup_probe(lab):
    lab.pod(image="blog-api:1.4", livenessProbe=lab.probe("/healthz", failureThreshold=2))
    refused = lab.event("web", "Unhealthy", "connect: connection refused")["message"]
    assert re.fullmatch(r'Liveness probe failed: Get "http://([0-9.]+):8080/healthz": dial tcp \1:8080: .*', refused)
    lab.wait("pods", "web", lambda pod: lab.status(pod).get("restartCount", 0) >= 1)


def test_startup_probe_gives_a_slow_server_its_time(lab):
    slow = lab.probe("/healthz", failureThreshold=60)
    lab.pod(image="blog-api:1.4", startupProbe=slow, livenessProbe=lab.probe("/healthz", failureThreshold=2))
    pod = lab.wait("pods", "web", lab.ready)
    assert lab.status(pod)["restartCount"] == 0
    assert lab.status(pod)["started"] is True


def test_container_that_needs_more_memory_than_its_limit(lab):
    lab.pod(image="blog-api:1.3", resources={"limits": {"memory": "64Mi"}})

    def killed(pod):
        status = lab.status(pod)
        return [
            state["terminated"]
            for state in (status.get("state", {}), status.get("lastState", {}))
            if state.get("terminated", {}).get("reason") == "OOMKilled"
        ]

    pod = lab.wait("pods", "web", killed)
    assert killed(pod)[0]["exitCode"] == 137
    lab.wait("pods", "web", lambda pod: lab.status(pod)["restartCount"] >= 1)


def test_memory_that_is_enough(lab):
    lab.pod(image="blog-api:1.3", resources={"limits": {"memory": "128Mi"}}, readinessProbe=lab.probe())
    assert lab.status(lab.wait("pods", "web", lab.ready))["restartCount"] == 0


def test_pod_that_asks_for_more_cpu_than_any_node_has(lab):
    lab.pod(resources={"requests": {"cpu": "500"}})
    told = lab.event("web", "FailedScheduling")
    assert re.match(r"0/3 nodes are available: .*\b[23] Insufficient cpu\b", told["message"])
    pod = lab.get("pods", "web")
    assert pod["status"]["phase"] == "Pending"
    assert "nodeName" not in pod["spec"]
    condition = next(c for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")

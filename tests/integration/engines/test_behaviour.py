"""What becomes of a Pod: its states, their reasons, and what the Events say."""

import re

import pytest


@pytest.fixture(scope="module")
def crowd(shared_lab):
    """Pods that each take their time to go wrong, or well; side by side."""
    lab = shared_lab
    lab.pod("bad-image", image="blog-api:9.9")
    lab.pod("bad-name", image="Blog-API:1.0")
    lab.pod("crashing", image="blog-api:1.2")
    lab.pod("no-program", command=["no-program"])
    lab.pod("no-path", command=["/no/path"])
    lab.pod("not-ready", readinessProbe=lab.probe("/no-such-path"))
    lab.pod("wrong-port", readinessProbe={"tcpSocket": {"port": 9}, "periodSeconds": 1})
    lab.pod("not-live", livenessProbe=lab.probe("/no-such-path", failureThreshold=2))
    impatient = lab.probe("/healthz", failureThreshold=2)
    lab.pod("slow", image="blog-api:1.4", livenessProbe=impatient)
    patient = lab.probe("/healthz", failureThreshold=60)
    lab.pod("slow-and-known-for-it", image="blog-api:1.4", startupProbe=patient, livenessProbe=impatient)
    lab.pod("hungry", image="blog-api:1.3", resources={"limits": {"memory": "64Mi"}})
    lab.pod("fed", image="blog-api:1.3", resources={"limits": {"memory": "128Mi"}}, readinessProbe=lab.probe())
    lab.pod("too-big", resources={"requests": {"cpu": "500"}})
    return lab


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


def test_events_are_told_in_the_order_in_which_they_happened(lab):
    """All in the same second, more or less: kubectl sorts them by whole seconds, and then by their names."""
    other = lab.container(name="again", env=[{"name": "PORT", "value": "8081"}])
    lab.pod(spec={"containers": [lab.container(), other]})
    lab.wait("pods", "web", lab.ready)
    lab.wait_list("events", lambda events: [one["reason"] for one in events].count("Started") == 2)
    told = lab.kubectl("describe", "pod", "web").partition("\nEvents:")[2].splitlines()[3:]
    told = [line for line in told if line.split()[1] != "Pulling"]  # an image that is there is not pulled
    assert [line.split()[1] for line in told] == ["Scheduled", *2 * ["Pulled", "Created", "Started"]]
    assert all("{web}" in line for line in told[1:4])
    assert all("{again}" in line for line in told[4:])


def test_image_that_does_not_exist(crowd):
    """The Pod waits, is told why, and its Node tries again, ever more rarely."""
    pod = crowd.wait("pods", "bad-image", lambda pod: crowd.waiting(pod) == "ImagePullBackOff")
    assert pod["status"]["phase"] == "Pending"
    assert 'Back-off pulling image "blog-api:9.9"' in crowd.status(pod)["state"]["waiting"]["message"]
    assert crowd.event("bad-image", "Failed", 'Failed to pull image "blog-api:9.9": ')["type"] == "Warning"
    assert crowd.event("bad-image", "Failed", "Error: ErrImagePull")["type"] == "Warning"
    assert crowd.event("bad-image", "BackOff")["message"] == 'Back-off pulling image "blog-api:9.9"'
    assert crowd.event("bad-image", "Failed", "Error: ImagePullBackOff")["type"] == "Warning"
    assert crowd.event("bad-image", "Pulling", count=2)["message"] == 'Pulling image "blog-api:9.9"'


def test_image_that_does_not_exist_is_err_image_pull_at_first(lab):
    made = lab.pod(image="blog-api:9.9")
    last = lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "ImagePullBackOff")
    reasons = [lab.waiting(state) for state in lab.history("pods", made, last)]
    assert reasons.index("ErrImagePull") < reasons.index("ImagePullBackOff")


def test_name_of_an_image_that_cannot_be_one(crowd):
    pod = crowd.wait("pods", "bad-name", lambda pod: crowd.waiting(pod) == "InvalidImageName")
    message = 'couldn\'t parse image name "Blog-API:1.0": invalid reference format'
    assert message in crowd.status(pod)["state"]["waiting"]["message"]
    crowd.event("bad-name", "InspectFailed", message)
    crowd.event("bad-name", "Failed", "Error: InvalidImageName")


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("no-program", 'exec: "no-program": executable file not found in $PATH'),
        ("no-path", 'exec: "/no/path": stat /no/path: no such file or directory'),
    ],
)
def test_program_that_the_image_does_not_hold(crowd, name, trouble):
    told = crowd.event(name, "Failed")
    assert told["message"].startswith("Error: failed to create containerd task: ")
    assert told["message"].endswith(f": unable to start container process: {trouble}")
    pod = crowd.wait("pods", name, lambda pod: crowd.status(pod).get("lastState"))
    ended = crowd.status(pod)["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
    assert ended["message"] == told["message"].removeprefix("Error: ")


def test_container_that_ends_is_started_again_and_again(crowd):
    """A crash loop: the restarts grow, and the Events say that the next one is put off."""
    pod = crowd.wait("pods", "crashing", lambda pod: crowd.status(pod).get("restartCount", 0) >= 2)
    dead = crowd.status(pod)["lastState"]["terminated"]
    assert (dead["exitCode"], dead["reason"]) == (1, "Error")
    assert pod["status"]["phase"] == "Running", "a Pod that is to be restarted is not over"
    told, uid = crowd.event("crashing", "BackOff"), pod["metadata"]["uid"]
    assert told["message"] == f"Back-off restarting failed container web in pod crashing_{crowd.name}({uid})"
    assert told["type"] == "Warning"


def test_state_between_two_crashes(crowd):
    """While the next start is put off, the crash itself is shown; CrashLoopBackOff when a start is refused."""
    crowd.wait("pods", "crashing", lambda _: put_off_and_terminated(crowd, "crashing"))


def put_off_and_terminated(lab, name):
    """Every crash but the first is followed by a BackOff: was the last one, and is the crash still shown?"""
    told = sum(event.get("count") or 1 for event in lab.events(name) if event["reason"] == "BackOff")
    status = lab.status(lab.get("pods", name))
    ended = status.get("state", {}).get("terminated", {})
    return ended.get("reason") == "Error" and told >= status["restartCount"] >= 1


def test_readiness_probe_that_fails(crowd):
    """The Pod runs, is not restarted, and is not ready."""
    told = crowd.event("not-ready", "Unhealthy", count=3)
    assert told["message"] == "Readiness probe failed: HTTP probe failed with statuscode: 404"
    pod = crowd.get("pods", "not-ready")
    assert pod["status"]["phase"] == "Running"
    assert not crowd.ready(pod)
    assert crowd.status(pod)["restartCount"] == 0
    condition = next(c for c in pod["status"]["conditions"] if c["type"] == "Ready")
    assert condition["reason"] == "ContainersNotReady"
    assert condition["message"] == "containers with unready status: [web]"
    assert crowd.kubectl("get", "pod", "not-ready", "--no-headers").split()[1:3] == ["0/1", "Running"]


def test_readiness_probe_of_a_wrong_port(crowd):
    message = crowd.event("wrong-port", "Unhealthy")["message"]
    assert re.fullmatch(r"Readiness probe failed: dial tcp [0-9.]+:9: connect: connection refused", message)


def test_liveness_probe_that_fails_restarts_the_container(crowd):
    pod = crowd.wait("pods", "not-live", lambda pod: crowd.status(pod).get("restartCount", 0) >= 1)
    told = crowd.event("not-live", "Unhealthy", "Liveness")
    assert told["message"] == "Liveness probe failed: HTTP probe failed with statuscode: 404"
    assert crowd.event("not-live", "Killing")["message"] == "Container web failed liveness probe, will be restarted"
    # blog-api ends in good order when it is told to
    dead = crowd.status(pod)["lastState"]["terminated"]
    assert (dead["exitCode"], dead["reason"]) == (0, "Completed")


def test_server_that_is_slow_to_start_is_killed_by_its_liveness_probe_without_a_startup_probe(crowd):
    refused = crowd.event("slow", "Unhealthy", "connect: connection refused")["message"]
    assert re.fullmatch(r'Liveness probe failed: Get "http://([0-9.]+):8080/healthz": dial tcp \1:8080: .*', refused)
    crowd.wait("pods", "slow", lambda pod: crowd.status(pod).get("restartCount", 0) >= 1)


def test_startup_probe_gives_a_slow_server_its_time(crowd):
    pod = crowd.wait("pods", "slow-and-known-for-it", crowd.ready)
    assert crowd.status(pod)["restartCount"] == 0
    assert crowd.status(pod)["started"] is True


def test_container_that_needs_more_memory_than_its_limit(crowd):
    def killed(pod):
        states = (crowd.status(pod).get(which, {}).get("terminated", {}) for which in ("state", "lastState"))
        return [state for state in states if state.get("reason") == "OOMKilled"]

    assert killed(crowd.wait("pods", "hungry", killed))[0]["exitCode"] == 137
    crowd.wait("pods", "hungry", lambda pod: crowd.status(pod)["restartCount"] >= 1)


def test_memory_that_is_enough(crowd):
    assert crowd.status(crowd.wait("pods", "fed", crowd.ready))["restartCount"] == 0


def test_pod_that_asks_for_more_cpu_than_any_node_has(crowd):
    told = crowd.event("too-big", "FailedScheduling")
    assert re.match(r"0/\d nodes are available: .*\b\d Insufficient cpu\b", told["message"])
    pod = crowd.get("pods", "too-big")
    assert pod["status"]["phase"] == "Pending"
    assert "nodeName" not in pod["spec"]
    condition = next(c for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")

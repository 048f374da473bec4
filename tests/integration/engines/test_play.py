"""What learners try out by themselves: public images and command lines, which the embedded engine plays.

Only there: a real Node would have to fetch these images from the network.
"""

import pytest

from driftlab.clusters.errors import CommandFailed

pytestmark = pytest.mark.usefixtures("embedded")


def run(lab, image, *command, name="web", env=(), **spec):
    container = {"name": "web", "image": image, "env": [{"name": key, "value": value} for key, value in env]}
    return lab.pod(name, spec={"containers": [container | ({"command": list(command)} if command else {})], **spec})


@pytest.fixture
def ends(lab):
    """Run a command in a Pod that is not restarted: its exit code, and what it has written."""

    def ended(image, *command):
        run(lab, image, *command, restartPolicy="Never")
        pod = lab.wait("pods", "web", lambda pod: pod["status"]["phase"] in ("Succeeded", "Failed"))
        return lab.status(pod)["state"]["terminated"]["exitCode"], lab.kubectl("logs", "web").splitlines()

    return ended


@pytest.mark.parametrize(
    "image",
    ["nginx", "nginx:1.27", "docker.io/library/nginx:1.27-alpine", "httpd:2.4", "redis:7", "registry.k8s.io/pause:3.9"],
)
def test_well_known_servers_run(lab, image):
    run(lab, image)
    pod = lab.wait("pods", "web", lab.ready)
    assert lab.status(pod)["restartCount"] == 0
    assert lab.status(pod)["imageID"]


def test_server_answers_its_probes(lab):
    http = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}
    lab.pod(image="nginx:1.27", readinessProbe=http, livenessProbe=http)
    lab.wait("pods", "web", lab.ready)
    lab.wait("pods", "web", lambda _: '"GET / HTTP/1.1" 200' in lab.kubectl("logs", "web"))


def test_postgres_wants_a_password(lab):
    run(lab, "postgres:16")
    lab.wait("pods", "web", lambda pod: lab.status(pod).get("restartCount", 0) >= 1)
    assert "superuser password is not specified" in lab.kubectl("logs", "web")
    run(lab, "postgres:16", name="told", env=[("POSTGRES_PASSWORD", "secret")])
    assert lab.status(lab.wait("pods", "told", lab.ready))["restartCount"] == 0


@pytest.mark.parametrize("image", ["nginx:no-such-tag", "ngnix", "busybox:99", "example.com/mine:1"])
@pytest.mark.thorough("images and manifests, when one of their kind is tried", but=["ngnix"])
def test_unknown_names_and_tags_cannot_be_pulled(lab, image):
    run(lab, image)
    lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "ImagePullBackOff")
    lab.event("web", "Failed", f'Failed to pull image "{image}"')


def test_shell_without_a_command_ends_at_once(lab):
    """The surprise of everybody's first ``kubectl run busybox``: it ends well, and is started again and again."""
    lab.kubectl("run", "web", "--image=busybox")
    pod = lab.wait("pods", "web", lambda pod: lab.status(pod).get("restartCount", 0) >= 1)
    lab.event("web", "BackOff", "Back-off restarting failed container")
    assert lab.status(lab.get("pods", "web"))["lastState"]["terminated"]["exitCode"] == 0
    assert pod["status"]["phase"] == "Running"


@pytest.mark.parametrize(
    ("command", "code", "written"),
    [
        (["echo", "hello"], 0, ["hello"]),
        (["sh", "-c", "echo one; echo two"], 0, ["one", "two"]),
        (["sh", "-c", "echo before; exit 3"], 3, ["before"]),
        (["sh", "-c", "for i in 1 2 3; do echo turn $i; done"], 0, ["turn 1", "turn 2", "turn 3"]),
        (["false"], 1, []),
        (["sh", "-c", "false || echo rescued"], 0, ["rescued"]),
        (["sh", "-c", "true && echo and"], 0, ["and"]),
        (["sh", "-c", "no-such-program"], 127, ["sh: no-such-program: not found"]),
        (["cat", "/no/such/file"], 1, ["cat: can't open '/no/such/file': No such file or directory"]),
        (["sleep", "1"], 0, []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_command_lines_end_as_a_shell_has_them_end(ends, command, code, written):
    assert ends("busybox:1.36", *command) == (code, written)


def test_program_that_the_image_does_not_have(lab):
    run(lab, "busybox", "no-such-program")
    message = 'exec: "no-such-program": executable file not found in $PATH'
    lab.event("web", "Failed", message)
    pod = lab.wait("pods", "web", lambda pod: lab.waiting(pod) in ("RunContainerError", "CrashLoopBackOff"))
    assert lab.status(pod)["lastState"]["terminated"]["reason"] == "StartError"
    assert lab.status(pod)["lastState"]["terminated"]["exitCode"] == 128


def test_loop_goes_on_writing(lab):
    run(lab, "busybox", "sh", "-c", "while true; do echo tick; sleep 1; done")
    lab.wait("pods", "web", lambda _: lines(lab) >= 3)
    assert lab.status(lab.get("pods", "web"))["restartCount"] == 0


def lines(lab):
    try:
        return lab.kubectl("logs", "web").count("tick\n")
    except CommandFailed:
        return 0


def test_shell_does_not_hear_the_signal_to_stop(lab):
    """So it is killed when its time is up, with exit code 137."""
    run(lab, "busybox", "sh", "-c", "sleep 3600", terminationGracePeriodSeconds=2)
    made = lab.wait("pods", "web", lab.ready)
    lab.kubectl("delete", "pod", "web")
    codes = {lab.status(pod)["state"].get("terminated", {}).get("exitCode") for pod in lab.changes("pods", made)}
    assert 137 in codes


def test_job_completes(lab):
    lab.kubectl("create", "job", "work", "--image=busybox", "--", "sh", "-c", "echo done; sleep 1")
    lab.kubectl("wait", "--for=condition=complete", "job/work", "--timeout=60s")
    assert lab.kubectl("logs", "job/work") == "done\n"


def test_job_tries_again_until_it_may_not_any_more(lab):
    container = {"name": "web", "image": "busybox", "command": ["sh", "-c", "exit 1"]}
    spec = {"backoffLimit": 1, "template": {"spec": {"restartPolicy": "OnFailure", "containers": [container]}}}
    lab.client.post(lab.path("jobs"), {"metadata": {"name": "work"}, "spec": spec})
    lab.kubectl("wait", "--for=condition=failed", "job/work", "--timeout=60s")


def test_init_container_runs_to_its_end_first(lab):
    first = {"name": "first", "image": "busybox", "command": ["sh", "-c", "echo prepared; sleep 1"]}
    made = lab.pod(image="nginx", spec={"initContainers": [first]})
    last = lab.wait("pods", "web", lab.ready)
    states = lab.history("pods", made, last)
    assert "Pending" in {state["status"]["phase"] for state in states if "running" in init_state(state)}
    done = init_state(last)["terminated"]
    assert (done["reason"], done["exitCode"]) == ("Completed", 0)
    assert done["finishedAt"] <= lab.status(last)["state"]["running"]["startedAt"]
    assert lab.kubectl("logs", "web", "--container=first") == "prepared\n"


def init_state(pod):
    return (pod["status"].get("initContainerStatuses") or [{}])[0].get("state", {})


def test_cron_job_runs_when_told(lab):
    lab.kubectl("create", "cronjob", "tick", "--image=busybox", "--schedule=0 0 1 1 *", "--", "echo", "tick")
    lab.kubectl("create", "job", "now", "--from=cronjob/tick")
    lab.kubectl("wait", "--for=condition=complete", "job/now", "--timeout=60s")

"""``kubectl logs``: what blog-api writes, and what is answered where there is no log."""

import re
import time

import pytest

from driftlab.clusters.errors import CommandFailed

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture
def serving(lab):
    """A Pod ``web`` that has told all that it tells by itself."""
    lab.pod()
    return until_logged(lab, "ready to serve", "web")


def until_logged(lab, text, *words):
    """The lines of a log, once ``text`` is among them."""
    deadline = time.monotonic() + 120
    while True:
        try:
            log = lab.kubectl("logs", *words)
        except CommandFailed as not_yet:
            log = not_yet.output
        if text in log:
            return log.splitlines()
        assert time.monotonic() < deadline, f"no {text!r} in the log:\n{log}"
        time.sleep(0.2)


def test_lines_of_a_start(serving):
    assert [re.sub(TIME, "TIME", line) for line in serving] == [
        "TIME blog-api 1.0 starting",
        "TIME listening on :8080",
        "TIME ready to serve",
    ]


def test_tail(lab, serving):
    assert lab.kubectl("logs", "web", "--tail=1").splitlines() == serving[-1:]


def test_timestamps(lab, serving):
    for line, stamped in zip(serving, lab.kubectl("logs", "web", "--timestamps").splitlines(), strict=True):
        stamp, _, rest = stamped.partition(" ")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", stamp)
        assert rest == line


def test_lines_from_now_on(lab, serving):
    time.sleep(2)  # nothing can be waited for: nothing is to happen
    assert lab.kubectl("logs", "web", "--since=1s") == ""


def test_probes_are_requests(lab):
    lab.pod(readinessProbe=lab.probe("/"))
    lines = until_logged(lab, "GET / 200", "web")
    assert any(re.fullmatch(TIME + r" GET / 200", line) for line in lines)


def test_container_is_chosen_by_name(lab):
    more = lab.container("blog-api:1.1", name="second", env=[{"name": "PORT", "value": "9090"}], ports=[])
    lab.pod(spec={"containers": [lab.container(), more]})
    assert "blog-api 1.0 starting" in until_logged(lab, "listening on :8080", "web")[0]
    assert "blog-api 1.1 starting" in until_logged(lab, "listening on :9090", "web", "--container=second")[0]
    with pytest.raises(CommandFailed) as refusal:
        lab.kubectl("logs", "web", "--container=third")
    assert "container third is not valid for pod web" in refusal.value.output


def test_last_words_of_a_container_that_crashed(lab):
    """What a learner looks for in a crash loop: the log of the run before."""
    lab.pod(image="blog-api:1.2")
    lines = until_logged(lab, "fatal", "web", "--previous")
    assert re.sub(TIME, "TIME", lines[-1]) == "TIME fatal: environment variable DATABASE_URL is not set"


def test_log_of_a_container_that_is_not_running_any_more(lab):
    lab.pod(image="blog-api:1.2", spec={"restartPolicy": "Never"})
    lab.wait("pods", "web", lambda pod: pod["status"]["phase"] == "Failed")
    assert "DATABASE_URL is not set" in lab.kubectl("logs", "web")


def test_there_is_no_run_before_the_first(lab, serving):
    with pytest.raises(CommandFailed) as refusal:
        lab.kubectl("logs", "web", "--previous")
    assert 'previous terminated container "web" in pod "web" not found' in refusal.value.output


def test_no_log_where_the_image_cannot_be_had(lab):
    lab.pod(image="blog-api:9.9")
    lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "ImagePullBackOff")
    told = until_logged(lab, "trying and failing to pull image", "web")
    because = 'container "web" in pod "web" is waiting to start: trying and failing to pull image'
    assert told == [f"Error from server (BadRequest): {because}"]


def test_no_log_where_the_name_of_the_image_cannot_be_one(lab):
    lab.pod(image="Blog-API:1.0")
    lab.wait("pods", "web", lambda pod: lab.waiting(pod) == "InvalidImageName")
    with pytest.raises(CommandFailed) as refusal:
        lab.kubectl("logs", "web")
    assert refusal.value.output.endswith("is waiting to start: InvalidImageName")


def test_no_log_of_a_pod_that_no_node_has(lab):
    lab.pod(resources={"requests": {"cpu": "500"}})
    lab.event("web", "FailedScheduling")
    assert lab.kubectl("logs", "web") == ""


def test_last_words_of_a_server_that_is_told_to_stop(lab):
    """A log can be followed to its end."""
    lab.pod()
    until_logged(lab, "ready to serve", "web")
    lab.kubectl("delete", "pod", "web", "--wait=false")
    log = lab.kubectl("logs", "web", "--follow")
    assert "SIGTERM received, finishing open requests" in log

"""Pods of several containers, Pods and Jobs that end, and Pods that are deleted."""

import pytest

from driftlab.clusters.kubernetes.client import ApiRefused

#: blog-api 1.2 without its variable ends with exit code 1 at once.
FAILS = "blog-api:1.2"


def second(lab, **more):
    """A second blog-api for a Pod: the containers of a Pod share its ports."""
    return lab.container(name="second", env=[{"name": "PORT", "value": "9090"}], ports=[], **more)


def test_two_containers_are_ready_and_restarted_each_for_itself(lab):
    probe = {"tcpSocket": {"port": 9090}, "periodSeconds": 1}
    lab.pod(spec={"containers": [lab.container(), second(lab, image=FAILS, readinessProbe=probe)]})

    def counts(pod):
        return {status["name"]: status["restartCount"] for status in pod["status"].get("containerStatuses", [])}

    pod = lab.wait("pods", "web", lambda pod: counts(pod).get("second") and lab.status(pod)["ready"])
    assert counts(pod)["web"] == 0
    assert not lab.ready(pod)
    assert lab.kubectl("get", "pod", "web", "--no-headers").split()[1] == "1/2"


def test_sidecar_is_started_before_the_others_and_lives_beside_them(lab):
    """An init container with restartPolicy Always: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/"""
    sidecar = second(lab, restartPolicy="Always")
    made = lab.pod(spec={"initContainers": [sidecar]}, readinessProbe=lab.probe())
    last = lab.wait("pods", "web", lab.ready)
    states = lab.history("pods", made, last)
    assert "PodInitializing" in {lab.waiting(state) for state in states}
    running = last["status"]["initContainerStatuses"][0]
    assert running["started"] is True
    assert running["state"]["running"]["startedAt"] <= lab.status(last)["state"]["running"]["startedAt"]
    assert lab.kubectl("get", "pod", "web", "--no-headers").split()[1:3] == ["2/2", "Running"]


def test_init_container_that_fails_keeps_the_others_from_starting(lab):
    lab.pod(spec={"initContainers": [second(lab, image=FAILS)]})
    pod = lab.wait(
        "pods", "web", lambda pod: (pod["status"].get("initContainerStatuses") or [{}])[0].get("restartCount", 0) >= 1
    )
    assert pod["status"]["phase"] == "Pending"
    assert lab.waiting(pod) == "PodInitializing"
    assert lab.kubectl("get", "pod", "web", "--no-headers").split()[2].startswith("Init:")


def test_pod_that_is_never_restarted_fails(lab):
    lab.pod(spec={"restartPolicy": "Never"}, image=FAILS)
    pod = lab.wait("pods", "web", lambda pod: pod["status"]["phase"] == "Failed")
    ended = lab.status(pod)["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (1, "Error")
    assert lab.status(pod)["restartCount"] == 0
    assert lab.kubectl("get", "pod", "web", "--no-headers").split()[1:4] == ["0/1", "Error", "0"]


def test_job_whose_pods_fail(lab):
    template = {"spec": {"restartPolicy": "Never", "containers": [lab.container(FAILS)]}}
    job = {"metadata": {"name": "work"}, "spec": {"backoffLimit": 0, "template": template}}
    lab.client.post(lab.path("jobs"), job)
    failed = lab.wait("jobs", "work", lambda job: "Failed" in conditions(job))
    assert conditions(failed)["Failed"]["reason"] == "BackoffLimitExceeded"
    assert failed["status"]["failed"] == 1
    assert [pod["status"]["phase"] for pod in lab.items("pods")] == ["Failed"]


def test_job_whose_pod_ends_well(lab):
    """blog-api ends only where it is told to, and then with exit code 0: here its liveness probe has it stopped."""
    probe = lab.probe("/no-such-path", failureThreshold=1)
    template = {"spec": {"restartPolicy": "Never", "containers": [lab.container(livenessProbe=probe)]}}
    lab.client.post(lab.path("jobs"), {"metadata": {"name": "work"}, "spec": {"template": template}})
    done = lab.wait("jobs", "work", lambda job: "Complete" in conditions(job))
    assert done["status"]["succeeded"] == 1
    [pod] = lab.items("pods")
    assert pod["status"]["phase"] == "Succeeded"
    assert lab.status(pod)["state"]["terminated"]["reason"] == "Completed"
    assert lab.status(pod)["restartCount"] == 0
    assert lab.kubectl("get", "pods", "--no-headers").split()[2] == "Completed"
    assert lab.event(pod["metadata"]["name"], "Killing")["message"] == "Stopping container web"


TOO_LONG = "Pod was active on the node longer than the specified deadline"


def test_pod_that_is_active_for_too_long_fails(lab):
    """Whatever its restartPolicy: it stops being ready, is told to end and, when it has ended, has failed."""
    lab.pod()
    made = lab.wait("pods", "web", lab.ready)
    lab.kubectl("patch", "pod", "web", "--patch", '{"spec": {"activeDeadlineSeconds": 1}}')
    last = lab.wait("pods", "web", lambda pod: pod["status"]["phase"] == "Failed")
    assert (last["status"]["reason"], last["status"]["message"]) == ("DeadlineExceeded", TOO_LONG)
    ended = lab.status(last)["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
    told = [state for state in lab.history("pods", made, last) if "PodFailed" in reasons(state)]
    assert "running" in lab.status(told[0])["state"]
    assert told[0]["status"]["phase"] != "Failed"
    assert lab.event("web", "DeadlineExceeded")["message"] == TOO_LONG
    assert lab.event("web", "Killing")["message"] == "Stopping container web"


def test_deadline_of_a_pod_that_never_came_to_run(lab):
    lab.pod(spec={"activeDeadlineSeconds": 1}, image="blog-api:9.9")
    pod = lab.wait("pods", "web", lambda pod: lab.status(pod).get("state", {}).get("terminated"))
    assert (pod["status"]["phase"], pod["status"]["reason"]) == ("Failed", "DeadlineExceeded")
    assert lab.status(pod)["state"]["terminated"]["reason"] == "ContainerStatusUnknown"


def test_deadline_ends_init_containers_too(lab):
    lab.pod(spec={"initContainers": [second(lab)]})

    def begun(pod):
        return "running" in (pod["status"].get("initContainerStatuses") or [{}])[0].get("state", {})

    lab.wait("pods", "web", begun)
    lab.kubectl("patch", "pod", "web", "--patch", '{"spec": {"activeDeadlineSeconds": 1}}')
    pod = lab.wait("pods", "web", lambda pod: pod["status"]["phase"] == "Failed")
    assert pod["status"]["reason"] == "DeadlineExceeded"
    assert pod["status"]["initContainerStatuses"][0]["state"]["terminated"]["exitCode"] == 0
    assert lab.waiting(pod) == "PodInitializing"
    lab.event("web", "Killing", "Stopping container second")
    assert [event["reason"] for event in lab.events("web")].count("Killing") == 1


def reasons(pod):
    return [
        condition.get("reason") for condition in pod["status"].get("conditions", []) if condition["type"] == "Ready"
    ]


def conditions(job):
    return {c["type"]: c for c in job["status"].get("conditions", []) if c["status"] == "True"}


def test_pod_that_is_deleted_is_given_time_to_end(lab):
    """It is Terminating and still runs, is told to stop, stops being ready, and then it is gone."""
    lab.pod(readinessProbe=lab.probe())
    made = lab.wait("pods", "web", lab.ready)
    deleted = lab.client.delete(lab.path("pods", "web"))
    assert deleted["metadata"]["deletionGracePeriodSeconds"] == 30
    assert "running" in lab.status(deleted)["state"]
    lab.gone("pods", "web")
    states = [made, *lab.changes("pods", made)]
    assert states[-1]["deleted"]
    terminated = [state for state in states if "terminated" in lab.status(state)["state"]]
    assert terminated, "it was never seen to end"
    ended = lab.status(terminated[0])["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
    assert not lab.ready(terminated[-1])
    assert lab.event("web", "Killing")["message"] == "Stopping container web"


def test_every_container_of_a_deleted_pod_is_told(lab):
    lab.pod(spec={"containers": [lab.container(), second(lab)]})
    lab.wait("pods", "web", lab.ready)
    lab.client.delete(lab.path("pods", "web"))
    lab.gone("pods", "web")
    lab.event("web", "Killing", "Stopping container web")
    lab.event("web", "Killing", "Stopping container second")


def test_grace_period_can_be_chosen(lab):
    lab.pod()
    made = lab.wait("pods", "web", lab.ready)
    lab.kubectl("delete", "pod", "web", "--grace-period=7")
    states = lab.changes("pods", made)
    assert 7 in {state["metadata"].get("deletionGracePeriodSeconds") for state in states}


def test_pod_that_is_deleted_by_force_is_gone_at_once(lab):
    lab.wait("pods", lab.pod()["metadata"]["name"], lab.ready)
    lab.kubectl("delete", "pod", "web", "--grace-period=0", "--force", "--wait=false")
    with pytest.raises(ApiRefused, match="not found"):
        lab.get("pods", "web")


def test_edited_image_that_cannot_be_had_is_no_restart_until_one_can(lab):
    """What ran was stopped; nothing has been started again. https://kubernetes.io/docs/concepts/containers/images/"""
    lab.pod()
    lab.wait("pods", "web", lab.ready)
    lab.kubectl("set", "image", "pod/web", "web=blog-api:9.9")
    stuck = lab.status(lab.wait("pods", "web", lambda pod: lab.waiting(pod) in ("ErrImagePull", "ImagePullBackOff")))
    assert stuck["restartCount"] == 0
    assert stuck["lastState"]["terminated"]["reason"] == "Completed"
    assert "blog-api 1.0 starting" in lab.kubectl("logs", "web")
    lab.kubectl("set", "image", "pod/web", "web=blog-api:1.1")
    assert lab.status(lab.wait("pods", "web", lab.ready))["restartCount"] == 1
    assert "blog-api 1.1 starting" in lab.kubectl("logs", "web")


def test_pod_whose_image_cannot_be_had_can_be_deleted(lab):
    lab.pod(image="blog-api:9.9")
    lab.wait("pods", "web", lab.waiting)
    lab.client.delete(lab.path("pods", "web"))
    lab.gone("pods", "web")


def test_name_is_free_again_after_a_pod_is_gone(lab):
    first = lab.pod()
    lab.kubectl("delete", "pod", "web")
    again = lab.pod()
    assert again["metadata"]["uid"] != first["metadata"]["uid"]
    lab.wait("pods", "web", lab.ready)

"""Rollouts: revisions, undo, pause, restart, and what is promised while one is under way."""

import pytest

from driftlab.clusters.errors import CommandFailed


def test_new_image_is_a_new_revision(lab):
    lab.rolled_out(replicas=2)
    old = lab.replicaset_of()
    lab.kubectl("set", "image", "deployment/web", "web=blog-api:1.1")
    deployment = lab.roll_out()
    new = lab.replicaset_of()
    assert lab.revision(deployment) == "2"
    assert (lab.image(old), lab.image(new)) == ("blog-api:1.0", "blog-api:1.1")
    old = lab.wait("replicasets", old["metadata"]["name"], lambda rs: not rs["status"].get("replicas"))
    assert old["spec"]["replicas"] == 0, "kept, for going back"
    assert {pod["spec"]["containers"][0]["image"] for pod in lab.settled(2).values()} == {"blog-api:1.1"}
    assert condition(deployment, "Progressing")["reason"] == "NewReplicaSetAvailable"


def condition(deployment, kind):
    return next((c for c in deployment["status"].get("conditions", []) if c["type"] == kind), {})


def test_undo_goes_back_to_the_replicaset_before(lab):
    lab.rolled_out()
    before = lab.replicaset_of()
    lab.kubectl("set", "image", "deployment/web", "web=blog-api:1.1")
    lab.roll_out()
    lab.kubectl("rollout", "undo", "deployment/web")
    deployment = lab.roll_out()
    assert lab.revision(deployment) == "3", "a rollback is a new revision"
    assert lab.replicaset_of()["metadata"]["uid"] == before["metadata"]["uid"]
    assert lab.image(deployment) == "blog-api:1.0"


def test_undo_to_a_revision(lab):
    lab.rolled_out()
    for tag in ("1.1", "1.3"):
        lab.kubectl("set", "image", "deployment/web", f"web=blog-api:{tag}")
        lab.roll_out()
    lab.kubectl("rollout", "undo", "deployment/web", "--to-revision=1")
    deployment = lab.roll_out()
    assert lab.image(deployment) == "blog-api:1.0"
    listed = lab.kubectl("rollout", "history", "deployment/web").split()
    assert [word for word in listed if word.isdigit()] == ["2", "3", "4"]
    with pytest.raises(CommandFailed) as refusal:
        lab.kubectl("rollout", "undo", "deployment/web", "--to-revision=1")
    assert "unable to find specified revision 1 in history" in refusal.value.output


def test_paused_deployment_keeps_a_change_for_later(lab):
    lab.rolled_out()
    before = lab.replicaset_of()
    lab.kubectl("rollout", "pause", "deployment/web")
    lab.kubectl("set", "image", "deployment/web", "web=blog-api:1.1")
    lab.kubectl("set", "env", "deployment/web", "A=b")
    lab.kubectl("scale", "deployment/web", "--replicas=2")
    lab.settled(2)  # scaling goes on, so the controller has seen the rest
    paused = lab.wait(
        "deployments", "web", lambda it: it["status"]["observedGeneration"] == it["metadata"]["generation"]
    )
    assert condition(paused, "Progressing")["reason"] == "DeploymentPaused"
    assert [rs["metadata"]["uid"] for rs in lab.items("replicasets")] == [before["metadata"]["uid"]]
    lab.kubectl("rollout", "resume", "deployment/web")
    deployment = lab.roll_out()
    assert lab.revision(deployment) == "2", "all changes are one revision"
    assert lab.image(lab.replicaset_of()) == "blog-api:1.1"


def test_restart_replaces_every_pod(lab):
    lab.rolled_out(replicas=2)
    before = lab.pods_of()
    lab.kubectl("rollout", "restart", "deployment/web")
    deployment = lab.roll_out()
    assert lab.revision(deployment) == "2"
    lab.settled(2, without=before)
    assert "kubectl.kubernetes.io/restartedAt" in deployment["spec"]["template"]["metadata"]["annotations"]


def test_bad_image_stops_a_rollout_and_the_old_pods_go_on(lab):
    lab.rolled_out(replicas=3)
    before = lab.pods_of()
    lab.kubectl("set", "image", "deployment/web", "web=blog-api:9.9")
    lab.wait_list("pods", lambda pods: any(lab.waiting(pod) == "ImagePullBackOff" for pod in pods))
    assert before.keys() <= lab.pods_of().keys()
    assert lab.get("deployments", "web")["status"]["availableReplicas"] == 3
    with pytest.raises(CommandFailed) as late:
        lab.kubectl("rollout", "status", "deployment/web", "--timeout=1s")
    assert "timed out waiting for the condition" in late.value.output
    lab.kubectl("rollout", "undo", "deployment/web")
    lab.roll_out()
    assert lab.settled(3).keys() == before.keys()


def test_rollout_that_makes_no_progress_is_called_so(lab):
    lab.rolled_out()
    template = {"spec": {"containers": [lab.container("blog-api:9.9")]}}
    lab.client.patch(lab.path("deployments", "web"), {"spec": {"progressDeadlineSeconds": 2, "template": template}})
    late = lab.wait("deployments", "web", lambda it: condition(it, "Progressing")["status"] == "False")
    assert condition(late, "Progressing")["reason"] == "ProgressDeadlineExceeded"
    assert condition(late, "Available")["status"] == "True"
    with pytest.raises(CommandFailed) as refusal:
        lab.kubectl("rollout", "status", "deployment/web")
    assert 'deployment "web" exceeded its progress deadline' in refusal.value.output


@pytest.mark.parametrize(
    ("replicas", "surge", "unavailable", "most", "least"),
    [(2, 1, 0, 3, 2), (2, 0, 1, 2, 1), (4, "25%", "25%", 5, 3)],
    ids=["one more", "one less", "the default"],
)
def test_rolling_update_keeps_its_bounds(lab, replicas, surge, unavailable, most, least):
    """Judged on every state that the cluster went through, read back afterwards."""
    strategy = {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    lab.rolled_out(replicas=replicas, spec={"strategy": strategy}, readinessProbe=lab.probe())
    start = {plural: lab.client.get(lab.path(plural)) for plural in ("pods", "replicasets")}
    lab.kubectl("set", "image", "deployment/web", "web=blog-api:1.1")
    lab.roll_out()

    wanted, sums = {rs["metadata"]["name"]: rs["spec"]["replicas"] for rs in start["replicasets"]["items"]}, set()
    for rs in lab.changes("replicasets", start["replicasets"], lab.replicaset_of()["metadata"]["resourceVersion"]):
        wanted[rs["metadata"]["name"]] = rs["spec"]["replicas"]
        sums.add(sum(wanted.values()))
    assert max(sums) <= most
    assert len(wanted) == 2

    serving, counts = {pod["metadata"]["name"] for pod in start["pods"]["items"]}, set()
    newest = max((pod["metadata"]["resourceVersion"] for pod in lab.items("pods")), key=int)
    for pod in lab.changes("pods", start["pods"], newest):
        serves = lab.ready(pod) and "deletionTimestamp" not in pod["metadata"] and not pod["deleted"]
        (serving.add if serves else serving.discard)(pod["metadata"]["name"])
        counts.add(len(serving))
    assert min(counts) >= least
    # not vacuous: the bounds are reached, too
    assert (max(sums), min(counts)) == (most, least)


def test_recreate_never_runs_old_and_new_together(lab):
    lab.rolled_out(replicas=2, spec={"strategy": {"type": "Recreate"}}, readinessProbe=lab.probe())
    start = lab.client.get(lab.path("pods"))
    lab.kubectl("set", "image", "deployment/web", "web=blog-api:1.1")
    lab.roll_out()
    newest = max((pod["metadata"]["resourceVersion"] for pod in lab.items("pods")), key=int)
    running = {pod["metadata"]["name"]: "blog-api:1.0" for pod in start["items"]}
    together = []
    for pod in lab.changes("pods", start, newest):
        name, image = pod["metadata"]["name"], pod["spec"]["containers"][0]["image"]
        if not pod["deleted"] and "running" in lab.status(pod).get("state", {}):
            running[name] = image
        else:
            running.pop(name, None)
        together.append(set(running.values()))
    assert {"blog-api:1.0", "blog-api:1.1"} not in together
    assert set() in together, "there is a moment without any"
    assert together[-1] == {"blog-api:1.1"}

"""A Pod is what runs, a Deployment is what you ask for: what is put right, and by whom."""


def owner(document):
    [found] = document["metadata"]["ownerReferences"]
    return found["kind"], found["uid"]


def test_pods_belong_to_a_replicaset_and_it_to_the_deployment(lab):
    deployment = lab.rolled_out(replicas=2)
    replicaset = lab.replicaset_of()
    assert owner(replicaset) == ("Deployment", deployment["metadata"]["uid"])
    pods = lab.pods_of().values()
    assert [owner(pod) for pod in pods] == [("ReplicaSet", replicaset["metadata"]["uid"])] * 2
    hashes = {pod["metadata"]["labels"]["pod-template-hash"] for pod in pods}
    assert hashes == {replicaset["metadata"]["labels"]["pod-template-hash"]}


def test_pod_that_is_deleted_is_replaced(lab):
    lab.rolled_out(replicas=3)
    before = lab.pods_of()
    victim = next(iter(before))
    lab.kubectl("delete", "pod", victim)
    after = lab.settled(3, without={victim})
    assert before.keys() - after.keys() == {victim}


def test_all_pods_at_once_are_replaced(lab):
    lab.rolled_out(replicas=3)
    before = lab.pods_of()
    lab.kubectl("delete", "pods", "--all")
    after = lab.settled(3, without=before)
    assert {owner(pod) for pod in after.values()} == {owner(pod) for pod in before.values()}


def test_bare_pod_is_not_replaced(lab):
    """Nobody asked for it; beside it a Deployment's Pod comes back, so there was time enough."""
    lab.rolled_out()
    lab.pod("bare")
    before = lab.settled(2)
    lab.kubectl("delete", "pods", "--all")
    [back] = lab.settled(1, without=before).values()
    assert back["metadata"]["labels"]["app"] == "web"


def test_scaling_keeps_the_revision_and_the_pods(lab):
    before = lab.rolled_out(replicas=2)
    pods = lab.pods_of()
    lab.kubectl("scale", "deployment/web", "--replicas=4")
    scaled = lab.roll_out()
    assert scaled["status"]["readyReplicas"] == 4
    assert pods.keys() < lab.pods_of().keys()
    assert lab.revision(scaled) == lab.revision(before) == "1"
    assert len(lab.items("replicasets")) == 1


def test_scaling_down_takes_pods_away_and_says_so(lab):
    lab.rolled_out(replicas=3)
    before = lab.pods_of()
    lab.kubectl("scale", "deployment/web", "--replicas=1")
    assert lab.settled(1).keys() < before.keys()
    name = lab.replicaset_of()["metadata"]["name"]
    assert lab.event("web", "ScalingReplicaSet", "from 3 to 1")["message"] == (
        f"Scaled down replica set {name} from 3 to 1"
    )
    assert lab.event(name, "SuccessfulDelete")["message"].startswith("Deleted pod: ")


def test_scaling_to_nothing_and_back(lab):
    before = lab.rolled_out(replicas=2)
    lab.kubectl("scale", "deployment/web", "--replicas=0")
    lab.wait_list("pods", lambda pods: not pods)
    empty = lab.wait("deployments", "web", lambda it: not it["status"].get("replicas"))
    assert lab.revision(empty) == lab.revision(before)
    lab.kubectl("scale", "deployment/web", "--replicas=2")
    assert lab.roll_out()["status"]["readyReplicas"] == 2


def test_replicaset_that_is_scaled_by_hand_is_put_right(lab):
    """The Deployment says how many."""
    lab.rolled_out(replicas=2)
    name = lab.replicaset_of()["metadata"]["name"]
    scaled = lab.client.patch(lab.path("replicasets", name), {"spec": {"replicas": 5}})
    assert scaled["spec"]["replicas"] == 5
    lab.wait("replicasets", name, lambda it: it["spec"]["replicas"] == 2 and it["status"].get("replicas") == 2)
    lab.settled(2)


def test_replicaset_that_is_deleted_comes_back_as_another_one(lab):
    """Of the same name, since its name comes from the template; with new Pods."""
    lab.rolled_out(replicas=2)
    before, pods = lab.replicaset_of(), lab.pods_of()
    lab.kubectl("delete", "replicaset", before["metadata"]["name"])
    lab.settled(2, without=pods)
    assert lab.revision(lab.get("deployments", "web")) == "1"
    again = lab.replicaset_of()
    assert again["metadata"]["name"] == before["metadata"]["name"]
    assert again["metadata"]["uid"] != before["metadata"]["uid"]


def test_pod_that_loses_its_label_is_replaced_and_lives_on(lab):
    lab.rolled_out(replicas=2)
    before = lab.pods_of()
    orphan = next(iter(before))
    lab.kubectl("label", "pod", orphan, "app=elsewhere", "--overwrite")
    lab.settled(2, app="web", without={orphan})
    left = lab.wait("pods", orphan, lambda pod: "ownerReferences" not in pod["metadata"])
    assert left["metadata"]["uid"] == before[orphan]["metadata"]["uid"]
    assert lab.ready(left)


def test_pod_that_gets_its_label_back_is_adopted_and_one_is_too_many(lab):
    lab.rolled_out(replicas=2)
    orphan = next(iter(lab.pods_of()))
    lab.kubectl("label", "pod", orphan, "app=elsewhere", "--overwrite")
    lab.settled(2, app="web", without={orphan})
    lab.kubectl("label", "pod", orphan, "app=web", "--overwrite")
    uid = lab.replicaset_of()["metadata"]["uid"]
    assert {owner(pod) for pod in lab.settled(2).values()} == {("ReplicaSet", uid)}


def test_deployment_takes_everything_with_it(lab):
    lab.rolled_out(replicas=2)
    lab.kubectl("delete", "deployment", "web")
    lab.wait_list("replicasets", lambda items: not items)
    lab.wait_list("pods", lambda items: not items)


def test_endpoints_follow_readiness(lab):
    """A Service sends traffic to Pods that are ready, and to no others."""
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": ports}}
    lab.client.post(lab.path("services"), service)
    pods = lab.rolled_out(replicas=2, readinessProbe=lab.probe()) and lab.settled(2)
    lab.wait_list("endpointslices", lambda slices: endpoints(slices) == dict.fromkeys(pods, True))
    lab.deployment(
        "other",
        spec={
            "selector": {"matchLabels": {"team": "other"}},
            "template": {
                "metadata": {"labels": {"team": "other", "app": "web"}},
                "spec": {"containers": [lab.container(readinessProbe=lab.probe("/no-such-path"))]},
            },
        },
    )
    [unready] = lab.wait_list("pods", lambda pods: len(pods) == 1, team="other")
    told = dict.fromkeys(pods, True) | {unready["metadata"]["name"]: False}
    lab.wait_list("endpointslices", lambda slices: endpoints(slices) == told)


def endpoints(slices):
    """Whether each Pod behind a Service is given traffic."""
    return {
        endpoint["targetRef"]["name"]: endpoint["conditions"]["ready"]
        for one in slices
        for endpoint in one.get("endpoints") or ()
    }

"""Who did what, told from each change of a recording: the learner, a controller, an autoscaler."""

import copy

import pytest

from driftlab.checker.evidence.activity import summarize_activity
from driftlab.checker.evidence.recording import Change, Recording
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.objects.views import REVISION
from tests.unit.activity_by_hand import changed, container, remark, sets_replicas, story, written_by
from tests.unit.evidence_by_hand import (
    deployment,
    event,
    evidence,
    family,
    labelled,
    newer,
    owner,
    pod,
    replicaset,
    revision,
    terminating,
    thing,
)


def test_what_only_moves_a_status_is_nobodys_deed():
    settled = deployment(status={"readyReplicas": 2})
    assert story(("MODIFIED", settled), ("MODIFIED", pod("p-1", ready=False)), ("MODIFIED", pod("p-1"))) == []


# ---- Deployments


def test_scaling_is_told_with_both_numbers_and_with_what_it_led_to():
    assert story(
        ("MODIFIED", changed(deployment(), replicas=5)),
        ("MODIFIED", written_by(replicaset(replicas=5), "kube-controller-manager")),
        ("ADDED", pod("p-4")),
        ("ADDED", pod("p-5")),
    ) == [
        "you: Deployment blog-api: scaled from 3 to 5",
        "scaled the ReplicaSet blog-api-6f7 from 3 to 5, made 2 Pods",
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"image": "blog-api:1.1"}, "image blog-api:1.0 → blog-api:1.1"),
        ({"env": [{"name": "DB", "value": "x"}]}, "env DB added"),
        ({"readinessProbe": {"httpGet": {"path": "/"}}}, "readiness probe added"),
        ({"resources": {"limits": {"memory": "8Mi"}}}, "resources added"),
        ({"command": ["sleep"]}, "command added"),
        ({"args": ["1"]}, "arguments added"),
        ({"name": "other"}, "container other added; container blog-api removed"),
        ({"tty": True}, "template changed"),
    ],
)
def test_a_change_of_the_template_is_told_in_words(fields, text):
    assert story(("MODIFIED", container(deployment(), **fields))) == [f"you: Deployment blog-api: {text}"]


def test_what_is_taken_away_or_changed_again_is_told_as_that():
    probed = container(deployment(), livenessProbe={"periodSeconds": 1}, env=[{"name": "A"}, {"name": "B"}])
    again = container(probed, livenessProbe={"periodSeconds": 9}, env=[{"name": "B", "value": "2"}])
    gone = container(again, livenessProbe=None)
    assert story(("MODIFIED", probed), ("MODIFIED", again), ("MODIFIED", gone))[1:] == [
        "you: Deployment blog-api: env A removed; env B changed; liveness probe changed",
        "you: Deployment blog-api: liveness probe removed",
    ]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"paused": True}, "rollout paused"),
        ({"minReadySeconds": 5}, "minReadySeconds changed"),
        ({"strategy": {"type": "Recreate"}}, "strategy changed"),
        ({"progressDeadlineSeconds": 1}, "progressDeadlineSeconds changed"),
        ({"revisionHistoryLimit": 0}, "revisionHistoryLimit changed"),
    ],
)
def test_other_fields_of_the_spec_are_told_by_their_names(spec, text):
    assert story(("MODIFIED", changed(deployment(), **spec))) == [f"you: Deployment blog-api: {text}"]


def test_a_rollout_that_goes_on_is_told():
    paused = changed(deployment(), paused=True)
    assert story(("MODIFIED", paused), ("MODIFIED", changed(paused, paused=False)))[1:] == [
        "you: Deployment blog-api: rollout resumed"
    ]


def test_a_restart_is_told_as_one():
    made = changed(deployment())
    made["spec"]["template"]["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": "now"}
    assert story(("MODIFIED", made)) == ["you: Deployment blog-api: restarted"]


@pytest.mark.parametrize("known", ["from the start", "since"])
def test_a_template_that_a_revision_had_before_is_told_with_its_number(known):
    old, new = revision(1, "blog-api:1.0", "rs-1"), revision(2, "blog-api:1.1", "rs-2")
    second = container(deployment(), image="blog-api:1.1")
    back = container(second, image="blog-api:1.0")
    before = [deployment(), old] if known == "from the start" else [deployment()]
    lines = [] if known == "from the start" else [("MODIFIED", old)]
    told = story(*lines, ("MODIFIED", second), ("ADDED", new), ("MODIFIED", back), before=before)
    assert told[-1] == "you: Deployment blog-api: image blog-api:1.1 → blog-api:1.0 (as in revision 1)"


def test_a_new_revision_is_told_with_its_number():
    second = revision(2, "blog-api:1.1", "rs-2")
    assert story(("ADDED", second)) == [f"made the ReplicaSet {second['metadata']['name']} (revision 2)"]


@pytest.mark.parametrize(
    ("manager", "remarked"), [("kubectl", False), ("kubectl-set", True), ("kubectl-client-side-apply", True)]
)
def test_a_revision_that_is_brought_back_by_hand_is_remarked_on(manager, remarked):
    """`kubectl rollout undo` writes as `kubectl`."""
    second = container(deployment(), image="blog-api:1.1")
    back = written_by(container(second, image="blog-api:1.0"), manager)
    before = [deployment(), revision(1, "blog-api:1.0", "rs-1")]
    said = remark(("MODIFIED", second), ("MODIFIED", back), before=before)
    assert ("kubectl rollout undo --to-revision=1" in said) is remarked


def test_a_deployment_that_is_made_again_is_remarked_on():
    lines = ("DELETED", deployment()), ("ADDED", deployment(uid="d-2"))
    assert story(*lines) == [
        "you: deleted the Deployment blog-api",
        "you: made the Deployment blog-api again (3 × blog-api:1.0)",
    ]
    assert "rollout undo" in remark(*lines)
    assert "history" in remark(*lines)


def test_a_new_deployment_is_no_reason_for_a_remark():
    lines = (("ADDED", deployment("other", "d-9")),)
    assert story(*lines) == ["you: made the Deployment other (3 × blog-api:1.0)"]
    assert remark(*lines) == ""


def test_whatever_goes_with_its_owner_is_the_garbage_collectors_doing():
    """--cascade=background: the Deployment first."""
    assert story(
        ("DELETED", deployment()),
        ("DELETED", replicaset()),
        ("MODIFIED", terminating(pod("p-1"))),
        ("DELETED", pod("p-1")),
        ("DELETED", pod("p-2")),
    ) == ["you: deleted the Deployment blog-api", "removed 2 Pods"]


def test_from_the_bottom_up_it_is_the_garbage_collectors_doing_too():
    """--cascade=foreground: the Deployment is there, terminating, until all that it owns has gone."""
    going = changed(terminating(deployment()))
    assert story(
        ("MODIFIED", going),
        ("MODIFIED", terminating(replicaset())),
        *(("DELETED", pod(uid)) for uid in ("p-1", "p-2", "p-3")),
        ("DELETED", terminating(replicaset())),
        ("DELETED", going),
    ) == ["you: deleted the Deployment blog-api", "removed 3 Pods"]


# ---- ReplicaSets


def whole(made, image="blog-api:1.0"):
    """A ReplicaSet with a Pod template, which the Deployment has, too."""
    template = deployment(image=image)["spec"]["template"]
    template["metadata"]["labels"] |= {"pod-template-hash": "6f7"}
    return {**made, "spec": {**made["spec"], "template": template}}


@pytest.mark.parametrize("manager", ["kubectl", "kube-controller-manager"])
def test_a_replicaset_that_a_person_scales_is_told_from_one_that_its_deployment_scales(manager):
    """Under whatever name they write: a Deployment that has all that it wants had no reason to."""
    mine = written_by(whole(replicaset(replicas=5)), manager, subresource="scale")
    back = written_by(whole(replicaset()), "kube-controller-manager", time="2026-03-01T09:10:01Z")
    lines = ("MODIFIED", mine), ("MODIFIED", back)
    before = [deployment(), whole(replicaset())]
    assert story(*lines, before=before) == [
        "you: scaled the ReplicaSet blog-api-6f7 from 3 to 5",
        "scaled the ReplicaSet blog-api-6f7 from 5 to 3",
    ]
    assert "kubectl scale deployment" in remark(*lines, before=before)


def test_a_status_that_somebody_writes_is_not_taken_for_scaling_by_them():
    theirs = written_by(replicaset(replicas=5), "kwok", subresource="status")
    told = story(("MODIFIED", changed(deployment(), replicas=5)), ("MODIFIED", theirs))
    assert told[1:] == ["scaled the ReplicaSet blog-api-6f7 from 3 to 5"]


def test_replicasets_come_and_go():
    assert story(("ADDED", replicaset("rs-2"))) == ["made the ReplicaSet blog-api-6f7"]
    assert story(("DELETED", replicaset())) == ["you: deleted the ReplicaSet blog-api-6f7"]
    alone = replicaset("rs-2", ownerReferences=[])
    assert story(("ADDED", alone)) == ["you: made the ReplicaSet blog-api-6f7, which no Deployment owns"]


def test_a_stuck_releases_replicaset_that_is_scaled_to_zero_is_told_and_put_back():
    """A command that scales to 0 leaves no manager of the number; the Deployment is not settled meanwhile."""
    stuck = container(deployment(status={"replicas": 4, "updatedReplicas": 1}), image="blog-api:9.9")
    stuck["status"]["observedGeneration"] = stuck["metadata"]["generation"]
    new = sets_replicas(revision(2, "blog-api:9.9", "rs-2"), "kube-controller-manager", replicas=1)
    by_hand, back = sets_replicas(new, "", replicas=0), sets_replicas(new, "kube-controller-manager", replicas=1)
    lines = ("MODIFIED", by_hand), ("MODIFIED", back)
    assert story(*lines, before=[stuck, new]) == [
        "you: scaled the ReplicaSet blog-api-6f7 from 1 to 0",
        "scaled the ReplicaSet blog-api-6f7 from 0 to 1",
    ]
    assert "puts the number back" in remark(*lines, before=[stuck, new])


@pytest.mark.parametrize("limit", [10, 0])
def test_an_old_replicaset_is_only_cleaned_up_where_the_history_is_full(limit):
    """What goes although the limit would have kept it, somebody has deleted, and its revision is gone."""
    kept = changed(container(deployment(), image="blog-api:1.1"), revisionHistoryLimit=limit)
    old, new = revision(1, "blog-api:1.0", "rs-1"), revision(2, "blog-api:1.1", "rs-2")
    old["spec"]["replicas"] = 0
    gone = ("DELETED", old)
    back = ("MODIFIED", written_by(container(kept, image="blog-api:1.0"), "kubectl-set"))
    by = "removed" if limit == 0 else "you: deleted"
    assert story(gone, back, before=[kept, old, new]) == [
        f"{by} the ReplicaSet blog-api-6f7",
        "you: Deployment blog-api: image blog-api:1.1 → blog-api:1.0",
    ]
    assert remark(gone, back, before=[kept, old, new]) == "", "nobody can undo to a revision that is gone"


def test_a_revision_has_the_number_that_it_was_given_last():
    """`undo --to-revision` knows no other: what was brought back once is a newer revision."""
    kept = container(deployment(), image="blog-api:1.1")
    once_more = revision(1, "blog-api:1.0", "rs-1")
    renumbered = {**once_more, "metadata": {**once_more["metadata"], "annotations": {REVISION: "3"}}}
    back = written_by(container(kept, image="blog-api:1.0"), "kubectl-set")
    lines = ("MODIFIED", renumbered), ("MODIFIED", back)
    assert story(*lines, before=[kept, once_more])[-1].endswith("(as in revision 3)")
    assert "--to-revision=3`" in remark(*lines, before=[kept, once_more])


def test_a_template_with_the_hash_of_its_replicaset_is_the_one_of_that_revision():
    kept, old = container(deployment(), image="blog-api:1.1"), revision(1, "blog-api:1.0", "rs-1")
    back = changed(kept, template=old["spec"]["template"])
    assert story(("MODIFIED", back), before=[kept, old])[-1].endswith("(as in revision 1)")


# ---- autoscalers


def test_what_an_autoscaler_does_is_not_the_learners_doing():
    more = sets_replicas(changed(deployment()), "kube-controller-manager", 4, "scale")
    most = sets_replicas(changed(more), "kube-controller-manager", 6, "scale")
    assert story(("MODIFIED", more), ("MODIFIED", most), ("ADDED", pod("p-4"))) == [
        "scaled the Deployment blog-api from 3 to 6, made one Pod"
    ]
    by_hand = sets_replicas(changed(deployment()), "kubectl", 4, "scale")
    assert story(("MODIFIED", by_hand)) == ["you: Deployment blog-api: scaled from 3 to 4"]


# ---- Pods


def test_a_pod_that_is_deleted_is_told_once_and_its_replacement_with_it():
    assert story(
        ("MODIFIED", terminating(pod("p-1"))),
        ("ADDED", pod("p-4")),
        ("DELETED", terminating(pod("p-1"))),
    ) == ["you: deleted the Pod blog-api-6f7-p-1", "made one Pod"]


def test_a_pod_that_is_deleted_by_force_is_told_too():
    assert story(("DELETED", pod("p-1")), ("ADDED", pod("p-4"))) == [
        "you: deleted the Pod blog-api-6f7-p-1",
        "made one Pod",
    ]


@pytest.mark.parametrize("prefix", ["", "(combined from similar events): "])
def test_what_a_controller_says_it_has_removed_was_not_the_learner(prefix):
    said = event("e-1", "SuccessfulDelete", ("ReplicaSet", "blog-api-6f7", "rs-1"), prefix + "Deleted pod: a-pod")
    gone = pod("p-1", name="a-pod")
    before = [*family("p-2", "p-3"), gone]
    assert story(("ADDED", said), ("MODIFIED", terminating(gone)), before=before) == ["removed one Pod"]


def test_a_pod_on_a_lost_node_was_not_the_learner():
    said = event("e-1", "TaintManagerEviction", ("Pod", "blog-api-6f7-p-1", ""))
    assert story(("MODIFIED", terminating(pod("p-1"))), ("ADDED", said)) == ["removed one Pod"]


def leaving(**state):
    """A Pod that was told to go, and whose container is in that state, as far as is known."""
    made = terminating(pod("p-1"))
    return {**made, "status": {**made["status"], "containerStatuses": [{"name": "blog-api", "state": state}]}}


def test_a_pod_of_a_lost_node_is_cleared_away_by_somebody():
    """Its kubelet does not say that it has ended; whoever takes it for gone forces it."""
    gone = leaving(running={})
    given_up = event("e-1", "TaintManagerEviction", ("Pod", gone["metadata"]["name"], "p-1"))
    lines = ("ADDED", given_up), ("MODIFIED", gone), ("DELETED", gone)
    assert story(*lines, before=[pod("p-1")])[1:] == [
        f"you: cleared away the Pod {gone['metadata']['name']} without waiting for its Node"
    ]


def test_a_pod_on_a_node_that_answers_goes_by_itself_whatever_is_known_of_its_containers():
    gone = leaving(running={})
    assert len(story(("MODIFIED", gone), ("DELETED", gone), before=[pod("p-1")])) == 1


def test_a_pod_that_has_ended_goes_by_itself():
    gone = leaving(terminated={"exitCode": 0})
    assert len(story(("MODIFIED", gone), ("DELETED", gone), before=[pod("p-1")])) == 1


def test_one_pod_too_many_is_removed_by_its_replicaset_also_where_no_event_says_so():
    """The API drops Events where there are many; so the numbers count."""
    assert story(
        ("MODIFIED", changed(deployment(), replicas=1)),
        ("MODIFIED", replicaset(replicas=1)),
        ("MODIFIED", terminating(pod("p-1"))),
        ("MODIFIED", terminating(pod("p-2"))),
        ("MODIFIED", terminating(pod("p-3"))),  # of one that is wanted
    ) == [
        "you: Deployment blog-api: scaled from 3 to 1",
        "scaled the ReplicaSet blog-api-6f7 from 3 to 1, removed 2 Pods",
        "you: deleted the Pod blog-api-6f7-p-3",
    ]


def test_a_pod_that_has_left_its_replicaset_is_not_counted_there_any_more():
    quarantined = {**labelled(pod("p-1"), app="quarantine")}
    released = {**quarantined, "metadata": {**quarantined["metadata"], "ownerReferences": []}}
    assert story(
        ("MODIFIED", quarantined),
        ("MODIFIED", released),
        ("ADDED", pod("p-4")),
        ("MODIFIED", terminating(pod("p-4"))),
    ) == [
        "you: changed the labels of the Pod blog-api-6f7-p-1",
        "let go of the Pod blog-api-6f7-p-1: it has no owner any more, made one Pod",
        "you: deleted the Pod blog-api-6f7-p-4",
    ]


def test_an_orphan_that_is_adopted():
    orphan = pod("p-9", None)
    adopted = {**orphan, "metadata": {**orphan["metadata"], "ownerReferences": owner("ReplicaSet", "x", "rs-1")}}
    assert story(("MODIFIED", adopted), before=[*family(), orphan]) == ["adopted the Pod blog-api-6f7-p-9"]


def test_a_bare_pod_is_somebodys_doing():
    assert story(("ADDED", pod("p-9", None, name="mine"))) == ["you: made the Pod mine"]


def test_a_pod_whose_image_is_changed_is_remarked_on():
    edited = copy.deepcopy(pod("p-1"))
    edited["spec"]["containers"][0]["image"] = "blog-api:1.1"
    assert story(("MODIFIED", edited)) == ["you: changed the image of the Pod blog-api-6f7-p-1"]
    assert "kubectl set image deployment" in remark(("MODIFIED", edited))


# ---- annotations and other kinds


def test_annotations_that_people_set_are_told():
    cause = {"kubernetes.io/change-cause": "a new logo", "deployment.kubernetes.io/revision": "1"}
    dear = {"controller.kubernetes.io/pod-deletion-cost": "1000", "cni.example/address": "10.0.0.1"}
    assert story(("MODIFIED", deployment(annotations=cause)), ("MODIFIED", pod("p-1", annotations=dear))) == [
        "you: noted the change-cause of the Deployment blog-api: a new logo",
        "you: set the deletion cost of the Pod blog-api-6f7-p-1: 1000",
    ]


def test_any_annotation_is_told_where_its_manager_says_that_somebody_set_it():
    annotated = written_by(deployment(annotations={"team": "web", "note": "x" * 99}), "kubectl-annotate")
    plain = written_by(deployment(annotations={"team": "web"}), "kubectl-annotate")
    assert story(("MODIFIED", annotated), ("MODIFIED", plain)) == [
        "you: annotated the Deployment blog-api: team=web",
        f"you: annotated the Deployment blog-api: note={'x' * 60}…",
        "you: took the annotation note from the Deployment blog-api",
    ]


def test_what_a_controller_copies_from_a_deployment_is_not_told():
    cause = {"kubernetes.io/change-cause": "a new logo", "team": "web"}
    copied = written_by(replicaset(annotations=cause), "kube-controller-manager")
    assert story(("MODIFIED", copied)) == []
    by_hand = written_by(replicaset(annotations={"team": "web"}), "kubectl-annotate")
    assert story(("MODIFIED", by_hand)) == ["you: annotated the ReplicaSet blog-api-6f7: team=web"]


def test_a_label_of_a_deployment_is_told():
    labelled_by_hand = labelled(deployment(), needs="attention")
    gone = ("MODIFIED", deployment(labels={"needs": "attention"}))
    assert story(("MODIFIED", labelled_by_hand), gone) == [
        "you: labelled the Deployment blog-api: needs=attention",
        "you: labelled the Deployment blog-api: app-",
    ]


def test_an_undo_brings_its_annotations_along_and_a_file_says_its_own():
    """`kubectl rollout undo` writes the old change-cause back; that is no deed of its own."""
    kept, old = container(deployment(), image="blog-api:1.1"), revision(1, "blog-api:1.0", "rs-1")
    noted = container(deployment(annotations={"kubernetes.io/change-cause": "first"}), image="blog-api:1.0")
    undone, by_file = (("MODIFIED", written_by(noted, who)) for who in ("kubectl", "kubectl-client-side-apply"))
    assert len(story(undone, before=[kept, old])) == 1
    assert story(by_file, before=[kept, old])[1:] == ["you: noted the change-cause of the Deployment blog-api: first"]


def others(*changes, manager="kubectl-create"):
    """What is told of objects of other kinds, each given as kind, type of change, and parts of the object."""
    fields = [{"manager": manager, "operation": "Update", "time": "2026-03-01T09:10:00Z"}]
    made = [
        Change(
            float(number),
            f"{kind.lower()}s",
            type_,
            newer({**thing(kind, "nightly", f"{kind}-1", managedFields=fields), **parts}, 100 + number),
        )
        for number, (kind, type_, parts) in enumerate(changes)
    ]
    start = evidence(family())
    return [
        deed.text
        for deed in summarize_activity(Evidence(start.baseline, start.now, Recording(tuple(made)))).deeds
        if deed.by_you
    ]


def test_jobs_and_configmaps_are_told_where_they_are_watched():
    assert others(
        ("Job", "ADDED", {}),
        ("Job", "MODIFIED", {"status": {"succeeded": 1}}),
        ("Job", "DELETED", {}),
        ("ConfigMap", "ADDED", {"data": {"q1": "pod"}}),
        ("ConfigMap", "MODIFIED", {"data": {"q1": "deployment"}}),
    ) == [
        "made the Job nightly",
        "deleted the Job nightly",
        "made the ConfigMap nightly",
        "changed the ConfigMap nightly",
    ]


def test_what_controllers_make_of_other_kinds_is_not_told():
    assert others(("ConfigMap", "ADDED", {}), manager="kube-controller-manager") == []


# ---- what is changed past the Deployment, or without one


def test_the_template_of_a_replicaset_is_never_changed_by_its_deployment():
    after = changed(replicaset(), template={"spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}})
    assert story(("MODIFIED", after)) == ["you: changed the template of the ReplicaSet blog-api-6f7"]


def test_a_replicaset_that_no_deployment_owns_may_be_scaled():
    alone = replicaset("rs-2", ownerReferences=[])
    scaled = ("ADDED", alone), ("MODIFIED", sets_replicas(alone, "kubectl", 5, "scale"))
    assert story(*scaled)[-1] == "you: scaled the ReplicaSet blog-api-6f7 from 3 to 5"
    assert remark(*scaled) == ""


@pytest.mark.parametrize(("of", "remarks"), [("rs-1", True), (None, False)])
def test_a_pod_of_ones_own_may_get_another_image(of, remarks):
    before = pod("p-9", of)
    after = {**before, "spec": {"containers": [{"name": "blog-api", "image": "blog-api:1.1"}]}}
    lines = ("ADDED", before), ("MODIFIED", after)
    assert f"you: changed the image of the Pod {before['metadata']['name']}" in story(*lines)
    assert ("its replacement will not know of it" in remark(*lines)) == remarks

"""Who did what: what Events tell, and what only people do."""

from dataclasses import replace

import pytest

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.recording import EvidenceMissing, Gap, Recording
from tests.unit.evidence_by_hand import deployment, event, owner, pod, revision, snapshot, terminating, told


def test_events_are_told_for_each_life_of_a_pod_since_the_start():
    before = snapshot(
        pod("p-0", None, name="loner"),
        event("e-0", "Started", ("Pod", "loner", "p-0")),
        event("e-1", "Started", ("Pod", "loner", "p-gone")),
    )
    now = snapshot(
        event("e-1", "Started", ("Pod", "loner", "p-gone")),  # told at the start already
        event("e-2", "Killing", ("Pod", "loner", "p-0")),  # about one that was there at the start
        event("e-3", "Scheduled", ("Pod", "loner", "p-1")),
        event("e-4", "Started", ("Pod", "loner", "p-1")),
        event("e-5", "Scheduled", ("Pod", "loner", "p-2")),
        event("e-6", "Started", ("Pod", "other", "p-3")),
        event("e-7", "Started", ("Node", "loner", "n-1")),
    )
    assert p.events_about_pod(now, "loner", before) == {"p-1": {"Scheduled", "Started"}, "p-2": {"Scheduled"}}
    assert p.events_about_pod(now, "nobody", before) == {}


# ---- one's own Pods, and the Deployment's


def test_what_is_done_to_ones_own_pods_is_not_done_to_the_deployments():
    own = pod("p-9", None, name="blog-api-try", app="try")
    seen = told(("ADDED", own), ("MODIFIED", terminating(own)), ("DELETED", own))
    assert p.you(seen, "deleted", "Pod")
    assert not p.you(seen, "deleted", "Pod", of="blog-api")
    assert p.your_deeds(seen, of="blog-api") == []
    namesake = pod("p-9", None, name="blog-api", app="try")
    assert p.your_deeds(told(("ADDED", namesake), ("MODIFIED", terminating(namesake))), of="blog-api") == []
    seen = told(("MODIFIED", terminating(pod("p-1"))), ("DELETED", pod("p-1")))
    assert p.you(seen, "deleted", "Pod", of="blog-api")
    assert not p.you(seen, "deleted", "Pod", of="other")


def test_a_pod_that_was_the_deployments_once_is_its_own():
    free = pod("p-1", None, name="blog-api-6f7-p-1", app="quarantine")
    seen = told(("MODIFIED", free), ("MODIFIED", terminating(free)), ("DELETED", free))
    assert p.you(seen, "deleted", "Pod", of="blog-api")


def test_the_deployments_own_changes_are_among_what_was_done_to_it():
    seen = told(("MODIFIED", deployment(replicas=5, generation=2)), ("ADDED", deployment("other", "d-9")))
    assert [deed.verb for deed in p.your_deeds(seen, of="blog-api")] == ["scaled"]
    assert [deed.verb for deed in p.your_deeds(seen, of="other")] == ["made"]


def test_words_of_a_learners_own_do_not_make_a_deed_another_objects():
    """A reason for a change is free text: it may name what it likes."""
    other = deployment("other", "d-9")
    cause = {"kubernetes.io/change-cause": "as for blog-api"}
    said = deployment("other", "d-9", annotations={**other["metadata"]["annotations"], **cause})
    seen = told(("ADDED", other), ("MODIFIED", said))
    assert [deed.verb for deed in p.your_deeds(seen, of="other")] == ["made", "annotated"]
    assert p.your_deeds(seen, of="blog-api") == []


# ---- past the Deployment

CONTROLLER = "kube-controller-manager"


def scaled(replicas, *managers, uid="rs-1", image="blog-api:1.0", number=1, **metadata):
    """A ReplicaSet that asks for so many Pods, as these managers have said."""
    sets = {"f:spec": {"f:replicas": {}}}
    fields = [{"manager": one, "operation": "Update", "fieldsV1": sets} for one in managers]
    status = [{"manager": CONTROLLER, "operation": "Update", "subresource": "status"}]
    made = revision(number, image, uid)
    made["metadata"] |= {"managedFields": [*fields, *status], **metadata}
    return {**made, "spec": {**made["spec"], "replicas": replicas}}


def touched(*lines, before=None, **options):
    start = [deployment(**options), *(before or [scaled(3, CONTROLLER)]), pod("p-1"), pod("p-2"), pod("p-3")]
    return p.replicasets_touched(told(*lines, before=start, now=start), "blog-api")


def test_what_the_controller_scales_is_not_touched():
    growing = {"replicas": 5, "generation": 2, "status": {"observedGeneration": 1, "replicas": 3}}
    assert touched(("MODIFIED", deployment(**growing)), ("MODIFIED", scaled(5, CONTROLLER))) == []


def test_who_scales_becomes_the_manager_of_the_number():
    name = "blog-api-6f7"
    assert touched(("MODIFIED", scaled(5, "kubectl"))) == [f"scaled the ReplicaSet {name} from 3 to 5"]
    assert touched(("MODIFIED", scaled(5, "kubectl")), ("MODIFIED", scaled(3, CONTROLLER))) == [
        f"scaled the ReplicaSet {name} from 3 to 5"
    ]


def test_who_scales_to_none_leaves_the_number_without_a_manager_settled_or_not():
    unsettled = {"generation": 2, "status": {"observedGeneration": 1}}
    for options in ({}, unsettled):
        assert touched(("MODIFIED", scaled(0)), **options) == ["scaled the ReplicaSet blog-api-6f7 from 3 to 0"]


def test_a_template_of_a_replicaset_is_changed_by_people_only():
    assert touched(("MODIFIED", scaled(3, CONTROLLER, image="blog-api:1.1"))) == [
        "changed the template of the ReplicaSet blog-api-6f7"
    ]


def old(number):
    return scaled(0, CONTROLLER, uid=f"rs-{number}", image=f"blog-api:0.{number}", number=number)


def test_an_old_replicaset_is_cleaned_up_only_where_the_history_has_no_room_for_it():
    newest = scaled(3, CONTROLLER, uid="rs-9", number=9)
    gone = ("DELETED", old(1))

    def deleted(limit, *olds):
        return touched_with_limit(limit, gone, before=[newest, *olds])

    assert deleted(10, old(1)) == ["deleted the ReplicaSet blog-api-6f7"]
    assert deleted(1, old(1)) == ["deleted the ReplicaSet blog-api-6f7"]
    assert deleted(1, old(1), old(2)) == []
    assert deleted(0, old(1)) == []


def touched_with_limit(limit, *lines, before):
    limited = deployment()
    limited["spec"]["revisionHistoryLimit"] = limit
    start = [limited, *before]
    return p.replicasets_touched(told(*lines, before=start, now=start), "blog-api")


def test_what_goes_with_its_deployment_or_belongs_to_another_is_not_touched():
    gone = ("DELETED", scaled(3, CONTROLLER))
    assert touched(("MODIFIED", terminating(deployment())), gone) == []
    assert touched(("DELETED", deployment()), gone) == []
    stranger = scaled(5, "kubectl", uid="rs-2", ownerReferences=owner("Deployment", "other", "d-9"))
    assert touched(("ADDED", stranger), ("MODIFIED", {**stranger, "spec": {**stranger["spec"], "replicas": 1}})) == []


def test_what_a_proof_scales_and_what_nobody_saw_is_not_held_against_anybody():
    seen = told(("MODIFIED", scaled(5, "kubectl")), before=[deployment(), scaled(3, CONTROLLER)])
    ours = Recording(tuple(replace(change, ours=True) for change in seen.recording.changes))
    assert p.replicasets_touched(replace(seen, recording=ours), "blog-api") == []
    with pytest.raises(EvidenceMissing):
        p.replicasets_touched(told(gaps=(Gap(5.0, "replicasets", "the laptop slept"),)), "blog-api")

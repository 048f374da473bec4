"""The vocabulary of goals: each word both ways, and what holds of them always."""

import inspect
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import predicates as p
from checker.evidence import Evidence
from checker.recording import UNRECORDED, Change, EvidenceMissing, Gap, Recording
from checker.views import Deployment, Pod

from .evidence_by_hand import (
    deployment,
    event,
    evidence,
    family,
    line,
    newer,
    owner,
    pod,
    replicaset,
    snapshot,
    terminating,
)

# A small world of objects that own each other, or claim to: every UID may be right, wrong or nobody's.
RS_UIDS, D_UIDS = ("rs-1", "rs-2", "rs-3"), ("d-1", "d-2")
worlds = st.builds(
    lambda replicasets, pods: snapshot(
        *(deployment(f"app-{uid}", uid) for uid in D_UIDS),
        *(replicaset(uid, of) for uid, of in replicasets.items()),
        *(
            terminating(pod(f"p-{number}", of)) if leaving else pod(f"p-{number}", of)
            for number, (of, leaving) in enumerate(pods)
        ),
    ),
    st.dictionaries(st.sampled_from(RS_UIDS), st.sampled_from([*D_UIDS, "d-9"])),
    st.lists(st.tuples(st.sampled_from([*RS_UIDS, "rs-9", None]), st.booleans()), max_size=8),
)
deployments = st.builds(
    lambda uid, generation: Deployment(deployment(uid=uid, generation=generation)),
    st.sampled_from(D_UIDS),
    st.integers(1, 3),
)


def modified(*objects):
    return Recording(tuple(Change(1.0, "deployments", "MODIFIED", one) for one in objects))


def only(now):
    return now.deployments[0]


# ---- who belongs to whom


def test_a_family_is_found_by_its_uids():
    now = snapshot(*family("p-1", "p-2"))
    assert [rs.uid for rs in p.replicasets_of(only(now), now)] == ["rs-1"]
    assert p.uids(p.pods_of(only(now), now)) == {"p-1", "p-2"}


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param(pod("p-9", None), id="bare, with the right labels"),
        pytest.param(pod("p-9", "rs-9"), id="owned by a UID that is nobody's"),
        pytest.param(
            pod("p-9", ownerReferences=owner("ReplicaSet", "blog-api-6f7", "rs-1", controller=False)),
            id="owned, but not controlled",
        ),
        pytest.param(
            pod("p-9", ownerReferences=owner("Deployment", "blog-api", "d-1")), id="controlled by the Deployment itself"
        ),
        pytest.param(pod("p-9", None, name="blog-api-6f7-aaaaa"), id="named like one of the family"),
    ],
)
def test_a_pod_that_only_looks_like_one_of_the_family_is_not(stranger):
    now = snapshot(*family("p-1"), stranger)
    assert p.uids(p.pods_of(only(now), now)) == {"p-1"}


def test_a_replicaset_with_the_right_name_and_labels_but_another_owner_is_not_of_the_family():
    now = snapshot(deployment(), replicaset("rs-1", "d-gone"), pod("p-1"), replicaset("rs-2", ownerReferences=None))
    assert p.replicasets_of(only(now), now) == ()
    assert p.pods_of(only(now), now) == ()


@given(worlds)
def test_no_object_has_two_families(now):
    one, other = now.deployments
    assert not {rs.uid for rs in p.replicasets_of(one, now)} & {rs.uid for rs in p.replicasets_of(other, now)}
    assert not p.uids(p.pods_of(one, now)) & p.uids(p.pods_of(other, now))


@given(worlds)
def test_every_pod_of_a_family_has_a_chain_of_owners_up_to_it(now):
    for one in now.deployments:
        owners = {rs.uid: rs.controller for rs in now.replicasets}
        expected = {pod.uid for pod in now.pods if owners.get(pod.controller) == one.uid}
        assert p.uids(p.pods_of(one, now)) == expected


@given(worlds)
def test_the_living_are_those_that_do_not_terminate(now):
    living = p.living(now.pods)
    assert p.living(living) == living
    assert not any(pod.terminating for pod in living)
    assert p.uids(now.pods) - p.uids(living) == {pod.uid for pod in now.pods if pod.terminating}


def test_uids_are_counted_once():
    assert p.uids((Pod(pod("p-1")), Pod(pod("p-1")), Pod(pod("p-2")))) == {"p-1", "p-2"}
    assert p.uids(()) == frozenset()


# ---- complete or not


def test_a_rollout_is_complete_when_nothing_is_missing():
    now = snapshot(*family())
    assert p.unfinished(only(now), now) == ""


def test_a_deployment_of_no_replicas_is_complete_without_pods():
    now = snapshot(deployment(replicas=0), replicaset(replicas=0))
    assert p.unfinished(only(now), now) == ""


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"generation": 2, "status": {"observedGeneration": 1}}, "has not seen the newest spec"),
        ({"status": {"updatedReplicas": 1}}, "1 of 3 Pods are up to date"),
        ({"status": {"readyReplicas": 2}}, "2 of 3 Pods are ready"),
        ({"status": {"availableReplicas": 0}}, "0 of 3 Pods are available"),
        ({"status": {"readyReplicas": 4}}, "4 of 3 Pods are ready"),
        ({"replicas": 4}, "3 Pods where 4 are wanted"),
        ({"replicas": 2}, "3 Pods where 2 are wanted"),
    ],
)
def test_what_is_missing_is_named(options, why):
    now = snapshot(*family(**options))
    assert why in p.unfinished(only(now), now)


def test_an_empty_status_is_not_complete():
    now = snapshot({**deployment(), "status": None}, replicaset(), pod("p-1"))
    assert p.unfinished(only(now), now)


def test_an_old_pod_on_its_way_out_keeps_a_rollout_from_being_complete():
    now = snapshot(*family(), terminating(pod("p-0")))
    assert "terminating" in p.unfinished(only(now), now)


def test_a_deployment_that_is_being_deleted_is_not_complete_however_whole_it_looks():
    """A finalizer keeps it, with all its Pods; its controller has left it."""
    gone, *rest = family()
    now = snapshot(terminating(gone), *rest)
    assert "being deleted" in p.unfinished(only(now), now)


@pytest.mark.parametrize("controller", [True, False])
def test_a_pod_is_unowned_where_it_names_nobody_not_only_no_controller(controller):
    """It goes with whoever it names, controller or not."""
    bare = pod("p-1", None)
    owned = pod("p-2", None, ownerReferences=owner("Deployment", "blog-api", "d-1", controller=controller))
    assert p.unowned(Pod(bare))
    assert not p.unowned(Pod(owned))


def test_a_bare_pod_makes_no_rollout_complete():
    """Three are ready as far as anybody counts labels; one of them is not the Deployment's."""
    now = snapshot(*family("p-1", "p-2"), pod("p-3", None))
    assert "2 Pods where 3 are wanted" in p.unfinished(only(now), now)


@given(
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(1, 2),
    st.integers(1, 2),
    worlds,
)
def test_complete_means_that_all_the_numbers_agree(wanted, updated, ready, available, generation, observed, world):
    status = {
        "updatedReplicas": updated,
        "readyReplicas": ready,
        "availableReplicas": available,
        "observedGeneration": observed,
    }
    one = Deployment(deployment("app-d-1", "d-1", replicas=wanted, generation=generation, status=status))
    pods = p.pods_of(one, world)
    agree = (
        observed >= generation
        and {updated, ready, available, len(pods)} == {wanted}
        and not any(pod.terminating for pod in pods)
    )
    assert (p.unfinished(one, world) == "") == agree


# ---- the same, or only called the same


def test_the_same_object_is_the_same_uid():
    one, again = Deployment(deployment()), Deployment(deployment(uid="d-2"))
    assert p.same_object(one, Deployment(deployment(generation=7)))
    assert not p.same_object(one, again)
    assert not p.same_object(None, one)
    assert not p.same_object(one, None)
    assert not p.same_object(None, None)


def test_a_spec_is_untouched_while_its_generation_stands_still():
    one = Deployment(deployment())
    assert p.spec_untouched(one, Deployment(deployment(labels={"more": "labels"})), UNRECORDED)
    raised_by_controller = deployment(annotations={"deployment.kubernetes.io/revision": "2"})
    assert p.spec_untouched(one, Deployment(raised_by_controller), UNRECORDED)
    assert not p.spec_untouched(one, Deployment(deployment(generation=2, replicas=5)), UNRECORDED)
    assert not p.spec_untouched(one, Deployment(deployment(uid="d-2")), UNRECORDED)


def test_where_the_generation_was_raised_the_recording_tells_an_annotation_from_a_change_and_back():
    before, after = Deployment(deployment()), Deployment(deployment(generation=3, annotations={"note": "mine"}))
    annotated = modified(deployment(generation=2), deployment(generation=3, annotations={"note": "mine"}))
    there_and_back = modified(deployment(generation=2, replicas=5), deployment(generation=3))
    of_another = modified(deployment(uid="d-2", name="other", replicas=7), deployment(generation=3))
    assert p.spec_untouched(before, after, annotated)
    assert p.spec_untouched(before, after, of_another)
    assert not p.spec_untouched(before, after, there_and_back)
    with pytest.raises(EvidenceMissing):
        p.spec_untouched(before, after, UNRECORDED)


@given(deployments, deployments, deployments)
def test_sameness_is_an_equivalence_and_untouched_is_a_finer_one(a, b, c):
    def untouched(one, other):
        return p.spec_untouched(one, other, modified())

    for same in (p.same_object, untouched):
        assert same(a, a)
        assert same(a, b) == same(b, a)
        assert same(a, c) or not (same(a, b) and same(b, c))
    assert p.same_object(a, b) or not untouched(a, b)


# ---- what Events tell


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


# ---- what the recording proves


def told(*lines, before=None, now=None, gaps=()):
    """Evidence with a recording: each line a type and an object, one after another."""
    changes = tuple(
        Change(float(number), line(kind, made)["kind"], kind, newer(made, 100 + number))
        for number, (kind, made) in enumerate(lines)
    )
    start = evidence(family() if now is None else now, before)
    return Evidence(start.baseline, start.now, Recording(changes, gaps))


def test_the_fewest_ready_pods_are_counted_over_all_replicasets():
    seen = told(
        ("DELETED", pod("p-1")),
        ("ADDED", replicaset("rs-2")),
        ("ADDED", pod("p-7", "rs-2", ready=False)),
        ("MODIFIED", pod("p-2", ready=False)),  # one ready: p-3
        ("MODIFIED", pod("p-7", "rs-2")),
        ("MODIFIED", pod("p-2")),
    )
    assert p.least_ready(seen, "blog-api") == 1
    assert p.least_ready(told(), "blog-api") == 3


def test_the_fewest_ready_pods_include_those_of_the_baseline():
    """Nobody was served at the start, whatever came of it."""
    nobody = [deployment(), replicaset(), *(pod(uid, ready=False) for uid in ("p-1", "p-2", "p-3"))]
    seen = told(*(("MODIFIED", pod(uid)) for uid in ("p-1", "p-2", "p-3")), before=nobody)
    assert p.least_ready(seen, "blog-api") == 0
    assert p.least_available(seen, "blog-api") == 0


def counted(available):
    """The Deployment's three Pods are ready; so many of them, its controller says, are available."""
    return deployment(status={"availableReplicas": available})


def test_ready_is_not_yet_available():
    """With minReadySeconds, a new Pod is ready long before it counts."""
    seen = told(("MODIFIED", counted(2)), ("MODIFIED", counted(3)))
    assert (p.least_ready(seen, "blog-api"), p.least_available(seen, "blog-api")) == (3, 2)
    assert p.least_available(told(), "blog-api") == 3


def test_what_was_not_available_at_the_start_was_not_available():
    before = [counted(1), *family()[1:]]
    assert p.least_available(told(("MODIFIED", counted(3)), before=before), "blog-api") == 1


def test_a_status_without_a_number_is_of_none():
    """The API leaves out a zero."""
    none = {**deployment(), "status": {"observedGeneration": 1}}
    assert p.least_available(told(("MODIFIED", none), ("MODIFIED", counted(3))), "blog-api") == 0


def test_a_pod_that_was_not_ready_was_not_available_either_whether_or_not_anybody_counted():
    seen = told(("MODIFIED", pod("p-1", ready=False)), ("MODIFIED", pod("p-1")))
    assert p.least_available(seen, "blog-api") == 2


def test_without_a_deployment_nothing_of_it_is_available():
    gone = told(("DELETED", deployment()), ("ADDED", deployment(uid="d-2")))
    assert p.least_available(gone, "blog-api") == 0


def test_what_the_checker_scaled_is_not_held_against_anybody():
    seen = told(("MODIFIED", counted(1)))
    ours = tuple(replace(change, ours=True) for change in seen.recording.changes)
    assert p.least_available(replace(seen, recording=Recording(ours)), "blog-api") == 3


happened = st.lists(
    st.one_of(
        st.integers(0, 3).map(lambda number: ("MODIFIED", counted(number))),
        st.tuples(st.sampled_from(["p-1", "p-2", "p-3", "p-4"]), st.booleans()).map(
            lambda of: ("MODIFIED", pod(of[0], ready=of[1]))
        ),
        st.sampled_from(["p-1", "p-2"]).map(lambda uid: ("DELETED", pod(uid))),
    ),
    max_size=8,
)


@given(happened, happened)
def test_the_fewest_only_become_fewer_and_nothing_is_available_that_is_not_ready(first, then):
    soon, late = told(*first), told(*first, *then)
    for least in (p.least_ready, p.least_available):
        assert 0 <= least(late, "blog-api") <= least(soon, "blog-api") <= 3
    assert p.least_available(late, "blog-api") <= p.least_ready(late, "blog-api")


def test_pods_that_only_look_like_the_deployments_make_up_for_none():
    stranger = pod("p-9", None)
    assert p.least_ready(told(("ADDED", stranger), ("DELETED", pod("p-1"))), "blog-api") == 2


def test_what_the_checker_did_itself_is_not_held_against_anybody():
    seen = told(("DELETED", pod("p-1")), ("ADDED", pod("p-9")))
    ours = tuple(replace(change, ours=True) for change in seen.recording.changes[:1])
    seen = replace(seen, recording=Recording((*ours, *seen.recording.changes[1:])))
    assert p.least_ready(seen, "blog-api") == 3


def test_what_was_asked_for_is_told_in_order_without_repetition():
    seen = told(
        ("MODIFIED", deployment(replicas=5)),
        ("MODIFIED", deployment(replicas=5, image="blog-api:1.1")),
        ("MODIFIED", deployment("other", "d-9", replicas=9)),
        ("MODIFIED", deployment(replicas=3, image="blog-api:1.1")),
    )
    assert p.replicas_asked_for(seen, "blog-api") == [3, 5, 3]
    assert p.images_asked_for(seen, "blog-api") == [("blog-api:1.0",), ("blog-api:1.1",)]
    assert p.was_ever(seen, "blog-api", lambda one: one.replicas == 5)
    assert not p.was_ever(seen, "blog-api", lambda one: one.replicas == 9)


@pytest.mark.parametrize("missing", ["", "deployments"])
def test_a_gap_is_never_taken_for_quiet(missing):
    seen = told(gaps=(Gap(5.0, missing, "the laptop slept"),))
    for ask in (p.replicas_asked_for, p.images_asked_for, p.least_ready, p.least_available):
        with pytest.raises(EvidenceMissing, match="the laptop slept"):
            ask(seen, "blog-api")
    with pytest.raises(EvidenceMissing):
        p.was_ever(seen, "blog-api", lambda one: True)


def test_a_gap_in_what_is_not_asked_for_does_not_matter():
    assert p.replicas_asked_for(told(gaps=(Gap(5.0, "pods", "the laptop slept"),)), "blog-api") == [3]


def test_a_name_that_had_two_objects_was_recreated():
    again = deployment(uid="d-2")
    assert p.was_recreated(told(now=family(uid="d-2")), "blog-api")
    assert p.was_recreated(told(("DELETED", deployment()), ("ADDED", again)), "blog-api")
    assert not p.was_recreated(told(("MODIFIED", deployment(replicas=5))), "blog-api")
    assert not p.was_recreated(told(("ADDED", deployment("other", "d-9"))), "blog-api")


# ---- rollouts


def with_condition(**condition):
    return Deployment(deployment(status={"conditions": [{"type": "Available", "status": "True"}, condition]}))


def test_a_rollout_that_makes_no_progress_is_told_by_its_condition():
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    assert p.deadline_exceeded(with_condition(**stuck))
    assert not p.deadline_exceeded(with_condition(**{**stuck, "status": "True", "reason": "NewReplicaSetAvailable"}))
    assert not p.deadline_exceeded(with_condition(**{**stuck, "reason": "DeploymentPaused"}))
    assert not p.deadline_exceeded(Deployment(deployment()))
    assert p.condition(with_condition(**stuck), "Available")["status"] == "True"
    assert p.condition(Deployment(deployment()), "Available") == {}


def revision(number, image, uid):
    """A ReplicaSet as the Deployment controller keeps it for one revision."""
    template = deployment(image=image)["spec"]["template"]
    template["metadata"]["labels"] |= {"pod-template-hash": uid}
    made = replicaset(uid, annotations={"deployment.kubernetes.io/revision": str(number)})
    return {**made, "spec": {**made["spec"], "template": template}}


REVISIONS = [revision(1, "blog-api:1.0", "rs-1"), revision(2, "blog-api:1.1", "rs-2")]


def test_a_revision_is_the_template_that_its_replicaset_keeps():
    now = snapshot(deployment(image="blog-api:1.1"), *REVISIONS)
    assert p.template_of_revision(only(now), 1, now) == deployment(image="blog-api:1.0")["spec"]["template"]
    assert p.template_of_revision(only(now), 2, now) == only(now).spec["template"]
    assert p.template_of_revision(only(now), 3, now) is None


def test_restored_is_the_same_deployment_asking_for_the_old_template():
    before = [deployment(image="blog-api:1.1"), *REVISIONS]

    def restored(now, number=1):
        return p.restored(Deployment(now), number, evidence([now], before))

    assert restored(deployment(image="blog-api:1.0", generation=2))
    assert not restored(deployment(image="blog-api:1.1"))
    assert not restored(deployment(image="blog-api:1.0", uid="d-2")), "made again is not rolled back"
    assert not restored(deployment(image="blog-api:1.0"), 3)


def test_what_runs_is_read_from_the_living_pods_of_the_family():
    other = {**pod("p-9"), "spec": {"containers": [{"name": "a", "image": "blog-api:1.1"}]}}
    now = snapshot(*family("p-1"), other)
    assert p.running_images(only(now), now) == {"blog-api:1.0", "blog-api:1.1"}
    now = snapshot(*family("p-1"), terminating(other))
    assert p.running_images(only(now), now) == {"blog-api:1.0"}
    now = snapshot(*family("p-1"), {**other, "metadata": pod("p-9", None)["metadata"]})
    assert p.running_images(only(now), now) == {"blog-api:1.0"}


def running(made, *images, first=()):
    """The Pod with these images, those of its init containers first."""
    containers = [{"name": f"c-{number}", "image": image} for number, image in enumerate(images)]
    return {
        **made,
        "spec": {"initContainers": [{"name": "init", "image": one} for one in first]} | {"containers": containers},
    }


def replaced(*lines, now, before=None):
    seen = told(*lines, now=now, before=before)
    return p.replaced_not_edited(only(seen.now), seen)


def test_another_image_comes_with_new_pods_or_by_editing_the_old_ones():
    edited = [*family("p-1", "p-2"), running(pod("p-3"), "blog-api:1.1")]
    assert not replaced(now=edited)
    assert replaced(now=[*family("p-1", "p-2"), running(pod("p-4"), "blog-api:1.1")])
    assert replaced(now=family()), "where nothing was changed, nothing was edited"
    assert replaced(now=edited, before=edited), "what was edited before the start is how things were"


def test_an_edited_pod_is_one_also_where_it_is_edited_back_or_only_at_its_beginning():
    mixed = [*family("p-1"), running(pod("p-2"), "blog-api:1.1")]
    assert not replaced(now=family("p-1", "p-2"), before=mixed)
    old, new = (running(pod("p-1"), "blog-api:1.0", first=(one,)) for one in ("setup:1", "setup:2"))
    assert not replaced(now=[*family("p-2"), new], before=[*family("p-2"), old])


def test_a_new_pod_that_was_edited_is_told_by_the_recording():
    now = [*family(), running(pod("p-9"), "blog-api:1.1")]
    assert not replaced(("ADDED", pod("p-9")), ("MODIFIED", now[-1]), now=now)
    assert replaced(("ADDED", now[-1]), now=now)
    assert replaced(now=now)


@pytest.mark.parametrize(
    "of", [terminating(pod("p-3")), pod("p-3", None), pod("p-3", "rs-9")], ids=["leaving", "bare", "of another"]
)
def test_only_the_living_pods_of_the_deployment_are_asked(of):
    assert replaced(now=[*family("p-1", "p-2"), running(of, "blog-api:1.1")])


images = st.sampled_from(["blog-api:1.0", "blog-api:1.1"])
pods_with_images = st.dictionaries(st.sampled_from(["p-1", "p-2", "p-3", "p-4"]), images, max_size=4)


@given(pods_with_images, pods_with_images)
def test_it_is_the_pods_that_stayed_which_tell(before, after):
    def with_pods(of):
        return [deployment(), replicaset(), *(running(pod(uid), image) for uid, image in of.items())]

    stayed = before.keys() & after.keys()
    assert replaced(now=with_pods(after), before=with_pods(before)) == all(before[one] == after[one] for one in stayed)


def test_strangers_carry_the_labels_but_are_not_of_the_family():
    now = snapshot(*family(), pod("p-8", "rs-9"), pod("p-9", None), pod("p-7", None, app="other"))
    assert p.uids(p.strangers_in_selector(only(now), now)) == {"p-8", "p-9"}
    now = snapshot(*family(), terminating(pod("p-9", None)))
    assert p.strangers_in_selector(only(now), now) == ()


# ---- its sources

PUBLIC = [
    word
    for name, word in vars(p).items()
    if inspect.isfunction(word) and word.__module__ == p.__name__ and not name.startswith("_")
]
#: A page of the documentation, or a field of the API by its path in double backticks.
SOURCE = re.compile(r"https://kubernetes\.io/docs/\S+|``(metadata|spec|status|involvedObject)(\.\w+(\[\])?)+``")


@pytest.mark.parametrize("word", PUBLIC, ids=lambda word: word.__name__)
def test_every_word_says_on_what_it_rests(word):
    assert SOURCE.search(inspect.getdoc(word) or ""), f"{word.__name__} cites no page and no field"


def test_all_words_of_the_vocabulary_are_looked_at():
    assert {"uids", "you", "least_available", "replaced_not_edited"} <= {word.__name__ for word in PUBLIC}
    assert not SOURCE.search("``evidence.now``, ``outcome.Deed`` and ``spec``")


# ---- what an operator is told


def test_what_is_not_settled_is_told_by_name():
    late = pod("2", name="blog-api-2", ready=False)
    late["status"] |= {"phase": "Pending", "containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull"}}}]}
    now = snapshot(deployment(replicas=1, status={"readyReplicas": 0}), replicaset(), late, pod("1"))
    assert p.unsettled(now) == ["Deployment blog-api: 0 of 1 Pods are ready", "Pod blog-api-2: Pending, ErrImagePull"]


def test_of_what_is_as_it_should_be_nothing_is_told():
    assert p.unsettled(snapshot(*family())) == []

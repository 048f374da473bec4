"""What the recording proves: what was asked for, and who served meanwhile."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.recording import UNRECORDED, Change, EvidenceMissing, Gap, Recording
from driftlab.checker.objects.views import Deployment
from tests.unit.evidence_by_hand import D_UIDS, REVISIONS, deployment, family, owner, pod, replicaset, revision, told

deployments = st.builds(
    lambda uid, generation: Deployment(deployment(uid=uid, generation=generation)),
    st.sampled_from(D_UIDS),
    st.integers(1, 3),
)


def modified(*objects):
    return Recording(tuple(Change(1.0, "deployments", "MODIFIED", one) for one in objects))


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


# ---- respelled, and rolled out


def with_memory(limit, **options):
    made = deployment(**options)
    made["spec"]["template"]["spec"]["containers"][0]["resources"] = {"limits": {"memory": limit}}
    return made


def test_a_template_in_another_spelling_is_no_change():
    before, after = Deployment(with_memory("64Mi")), Deployment(with_memory("67108864", generation=2))
    assert p.spec_untouched(before, after, modified(with_memory("65536Ki", generation=2)))
    assert not p.spec_untouched(before, after, modified(with_memory("65Mi", generation=2)))
    seen = told(
        ("MODIFIED", with_memory("67108864")),
        ("MODIFIED", with_memory("128Mi")),
        ("MODIFIED", with_memory("128Mi", replicas=5)),
        before=[with_memory("64Mi"), *family()[1:]],
    )
    assert [one.replicas for one in p.template_changes(seen, "blog-api")] == [3]


def test_a_new_revision_has_a_replicaset_of_its_own_and_another_template():
    before = [deployment(image="blog-api:1.1"), *REVISIONS]

    def number(*replicasets):
        lines = [("ADDED", made) for made in replicasets]
        return p.new_revisions(told(*lines, before=before, now=before), "blog-api")

    assert number() == number(*REVISIONS) == 0
    assert number(revision(3, "blog-api:1.2", "rs-3")) == 1
    assert number(revision(3, "blog-api:1.2", "rs-3"), revision(3, "blog-api:1.2", "rs-4")) == 1
    assert number(revision(3, "blog-api:1.2", "rs-3"), revision(4, "blog-api:1.3", "rs-4")) == 2
    stranger = {**revision(3, "blog-api:1.2", "rs-3")}
    stranger["metadata"] = {**stranger["metadata"], "ownerReferences": owner("Deployment", "other", "d-9")}
    assert number(stranger) == 0


def test_the_fewest_of_any_pods_are_counted_from_the_start_on():
    bare = pod("p-9", None)
    seen = told(("DELETED", bare), before=[*family(), bare])
    assert p.least_ready_of(seen, lambda one: one.controller is None) == 0
    assert p.least_ready_of(seen, lambda one: one.controller is not None) == 3
    assert p.least_ready_of(seen, lambda one: one.controller is None, seen.recording.until(99)) == 1
    with pytest.raises(EvidenceMissing):
        p.least_ready_of(told(gaps=(Gap(5.0, "pods", "the laptop slept"),)), lambda one: True)

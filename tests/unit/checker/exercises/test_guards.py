"""Guards that many exercises share: each passes in untouched evidence and names what was broken."""

import pytest

from driftlab.checker.evidence.recording import EvidenceMissing, Gap
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises import guards
from driftlab.checker.exercises.sentences import Sentences
from tests.unit.evidence_by_hand import deployment, evidence, family, owner, pod, told

NAME = "blog-api"
ALL = [guards.same_deployment(NAME), guards.own_pods(NAME), guards.never_fewer_ready(NAME, 2)]


@pytest.mark.parametrize("made", ALL, ids=lambda one: one.name)
def test_each_is_a_guard_of_one_point_that_holds_in_untouched_evidence(made):
    assert (made.guard, made.points, made.hidden) == (True, 1, "")
    assert made(told()).outcome is Outcome.PASS


def test_their_titles_are_the_kits():
    assert [Sentences().title(made) for made in ALL] == [
        "It is the Deployment from the start",
        "All Pods with the labels of blog-api are its own",
        "Never fewer than 2 Pods were ready",
    ]


@pytest.mark.parametrize("make", [guards.same_deployment, guards.own_pods])
def test_its_points_can_be_chosen(make):
    assert make(NAME, points=3).points == 3
    assert guards.never_fewer_ready(NAME, 2, points=3).points == 3


def said(verdict):
    return Sentences().render(verdict.reason)


# ---- the same Deployment


def same(*lines, **options):
    verdict = guards.same_deployment(NAME)(told(*lines, **options))
    return verdict.outcome, said(verdict)


def test_a_changed_deployment_is_still_the_same_object():
    now = family(replicas=5, generation=2)
    assert same(("MODIFIED", now[0]), now=now)[0] is Outcome.PASS


@pytest.mark.parametrize("recorded", [True, False])
def test_a_recreated_deployment_is_another_object(recorded):
    """The UID shows it, even without a recording."""
    now = family(uid="d-2")
    lines = [("DELETED", deployment()), ("ADDED", deployment(uid="d-2"))] if recorded else []
    outcome, reason = same(*lines, now=now)
    assert outcome is Outcome.FAIL
    assert "UID" in reason


def test_a_deleted_deployment_fails_the_guard():
    assert same(("DELETED", deployment()), now=[]) == (Outcome.FAIL, f"there is no Deployment called {NAME} any more")


def test_a_second_deployment_fails_the_guard():
    second = deployment("second", "d-2")
    assert same(("ADDED", second), now=[*family(), second]) == (Outcome.FAIL, "there is a second Deployment: second")


def test_a_deployment_from_the_start_is_not_a_second_one():
    other = deployment("other", "d-9")
    assert same(before=[*family(), other], now=[*family(), other])[0] is Outcome.PASS


# ---- its own Pods


@pytest.mark.parametrize(
    ("stranger", "outcome"),
    [
        (pod("p-9", None), Outcome.FAIL),
        (pod("p-9", "rs-9", ownerReferences=owner("ReplicaSet", "other", "rs-9")), Outcome.FAIL),
        (pod("p-9", None, app="other"), Outcome.PASS),
        (pod("p-9"), Outcome.PASS),
    ],
    ids=["nobody's", "somebody else's", "with other labels", "its own"],
)
def test_a_pod_with_its_labels_and_another_owner_fails_the_guard(stranger, outcome):
    verdict = guards.own_pods(NAME)(evidence([*family(), stranger]))
    assert verdict.outcome is outcome
    if outcome is Outcome.FAIL:
        assert said(verdict).startswith("1 Pods")


# ---- ready at each moment


@pytest.mark.parametrize(("than", "outcome"), [(1, Outcome.PASS), (2, Outcome.PASS), (3, Outcome.FAIL)])
def test_a_dip_in_ready_pods_counts_after_it_is_over(than, outcome):
    lines = ("DELETED", pod("p-1")), ("ADDED", pod("p-4"))
    verdict = guards.never_fewer_ready(NAME, than)(told(*lines, now=family("p-2", "p-3", "p-4")))
    assert verdict.outcome is outcome
    assert "2" in said(verdict)


def test_a_gap_in_the_recording_gives_no_verdict():
    with pytest.raises(EvidenceMissing):
        guards.never_fewer_ready(NAME, 2)(told(gaps=(Gap(1.0, "pods", "the laptop slept"),)))

"""Mistakes that many exercises share: each is seen in evidence of itself and in no other."""

import pytest

from driftlab.checker.exercises import mistakes
from driftlab.checker.exercises.sentences import Sentences
from driftlab.checker.exercises.texts import PLACEHOLDER
from tests.unit.activity_by_hand import changed, written_by
from tests.unit.evidence_by_hand import deployment, family, pod, replicaset, told

NAME = "blog-api"
KNOWN = {
    "recreated": mistakes.recreated(NAME),
    "replicaset-scaled": mistakes.replicaset_scaled(NAME),
    "second-deployment": mistakes.second_deployment(NAME),
    "bare-pods": mistakes.bare_pods(),
}

SECOND, BARE = deployment("second", "d-2"), pod("p-9", None, name="mine")
#: Evidence of each mistake.
MADE = {
    "recreated": told(("DELETED", deployment()), ("ADDED", deployment(uid="d-2")), now=family(uid="d-2")),
    "replicaset-scaled": told(("MODIFIED", written_by(replicaset(replicas=5), "kubectl", subresource="scale"))),
    "second-deployment": told(("ADDED", SECOND), now=[*family(), SECOND]),
    "bare-pods": told(("ADDED", BARE), now=[*family(), BARE]),
}


@pytest.mark.parametrize("name", KNOWN)
def test_each_has_a_name_of_its_own_and_three_hints(name):
    made = KNOWN[name]
    assert made.name == name
    hints = Sentences().hints(made).hints
    assert len({*hints}) == 3
    assert all(hint.strip() for hint in hints)
    assert not PLACEHOLDER.search(hints[0]), "a nudge gives no command away"


@pytest.mark.parametrize("name", KNOWN)
def test_none_is_seen_in_untouched_evidence(name):
    assert not KNOWN[name](told())


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("name", KNOWN)
def test_each_is_seen_only_in_evidence_of_itself(name, made):
    """For example, a recreated Deployment is not a second one."""
    assert KNOWN[name](MADE[made]) is (name == made)


def test_a_deleted_deployment_counts_as_recreated():
    assert mistakes.recreated(NAME)(told(now=[]))


def test_a_replicaset_scaled_by_its_deployment_is_not_a_mistake():
    scaled = changed(deployment(), replicas=5)
    more = written_by(replicaset(replicas=5), "kube-controller-manager")
    assert not mistakes.replicaset_scaled(NAME)(told(("MODIFIED", scaled), ("MODIFIED", more)))


def test_objects_from_the_start_are_not_a_mistake():
    before = [*family(), SECOND, BARE]
    for name in ("second-deployment", "bare-pods"):
        assert not KNOWN[name](told(before=before, now=before))

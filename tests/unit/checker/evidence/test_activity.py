"""The story of an exercise: deeds in order, what the controllers did in answer, gaps, and one remark at most."""

from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.activity import MAX_DEEDS, learner_deeds, summarize_activity
from driftlab.checker.evidence.recording import Gap
from tests.unit.activity_by_hand import changed, recorded, story, written_by
from tests.unit.evidence_by_hand import deployment, event, pod, replicaset, terminating


def test_where_nothing_happened_nothing_is_told():
    told = summarize_activity(recorded())
    assert (told.deeds, told.remark, told.gaps) == ((), "", ())


def test_what_controllers_do_is_summed_up_until_the_next_deed():
    steps = [("MODIFIED", replicaset(replicas=number)) for number in (4, 5, 6, 2)]
    there_and_back = [("MODIFIED", replicaset(replicas=number)) for number in (5, 2)]
    begun = changed(deployment(), minReadySeconds=1)
    paused = changed(begun, paused=True)
    assert story(("MODIFIED", begun), *steps, ("MODIFIED", paused), *there_and_back)[1:] == [
        "scaled the ReplicaSet blog-api-6f7 from 3 to 2",
        "you: Deployment blog-api: rollout paused",
    ]


def test_what_the_checker_did_is_not_told_and_not_remarked_on():
    mine = written_by(replicaset(replicas=5), "driftlab")
    lines = (
        ("MODIFIED", changed(deployment(), replicas=5)),
        ("MODIFIED", mine),
        ("DELETED", pod("p-1")),
        ("DELETED", deployment("other", "d-9")),
        ("ADDED", deployment("other", "d-10")),
    )
    told = summarize_activity(recorded(*lines, ours=range(5)))
    assert (told.deeds, told.remark) == ((), "")


def test_what_comes_after_the_checkers_doings_is_told_against_them():
    """The learner's step is from five to four, not from three to four."""
    disturbed = changed(deployment(), replicas=5)
    told = story(("MODIFIED", disturbed), ("MODIFIED", changed(disturbed, replicas=4)), ours=[0])
    assert told == ["you: Deployment blog-api: scaled from 5 to 4"]


def test_every_gap_is_named_once():
    gaps = [Gap(1.0, kind, "the laptop slept") for kind in ("pods", "deployments")]
    assert summarize_activity(recorded(gaps=gaps)).gaps == ("the laptop slept",)


def test_a_long_story_has_its_beginning_and_its_end():
    states, lines = deployment(), []
    for number in range(50):
        states = changed(states, replicas=10 + number)
        lines.append(("MODIFIED", states))
    told = story(*lines)
    assert len(told) == MAX_DEEDS + 1
    assert told[0] == "you: Deployment blog-api: scaled from 3 to 10"
    assert "30 more" in told[MAX_DEEDS // 2]
    assert told[-1] == "you: Deployment blog-api: scaled from 58 to 59"


def test_nothing_can_be_hidden_in_a_long_story():
    """What goals ask is answered from all of it, not from what is shown."""
    lines = [("ADDED", pod(f"junk-{number}", None)) for number in range(40)]
    lines.insert(20, ("MODIFIED", written_by(replicaset(replicas=5), "kubectl")))
    seen = recorded(*lines)
    assert p.you(seen, "scaled", "ReplicaSet")
    assert not p.you(seen, "deleted", "Pod")
    assert not [deed for deed in summarize_activity(seen).deeds if deed.verb == "scaled"]
    assert len(list(learner_deeds(seen))) == 41


changes = st.lists(
    st.tuples(
        st.sampled_from(["ADDED", "MODIFIED", "DELETED"]),
        st.sampled_from(
            [
                deployment(),
                changed(deployment(), replicas=5),
                changed(terminating(deployment())),
                deployment(uid="d-2"),
                replicaset(),
                written_by(replicaset(replicas=5), "kubectl"),
                replicaset("rs-2", ownerReferences=[]),
                *(pod(uid, of) for uid in ("p-1", "p-4") for of in ("rs-1", "rs-9", None)),
                terminating(pod("p-2")),
                event("e-1", "SuccessfulDelete", ("ReplicaSet", "x", "rs-1"), "Deleted pod: blog-api-6f7-p-1"),
            ]
        ),
    ),
    max_size=12,
)


@given(changes, st.sets(st.integers(0, 11)))
def test_every_story_can_be_told_and_ours_adds_nothing_to_it(lines, ours):
    """In whatever order changes come: half of them may have been missed."""
    whole = summarize_activity(recorded(*lines))
    without = summarize_activity(recorded(*lines, ours=ours))
    assert len([deed for deed in without.deeds if deed.by_you]) <= len([deed for deed in whole.deeds if deed.by_you])
    assert all(deed.text for deed in whole.deeds)
    assert summarize_activity(recorded(*lines, ours=range(12))).deeds == ()
    assert [deed.text for deed in learner_deeds(recorded(*lines))] == [deed.text for deed in whole.deeds if deed.by_you]

"""Four notes on the wall: which are complete?"""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

ANSWERS = {"archive": "complete", "articles": "complete", "comments": "incomplete", "search": "incomplete"}


def begins(snapshot: Snapshot) -> bool:
    """All four look ready; comments is paused before its rollout, search waits for an image that does not exist."""
    named = {deployment.name: deployment for deployment in snapshot.deployments}
    if not ANSWERS.keys() <= named.keys():
        return False
    seen = all(one.status.get("observedGeneration") == one.generation for one in named.values())
    ready = all(int(one.status.get("readyReplicas", 0)) == one.replicas for one in named.values())
    whole = all(not p.unfinished(named[name], snapshot) for name, answer in ANSWERS.items() if answer == "complete")
    updated = [int(named[name].status.get("updatedReplicas", 0)) for name in ("comments", "search")]
    no_image = any(p.reasons(pod) & p.CANNOT_PULL for pod in snapshot.pods)
    return seen and ready and whole and updated == [0, 1] and no_image


def answers(evidence: Evidence) -> dict[str, str]:
    """What the learner's labels say of the four."""
    return {
        one.name: one.labels["rollout"]
        for one in evidence.now.deployments
        if one.name in ANSWERS and "rollout" in one.labels
    }


@goal(points=4)
def read_rightly(evidence: Evidence) -> Verdict:
    given = answers(evidence)
    right = sum(given.get(name) == answer for name, answer in ANSWERS.items())
    if right == len(ANSWERS):
        return passed("two-and-two")
    if len(given) < len(ANSWERS):
        return failed("labels-so-far", given=len(given))
    # Who guesses has half of them right: that earns nothing.
    return failed("right-so-far", right=right, share=max(0, right - 2) / 4)


@guard
def nothing_changed(evidence: Evidence) -> Verdict:
    changed = spec_changed(evidence)
    return failed("not-what-it-was", name=changed[0]) if changed else passed("as-at-the-start")


def spec_changed(evidence: Evidence) -> list[str]:
    """Which of the four have another spec than at the start, or are other objects, or gone."""
    now = {one.name: one for one in evidence.now.deployments}
    return [
        one.name
        for one in evidence.baseline.deployments
        if one.name not in now or not p.spec_untouched(one, now[one.name], evidence.recording)
    ]


mended = mistake("mended")(spec_changed)
pods_labelled = mistake(
    lambda evidence: any("rollout" in one.labels for one in (*evidence.now.pods, *evidence.now.replicasets))
)
other_words = mistake(lambda evidence: set(answers(evidence).values()) - set(ANSWERS.values()))


@mistake
def by_ready(evidence: Evidence) -> bool:
    given = answers(evidence)
    return given.get("comments") == given.get("search") == "complete"


@mistake
def seen_is_done(evidence: Evidence) -> bool:
    given = answers(evidence)
    return "complete" in (given.get("comments"), given.get("search"))


zero_is_broken = mistake(lambda evidence: answers(evidence).get("archive") == "incomplete")

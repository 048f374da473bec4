"""To zero, and back."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import asks_and_runs, asks_for, blog_api, common_mistakes, deleted_pods, no_rollout, replicaset_scaled


def asked_for_none(evidence: Evidence) -> bool:
    before = blog_api(evidence.baseline)
    return p.was_ever(evidence, "blog-api", lambda now: p.same_object(before, now) and now.replicas == 0)


def was_empty(evidence: Evidence) -> bool:
    """The Deployment from the start asked for no Pod, and its controller had counted none."""
    before = blog_api(evidence.baseline)
    return p.was_ever(
        evidence,
        "blog-api",
        lambda now: (
            p.same_object(before, now)
            and now.replicas == 0
            and now.status.get("observedGeneration") == now.generation
            and not now.status.get("replicas")
        ),
    )


@goal(points=2)
def at_zero(evidence: Evidence) -> Verdict:
    if was_empty(evidence):
        return passed("was-at-zero")
    if not asked_for_none(evidence):
        return failed("never-asked-for-zero")
    return waiting("almost-zero") if asks_for(evidence) == 0 else failed("not-long-enough", share=0.5)


@goal
def back(evidence: Evidence) -> Verdict:
    if not asked_for_none(evidence):
        return failed("nothing-came-back")
    verdict, kept = asks_and_runs(evidence, 3), p.pods_kept(evidence, "blog-api")
    if verdict.outcome == "PASS" and kept:
        return failed("pods-kept", kept=len(kept), share=0.5)
    return verdict


shared_guard = guard(no_rollout)
shared_mistakes = common_mistakes
only_replicaset = mistake("replicaset-scaled")(
    lambda evidence: replicaset_scaled(evidence) and not asked_for_none(evidence)
)
pods_deleted = mistake(lambda evidence: deleted_pods(evidence) and not asked_for_none(evidence))
not_zero = mistake(
    lambda evidence: len(p.replicas_asked_for(evidence, "blog-api")) > 1 and not asked_for_none(evidence)
)
still_zero = mistake(lambda evidence: asks_for(evidence) == 0)

"""To zero, and back."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import (
    asks_and_runs,
    asks_for,
    blog_api,
    common_mistakes,
    deleted_pods,
    no_rollout,
    pods,
    replicaset_scaled,
)


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


@goal("The Deployment asked for no Pod, and there was none", points=2)
def at_zero(evidence: Evidence) -> Verdict:
    if was_empty(evidence):
        return passed("it asked for 0, and 0 there were")
    if not asked_for_none(evidence):
        return failed("the Deployment has not asked for zero Pods since the exercise started")
    if asks_for(evidence) == 0:
        return waiting("it asks for 0; the last Pods are on their way out")
    return failed("it asked for 0, but not for long enough: some Pods were still there", share=0.5)


@goal("Three Pods are ready again, and all of them are new")
def back(evidence: Evidence) -> Verdict:
    if not asked_for_none(evidence):
        return failed("nothing has come back: it was never at zero")
    verdict = asks_and_runs(evidence, 3)
    kept = p.uids(pods(evidence.baseline)) & p.uids(pods(evidence.now))
    if verdict.outcome == "PASS" and kept:
        return failed(f"{len(kept)} of the Pods are the ones from the start", share=0.5)
    return verdict


same_deployment_same_replicaset_same_revision = guard("Same Deployment, same ReplicaSet, same revision")(no_rollout)
shared_mistakes = common_mistakes


@mistake("replicaset-scaled")
def shows_replicaset_scaled(evidence: Evidence) -> bool:
    return replicaset_scaled(evidence) and not asked_for_none(evidence)


@mistake
def pods_deleted(evidence: Evidence) -> bool:
    return deleted_pods(evidence) and not asked_for_none(evidence)


@mistake
def not_zero(evidence: Evidence) -> bool:
    return len(p.replicas_asked_for(evidence, "blog-api")) > 1 and not asked_for_none(evidence)


@mistake
def still_zero(evidence: Evidence) -> bool:
    return asks_for(evidence) == 0

"""A model that nobody sells."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import (
    NEW,
    NO_DEPLOYMENT,
    OLD,
    blog_api,
    common_mistakes,
    pods,
    same_deployment,
    strangers,
    template_changed,
)


def begins(snapshot: Snapshot) -> bool:
    """All three Pods wait for an image that does not come."""
    return len(snapshot.pods) == 3 and all(p.reasons(pod) & p.CANNOT_PULL for pod in snapshot.pods)


@goal("The Deployment asks for blog-api:1.1", points=2)
def asks_for_new(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    if deployment.images == OLD:
        return failed(f"it asks for {OLD[0]}: that can be had, but it is not the new model", share=0.5)
    if deployment.images != NEW:
        return failed(f"it asks for {', '.join(deployment.images)}")
    return passed("it does")


@goal("Three Pods of that model are ready", points=2)
def new_model_ready(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    ready = sum(pod.ready and p.images(pod) == NEW for pod in pods(evidence.now))
    if deployment.images != NEW:
        return failed(f"{ready} Pods that run 1.1 are ready")
    if deployment.replicas != 3:
        return failed(f"the Deployment asks for {deployment.replicas} Pods; at the start it was 3", share=0.5)
    return p.settling(deployment, evidence.now) or passed("3 of 3 are")


@guard("It is the Deployment from the start, and all Pods are its own")
def mended_not_replaced(evidence: Evidence) -> Verdict:
    verdict = same_deployment(evidence)
    if verdict.outcome == "PASS" and (free := strangers(evidence)):
        return failed(f"there is a Pod that nobody owns: {free[0]}")
    return verdict


shared_mistakes = common_mistakes


@mistake
def bare_pod(evidence: Evidence) -> bool:
    return bool(strangers(evidence))


@mistake
def pod_edited(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    edited = deployment is not None and not p.replaced_not_edited(deployment, evidence)
    return edited and not template_changed(evidence)


@mistake
def pods_deleted(evidence: Evidence) -> bool:
    return not template_changed(evidence) and not p.uids(pods(evidence.baseline)) <= p.uids(pods(evidence.now))


@mistake
def other_image(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and template_changed(evidence) and deployment.images != NEW

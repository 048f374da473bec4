"""A service that has to stay up."""

from driftlab.checker import (
    Disturbance,
    Evidence,
    Pod,
    Recording,
    Snapshot,
    Verdict,
    failed,
    goal,
    guard,
    mistake,
    passed,
    proof,
    waiting,
)
from driftlab.checker import predicates as p

from ..common import bare, blog_api, replaced


def begins(snapshot: Snapshot) -> bool:
    return any(pod.ready for pod in snapshot.pods)


SERVED_BY = {"app": "blog-api"}.items()  #: the labels that the Service looks for


def serves(pod: Pod) -> bool:
    return pod.labels.items() >= SERVED_BY


def least_serving(evidence: Evidence, recording: Recording) -> int:
    """The fewest ready Pods that the Service could send readers to. Raises EvidenceMissing where there is a gap."""
    recording.require("pods", "deployments")
    return p.least_ready_of(evidence, serves, recording)


def strangers(evidence: Evidence) -> list[Pod]:
    """Living Pods that do not belong to the Deployment blog-api."""
    deployment = blog_api(evidence.now)
    own = p.uids(p.pods_of(deployment, evidence.now)) if deployment else frozenset()
    return [pod for pod in evidence.now.pods if pod.uid not in own]


@goal("A Deployment called blog-api keeps two Pods or more ready", points=2)
def deployed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if deployment.images != ("blog-api:1.0",):
        return failed(f"its template asks for {', '.join(deployment.images)}")
    if not p.pod_labels(deployment).items() >= SERVED_BY:
        return failed("the Service does not look for the labels that its Pods carry")
    if deployment.replicas < 2:
        return failed(f"it asks for {deployment.replicas} replicas", share=0.5)
    if deployment.paused:
        return failed("its rollout is paused")
    return p.settling(deployment, evidence.now) or passed(f"{deployment.replicas} Pods are ready")


@goal("Nobody is served by a Pod without an owner any more")
def no_bare_pod(evidence: Evidence) -> Verdict:
    if blog_api(evidence.now) is None:
        known = p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods)
        return failed("the bare Pod serves readers" if known else "the bare Pod is gone; no Deployment serves instead")
    left = strangers(evidence)
    if any(not pod.terminating for pod in left):
        return failed(f"the Pod {left[0].name} is still there, and the Deployment does not own it")
    return waiting(f"{left[0].name} is terminating") if left else passed("all Pods belong to the Deployment")


@guard("At every moment somebody served", points=2)
def uninterrupted(evidence: Evidence) -> Verdict:
    if least_serving(evidence, evidence.recording) == 0:
        return failed("there was a moment when no Pod that the Service looks for was ready")
    return passed("one ready Pod or more at every moment")


@guard("The Service is as it was")
def same_service(evidence: Evidence) -> Verdict:
    before, after = (
        {one.uid: p.looked_for(one) for one in snapshot.objects("services") if one.name == "blog-api"}
        for snapshot in (evidence.baseline, evidence.now)
    )
    return passed("it looks for app=blog-api, as before") if before == after else failed("it was changed or replaced")


@proof("A Pod that is lost comes back")
def comes_back(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    return replaced(disturbance, evidence)


def before_any_deployment(recording: Recording) -> Recording:
    """Its part up to the first Deployment. What the API numbers can be ordered; clocks only nearly."""
    first = next((change.version for change in recording.of_kind("deployments")), None)
    return recording if first is None else recording.until(first)


@mistake
def service_changed(evidence: Evidence) -> bool:
    return same_service(evidence).outcome == "FAIL"


@mistake
def deleted_first(evidence: Evidence) -> bool:
    return least_serving(evidence, before_any_deployment(evidence.recording)) == 0


@mistake
def deleted_too_early(evidence: Evidence) -> bool:
    return least_serving(evidence, evidence.recording) == 0


@mistake
def more_bare_pods(evidence: Evidence) -> bool:
    known = p.uids(evidence.baseline.pods)
    return any(pod.uid not in known for pod in bare(evidence.now))


@mistake
def other_name(evidence: Evidence) -> bool:
    return any(one.name != "blog-api" for one in evidence.now.deployments)


@mistake
def one_replica(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.replicas < 2


@mistake
def both_left(evidence: Evidence) -> bool:
    return bool(p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods)) and blog_api(evidence.now) is not None

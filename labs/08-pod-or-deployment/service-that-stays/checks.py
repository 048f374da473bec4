"""A service that has to stay up."""

from driftlab.checker import Evidence, Pod, Recording, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import blog_api, replaced


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
    own = p.uids(p.pods_of(blog_api(evidence.now), evidence.now))
    return [pod for pod in evidence.now.pods if pod.uid not in own]


@goal(points=2)
def deployed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment.images != ("blog-api:1.0",):
        return failed("other-image", images=deployment.images)
    if not p.pod_labels(deployment).items() >= SERVED_BY:
        return failed("other-labels")
    if deployment.replicas < 2:
        return failed("too-few-replicas", replicas=deployment.replicas, share=0.5)
    if deployment.paused:
        return failed("rollout-paused")
    return p.settling(deployment, evidence.now) or passed("all-ready", replicas=deployment.replicas)


@goal
def no_bare_pod(evidence: Evidence) -> Verdict:
    if evidence.now.deployment("blog-api") is None:
        known = p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods)
        return failed("bare-pod-serves") if known else failed("bare-pod-gone")
    left = strangers(evidence)
    if any(not pod.terminating for pod in left):
        return failed("not-owned", name=left[0].name)
    return waiting("is-terminating", name=left[0].name) if left else passed("all-owned")


@guard(points=2)
def uninterrupted(evidence: Evidence) -> Verdict:
    return failed("none-served") if least_serving(evidence, evidence.recording) == 0 else passed("always-served")


@guard
def same_service(evidence: Evidence) -> Verdict:
    before, after = (
        {one.uid: p.looked_for(one) for one in snapshot.objects("services") if one.name == "blog-api"}
        for snapshot in (evidence.baseline, evidence.now)
    )
    return passed("as-before") if before == after else failed("service-changed")


comes_back = replaced


def before_any_deployment(recording: Recording) -> Recording:
    """Its part up to the first Deployment. What the API numbers can be ordered; clocks only nearly."""
    first = next((change.version for change in recording.of_kind("deployments")), None)
    return recording if first is None else recording.until(first)


service_changed = mistake(lambda evidence: same_service(evidence).outcome == "FAIL")
deleted_first = mistake(lambda evidence: least_serving(evidence, before_any_deployment(evidence.recording)) == 0)
deleted_too_early = mistake(lambda evidence: least_serving(evidence, evidence.recording) == 0)
more_bare_pods = mistake("more-bare-pods")(p.new_bare_pods)
other_name = mistake(lambda evidence: any(one.name != "blog-api" for one in evidence.now.deployments))
one_replica = mistake(lambda evidence: blog_api(evidence.now).replicas < 2)


@mistake
def both_left(evidence: Evidence) -> bool:
    kept = p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods)
    return bool(kept) and evidence.now.deployment("blog-api") is not None

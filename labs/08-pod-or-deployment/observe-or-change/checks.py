"""Monday morning: the right object."""

from driftlab.checker import (
    Disturbance,
    Evidence,
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

from ..common import bare, blog_api, job, pods_of_job, replaced

RIGHT = ("blog-api:1.1",)


def in_trouble(snapshot: Snapshot) -> bool:
    """One Pod was mended by hand, one cannot start, one was run by hand, and the task is done."""
    deployment, extra = blog_api(snapshot), snapshot.pod("blog-api-extra")
    if deployment is None or extra is None:
        return False
    pods = p.pods_of(deployment, snapshot)
    mended = [pod for pod in pods if pod.ready and p.images(pod) == RIGHT]
    stuck = [pod for pod in pods if not pod.ready and p.reasons(pod) & p.CANNOT_PULL]
    seen = int(deployment.status.get("readyReplicas", 0)) == 1  # what `kubectl get` shows
    # once its finalizer is gone, the Job has counted it
    done = [pod for pod in snapshot.pods if pod.phase == "Succeeded" and not pod.metadata.get("finalizers")]
    return len(mended) == len(stuck) == len(done) == 1 and seen and extra.ready


begins = in_trouble


@goal("The Deployment asks for three Pods of blog-api:1.1, and has them", points=3)
def mended(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if not p.same_object(blog_api(evidence.baseline), deployment):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if deployment.images != RIGHT:
        ready = len([pod for pod in p.pods_of(deployment, evidence.now) if pod.ready])
        return failed(f"{ready} of its Pods are ready, and its template asks for {deployment.images[0]}")
    if deployment.replicas != 3:
        return failed(f"the image is the right one; it asks for {deployment.replicas} replicas", share=0.5)
    if deployment.paused:
        return failed("its rollout is paused", share=0.5)
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    if p.running_images(deployment, evidence.now) != set(RIGHT):
        return failed("one of its Pods runs another image than its template says", share=0.5)
    return passed("three Pods are ready, and all are made from its template")


@goal("No Pod is left that nobody asks for")
def nothing_by_hand(evidence: Evidence) -> Verdict:
    left = [pod for pod in evidence.now.pods if p.unowned(pod)]
    if any(not pod.terminating for pod in left):
        return failed(f"the Pod {left[0].name} has no owner")
    return waiting(f"{left[0].name} is terminating") if left else passed("every Pod has an owner")


@guard("The finished Job is as it was, and so is its Pod")
def job_left_alone(evidence: Evidence) -> Verdict:
    before, after = job(evidence.baseline), job(evidence.now)
    if before is None or after is None or before.uid != after.uid:
        return failed("the Job migrate is gone, or another one has its name")
    pods = {pod.uid for pod in pods_of_job(before, evidence.baseline)}
    if not pods <= p.uids(p.living(evidence.now.pods)):
        return failed("the Pod of the Job is gone, and its log with it")
    others = [one.name for one in evidence.now.objects("jobs") if one.uid != after.uid]
    return failed(f"there is another Job, {others[0]}") if others else passed("it has ended well, and is left alone")


@proof("A Pod that is lost comes back as blog-api:1.1")
def comes_back_right(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    return replaced(disturbance, evidence)


@mistake
def recreated(evidence: Evidence) -> bool:
    return p.was_recreated(evidence, "blog-api")


@mistake
def job_touched(evidence: Evidence) -> bool:
    return job_left_alone(evidence).outcome == "FAIL"


@mistake
def by_hand(evidence: Evidence) -> bool:
    known = p.uids(evidence.baseline.pods)
    return any(pod.uid not in known for pod in bare(evidence.now))


@mistake
def pods_mended(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and not p.replaced_not_edited(deployment, evidence)


@mistake
def pods_deleted(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None or after.images == RIGHT:
        return False
    return not p.uids(p.pods_of(before, evidence.baseline)) <= p.uids(p.living(evidence.now.pods))


@mistake
def two_replicas(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.images == RIGHT and deployment.replicas != 3


@mistake
def extra_kept(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.images == RIGHT and bool(bare(evidence.now))

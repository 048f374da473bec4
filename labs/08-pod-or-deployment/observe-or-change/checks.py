"""Monday morning: the right object."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import bare, blog_api, job, pods_of_job, replaced

RIGHT = ("blog-api:1.1",)


def begins(snapshot: Snapshot) -> bool:
    """One Pod was mended by hand, one cannot start, one was run by hand, and the task is done."""
    deployment, extra = blog_api(snapshot), snapshot.pod("blog-api-extra")
    pods = p.pods_of(deployment, snapshot)
    mended = [pod for pod in pods if pod.ready and p.images(pod) == RIGHT]
    stuck = [pod for pod in pods if not pod.ready and p.reasons(pod) & p.CANNOT_PULL]
    seen = int(deployment.status.get("readyReplicas", 0)) == 1  # what `kubectl get` shows
    # once its finalizer is gone, the Job has counted it
    done = [pod for pod in snapshot.pods if pod.phase == "Succeeded" and not pod.metadata.get("finalizers")]
    return len(mended) == len(stuck) == len(done) == 1 and seen and extra is not None and extra.ready


@goal(points=3)
def mended(evidence: Evidence) -> Verdict:
    deployment = p.require_same_deployment(evidence, "blog-api")
    if deployment.images != RIGHT:
        ready = sum(pod.ready for pod in p.pods_of(deployment, evidence.now))
        return failed("other-image", ready=ready, image=deployment.images[0])
    if deployment.replicas != 3:
        return failed("other-number", replicas=deployment.replicas, share=0.5)
    if deployment.paused:
        return failed("rollout-paused", share=0.5)
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    if p.running_images(deployment, evidence.now) != set(RIGHT):
        return failed("unlike-its-template", share=0.5)
    return passed("all-from-its-template")


@goal
def nothing_by_hand(evidence: Evidence) -> Verdict:
    if left := bare(evidence.now):
        return failed("has-no-owner", name=left[0].name)
    going = [pod.name for pod in evidence.now.pods if p.unowned(pod)]
    return waiting("is-terminating", name=going[0]) if going else passed("all-have-owners")


@guard
def job_left_alone(evidence: Evidence) -> Verdict:
    before, after = job(evidence.baseline), job(evidence.now)
    if before is None or after is None or before.uid != after.uid:
        return failed("job-gone")
    if not p.uids(tuple(pods_of_job(before, evidence.baseline))) <= p.uids(p.living(evidence.now.pods)):
        return failed("pod-of-job-gone")
    others = [one.name for one in evidence.now.objects("jobs") if one.uid != after.uid]
    return failed("another-job", name=others[0]) if others else passed("ended-well")


comes_back = replaced
recreated = mistake(lambda evidence: p.was_recreated(evidence, "blog-api"))
job_touched = mistake(lambda evidence: job_left_alone(evidence).outcome == "FAIL")
by_hand = mistake("by-hand")(p.new_bare_pods)
pods_mended = mistake(lambda evidence: not p.replaced_not_edited(blog_api(evidence.now), evidence))


@mistake
def pods_deleted(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    kept = p.uids(p.pods_of(before, evidence.baseline)) <= p.uids(p.living(evidence.now.pods))
    return after.images != RIGHT and not kept


@mistake
def two_replicas(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment.images == RIGHT and deployment.replicas != 3


extra_kept = mistake(lambda evidence: blog_api(evidence.now).images == RIGHT and bare(evidence.now))

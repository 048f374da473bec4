"""Take a Pod out of the family."""

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import common_mistakes, orphans, pods, replicaset_gone, same_replicaset, strangers, three_again


@goal(points=2)
def one_orphan(evidence: Evidence) -> Verdict:
    free = orphans(evidence)
    if len(free) == 1:
        return passed("one-left", name=free[0])
    if len(free) > 1:
        return failed("several-left", number=len(free), share=0.5)
    known = pods(evidence.baseline)
    if any(pod.uid in known and not looked_for(pod, evidence.now) for pod in evidence.now.pods):
        return waiting("about-to-leave")
    return failed("all-belong") if known <= p.uids(evidence.now.pods) else failed("one-gone")


def looked_for(pod: Pod, snapshot: Snapshot) -> bool:
    """Does blog-api's ReplicaSet find the Pod by its labels?"""
    deployment = snapshot.deployment("blog-api")
    return deployment is not None and any(rs.matches(pod) for rs in p.replicasets_of(deployment, snapshot))


shared_guards = [guard(three_again), guard(same_replicaset)]
shared_mistakes = common_mistakes
too_many = mistake(lambda evidence: len(orphans(evidence)) > 1)
deleted = mistake(
    lambda evidence: not pods(evidence.baseline) <= p.uids(evidence.now.pods) and not replicaset_gone(evidence)
)
stranger = mistake("stranger")(strangers)


@mistake
def other_label(evidence: Evidence) -> bool:
    before = {pod.uid: pod.labels for pod in evidence.baseline.pods}
    changed = [pod for pod in evidence.now.pods if before.get(pod.uid, pod.labels) != pod.labels]
    return any(looked_for(pod, evidence.now) for pod in changed)


@mistake
def deployment_labelled(evidence: Evidence) -> bool:
    before = {one.uid: one.labels for one in (*evidence.baseline.deployments, *evidence.baseline.replicasets)}
    now = (*evidence.now.deployments, *evidence.now.replicasets)
    return any(before.get(one.uid, one.labels) != one.labels for one in now)

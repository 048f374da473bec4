"""Take a Pod out of the family."""

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import common_mistakes, orphans, pods, replicaset_gone, same_replicaset, three_again


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
stranger = mistake("stranger")(p.new_bare_pods)


@mistake
def other_label(evidence: Evidence) -> bool:
    return any(looked_for(pod, evidence.now) for pod in p.relabelled(evidence.baseline.pods, evidence.now.pods))


@mistake
def deployment_labelled(evidence: Evidence) -> bool:
    before, now = ((*snapshot.deployments, *snapshot.replicasets) for snapshot in (evidence.baseline, evidence.now))
    return bool(p.relabelled(before, now))

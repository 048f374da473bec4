"""Take a Pod out of the family."""

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import blog_api, common_mistakes, orphans, pods, replicaset_gone, same_replicaset, strangers, three_again


@goal("One of the three Pods runs on without an owner", points=2)
def one_orphan(evidence: Evidence) -> Verdict:
    free = orphans(evidence)
    if len(free) == 1:
        return passed(f"{free[0]} is the same Pod as before, but no ReplicaSet owns it any more")
    if len(free) > 1:
        return failed(f"{len(free)} Pods have left the family; one is enough", share=0.5)
    known = pods(evidence.baseline)
    if any(pod.uid in known and not looked_for(pod, evidence.now) for pod in evidence.now.pods):
        return waiting("its label is changed; the ReplicaSet is about to let go of it")
    if not known <= p.uids(evidence.now.pods):
        return failed("a Pod from the start is gone; it should run on")
    return failed("all three Pods still belong to the ReplicaSet")


def looked_for(pod: Pod, snapshot: Snapshot) -> bool:
    """Does blog-api's ReplicaSet find the Pod by its labels?"""
    deployment = blog_api(snapshot)
    return deployment is not None and any(rs.matches(pod) for rs in p.replicasets_of(deployment, snapshot))


the_replicaset_has_replaced_it_three = guard("The ReplicaSet has replaced it: three Pods of its own are ready")(
    three_again
)


deployment_and_replicaset_are_the_ones = guard("Deployment and ReplicaSet are the ones from the start")(same_replicaset)
shared_mistakes = common_mistakes


@mistake
def too_many(evidence: Evidence) -> bool:
    return len(orphans(evidence)) > 1


@mistake
def deleted(evidence: Evidence) -> bool:
    return not pods(evidence.baseline) <= p.uids(evidence.now.pods) and not replicaset_gone(evidence)


@mistake
def stranger(evidence: Evidence) -> bool:
    return bool(strangers(evidence))


@mistake
def other_label(evidence: Evidence) -> bool:
    before = {pod.uid: pod.labels for pod in evidence.baseline.pods}
    return any(
        before.get(pod.uid, pod.labels) != pod.labels and looked_for(pod, evidence.now) for pod in evidence.now.pods
    )


@mistake
def deployment_labelled(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    relabelled = {rs.uid: rs.labels for rs in evidence.baseline.replicasets}
    return (before is not None and after is not None and before.labels != after.labels) or any(
        relabelled.get(rs.uid, rs.labels) != rs.labels for rs in evidence.now.replicasets
    )

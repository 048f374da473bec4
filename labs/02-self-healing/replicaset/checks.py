"""Delete the ReplicaSet."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import asked_for_nothing_new, common_mistakes, owners, pods, recreated, replicaset_gone, three_again


@goal("The ReplicaSet is a new one, made by the same Deployment", points=2)
def new_replicaset(evidence: Evidence) -> Verdict:
    before, after = owners(evidence.baseline), owners(evidence.now)
    if recreated(evidence):
        return failed("this is another Deployment; the one from the start should have made the ReplicaSet")
    if set(before) & set(after):
        return failed("the ReplicaSet from the start is still there")
    if not after:
        return waiting("the ReplicaSet is gone; the Deployment has not made a new one yet")
    return passed("the old UID is gone; the new ReplicaSet belongs to the same Deployment")


@goal("Three new Pods are ready, and belong to it")
def new_pods(evidence: Evidence) -> Verdict:
    kept = pods(evidence.baseline) & p.uids(p.living(evidence.now.pods))
    if owners(evidence.baseline) == owners(evidence.now):
        return failed("there is no new ReplicaSet that they could belong to")
    verdict = three_again(evidence)
    if verdict.outcome == "PASS" and kept:
        return failed(f"{len(kept)} of the Pods are the ones from the start: they were kept and adopted", share=0.5)
    return verdict


unchanged = guard("Nobody changed what was asked for")(asked_for_nothing_new)
shared_mistakes = common_mistakes


@mistake
def kept_pods(evidence: Evidence) -> bool:
    return replicaset_gone(evidence) and bool(pods(evidence.baseline) & pods(evidence.now))


@mistake
def replicaset_scaled(evidence: Evidence) -> bool:
    before, after = owners(evidence.baseline), owners(evidence.now)
    return set(before) == set(after) and before != after


@mistake
def only_pods(evidence: Evidence) -> bool:
    return owners(evidence.baseline) == owners(evidence.now) and not pods(evidence.baseline) <= pods(evidence.now)

"""Delete all Pods at once."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import common_mistakes, pods, replicaset_gone, same_replicaset, three_again


@goal("None of the first three Pods is left", points=2)
def none_left(evidence: Evidence) -> Verdict:
    everything = p.uids(p.living(evidence.now.pods))
    left = len(pods(evidence.baseline) & everything)
    if left:
        return failed(f"{left} of the first three Pods are still there", share=(3 - left) / 3 * 0.5)
    return passed("three UIDs are gone, three are new")


three_ready = guard("Three Pods are ready again")(three_again)
deployment_and_replicaset_are_the_ones = guard("Deployment and ReplicaSet are the ones from the start")(same_replicaset)
shared_mistakes = common_mistakes


@mistake
def replicaset_deleted(evidence: Evidence) -> bool:
    return replicaset_gone(evidence)


@mistake
def some_left(evidence: Evidence) -> bool:
    return 0 < len(pods(evidence.baseline) & pods(evidence.now)) < 3

"""Delete one Pod."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting

from ..common import common_mistakes, orphans, pods, replicaset_gone, same_replicaset, strangers, surplus, three_again


@goal("One of the three Pods has been replaced, two are still the same", points=2)
def one_replaced(evidence: Evidence) -> Verdict:
    before, after = pods(evidence.baseline), pods(evidence.now)
    gone = len(before - after)
    if gone == 0:
        return failed("all three Pods are still the ones from the start")
    if surplus(evidence):
        return failed("the ReplicaSet had to remove a Pod too many: one was added, none was deleted by you")
    if orphans(evidence):
        return failed("a Pod from the start has lost its owner, but it still runs")
    if gone > 1:
        return failed(f"{gone} of the three Pods are gone; here it should be one", share=0.5)
    if not after - before:
        return waiting("the Pod is gone; its replacement is not there yet")
    return passed("one UID is gone, one is new, and two are the same as before")


three_ready = guard("Three Pods are ready again")(three_again)
unchanged = guard("Nobody changed what was asked for")(same_replicaset)
shared_mistakes = common_mistakes


@mistake
def replicaset_deleted(evidence: Evidence) -> bool:
    return replicaset_gone(evidence)


@mistake
def added(evidence: Evidence) -> bool:
    return bool(surplus(evidence)) or bool(strangers(evidence))


@mistake
def all_at_once(evidence: Evidence) -> bool:
    return len(pods(evidence.baseline) - pods(evidence.now)) > 1 and not replicaset_gone(evidence)

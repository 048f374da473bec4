"""Delete one Pod."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import common_mistakes, orphans, pods, replicaset_gone, same_replicaset, surplus, three_again


@goal(points=2)
def one_replaced(evidence: Evidence) -> Verdict:
    before, after = pods(evidence.baseline), pods(evidence.now)
    gone = len(before - after)
    if gone == 0:
        return failed("none-gone")
    if surplus(evidence):
        return failed("one-too-many")
    if orphans(evidence):
        return failed("lost-its-owner")
    if gone > 1:
        return failed("several-gone", gone=gone, share=0.5)
    return passed("one-replaced") if after - before else waiting("no-replacement-yet")


shared_guards = [guard(three_again), guard(same_replicaset)]
shared_mistakes = common_mistakes
replicaset_deleted = mistake("replicaset-deleted")(replicaset_gone)
added = mistake(lambda evidence: surplus(evidence) or p.new_bare_pods(evidence))
all_at_once = mistake(
    lambda evidence: len(pods(evidence.baseline) - pods(evidence.now)) > 1 and not replicaset_gone(evidence)
)

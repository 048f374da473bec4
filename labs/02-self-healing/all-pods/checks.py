"""Delete all Pods at once."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import common_mistakes, pods, replicaset_gone, same_replicaset, three_again


@goal(points=2)
def none_left(evidence: Evidence) -> Verdict:
    left = len(pods(evidence.baseline) & p.uids(p.living(evidence.now.pods)))
    return failed("some-left", left=left, share=(3 - left) / 3 * 0.5) if left else passed("none-left")


shared_guards = [guard(three_again), guard(same_replicaset)]
shared_mistakes = common_mistakes
replicaset_deleted = mistake("replicaset-deleted")(replicaset_gone)
some_left = mistake(lambda evidence: 0 < len(pods(evidence.baseline) & pods(evidence.now)) < 3)

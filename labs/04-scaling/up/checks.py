"""From three to five."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import added_by_hand, asks_and_runs, asks_for, common_mistakes, no_rollout, recreated, replicaset_scaled


@goal(points=2)
def five(evidence: Evidence) -> Verdict:
    asked = asks_for(evidence)
    if not recreated(evidence) and asked > 3 and asked != 5:
        return failed("more-but-not-five", replicas=asked, share=0.5)
    return asks_and_runs(evidence, 5)


@guard
def first_three(evidence: Evidence) -> Verdict:
    left = len(p.pods_kept(evidence, "blog-api"))
    return passed("none-replaced") if left == 3 else failed("first-three-left", left=left)


shared_guard = guard(no_rollout)
shared_mistakes = [*common_mistakes, mistake(replicaset_scaled)]
by_hand = mistake("by-hand")(added_by_hand)
other_number = mistake(lambda evidence: asks_for(evidence) not in (3, 5))

"""Delete the ReplicaSet."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import asked_for_nothing_new, common_mistakes, owners, pods, recreated, replicaset_gone, three_again


@goal(points=2)
def new_replicaset(evidence: Evidence) -> Verdict:
    before, after = owners(evidence.baseline), owners(evidence.now)
    if recreated(evidence):
        return failed("made-by-another")
    if set(before) & set(after):
        return failed("still-there")
    return passed("new-replicaset") if after else waiting("no-replicaset-yet")


@goal
def new_pods(evidence: Evidence) -> Verdict:
    if owners(evidence.baseline) == owners(evidence.now):
        return failed("no-replicaset-to-belong-to")
    verdict, kept = three_again(evidence), pods(evidence.baseline) & p.uids(p.living(evidence.now.pods))
    if verdict.outcome == "PASS" and kept:
        return failed("pods-kept", kept=len(kept), share=0.5)
    return verdict


shared_guard = guard(asked_for_nothing_new)
shared_mistakes = common_mistakes
kept_pods = mistake(lambda evidence: replicaset_gone(evidence) and pods(evidence.baseline) & pods(evidence.now))


@mistake
def replicaset_scaled(evidence: Evidence) -> bool:
    before, after = owners(evidence.baseline), owners(evidence.now)
    return set(before) == set(after) and before != after


@mistake
def only_pods(evidence: Evidence) -> bool:
    return owners(evidence.baseline) == owners(evidence.now) and not pods(evidence.baseline) <= pods(evidence.now)

"""Scale the wrong thing, then the right one."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting

from ..common import asks_and_runs, asks_for, common_mistakes, no_rollout, replicaset_scaled, replicasets


@goal
def put_back(evidence: Evidence) -> Verdict:
    known = set(replicasets(evidence.baseline))
    if {change.uid for change in evidence.recording.of_kind("replicasets")} - known:
        return failed("another-made")
    if not replicaset_scaled(evidence):
        return failed("not-scaled")
    wanted = asks_for(evidence)
    if [rs.replicas for uid, rs in replicasets(evidence.now).items() if uid in known] != [wanted]:
        return waiting("not-put-back-yet")
    return passed("put-back", replicas=wanted)


four = goal(points=2)(lambda evidence: asks_and_runs(evidence, 4))
shared_guard = guard(no_rollout)
shared_mistakes = common_mistakes
replicaset_deleted = mistake(lambda evidence: set(replicasets(evidence.baseline)) != set(replicasets(evidence.now)))
other_number = mistake(lambda evidence: asks_for(evidence) not in (3, 4))
only_replicaset = mistake(lambda evidence: replicaset_scaled(evidence) and asks_for(evidence) == 3)
only_deployment = mistake(lambda evidence: asks_for(evidence) == 4 and not replicaset_scaled(evidence))

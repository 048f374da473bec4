"""Scale the wrong thing, then the right one."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting

from ..common import (
    NO_DEPLOYMENT,
    asks_and_runs,
    asks_for,
    blog_api,
    common_mistakes,
    no_rollout,
    replicaset_scaled,
    replicasets,
)


@goal("You scaled the ReplicaSet, and its Deployment put the number back")
def put_back(evidence: Evidence) -> Verdict:
    known = replicasets(evidence.baseline)
    if {change.uid for change in evidence.recording.of_kind("replicasets")} - set(known):
        return failed("another ReplicaSet was made; there was to be only the one from the start")
    if not replicaset_scaled(evidence):
        return failed("nobody has scaled the ReplicaSet since the exercise started")
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    numbers = [rs.replicas for uid, rs in replicasets(evidence.now).items() if uid in known]
    if numbers != [deployment.replicas]:
        return waiting("the ReplicaSet's number is not the Deployment's yet")
    return passed(f"you told the ReplicaSet another number; it asks for {deployment.replicas}, as its Deployment does")


@goal("The Deployment asks for 4, and 4 Pods are ready", points=2)
def four(evidence: Evidence) -> Verdict:
    return asks_and_runs(evidence, 4)


same_deployment_same_replicaset_same_revision = guard("Same Deployment, same ReplicaSet, same revision")(no_rollout)
shared_mistakes = common_mistakes


@mistake
def replicaset_deleted(evidence: Evidence) -> bool:
    return set(replicasets(evidence.baseline)) != set(replicasets(evidence.now))


@mistake
def other_number(evidence: Evidence) -> bool:
    return asks_for(evidence) not in (None, 3, 4)


@mistake
def only_replicaset(evidence: Evidence) -> bool:
    return replicaset_scaled(evidence) and asks_for(evidence) == 3


@mistake
def only_deployment(evidence: Evidence) -> bool:
    return asks_for(evidence) == 4 and not replicaset_scaled(evidence)

"""A release that is stuck."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_for, asks_for_nothing_old, back_at, blog_api, common_mistakes, revisions, the_same

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def is_stuck(snapshot: Snapshot) -> bool:
    """The new Pod gets nowhere, the deadline is over, and the three old Pods serve."""
    deployment = blog_api(snapshot)
    return (
        deployment is not None
        and sorted(revisions(snapshot).values()) == [1, 2]
        and p.deadline_exceeded(deployment)
        and len(serving(snapshot)) == 3
        and any(not pod.ready for pod in snapshot.pods)
    )


def serving(snapshot: Snapshot) -> frozenset[str]:
    """The UIDs of blog-api's Pods that are ready."""
    deployment = blog_api(snapshot)
    return p.uids(tuple(pod for pod in p.pods_of(deployment, snapshot) if pod.ready)) if deployment else frozenset()


begins = is_stuck


@goal("blog-api asks for exactly what revision 1 was, and has it", points=2)
def blog_api_asks_for_exactly_what(evidence: Evidence) -> Verdict:
    return back_at(evidence, 1)


@guard("The three Pods that served all the time still serve")
def the_three_pods_that_served_all(evidence: Evidence) -> Verdict:
    left = serving(evidence.baseline) & serving(evidence.now)
    if len(left) < 3:
        return failed(f"{len(left)} of them are left")
    return passed("they are the same three as at the start, and they are ready")


it_is_the_deployment_from_the = guard("It is the Deployment from the start, with three replicas")(the_same)
shared_mistakes = common_mistakes


@mistake
def paused(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.paused


@mistake
def restarted(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and RESTARTED_AT in p.pod_annotations(deployment)


@mistake
def patience(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return False
    return "progressDeadlineSeconds" in p.changed(before, after) and asks_for(evidence, 2)


@mistake
def pod_deleted(evidence: Evidence) -> bool:
    return p.you(evidence, "deleted", "Pod", of="blog-api") and not asks_for(evidence, 1)


@mistake
def interrupted(evidence: Evidence) -> bool:
    return asks_for(evidence, 1) and not serving(evidence.baseline) <= serving(evidence.now)


@mistake
def forward(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence)

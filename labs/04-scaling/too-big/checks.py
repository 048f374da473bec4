"""Too big for every Node."""

from decimal import Decimal

from driftlab.checker import Deployment, Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import (
    ANOTHER,
    NO_DEPLOYMENT,
    added_by_hand,
    asks_and_runs,
    asks_for,
    blog_api,
    deleted_pods,
    recreated,
    rolled_out,
)

FITS = Decimal("0.05")  #: 50m


def cpu_requests(deployment: Deployment) -> list[Decimal | None]:
    """What each container asks for, in CPUs; None where it asks for nothing."""
    return [p.resource(deployment, "requests", "cpu", one["name"]) for one in p.containers(deployment)]


def without_a_node(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods, as they should be now, that the scheduler has found no Node for."""
    deployment = blog_api(snapshot)
    return p.stuck(deployment, snapshot, "Unschedulable") if deployment else ()


def begins(snapshot: Snapshot) -> bool:
    return len(without_a_node(snapshot)) == 3


@goal("Three Pods of blog-api are ready", points=2)
def all_placed(evidence: Evidence) -> Verdict:
    verdict = asks_and_runs(evidence, 3)
    stuck = without_a_node(evidence.now) if verdict.outcome == "WAITING" else ()
    return failed(f"{len(stuck)} Pods have no Node") if stuck else verdict


@goal("Each of them asks for 50 thousandths of a CPU")
def fits(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    requests = [number for number in cpu_requests(deployment) if number]
    if len(requests) < len(deployment.images):
        return failed("the Deployment does not say how much CPU its Pods need", share=0.5)
    if requests == [FITS]:
        return passed("its template asks for 50m")
    asked = sum(requests, start=Decimal(0))
    return failed(f"its template asks for {asked.normalize():f} CPUs", share=0.5 if asked < 1 else 0)


@guard("It is the Deployment from the start")
def same_deployment(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return NO_DEPLOYMENT
    return passed("its UID is the same") if p.same_object(before, after) else ANOTHER


shows_recreated = mistake("recreated")(recreated)


@mistake
def no_request(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and not all(cpu_requests(deployment))


@mistake
def other_request(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return rolled_out(evidence) and deployment is not None and cpu_requests(deployment) != [FITS]


@mistake
def by_hand(evidence: Evidence) -> bool:
    return added_by_hand(evidence)


@mistake
def scaled(evidence: Evidence) -> bool:
    return asks_for(evidence) not in (None, 3)


@mistake
def pods_deleted(evidence: Evidence) -> bool:
    return deleted_pods(evidence) and not rolled_out(evidence)

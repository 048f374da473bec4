"""Too big for every Node."""

from decimal import Decimal

from driftlab.checker import Deployment, Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import added_by_hand, asks_and_runs, asks_for, blog_api, deleted_pods, recreated, rolled_out

FITS = Decimal("0.05")  #: 50m


def cpu_requests(deployment: Deployment) -> list[Decimal | None]:
    """What each container asks for, in CPUs; None where it asks for nothing."""
    return [p.resource(deployment, "requests", "cpu", one["name"]) for one in p.containers(deployment)]


def without_a_node(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods, as they should be now, that the scheduler has found no Node for."""
    return p.stuck(blog_api(snapshot), snapshot, "Unschedulable")


def begins(snapshot: Snapshot) -> bool:
    return len(without_a_node(snapshot)) == 3


@goal(points=2)
def all_placed(evidence: Evidence) -> Verdict:
    verdict, stuck = asks_and_runs(evidence, 3), without_a_node(evidence.now)
    return failed("without-a-node", number=len(stuck)) if verdict.outcome == "WAITING" and stuck else verdict


@goal
def fits(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    requests = [number for number in cpu_requests(deployment) if number]
    if len(requests) < len(deployment.images):
        return failed("no-request", share=0.5)
    if requests == [FITS]:
        return passed("asks-for-little")
    asked = sum(requests, start=Decimal(0))
    return failed("asks-for-cpus", cpus=f"{asked.normalize():f}", share=0.5 if asked < 1 else 0)


@guard
def same_deployment(evidence: Evidence) -> Verdict:
    p.require_same_deployment(evidence, "blog-api")
    return passed("same-uid")


made_again = recreated
no_request = mistake(lambda evidence: not all(cpu_requests(blog_api(evidence.now))))
other_request = mistake(lambda evidence: rolled_out(evidence) and cpu_requests(blog_api(evidence.now)) != [FITS])
by_hand = mistake("by-hand")(added_by_hand)
scaled = mistake(lambda evidence: asks_for(evidence) != 3)
pods_deleted = mistake(lambda evidence: deleted_pods(evidence) and not rolled_out(evidence))

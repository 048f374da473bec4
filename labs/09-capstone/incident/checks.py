"""The incident."""

from decimal import Decimal

from driftlab.checker import (
    Deployment,
    Evidence,
    Reason,
    ReplicaSet,
    Snapshot,
    Verdict,
    available_over_time,
    deployments_over_time,
    failed,
    goal,
    guard,
    mistake,
    passed,
    reason,
    waiting,
)
from driftlab.checker import predicates as p

from ..common import by_the_book, forbidden_deeds, in_order, ready_pods, recreated, waits_or_has_crashed

BROKEN_LIMIT, MENDED_LIMIT = "64Mi", "128Mi"


def begins(snapshot: Snapshot) -> bool:
    """1.3 has replaced everything, and none of it lives; the release before is still known."""
    front = p.require_deployment(snapshot, "front")
    return (
        len(p.pods_of(front, snapshot)) == 3
        and ready_pods(snapshot, "front") == 0
        and waits_or_has_crashed(snapshot, "front")
        and p.template_of_revision(front, 2, snapshot) is not None
    )


def first_served(evidence: Evidence) -> tuple[float, Deployment] | None:
    """When, since the start, all of front was ready for the first time, and what it asked for then."""
    evidence.recording.require("deployments")
    before = p.require_deployment(evidence.baseline, "front")
    for at, state in deployments_over_time(evidence.baseline.raw["deployments"], evidence.recording, "front"):
        if state is None or state.uid != before.uid:
            continue
        status = state.status
        seen = int(status.get("observedGeneration", 0)) >= state.generation
        if seen and int(status.get("readyReplicas", 0)) == int(status.get("updatedReplicas", 0)) == state.replicas >= 3:
            return at, state
    return None


def since_served(evidence: Evidence) -> list[int]:
    """How many of front's Pods were ready, from the moment on at which there were three again; empty before that."""
    evidence.recording.require("pods", "replicasets")
    before = p.require_deployment(evidence.baseline, "front")
    changed = [ReplicaSet(change.raw) for change in evidence.recording.of_kind("replicasets")]
    owners = {rs.uid for rs in (*evidence.baseline.replicasets, *changed) if rs.controller == before.uid}
    seen = available_over_time(evidence.baseline.raw["pods"], evidence.recording, lambda pod: pod.controller in owners)
    numbers = [number for _, number in seen]
    first = next((index for index, number in enumerate(numbers) if number >= 3), len(numbers))
    return numbers[first:]


@goal(points=4)
def rolled_back_first(evidence: Evidence) -> Verdict:
    now, served = p.require_deployment(evidence.now, "front"), first_served(evidence)
    if served is None:
        if now.images == ("blog-api:1.1",) and now.replicas >= 3:
            return waiting("three-not-ready-yet")
        return failed("never-served")
    at, state = served
    seconds = f"{max(0.0, at - evidence.baseline.taken):.0f}"
    if state.images == ("blog-api:1.0",):
        return failed("served-by-1-0", seconds=seconds, share=0.5)
    if state.images != ("blog-api:1.1",):
        return failed("served-when-mended", seconds=seconds, image=state.images[0])
    return passed("served-by-1-1", seconds=seconds)


def limit_of(of: Deployment) -> Decimal | None:
    return p.resource(of, "limits", "memory")


def about_limit(of: Deployment, _: Snapshot) -> Reason | None:
    limit = limit_of(of)
    if limit is None:
        return reason("no-limit")
    written = p.container(of)["resources"]["limits"]["memory"]
    return None if limit == p.amount(MENDED_LIMIT) else reason("other-limit", limit=written)


shipped = goal(points=3)(
    lambda evidence: in_order(evidence, "front", "blog-api:1.3", "resources", "image", complaint=about_limit)
)


@goal(points=2)
def stayed_up(evidence: Evidence) -> Verdict:
    numbers = since_served(evidence)
    if not numbers:
        return failed("never-three-ready")
    return passed("never-fewer-than-three") if min(numbers) >= 3 else failed("once-fewer", least=min(numbers))


incident_method = guard(by_the_book)


def served_by(evidence: Evidence) -> str:
    served = first_served(evidence)
    return served[1].images[0] if served else ""


made_again = mistake("recreated")(recreated)
fixed_forward = mistake(lambda evidence: served_by(evidence) == "blog-api:1.3")
too_far = mistake(lambda evidence: served_by(evidence) == "blog-api:1.0")


@mistake
def limit_removed(evidence: Evidence) -> bool:
    known = (p.amount(BROKEN_LIMIT), p.amount(MENDED_LIMIT))
    return bool(served_by(evidence)) and limit_of(p.require_deployment(evidence.now, "front")) not in known


@mistake
def unmended(evidence: Evidence) -> bool:
    front = p.require_deployment(evidence.now, "front")
    as_broken = front.images == ("blog-api:1.3",) and limit_of(front) == p.amount(BROKEN_LIMIT)
    return as_broken and bool(served_by(evidence))


not_shipped = mistake(
    lambda evidence: served_by(evidence) and p.require_deployment(evidence.now, "front").images != ("blog-api:1.3",)
)


@mistake
def interrupted(evidence: Evidence) -> bool:
    numbers = since_served(evidence)
    return bool(numbers) and min(numbers) < 3


by_hand = mistake("by-hand")(forbidden_deeds)

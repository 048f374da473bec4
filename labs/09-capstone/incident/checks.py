"""The incident."""

from decimal import Decimal

from driftlab.checker import (
    Deployment,
    Evidence,
    Snapshot,
    Verdict,
    available_over_time,
    deployments_over_time,
    failed,
    goal,
    guard,
    mistake,
    passed,
    waiting,
)
from driftlab.checker import predicates as p

from ..common import GONE, by_the_book, forbidden_deeds, in_order, ready_pods, recreated, waits_or_has_crashed

BROKEN_LIMIT, MENDED_LIMIT = "64Mi", "128Mi"


def all_down(snapshot: Snapshot) -> bool:
    """1.3 has replaced everything, and none of it lives; the release before is still known."""
    deployment = snapshot.deployment("front")
    return (
        deployment is not None
        and len(p.pods_of(deployment, snapshot)) == 3
        and ready_pods(snapshot, "front") == 0
        and waits_or_has_crashed(snapshot, "front")
        and p.template_of_revision(deployment, 2, snapshot) is not None
    )


begins = all_down


def first_served(evidence: Evidence) -> tuple[float, Deployment] | None:
    """When, since the start, all of front was ready for the first time, and what it asked for then."""
    evidence.recording.require("deployments")
    before = evidence.baseline.deployment("front")
    for at, state in deployments_over_time(evidence.baseline.raw["deployments"], evidence.recording, "front"):
        if state is None or before is None or state.uid != before.uid:
            continue
        status = state.status
        seen = int(status.get("observedGeneration", 0)) >= state.generation
        if seen and int(status.get("readyReplicas", 0)) == int(status.get("updatedReplicas", 0)) == state.replicas >= 3:
            return at, state
    return None


def since_served(evidence: Evidence) -> list[int]:
    """How many of front's Pods were ready, from the moment on at which there were three again; empty before that."""
    evidence.recording.require("pods", "replicasets")
    before = evidence.baseline.deployment("front")
    replicasets = [*evidence.baseline.raw["replicasets"], *(c.raw for c in evidence.recording.of_kind("replicasets"))]
    owners = {
        raw["metadata"]["uid"]
        for raw in replicasets
        for reference in raw["metadata"].get("ownerReferences") or ()
        if before is not None and reference["uid"] == before.uid
    }
    seen = available_over_time(evidence.baseline.raw["pods"], evidence.recording, lambda pod: pod.controller in owners)
    numbers = [number for _, number in seen]
    first = next((index for index, number in enumerate(numbers) if number >= 3), len(numbers))
    return numbers[first:]


@goal("Users first: front is served again by the last release that worked", points=4)
def rolled_back_first(evidence: Evidence) -> Verdict:
    served = first_served(evidence)
    now = evidence.now.deployment("front")
    if now is None:
        return failed(GONE)
    if served is None:
        if now.images == ("blog-api:1.1",) and now.replicas >= 3:
            return waiting("not settled yet: three Pods are not ready yet")
        return failed("since the pager went off, there has been no moment with three ready Pods")
    at, state = served
    after_s = max(0.0, at - evidence.baseline.taken)
    if state.images == ("blog-api:1.0",):
        return failed(f"served again after {after_s:.0f} s, by 1.0; that is not the last one that worked", share=0.5)
    if state.images != ("blog-api:1.1",):
        return failed(f"served again after {after_s:.0f} s, by {state.images[0]}: they waited until it was mended")
    return passed(f"served again after {after_s:.0f} s, by 1.1")


def about_limit(deployment: Deployment, _: Snapshot) -> str:
    limit = limit_of(deployment)
    if limit is None:
        return "its container has no memory limit any more"
    written = p.container(deployment)["resources"]["limits"]["memory"]
    return "" if limit == p.amount(MENDED_LIMIT) else f"its memory limit is {written}"


@goal("1.3 is out, mended: three Pods, with the memory limit from the notes", points=3)
def shipped(evidence: Evidence) -> Verdict:
    return in_order(evidence, "front", "blog-api:1.3", "resources", "image", complaint=about_limit)


@goal("Since they are served again, three Pods were ready at every moment", points=2)
def stayed_up(evidence: Evidence) -> Verdict:
    numbers = since_served(evidence)
    if not numbers:
        return failed("there has been no moment with three ready Pods")
    return passed("never fewer than three") if min(numbers) >= 3 else failed(f"once there were {min(numbers)}")


@guard("Method: nothing was deleted, and nothing was mended on a Pod")
def incident_method(evidence: Evidence) -> Verdict:
    return by_the_book(evidence)


def served_by(evidence: Evidence) -> str:
    served = first_served(evidence)
    return served[1].images[0] if served else ""


shows_recreated = mistake("recreated")(recreated)


@mistake
def fixed_forward(evidence: Evidence) -> bool:
    return served_by(evidence) == "blog-api:1.3"


@mistake
def too_far(evidence: Evidence) -> bool:
    return served_by(evidence) == "blog-api:1.0"


@mistake
def limit_removed(evidence: Evidence) -> bool:
    deployment = evidence.now.deployment("front")
    limits = {p.amount(BROKEN_LIMIT), p.amount(MENDED_LIMIT)}
    return deployment is not None and bool(served_by(evidence)) and limit_of(deployment) not in limits


def limit_of(deployment: Deployment) -> Decimal | None:
    return p.resource(deployment, "limits", "memory")


@mistake
def unmended(evidence: Evidence) -> bool:
    deployment = evidence.now.deployment("front")
    return (
        deployment is not None
        and bool(served_by(evidence))
        and deployment.images == ("blog-api:1.3",)
        and limit_of(deployment) == p.amount(BROKEN_LIMIT)
    )


@mistake
def not_shipped(evidence: Evidence) -> bool:
    deployment = evidence.now.deployment("front")
    return deployment is not None and bool(served_by(evidence)) and deployment.images != ("blog-api:1.3",)


@mistake
def interrupted(evidence: Evidence) -> bool:
    numbers = since_served(evidence)
    return bool(numbers) and min(numbers) < 3


@mistake
def by_hand(evidence: Evidence) -> bool:
    return bool(forbidden_deeds(evidence))

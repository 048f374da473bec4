"""What the exercises of this lab share."""

from collections.abc import Callable
from typing import Any

from driftlab.checker import Deployment, Evidence, Snapshot, Verdict, failed, passed, waiting
from driftlab.checker import predicates as p

ATTENTION = {"archive", "comments", "gallery", "search"}  #: what is not well when the shift begins
HEALTHY = {"front", "newsletter"}
GONE = "there is no Deployment of this name any more"


#: What is wrong with a Deployment that can be complete all the same, in a few words; empty where nothing is.
Complaint = Callable[[Deployment, Snapshot], str]


# ---- what several exercises ask
def changed_beside(before: Deployment, after: Deployment, *fields: str) -> list[str]:
    """What of the Pod template differs from the start, other than ``fields`` of its container and notes."""
    return sorted(p.changed_in_template(before, after) - {*fields, "annotations"})


def in_order(
    evidence: Evidence,
    name: str,
    image: str,
    *fields: str,
    complaint: Complaint = lambda deployment, snapshot: "",
) -> Verdict:
    """Is the Deployment from the start complete, with ``image``, and changed in nothing but ``fields``?"""
    before, after = evidence.baseline.deployment(name), evidence.now.deployment(name)
    if before is None or after is None:
        return failed(GONE)
    if not p.same_object(before, after):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    wrong, more = complaint(after, evidence.now), changed_beside(before, after, *fields)
    if missing := p.unfinished(after, evidence.now):
        mended = after.images == (image,) and not wrong and not more and not after.paused
        return waiting(f"not settled yet: {missing}") if mended else failed(f"it does not get there: {missing}")
    if after.images != (image,):
        was_in_trouble = bool(p.unfinished(before, evidence.baseline))
        return failed(f"it is complete, but runs {after.images[0]}", share=0.5 if was_in_trouble else 0)
    if wrong:
        return failed(f"it is complete, but {wrong}")
    if after.replicas != before.replicas:
        return failed(f"it is complete, with {after.replicas} Pods; at the start it was {before.replicas}", share=0.5)
    if more:
        return failed(f"it is complete, but more of it was changed than was at fault: {', '.join(more)}", share=0.5)
    return passed(f"{after.replicas} of {after.replicas} Pods are ready, all of them {image}")


def forbidden_deeds(evidence: Evidence, *allowed: str) -> list[str]:
    """What was deleted, and what was done to Pods and ReplicaSets themselves, but for what is ``allowed``."""
    deeds = [
        deed.text
        for deed in p.your_deeds(evidence)
        if deed.verb == "deleted" or (deed.kind in {"Pod", "ReplicaSet"} and deed.verb in {"scaled", "changed"})
    ]
    names = [one.name for one in evidence.baseline.deployments]
    deeds += [told for name in names for told in p.replicasets_touched(evidence, name)]
    return [told for told in deeds if told not in allowed]


def recreated(evidence: Evidence) -> bool:
    return any(p.was_recreated(evidence, before.name) for before in evidence.baseline.deployments)


# ---- the state in which the shift is handed over
def waits_or_has_crashed(snapshot: Snapshot, name: str, *reasons: str) -> bool:
    """Has a container of the Deployment's Pods ended, or does it wait for one of these ``reasons``?"""
    deployment = snapshot.deployment(name)
    for pod in p.pods_of(deployment, snapshot) if deployment else ():
        for status in pod.status.get("containerStatuses") or ():
            states = {**(status.get("lastState") or {}), **(status.get("state") or {})}
            if "terminated" in states or (states.get("waiting") or {}).get("reason") in reasons:
                return True
    return False


def ready_pods(snapshot: Snapshot, name: str) -> int:
    deployment = snapshot.deployment(name)
    return sum(pod.ready for pod in p.pods_of(deployment, snapshot)) if deployment else 0


def handed_over(snapshot: Snapshot) -> bool:
    """Each fault shows its symptom, and what is healthy is healthy."""
    well = {deployment.name for deployment in snapshot.deployments if not p.unfinished(deployment, snapshot)}
    probes_fail = any(
        event.reason == "Unhealthy" and event.about[1].startswith("search-") and event.about[0] == "Pod"
        for event in snapshot.events
    )
    feedback = snapshot.pod("feedback")
    return (
        well == HEALTHY
        and {name: ready_pods(snapshot, name) for name in ATTENTION}
        == {"archive": 2, "comments": 2, "gallery": 0, "search": 0}
        and waits_or_has_crashed(snapshot, "comments", "ErrImagePull", "ImagePullBackOff")
        and waits_or_has_crashed(snapshot, "gallery")
        and probes_fail
        and feedback is not None
        and feedback.ready
    )


def lone_pods(evidence: Evidence) -> list[Any]:
    """The Pod from the start that nobody owned, while it is there."""
    known = {pod.uid for pod in evidence.baseline.pods if p.unowned(pod)}
    return [pod for pod in evidence.now.pods if pod.uid in known]


def by_the_book(evidence: Evidence, *allowed: str) -> Verdict:
    deeds = forbidden_deeds(evidence, *allowed)
    return failed(f"you {deeds[0]}") if deeds else passed("all of it was done on Deployments")

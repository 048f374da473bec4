"""What the exercises of this lab share."""

from collections.abc import Callable

from driftlab.checker import Deployment, Evidence, Pod, Reason, Snapshot, Verdict, failed, passed, waiting
from driftlab.checker import predicates as p

ATTENTION = {"archive", "comments", "gallery", "search"}  #: what is not well when the shift begins
HEALTHY = {"front", "newsletter"}

#: What is wrong with a Deployment that can be complete all the same; None where nothing is.
Complaint = Callable[[Deployment, Snapshot], Reason | None]


# ---- what several exercises ask
def changed_beside(before: Deployment, after: Deployment, *fields: str) -> list[str]:
    """What of the Pod template differs from the start, other than ``fields`` of its container and notes."""
    return sorted(p.changed_in_template(before, after) - {*fields, "annotations"})


def in_order(
    evidence: Evidence,
    name: str,
    image: str,
    *fields: str,
    complaint: Complaint = lambda deployment, snapshot: None,
) -> Verdict:
    """Is the Deployment from the start complete, with ``image``, and changed in nothing but ``fields``?"""
    before, after = p.require_deployment(evidence.baseline, name), p.require_same_deployment(evidence, name)
    wrong, more = complaint(after, evidence.now), changed_beside(before, after, *fields)
    if missing := p.unfinished(after, evidence.now):
        mended = after.images == (image,) and not wrong and not more and not after.paused
        return waiting("not-settled", missing=missing) if mended else failed("not-getting-there", missing=missing)
    if after.images != (image,):
        was_in_trouble = p.unfinished(before, evidence.baseline)
        return failed("other-image", image=after.images[0], share=0.5 if was_in_trouble else 0)
    if wrong:
        return failed("complete-but-wrong", wrong=wrong)
    if after.replicas != before.replicas:
        return failed("other-number", after=after.replicas, before=before.replicas, share=0.5)
    if more:
        return failed("more-changed", more=more, share=0.5)
    return passed("in-order", replicas=after.replicas, image=image)


def forbidden_deeds(evidence: Evidence, pod: str = "") -> list[str]:
    """What was deleted, but for the Pod that may be deleted, and what was done to Pods and ReplicaSets themselves."""
    deeds = [
        deed.text
        for deed in p.your_deeds(evidence)
        if (deed.verb == "deleted" and not (pod and deed.kind == "Pod" and deed.text.endswith(f" {pod}")))
        or (deed.kind in {"Pod", "ReplicaSet"} and deed.verb in {"scaled", "changed"})
    ]
    names = [one.name for one in evidence.baseline.deployments]
    return deeds + [told for name in names for told in p.replicasets_touched(evidence, name)]


def recreated(evidence: Evidence) -> bool:
    return any(p.was_recreated(evidence, before.name) for before in evidence.baseline.deployments)


# ---- the state in which the shift is handed over
def waits_or_has_crashed(snapshot: Snapshot, name: str, *reasons: str) -> bool:
    """Has a container of the Deployment's Pods ended, or does it wait for one of these ``reasons``?"""
    found = snapshot.deployment(name)
    for pod in p.pods_of(found, snapshot) if found else ():
        for status in pod.status.get("containerStatuses") or ():
            states = {**(status.get("lastState") or {}), **(status.get("state") or {})}
            if "terminated" in states or (states.get("waiting") or {}).get("reason") in reasons:
                return True
    return False


def ready_pods(snapshot: Snapshot, name: str) -> int:
    found = snapshot.deployment(name)
    return sum(pod.ready for pod in p.pods_of(found, snapshot)) if found else 0


def handed_over(snapshot: Snapshot) -> bool:
    """Each fault shows its symptom, and what is healthy is healthy."""
    well = {one.name for one in snapshot.deployments if not p.unfinished(one, snapshot)}
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


def lone_pods(evidence: Evidence) -> list[Pod]:
    """The Pod from the start that nobody owned, while it is there."""
    known = {pod.uid for pod in evidence.baseline.pods if p.unowned(pod)}
    return [pod for pod in evidence.now.pods if pod.uid in known]


def by_the_book(evidence: Evidence, pod: str = "") -> Verdict:
    deeds = forbidden_deeds(evidence, pod)
    return failed("you-did", deed=deeds[0]) if deeds else passed("by-the-book")

"""Who did what since an exercise began: what the learner did, also past the Deployment.

Functions that need the recording raise EvidenceMissing where it has a gap: a goal is an ERROR then, never a false
verdict.
"""

from collections.abc import Iterable, Iterator

from driftlab.checker.evidence.activity import Deed, by_you
from driftlab.checker.evidence.controllers import cleaned_up, scaled_by_hand
from driftlab.checker.evidence.recording import Change
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Pod, ReplicaSet


def your_deeds(evidence: Evidence, of: str = "") -> list[Deed]:
    """All that the learner did since the baseline, in order. Raises EvidenceMissing where the recording has a gap.

    ``of``: only what was done to the Deployment of that name, and to ReplicaSets and Pods that it controls or did once;
    a learner's own Pods may come and go beside them. Who did it is told by who alone can have: people write a
    Deployment's ``spec``; on what a controller owns, too, ``metadata.managedFields[].manager`` names who wrote, and an
    Event which Pods a controller removed.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
    """
    evidence.recording.require("deployments", "replicasets", "pods", "events")
    deeds = by_you(evidence)
    if not of:
        return list(deeds)
    family = _family(evidence, of)
    return [deed for deed in deeds if deed.uid in family]


def _family(evidence: Evidence, name: str) -> set[str]:
    """The UIDs of the Deployments of that name, of their ReplicaSets, and of all Pods that these have had since."""
    seen = evidence.recording.of_kind
    deployments = [*evidence.baseline.deployments, *(Deployment(change.raw) for change in seen("deployments"))]
    replicasets = [*evidence.baseline.replicasets, *(ReplicaSet(change.raw) for change in seen("replicasets"))]
    pods = [*evidence.baseline.pods, *(Pod(change.raw) for change in seen("pods"))]
    family = {one.uid for one in deployments if one.name == name}
    family |= {one.uid for one in replicasets if one.controller in family}
    return family | {pod.uid for pod in pods if pod.controller in family}


def you(evidence: Evidence, verb: str, kind: str, of: str = "") -> bool:
    """Did the learner do that (``scaled``, ``deleted``, …) to an object of this kind? (See ``outcome.Deed``.)

    ``of``: to the Deployment of that name, or to what it controls. As ``your_deeds`` tells it, also by
    ``metadata.managedFields[].manager``. Raises EvidenceMissing where the recording has a gap.
    """
    return any((deed.verb, deed.kind) == (verb, kind) for deed in your_deeds(evidence, of))


def replicasets_touched(evidence: Evidence, name: str) -> list[str]:
    """What somebody did to ReplicaSets of the Deployment called ``name``, past the Deployment: in words, in order.

    Whoever changes ``spec.replicas`` becomes its manager in ``metadata.managedFields[].fieldsV1``, and a command that
    scales to 0 leaves it without one; the template of a ReplicaSet is never changed by its Deployment; and one is only
    cleaned up where ``revisionHistoryLimit`` leaves no room for it. Raises EvidenceMissing where there is a gap.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
    """
    evidence.recording.require("deployments", "replicasets")
    owners = {one.uid: one for one in evidence.baseline.deployments if one.name == name}
    known = {rs.uid: rs for rs in evidence.baseline.replicasets}
    told: list[str] = []
    for change in evidence.recording.changes:
        if change.kind == "deployments" and change.name == name:
            owners[change.uid] = Deployment(change.raw)
            if change.type == "DELETED":
                del owners[change.uid]
        elif change.kind == "replicasets":
            before, after = known.get(change.uid), ReplicaSet(change.raw)
            owner = owners.get(str((before or after).controller))
            if before and owner and not owner.terminating and not change.ours:
                siblings = [rs for rs in known.values() if rs.controller == owner.uid]
                told += _by_hand(change, before, after, owner, siblings)
            known[change.uid] = after
            if change.type == "DELETED":
                del known[change.uid]
    return told


def _by_hand(
    change: Change, before: ReplicaSet, after: ReplicaSet, owner: Deployment, siblings: Iterable[ReplicaSet]
) -> Iterator[str]:
    if change.type == "DELETED" or after.terminating:
        if not before.terminating and not cleaned_up(before, owner, siblings):
            yield f"deleted the ReplicaSet {after.name}"
        return
    if not same_template(before.spec.get("template"), after.spec.get("template")):
        yield f"changed the template of the ReplicaSet {after.name}"
    if before.replicas != after.replicas and scaled_by_hand(before, after, owner):
        yield f"scaled the ReplicaSet {after.name} from {before.replicas} to {after.replicas}"


def events_about_pod(snapshot: Snapshot, name: str, since: Snapshot) -> dict[str, set[str]]:
    """For each UID that a Pod called ``name`` has had since the baseline: the reasons of its Events.

    An Event says by ``involvedObject.uid`` which Pod of that name it is about, also when that is gone.
    """
    known = {pod.uid for pod in since.pods}
    told = {event.uid for event in since.events}
    reasons: dict[str, set[str]] = {}
    for event in snapshot.events:
        kind, about, uid = event.about
        if kind == "Pod" and about == name and uid not in known and event.uid not in told:
            reasons.setdefault(uid, set()).add(event.reason)
    return reasons

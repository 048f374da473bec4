"""What the learner did since the start of an exercise, including changes that bypass the Deployment.

A function that needs the recording raises EvidenceMissing if it has a gap. The goal is then an ERROR, never a false
verdict.
"""

from collections.abc import Iterable, Iterator

from driftlab.checker.evidence.activity import Deed, learner_deeds
from driftlab.checker.evidence.controllers import cleaned_up, scaled_by_hand
from driftlab.checker.evidence.recording import Change
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Pod, ReplicaSet


def your_deeds(evidence: Evidence, of: str = "") -> list[Deed]:
    """All actions of the learner since the baseline, in order. Raises EvidenceMissing if the recording has a gap.

    ``of``: only actions on the Deployment of that name, and on ReplicaSets and Pods that it controls or once
    controlled; the learner may create and delete other Pods. Controllers never write a Deployment's ``spec``, except
    for autoscalers; for objects that a controller owns, ``metadata.managedFields[].manager`` names the writer, and
    Events name the Pods that a controller removed.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
    """
    evidence.recording.require("deployments", "replicasets", "pods", "events")
    deeds = learner_deeds(evidence)
    if not of:
        return list(deeds)
    related = _related_uids(evidence, of)
    return [deed for deed in deeds if deed.uid in related]


def _related_uids(evidence: Evidence, name: str) -> set[str]:
    """The UIDs of the Deployments of that name, of their ReplicaSets, and of all Pods that these have controlled."""
    changes = evidence.recording.of_kind
    deployments = [*evidence.baseline.deployments, *(Deployment(change.raw) for change in changes("deployments"))]
    replicasets = [*evidence.baseline.replicasets, *(ReplicaSet(change.raw) for change in changes("replicasets"))]
    pods = [*evidence.baseline.pods, *(Pod(change.raw) for change in changes("pods"))]
    related = {item.uid for item in deployments if item.name == name}
    related |= {item.uid for item in replicasets if item.controller in related}
    return related | {pod.uid for pod in pods if pod.controller in related}


def you(evidence: Evidence, verb: str, kind: str, of: str = "") -> bool:
    """Whether the learner did that (``scaled``, ``deleted``, …) to an object of this kind. See ``activity.Deed``.

    ``of``: to the Deployment of that name, or to what it controls. As in ``your_deeds``, it depends on
    ``metadata.managedFields[].manager``. Raises EvidenceMissing if the recording has a gap.
    """
    return any((deed.verb, deed.kind) == (verb, kind) for deed in your_deeds(evidence, of))


def replicasets_touched(evidence: Evidence, name: str) -> list[str]:
    """Changes of ReplicaSets of the Deployment called ``name`` that its controller did not make: in words, in order.

    The writer of ``spec.replicas`` becomes its manager in ``metadata.managedFields[].fieldsV1``, and a command that
    scales to 0 leaves it without a manager; a controller never changes the template of a ReplicaSet; and it deletes
    only those that exceed ``revisionHistoryLimit``. Raises EvidenceMissing if the recording has a gap.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
    """
    evidence.recording.require("deployments", "replicasets")
    owners = {deployment.uid: deployment for deployment in evidence.baseline.deployments if deployment.name == name}
    known = {rs.uid: rs for rs in evidence.baseline.replicasets}
    descriptions: list[str] = []
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
                descriptions += _by_hand(change, before, after, owner, siblings)
            known[change.uid] = after
            if change.type == "DELETED":
                del known[change.uid]
    return descriptions


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
    """The reasons of the Events about Pods called ``name`` that were created since the baseline, by UID.

    ``involvedObject.uid`` says which Pod of that name an Event is about, even after the Pod is deleted.
    """
    old_pods = {pod.uid for pod in since.pods}
    old_events = {event.uid for event in since.events}
    reasons: dict[str, set[str]] = {}
    for event in snapshot.events:
        kind, about, uid = event.about
        if kind == "Pod" and about == name and uid not in old_pods and event.uid not in old_events:
            reasons.setdefault(uid, set()).add(event.reason)
    return reasons

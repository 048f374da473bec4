"""The vocabulary of goals: what can be said of a cluster, each with the source of its rule.

Every function is pure. Identity is by UID and by the chain of ownerReferences, never
by names or labels alone.
"""

from checker.evidence import Snapshot
from checker.views import Deployment, Pod, ReplicaSet


def replicasets_of(deployment: Deployment, snapshot: Snapshot) -> tuple[ReplicaSet, ...]:
    """The ReplicaSets that the Deployment controls: ``metadata.ownerReferences``."""
    return tuple(rs for rs in snapshot.replicasets if rs.controller == deployment.uid)


def pods_of(deployment: Deployment, snapshot: Snapshot) -> tuple[Pod, ...]:
    """The Pods that the Deployment's ReplicaSets control, terminating ones included."""
    owners = {rs.uid for rs in replicasets_of(deployment, snapshot)}
    return tuple(pod for pod in snapshot.pods if pod.controller in owners)


def living(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    """Those that are not on their way out."""
    return tuple(pod for pod in pods if not pod.terminating)


def unfinished(deployment: Deployment, snapshot: Snapshot) -> str:
    """What keeps the rollout from being complete, in a few words; empty where it is.

    Complete means: the controller has seen the newest spec (``status.observedGeneration``),
    all replicas are updated, ready and available, and no Pod of an older template is left:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
    """
    status, wanted = deployment.status, deployment.replicas
    if int(status.get("observedGeneration", 0)) < deployment.generation:
        return "the Deployment controller has not seen the newest spec yet"
    for field, word in (
        ("updatedReplicas", "up to date"),
        ("readyReplicas", "ready"),
        ("availableReplicas", "available"),
    ):
        if int(status.get(field, 0)) != wanted:
            return f"{int(status.get(field, 0))} of {wanted} Pods are {word}"
    pods = pods_of(deployment, snapshot)
    if any(pod.terminating for pod in pods):
        return "an old Pod is still terminating"
    if len(pods) != wanted:
        return f"{len(pods)} Pods where {wanted} are wanted"
    return ""


def same_object(before: Deployment | None, after: Deployment | None) -> bool:
    """Not merely the same name: an object that was deleted and made again has another ``metadata.uid``."""
    return before is not None and after is not None and before.uid == after.uid


def spec_untouched(before: Deployment, after: Deployment) -> bool:
    """Nobody has changed the spec: ``metadata.generation`` stands still.

    The annotation ``deployment.kubernetes.io/revision`` is the controller's own business.
    """
    return before.uid == after.uid and before.generation == after.generation


def uids(pods: tuple[Pod, ...]) -> frozenset[str]:
    return frozenset(pod.uid for pod in pods)


def events_about_pod(snapshot: Snapshot, name: str, since: Snapshot) -> dict[str, set[str]]:
    """For each UID that a Pod called ``name`` has had since the baseline: the reasons of its Events."""
    known = {pod.uid for pod in since.pods}
    told = {event.uid for event in since.events}
    reasons: dict[str, set[str]] = {}
    for event in snapshot.events:
        kind, about, uid = event.about
        if kind == "Pod" and about == name and uid not in known and event.uid not in told:
            reasons.setdefault(uid, set()).add(event.reason)
    return reasons

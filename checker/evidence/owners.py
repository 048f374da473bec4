"""Ownership and identity: by UIDs and the chain of ownerReferences, never by names or labels alone."""

from collections.abc import Iterable
from typing import TypeVar

from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.evidence.verdict import Decided, failed, require
from driftlab.checker.objects.views import Deployment, Object, Pod, ReplicaSet, replicas_setters

T = TypeVar("T", bound=Object)


def replicasets_of(deployment: Deployment, snapshot: Snapshot) -> tuple[ReplicaSet, ...]:
    """The ReplicaSets that the Deployment controls: ``metadata.ownerReferences[].uid`` with ``controller: true``.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
    """
    return tuple(rs for rs in snapshot.replicasets if rs.controller == deployment.uid)


def pods_of(deployment: Deployment, snapshot: Snapshot) -> tuple[Pod, ...]:
    """The Pods that the Deployment's ReplicaSets control, including terminating ones.

    By ``metadata.ownerReferences[].uid``, twice: matching labels do not make a ReplicaSet the owner of a Pod.
    https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works
    """
    owners = {rs.uid for rs in replicasets_of(deployment, snapshot)}
    return tuple(pod for pod in snapshot.pods if pod.controller in owners)


def living(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    """The Pods that are not terminating: without a ``metadata.deletionTimestamp``.

    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
    """
    return tuple(pod for pod in pods if not pod.terminating)


def unowned(pod: Pod) -> bool:
    """Whether the Pod is an orphan: no entry in ``metadata.ownerReferences``, of a controller or another owner.

    https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents
    """
    return not pod.metadata.get("ownerReferences")


def new_bare_pods(evidence: Evidence) -> tuple[Pod, ...]:
    """The living orphans that did not exist at the start, by ``metadata.uid``.

    https://kubernetes.io/docs/concepts/workloads/pods/#working-with-pods
    """
    known = uids(evidence.baseline.pods)
    return tuple(pod for pod in living(evidence.now.pods) if unowned(pod) and pod.uid not in known)


def uids(pods: tuple[Pod, ...]) -> frozenset[str]:
    """The identities of the Pods: a ``metadata.uid`` is never used for a second object.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#uids
    """
    return frozenset(pod.uid for pod in pods)


def same_object(before: Deployment | None, after: Deployment | None) -> bool:
    """Whether both are one object. An object that was deleted and created again has another ``metadata.uid``."""
    return before is not None and after is not None and before.uid == after.uid


def require_deployment(snapshot: Snapshot, name: str) -> Deployment:
    """The Deployment whose ``metadata.name`` is this. Raises Decided if there is none: then a goal is not reached."""
    return require(snapshot.deployment(name), failed("no-deployment", name=name))


def require_pod(snapshot: Snapshot, name: str) -> Pod:
    """The Pod whose ``metadata.name`` is this. Raises Decided if there is none: then a goal is not reached."""
    return require(snapshot.pod(name), failed("no-pod", name=name))


def require_same_deployment(evidence: Evidence, name: str) -> Deployment:
    """The Deployment called ``name`` as it is now. Raises Decided if it is not the one from the start.

    That is told by its ``metadata.uid``: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#uids
    """
    found = require_deployment(evidence.now, name)
    if not same_object(evidence.baseline.deployment(name), found):
        raise Decided(failed("another-deployment"))
    return found


def relabelled(before: Iterable[T], now: Iterable[T]) -> tuple[T, ...]:
    """The objects of ``now`` whose ``metadata.labels`` are other ones than in ``before``; new objects do not count.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    """
    labels = {found.uid: found.labels for found in before}
    return tuple(found for found in now if labels.get(found.uid, found.labels) != found.labels)


def strangers_in_selector(deployment: Deployment, snapshot: Snapshot) -> tuple[Pod, ...]:
    """The living Pods that match ``spec.selector`` but have another owner, or none.

    https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
    """
    own = uids(pods_of(deployment, snapshot))
    return tuple(pod for pod in living(snapshot.pods) if deployment.matches(pod) and pod.uid not in own)


def own_pods(snapshot: Snapshot, name: str) -> tuple[Pod, ...]:
    """The living Pods of the Deployment called ``name``; empty if it does not exist.

    By ``metadata.ownerReferences[].uid``, as ``pods_of``.
    """
    deployment = snapshot.deployment(name)
    return living(pods_of(deployment, snapshot)) if deployment else ()


def pods_gone(evidence: Evidence, name: str) -> tuple[Pod, ...]:
    """The Pods that the Deployment called ``name`` had at the start and that no longer live, by ``metadata.uid``.

    A Pod that lost its owner and lives on is not gone; a new Pod with the same name is another Pod.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime
    """
    left = uids(living(evidence.now.pods))
    return tuple(pod for pod in own_pods(evidence.baseline, name) if pod.uid not in left)


def pods_kept(evidence: Evidence, name: str) -> tuple[Pod, ...]:
    """The Pods of the Deployment called ``name`` that it had at the start and still owns, by ``metadata.uid``.

    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime
    """
    before = uids(own_pods(evidence.baseline, name))
    return tuple(pod for pod in own_pods(evidence.now, name) if pod.uid in before)


# ---- who sets the number of replicas


def autoscalers_of(deployment: Deployment, snapshot: Snapshot) -> tuple[Object, ...]:
    """The HorizontalPodAutoscalers whose ``spec.scaleTargetRef`` is the Deployment. The exercise must watch them.

    Raises KeyError if it does not. https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
    """

    def targets(autoscaler: Object) -> bool:
        target = autoscaler.spec.get("scaleTargetRef") or {}
        return (target.get("kind"), target.get("name")) == ("Deployment", deployment.name)

    return tuple(autoscaler for autoscaler in snapshot.objects("horizontalpodautoscalers") if targets(autoscaler))


def replicas_set_by(of: Deployment | ReplicaSet) -> frozenset[str]:
    """The field managers of ``spec.replicas``, such as ``kubectl``; for an autoscaler ``kube-controller-manager``.

    Empty after a command that scaled to 0: it leaves no entry in ``metadata.managedFields[].fieldsV1``.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
    """
    return frozenset(manager for manager, _ in replicas_setters(of.raw))

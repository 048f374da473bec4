"""Who belongs to whom, and who is who: by UIDs and the chain of ownerReferences, never by names or labels alone."""

from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.objects.views import Deployment, Object, Pod, ReplicaSet, replicas_setters


def replicasets_of(deployment: Deployment, snapshot: Snapshot) -> tuple[ReplicaSet, ...]:
    """The ReplicaSets that the Deployment controls: ``metadata.ownerReferences[].uid``, where it is the controller.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
    """
    return tuple(rs for rs in snapshot.replicasets if rs.controller == deployment.uid)


def pods_of(deployment: Deployment, snapshot: Snapshot) -> tuple[Pod, ...]:
    """The Pods that the Deployment's ReplicaSets control, terminating ones included.

    By ``metadata.ownerReferences[].uid``, twice: labels alone make no Pod one of a ReplicaSet's own.
    https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works
    """
    owners = {rs.uid for rs in replicasets_of(deployment, snapshot)}
    return tuple(pod for pod in snapshot.pods if pod.controller in owners)


def living(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    """Those that are not on their way out: without a ``metadata.deletionTimestamp``.

    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
    """
    return tuple(pod for pod in pods if not pod.terminating)


def unowned(pod: Pod) -> bool:
    """Does nobody own the Pod: no controller, and nobody else with whom it would go (``metadata.ownerReferences``)?

    https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents
    """
    return not pod.metadata.get("ownerReferences")


def uids(pods: tuple[Pod, ...]) -> frozenset[str]:
    """Which Pods they are, whatever their names: ``metadata.uid`` belongs to one object for all time.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#uids
    """
    return frozenset(pod.uid for pod in pods)


def same_object(before: Deployment | None, after: Deployment | None) -> bool:
    """Not merely the same name: an object that was deleted and made again has another ``metadata.uid``."""
    return before is not None and after is not None and before.uid == after.uid


def strangers_in_selector(deployment: Deployment, snapshot: Snapshot) -> tuple[Pod, ...]:
    """Pods that carry the labels of ``spec.selector`` but are owned by somebody else, or by nobody.

    https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
    """
    own = uids(pods_of(deployment, snapshot))
    return tuple(pod for pod in living(snapshot.pods) if deployment.matches(pod) and pod.uid not in own)


def own_pods(snapshot: Snapshot, name: str) -> tuple[Pod, ...]:
    """The living Pods of the Deployment called ``name``; none where there is no such Deployment.

    By ``metadata.ownerReferences[].uid``, as ``pods_of``.
    """
    deployment = snapshot.deployment(name)
    return living(pods_of(deployment, snapshot)) if deployment else ()


def pods_gone(evidence: Evidence, name: str) -> tuple[Pod, ...]:
    """Which Pods the Deployment called ``name`` had at the start that do not live any more: by ``metadata.uid``.

    One that has lost its owner and lives on is not gone; what has only the same name is another one.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime
    """
    left = uids(living(evidence.now.pods))
    return tuple(pod for pod in own_pods(evidence.baseline, name) if pod.uid not in left)


def pods_kept(evidence: Evidence, name: str) -> tuple[Pod, ...]:
    """Which Pods of the Deployment called ``name`` are the same as at the start, and its own: by ``metadata.uid``.

    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime
    """
    before = uids(own_pods(evidence.baseline, name))
    return tuple(pod for pod in own_pods(evidence.now, name) if pod.uid in before)


# ---- who sets the number


def autoscalers_of(deployment: Deployment, snapshot: Snapshot) -> tuple[Object, ...]:
    """The HorizontalPodAutoscalers that scale it: ``spec.scaleTargetRef``. The exercise watches them.

    https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
    """

    def targets(one: Object) -> bool:
        target = one.spec.get("scaleTargetRef") or {}
        return (target.get("kind"), target.get("name")) == ("Deployment", deployment.name)

    return tuple(one for one in snapshot.objects("horizontalpodautoscalers") if targets(one))


def replicas_set_by(of: Deployment | ReplicaSet) -> frozenset[str]:
    """Which field managers set ``spec.replicas``, such as ``kubectl``; an autoscaler is ``kube-controller-manager``.

    Empty where a command scaled to 0: that leaves no trace in ``metadata.managedFields[].fieldsV1``.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
    """
    return frozenset(manager for manager, _ in replicas_setters(of.raw))

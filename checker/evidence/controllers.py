"""What the controllers of Kubernetes do on their own, to tell their changes from those of people.

Two facts decide: the field manager of a change (``metadata.managedFields``), and whether the Deployment controller
would have made it. The first can be forged, and the second is not always known, so either of them suffices to say that
a person made the change.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Object, ReplicaSet, replicas_setters

CONTROLLERS = "kube-controller-manager"

#: The default of ``revisionHistoryLimit``: the number of old ReplicaSets that are kept.
HISTORY_LIMIT = 10
#: Annotation of a ReplicaSet: the replicas of its Deployment when the controller last synchronized it.
DESIRED = "deployment.kubernetes.io/desired-replicas"
#: Prefixes of annotations that controllers set, or that every `kubectl apply` sets.
NOT_SET_BY_HAND = ("deployment.kubernetes.io/", "kubectl.kubernetes.io/last-applied-configuration")


def writers(raw: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """The entries of ``metadata.managedFields`` that are not of a controller: field manager, subresource and time.

    An entry that was not there before is a new write.
    """
    return {
        (str(entry.get("manager")), str(entry.get("subresource", "")), str(entry.get("time", "")))
        for entry in _entries(raw)
        if entry.get("manager") != CONTROLLERS and entry.get("subresource") != "status"
    }


def written_by_a_person(raw: Mapping[str, Any]) -> bool:
    """Whether the last write, except of the status, was not by a controller. True if no manager is recorded."""
    entries = [entry for entry in _entries(raw) if entry.get("subresource") != "status"]
    last_time = max((str(entry.get("time", "")) for entry in entries), default="")
    found = {entry.get("manager") for entry in entries if str(entry.get("time", "")) == last_time}
    return not found or bool(found - {CONTROLLERS})


def controller_managers(deployment: Deployment) -> frozenset[str]:
    """The field managers of its controllers: those that write its status, which learners may not do with kubectl."""
    known = {str(entry.get("manager")) for entry in _entries(deployment.raw) if entry.get("subresource") == "status"}
    return frozenset({CONTROLLERS} | {name for name in known if not name.startswith("kubectl")})


def autoscaled(before: Deployment, after: Deployment, autoscalers: Iterable[Object] | None) -> bool:
    """Whether an autoscaler changed ``spec.replicas``: it writes the subresource ``scale``, as a controller.

    ``autoscalers``: all in the namespace, or None if the exercise does not watch them.
    https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
    """
    if before.replicas == after.replicas or not replicas_setters(after.raw) & {
        (name, "scale") for name in controller_managers(after)
    }:
        return False
    targets = [(autoscaler.spec.get("scaleTargetRef") or {}).get("name") for autoscaler in autoscalers or ()]
    return autoscalers is None or after.name in targets


def scaled_by_hand(before: ReplicaSet, after: ReplicaSet, owner: Deployment | None) -> bool:
    """Whether somebody other than its Deployment's controller changed ``spec.replicas`` of a ReplicaSet.

    The controller writes the whole object, never the subresource ``scale``, and becomes the manager of the field. A
    command that scales to 0 leaves the field without a manager: the API server treats 0 as a missing value.
    """
    of_controller = {(name, "") for name in (controller_managers(owner) if owner else (CONTROLLERS,))}
    setters = replicas_setters(after.raw)
    by_others = (
        not setters & of_controller
        if setters
        else bool(replicas_setters(before.raw) or writers(after.raw) - writers(before.raw))
    )
    return by_others or (owner is not None and _would_not_scale(before, after, owner))


def _would_not_scale(before: ReplicaSet, after: ReplicaSet, owner: Deployment) -> bool:
    """Whether the Deployment's controller had no reason to scale it: pkg/controller/deployment, rolling.go and sync.go.

    This is known only after the controller has observed the newest spec.
    """
    status, desired = owner.status, owner.replicas
    if status.get("observedGeneration") != owner.generation:
        return False
    newest = same_template(after.spec.get("template"), owner.spec["template"])
    if status.get("updatedReplicas", 0) == status.get("replicas", 0) == desired:
        return after.replicas != (desired if newest else 0)
    if (before.metadata.get("annotations") or {}).get(DESIRED) != str(
        desired
    ):  # it scales proportionally to a new number
        return False
    return after.replicas < min(before.replicas, desired) if newest else after.replicas > before.replicas


def cleaned_up(gone: ReplicaSet, owner: Deployment, siblings: Iterable[ReplicaSet]) -> bool:
    """Whether the Deployment's controller deleted an old ReplicaSet that exceeds ``revisionHistoryLimit``.

    It deletes the oldest first, and only those with 0 replicas. ``siblings``: the Deployment's ReplicaSets before that,
    including this one. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
    """
    template = owner.spec["template"]
    old = [
        replicaset
        for replicaset in siblings
        if not replicaset.terminating and not same_template(replicaset.spec.get("template"), template)
    ]
    old.sort(
        key=lambda replicaset: (int(replicaset.revision) if replicaset.revision.isdecimal() else 0, replicaset.created)
    )
    excess = len(old) - int(owner.spec.get("revisionHistoryLimit", HISTORY_LIMIT))
    return gone.replicas == 0 and gone.uid in {replicaset.uid for replicaset in old[: max(0, excess)]}


def annotation_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The annotations that changed, with their new values (None: removed), except those that controllers write."""
    old, new = ((raw["metadata"].get("annotations") or {}) for raw in (before, after))
    for key in {**old, **new}:
        if old.get(key) != new.get(key) and not key.startswith(NOT_SET_BY_HAND):
            yield key, new.get(key)


def _entries(raw: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return raw["metadata"].get("managedFields") or ()

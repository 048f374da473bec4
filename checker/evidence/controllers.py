"""What the controllers of Kubernetes do by themselves, and so who has done something.

Two things tell: as whom it was written (``metadata.managedFields``), and whether the Deployment controller would have
done it. The first may be forged, and the second is not always known: either is enough to say that it was a person.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Object, ReplicaSet, replicas_setters

CONTROLLERS = "kube-controller-manager"

#: How many old ReplicaSets are kept where ``revisionHistoryLimit`` says nothing.
HISTORY_LIMIT = 10
#: In a ReplicaSet: the number of replicas of its Deployment when its controller looked at it last.
DESIRED = "deployment.kubernetes.io/desired-replicas"
#: Annotations that are the controllers' own, or go with every `kubectl apply`.
NOT_SET_BY_HAND = ("deployment.kubernetes.io/", "kubectl.kubernetes.io/last-applied-configuration")


def writers(raw: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """Who but a controller wrote the object, with what and when: ``metadata.managedFields``.

    An entry that was not there before is somebody who has just written.
    """
    return {
        (str(entry.get("manager")), str(entry.get("subresource", "")), str(entry.get("time", "")))
        for entry in _entries(raw)
        if entry.get("manager") != CONTROLLERS and entry.get("subresource") != "status"
    }


def written_by_a_person(raw: Mapping[str, Any]) -> bool:
    """Was the last to write it, its status apart, no controller? Where nobody is named: yes, as far as is known."""
    entries = [entry for entry in _entries(raw) if entry.get("subresource") != "status"]
    last = max((str(entry.get("time", "")) for entry in entries), default="")
    managers = {entry.get("manager") for entry in entries if str(entry.get("time", "")) == last}
    return not managers or bool(managers - {CONTROLLERS})


def managers(deployment: Deployment) -> frozenset[str]:
    """As whom its controllers write: whoever writes its status, which no kubectl of a learner's may."""
    known = {str(entry.get("manager")) for entry in _entries(deployment.raw) if entry.get("subresource") == "status"}
    return frozenset({CONTROLLERS} | {name for name in known if not name.startswith("kubectl")})


def autoscaled(before: Deployment, after: Deployment, autoscalers: Iterable[Object] | None) -> bool:
    """Did an autoscaler change ``spec.replicas``? It writes the subresource ``scale``, as a controller.

    ``autoscalers``: all that there are, where the exercise watches them.
    https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
    """
    if before.replicas == after.replicas or not replicas_setters(after.raw) & {
        (name, "scale") for name in managers(after)
    }:
        return False
    targets = [(one.spec.get("scaleTargetRef") or {}).get("name") for one in autoscalers or ()]
    return autoscalers is None or after.name in targets


def scaled_by_hand(before: ReplicaSet, after: ReplicaSet, owner: Deployment | None) -> bool:
    """Did somebody else than its Deployment's controller change ``spec.replicas`` of a ReplicaSet?

    That one writes the whole object, never its subresource ``scale``, and becomes the manager of the field. A command
    that scales to 0 leaves the field without any: the API server takes 0 for one that is left out.
    """
    theirs = {(name, "") for name in (managers(owner) if owner else (CONTROLLERS,))}
    setters = replicas_setters(after.raw)
    by_others = (
        not setters & theirs
        if setters
        else bool(replicas_setters(before.raw) or writers(after.raw) - writers(before.raw))
    )
    return by_others or (owner is not None and _would_not_scale(before, after, owner))


def _would_not_scale(before: ReplicaSet, after: ReplicaSet, owner: Deployment) -> bool:
    """Had the Deployment's controller no reason to? pkg/controller/deployment: rolling.go, sync.go.

    It is known only once it has seen the newest spec.
    """
    status, wanted = owner.status, owner.replicas
    if status.get("observedGeneration") != owner.generation:
        return False
    newest = same_template(after.spec.get("template"), owner.spec["template"])
    if status.get("updatedReplicas", 0) == status.get("replicas", 0) == wanted:
        return after.replicas != (wanted if newest else 0)
    if (before.metadata.get("annotations") or {}).get(DESIRED) != str(wanted):  # it shares another number out
        return False
    return after.replicas < min(before.replicas, wanted) if newest else after.replicas > before.replicas


def cleaned_up(gone: ReplicaSet, owner: Deployment, siblings: Iterable[ReplicaSet]) -> bool:
    """Was it the Deployment's controller that deleted an old ReplicaSet? Only what ``revisionHistoryLimit`` leaves out.

    The oldest go first, and only those that ask for no Pods. ``siblings``: its ReplicaSets before that, this one, too.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
    """
    template = owner.spec["template"]
    old = [one for one in siblings if not one.terminating and not same_template(one.spec.get("template"), template)]
    old.sort(key=lambda one: (int(one.revision) if one.revision.isdecimal() else 0, one.created))
    beyond = len(old) - int(owner.spec.get("revisionHistoryLimit", HISTORY_LIMIT))
    return gone.replicas == 0 and gone.uid in {one.uid for one in old[: max(0, beyond)]}


def notes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The annotations that changed, with their new values (None: taken away), but for those that controllers write."""
    old, new = ((raw["metadata"].get("annotations") or {}) for raw in (before, after))
    for key in {**old, **new}:
        if old.get(key) != new.get(key) and not key.startswith(NOT_SET_BY_HAND):
            yield key, new.get(key)


def _entries(raw: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return raw["metadata"].get("managedFields") or ()

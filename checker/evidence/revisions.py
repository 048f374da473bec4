"""Compare what is asked for, what runs, and the revisions of a Deployment, by the meaning of specs in snapshots."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from driftlab.checker.evidence.owners import living, own_pods, pods_of, replicasets_of
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.objects import templates
from driftlab.checker.objects.containers import images
from driftlab.checker.objects.quantities import Strategy, strategy_of
from driftlab.checker.objects.selectors import required_labels
from driftlab.checker.objects.views import Deployment, Object, Pod, bare_template

T = TypeVar("T", bound=Object)

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

# ---- what is asked for, and what runs


def asks_for_the_same(first: Object, second: Object) -> bool:
    """Whether both would create equal Pods: their ``spec.template``, without what controllers add.

    Amounts are compared as numbers, and missing fields as their defaults: ``64Mi`` is ``67108864``.
    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    return templates.same_template(first.spec.get("template"), second.spec.get("template"))


def changed(before: Deployment, after: Deployment) -> frozenset[str]:
    """The fields in which the two differ in meaning. To test that only X changed: ``changed(…) <= {X}``.

    ``replicas``, ``strategy``, ``paused``, …; of the template ``labels``, ``annotations``, ``image``, ``resources``,
    ``env`` (with envFrom), ``command`` (with args), ``readinessProbe``, ``containers`` (added or removed), ``volumes``,
    ….
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/#DeploymentSpec
    """
    return templates.changes(before.spec, after.spec)


def changed_in_template(before: Object, after: Object) -> frozenset[str]:
    """As ``changed``, for ``spec.template`` only, also of ReplicaSets. If it is not empty, it is another rollout.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment
    """
    return templates.changes({"template": before.spec.get("template")}, {"template": after.spec.get("template")})


def strategy(deployment: Deployment) -> Strategy:
    """``kind``, and ``surge`` and ``unavailable`` as numbers of Pods: 25% of 3 Pods are a surge of 1 and 0 unavailable.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
    """
    return strategy_of(deployment.spec, deployment.replicas)


def looked_for(of: Object) -> dict[str, str]:
    """The labels that ``spec.selector`` requires, as ``matchLabels`` or as ``matchExpressions`` with one value.

    The selector of a Service has only one notation: the labels themselves.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector
    """
    selector = of.spec.get("selector") or {}
    if all(isinstance(value, str) for value in selector.values()):
        return dict(selector)
    return required_labels(selector)


def running_images(deployment: Deployment, snapshot: Snapshot) -> frozenset[str]:
    """The images in the specs of the Deployment's living Pods, which may differ from its template.

    ``spec.containers[].image`` of a running Pod can be changed:
    https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement
    """
    pods = living(pods_of(deployment, snapshot))
    return frozenset(image for pod in pods for image in images(pod))


def replaced_not_edited(deployment: Deployment, evidence: Evidence) -> bool:
    """Whether each living Pod of the Deployment has its original images, so that a new image came with new Pods.

    ``spec.containers[].image`` is one of the few fields that can be changed in a running Pod, and such a change is lost
    with the Pod: https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement. A Pod of the baseline
    is compared with the baseline, a new one with its first state in the recording. Works without a recording, too. Also
    true if nothing was changed.
    """
    recorded = (Pod(change.raw) for change in evidence.recording.of_kind("pods"))
    original: dict[str, list[str]] = {}
    for pod in (*evidence.baseline.pods, *recorded):
        original.setdefault(pod.uid, _images(pod))
    pods = living(pods_of(deployment, evidence.now))
    return all(original.get(pod.uid, _images(pod)) == _images(pod) for pod in pods)


def _images(pod: Pod) -> list[str]:
    containers = (*pod.spec.get("initContainers", ()), *pod.spec["containers"])
    return [str(container["image"]) for container in containers]


def last_applied(of: T) -> T | None:
    """The manifest of the last ``kubectl apply``, from its annotation; None if it was never used.

    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/
    """
    try:
        found = json.loads((of.metadata.get("annotations") or {})[LAST_APPLIED])
    except (KeyError, TypeError, ValueError):
        return None
    return type(of)(found) if isinstance(found, dict) and isinstance(found.get("metadata"), dict) else None


def was_applied(of: Object) -> bool:
    """Whether it was applied: by the client, which adds an annotation, or by the server, which adds a field manager.

    https://kubernetes.io/docs/reference/using-api/server-side-apply/
    """
    managers = of.metadata.get("managedFields") or ()
    return last_applied(of) is not None or any(entry.get("operation") == "Apply" for entry in managers)


# ---- revisions


def revisions(deployment: Deployment | None, snapshot: Snapshot) -> dict[str, int]:
    """The UIDs of the Deployment's ReplicaSets, with the revision in the annotation of each.

    Only their templates prove what a revision is:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#checking-rollout-history-of-a-deployment
    """
    owned = replicasets_of(deployment, snapshot) if deployment else ()
    return {rs.uid: int(rs.revision) for rs in owned if rs.revision.isdecimal()}


def lost_revisions(evidence: Evidence, name: str) -> list[int]:
    """The revisions of the baseline whose ReplicaSets no longer exist, by UID: a rollback to them is impossible.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
    """
    before = revisions(evidence.baseline.deployment(name), evidence.baseline)
    left = {rs.uid for rs in evidence.now.replicasets}
    return sorted(number for uid, number in before.items() if uid not in left)


def template_of_revision(deployment: Deployment, revision: int, snapshot: Snapshot) -> Mapping[str, Any] | None:
    """The Pod template of a revision, as stored in its ReplicaSet; None if that revision is not stored.

    The number is from the ReplicaSet's annotation, which learners can change: compare templates for a proof.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-to-a-previous-revision
    """
    for replicaset in replicasets_of(deployment, snapshot):
        if replicaset.revision == str(revision):
            return bare_template(replicaset.spec["template"])
    return None


def restored(deployment: Deployment, revision: int, evidence: Evidence) -> bool:
    """Whether the Deployment is the same object as in the baseline and has the template that ``revision`` had then.

    A revision is all of ``spec.template``, not only the image, and nothing else. A ``pod-template-hash`` in the
    template makes no difference: the controller ignores it.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment
    """
    before = next((candidate for candidate in evidence.baseline.deployments if candidate.uid == deployment.uid), None)
    if before is None:
        return False
    template = template_of_revision(before, revision, evidence.baseline)
    return template is not None and templates.same_template(template, deployment.spec["template"])


def brought_back(evidence: Evidence, name: str, revision: int) -> bool:
    """Whether all Pods belong to the ReplicaSet that had ``revision`` in the baseline, and the Deployment is the same.

    If the old ReplicaSet was lost, writing its template again creates a ReplicaSet with another UID.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-to-a-previous-revision
    """
    deployment, before = evidence.now.deployment(name), evidence.baseline.deployment(name)
    if deployment is None or before is None or deployment.uid != before.uid:
        return False
    restored_uids = {uid for uid, number in revisions(before, evidence.baseline).items() if number == revision}
    pods = own_pods(evidence.now, name)
    return bool(pods) and {pod.controller for pod in pods} <= restored_uids

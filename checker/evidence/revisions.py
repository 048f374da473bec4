"""What is asked for, what runs, and which revisions there are: by what a spec means, from snapshots alone."""

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


def asks_for_the_same(one: Object, other: Object) -> bool:
    """Would Pods of the one be like Pods of the other? Their ``spec.template``, but for what controllers add.

    Amounts are compared as amounts, and what is left out as its default: ``64Mi`` is ``67108864``.
    https://kubernetes.io/docs/concepts/workloads/pods/#pod-templates
    """
    return templates.same_template(one.spec.get("template"), other.spec.get("template"))


def changed(before: Deployment, after: Deployment) -> frozenset[str]:
    """In which fields the two ask for something else, by what they mean: nothing but X is ``changed(…) <= {X}``.

    ``replicas``, ``strategy``, ``paused``, …; of the template ``labels``, ``annotations``, ``image``, ``resources``,
    ``env`` (envFrom, too), ``command`` (args, too), ``readinessProbe``, ``containers`` (more or fewer), ``volumes``, ….
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/#DeploymentSpec
    """
    return templates.changes(before.spec, after.spec)


def changed_in_template(before: Object, after: Object) -> frozenset[str]:
    """As ``changed``, of ``spec.template`` alone, of a ReplicaSet's, too: what is not empty here is another rollout.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment
    """
    return templates.changes({"template": before.spec.get("template")}, {"template": after.spec.get("template")})


def strategy(deployment: Deployment) -> Strategy:
    """``kind``, and, in numbers of Pods, ``surge`` and ``unavailable``: 25% of three may be 1 beside and 0 missing.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
    """
    return strategy_of(deployment.spec, deployment.replicas)


def looked_for(of: Object) -> dict[str, str]:
    """The labels by which ``spec.selector`` finds Pods, as ``matchLabels`` or as ``matchExpressions`` with one value.

    A Service has one spelling only: its selector is the labels themselves.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector
    """
    selector = of.spec.get("selector") or {}
    if all(isinstance(value, str) for value in selector.values()):
        return dict(selector)
    return required_labels(selector)


def running_images(deployment: Deployment, snapshot: Snapshot) -> frozenset[str]:
    """The images in the specs of the Deployment's living Pods: what runs, not what the template asks for.

    A Pod's ``spec.containers[].image`` may be changed where it stands, so the two can differ:
    https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement
    """
    pods = living(pods_of(deployment, snapshot))
    return frozenset(image for pod in pods for image in images(pod))


def replaced_not_edited(deployment: Deployment, evidence: Evidence) -> bool:
    """Has each living Pod of the Deployment the images with which it was made? Then another image came with new Pods.

    ``spec.containers[].image`` is one of the few fields of a Pod that may be changed where it stands, and such a
    change is lost with the Pod: https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement.
    A Pod from the start is compared with the baseline, another one with what was first recorded of it; it needs no
    recording. It holds, too, where nothing was changed.
    """
    recorded = (Pod(change.raw) for change in evidence.recording.of_kind("pods"))
    made: dict[str, list[str]] = {}
    for pod in (*evidence.baseline.pods, *recorded):
        made.setdefault(pod.uid, _images(pod))
    pods = living(pods_of(deployment, evidence.now))
    return all(made.get(pod.uid, _images(pod)) == _images(pod) for pod in pods)


def _images(pod: Pod) -> list[str]:
    containers = (*pod.spec.get("initContainers", ()), *pod.spec["containers"])
    return [str(container["image"]) for container in containers]


def last_applied(of: T) -> T | None:
    """The manifest that ``kubectl apply`` was given last, as it stands in the annotation; None where it was never used.

    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/
    """
    try:
        found = json.loads((of.metadata.get("annotations") or {})[LAST_APPLIED])
    except (KeyError, TypeError, ValueError):
        return None
    return type(of)(found) if isinstance(found, dict) and isinstance(found.get("metadata"), dict) else None


def was_applied(of: Object) -> bool:
    """By the client, which leaves a note, or by the server, which names its fields' manager.

    https://kubernetes.io/docs/reference/using-api/server-side-apply/
    """
    managers = of.metadata.get("managedFields") or ()
    return last_applied(of) is not None or any(entry.get("operation") == "Apply" for entry in managers)


# ---- revisions


def revisions(deployment: Deployment | None, snapshot: Snapshot) -> dict[str, int]:
    """The Deployment's ReplicaSets by UID, and the revision that each says it is; what counts is its template.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#checking-rollout-history-of-a-deployment
    """
    owned = replicasets_of(deployment, snapshot) if deployment else ()
    return {rs.uid: int(rs.revision) for rs in owned if rs.revision.isdecimal()}


def lost_revisions(evidence: Evidence, name: str) -> list[int]:
    """Revisions from the start whose ReplicaSets are gone, by UID: nobody can go back to them.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
    """
    before = revisions(evidence.baseline.deployment(name), evidence.baseline)
    left = {rs.uid for rs in evidence.now.replicasets}
    return sorted(number for uid, number in before.items() if uid not in left)


def template_of_revision(deployment: Deployment, revision: int, snapshot: Snapshot) -> Mapping[str, Any] | None:
    """The Pod template of one revision, as its ReplicaSet keeps it; None where that revision is not kept.

    The number is in the ReplicaSet's annotation, which anybody may write: whoever relies on it compares templates.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-to-a-previous-revision
    """
    for replicaset in replicasets_of(deployment, snapshot):
        if replicaset.revision == str(revision):
            return bare_template(replicaset.spec["template"])
    return None


def restored(deployment: Deployment, revision: int, evidence: Evidence) -> bool:
    """Does the Deployment ask for the template again that ``revision`` had at the baseline, as the same object?

    All of ``spec.template``, not the image alone; nothing else belongs to a revision. A ``pod-template-hash`` that
    came along with it makes no difference: the controller does not count it.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment
    """
    before = next((one for one in evidence.baseline.deployments if one.uid == deployment.uid), None)
    if before is None:
        return False
    template = template_of_revision(before, revision, evidence.baseline)
    return template is not None and templates.same_template(template, deployment.spec["template"])


def brought_back(evidence: Evidence, name: str, revision: int) -> bool:
    """Do all Pods belong to the very ReplicaSet that had ``revision`` at the start, and is the Deployment the same?

    A template that was only written again is kept by a ReplicaSet with another UID where the old one was lost.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-to-a-previous-revision
    """
    deployment, before = evidence.now.deployment(name), evidence.baseline.deployment(name)
    if deployment is None or before is None or deployment.uid != before.uid:
        return False
    had = {uid for uid, number in revisions(before, evidence.baseline).items() if number == revision}
    pods = own_pods(evidence.now, name)
    return bool(pods) and {pod.controller for pod in pods} <= had

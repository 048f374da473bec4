"""The state of a rollout, and why it does not progress: from a snapshot alone."""

from collections.abc import Mapping
from typing import Any

from driftlab.checker.evidence.owners import living, pods_of, replicasets_of
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.evidence.verdict import Verdict, failed, waiting
from driftlab.checker.objects.reason import Reason, reason
from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Object, Pod

# ---- complete, or not yet


#: What a complete rollout counts, in the Deployment's status.
COUNTED = {"updatedReplicas": "pods-updated", "readyReplicas": "pods-ready", "availableReplicas": "pods-available"}


def unfinished(deployment: Deployment, snapshot: Snapshot) -> Reason | None:
    """Why the rollout is not complete, in a few words; None if it is.

    Complete means: the controller has observed the newest spec (``status.observedGeneration``), all replicas are
    updated, ready and available, no Pod of an older template is left, and the rollout is not paused:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
    """
    status, desired = deployment.status, deployment.replicas
    if deployment.terminating:  # a finalizer keeps it; its controller ignores it now
        return reason("being-deleted")
    if int(status.get("observedGeneration", 0)) < deployment.generation:
        return reason("spec-not-seen")
    for field, key in COUNTED.items():
        if (number := int(status.get(field, 0))) != desired:
            return Reason(key, {"number": number, "desired": desired})
    pods = pods_of(deployment, snapshot)
    if any(pod.terminating for pod in pods):
        return reason("old-pod-terminating")
    if len(pods) != desired:
        return reason("other-number-of-pods", number=len(pods), desired=desired)
    return reason("rollout-paused") if deployment.paused else None


def settling(deployment: Deployment, snapshot: Snapshot) -> Verdict | None:
    """The verdict on a rollout that is not complete; None if it is.

    WAITING while the cluster makes progress; FAIL if somebody has to act first, because the rollout is paused or the
    Deployment is terminating. After an exceeded progress deadline it is still WAITING: see ``deadline_exceeded``.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment
    """
    missing = unfinished(deployment, snapshot)
    if missing is None:
        return None
    blocked = deployment.paused or deployment.terminating
    return failed("not-settled", missing=missing) if blocked else waiting("not-settled", missing=missing)


def unsettled(snapshot: Snapshot) -> list[tuple[str, Reason | str]]:
    """The Deployments and Pods of a namespace that are not settled, and why, for operators.

    The words come from ``status.containerStatuses[].state.waiting`` and from conditions such as PodScheduled.
    """
    deployments = [(f"Deployment {d.name}", unfinished(d, snapshot)) for d in snapshot.deployments]
    pods = [(f"Pod {pod.name}", _unready(pod)) for pod in snapshot.pods]
    return [(name, why) for name, why in (*deployments, *pods) if why]


def _unready(pod: Pod) -> str:
    if pod.ready:
        return ""
    states = [status.get("state") or {} for status in pod.status.get("containerStatuses") or ()]
    reasons = [str(details.get("reason", "")) for state in states for details in state.values()]
    reasons += [str(c.get("reason", "")) for c in pod.status.get("conditions") or () if c["status"] == "False"]
    words = ["being deleted"] if pod.terminating else [pod.phase or "no phase"]
    return ", ".join(dict.fromkeys(word for word in words + reasons if word))


# ---- why it does not progress


def condition(of: Object, kind: str) -> Mapping[str, Any]:
    """A condition of an object (``Available``, ``Progressing``, ``Ready``); empty if it has none of that type.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
    """
    conditions = of.status.get("conditions") or ()
    return next((entry for entry in conditions if entry.get("type") == kind), {})


def deadline_exceeded(deployment: Deployment) -> bool:
    """Whether the rollout exceeded its progress deadline. Kubernetes reports that, but does not roll back.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
    """
    progressing = condition(deployment, "Progressing")
    return progressing.get("status") == "False" and progressing.get("reason") == "ProgressDeadlineExceeded"


def reasons(pod: Pod) -> frozenset[str]:
    """Why the Pod does not progress: ``ImagePullBackOff``, ``OOMKilled``, ``Unschedulable``, ….

    The reasons of waiting and ended containers, of this and the last run, and of conditions that are False:
    ``status.containerStatuses[].state``, ``lastState`` and ``status.conditions[].reason``.
    """
    kinds = ("initContainerStatuses", "containerStatuses")
    statuses = [status for kind in kinds for status in pod.status.get(kind) or ()]
    fields = ("state", "lastState")
    states = [state for status in statuses for field in fields for state in (status.get(field) or {}).values()]
    unmet = [entry for entry in pod.status.get("conditions") or () if entry.get("status") == "False"]
    return frozenset(str(entry["reason"]) for entry in (*states, *unmet) if entry.get("reason"))


#: The two reasons of a failed pull: the attempt, and the back-off before the next.
CANNOT_PULL = frozenset({"ErrImagePull", "ImagePullBackOff"})


def stuck(deployment: Deployment, snapshot: Snapshot, *why: str) -> tuple[Pod, ...]:
    """The Pods of the newest template that are not ready for one of these ``reasons``: ``stuck(d, now, "OOMKilled")``.

    The newest ReplicaSet is the one with the Deployment's template, except for ``pod-template-hash``.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
    """
    template = deployment.spec["template"]
    newest = {rs.uid for rs in replicasets_of(deployment, snapshot) if same_template(rs.spec.get("template"), template)}
    pods = living(pods_of(deployment, snapshot))
    return tuple(pod for pod in pods if pod.controller in newest and not pod.ready and reasons(pod) & set(why))

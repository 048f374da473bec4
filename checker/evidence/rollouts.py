"""How far a rollout has got, and why it does not get on: from a snapshot alone."""

from collections.abc import Mapping
from typing import Any

from driftlab.checker.evidence.owners import living, pods_of, replicasets_of
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.evidence.verdict import Verdict, failed, waiting
from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Object, Pod

# ---- complete, or not yet


def unfinished(deployment: Deployment, snapshot: Snapshot) -> str:
    """What keeps the rollout from being complete, in a few words; empty where it is.

    Complete means: the controller has seen the newest spec (``status.observedGeneration``),
    all replicas are updated, ready and available, no Pod of an older template is left, and nobody has paused it:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
    """
    status, wanted = deployment.status, deployment.replicas
    if deployment.terminating:  # a finalizer keeps it, and its controller does nothing for it any more
        return "the Deployment is being deleted"
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
    return "its rollout is paused" if deployment.paused else ""


def settling(deployment: Deployment, snapshot: Snapshot) -> Verdict | None:
    """What to say of a rollout that is not complete; None where it is.

    WAITING while the cluster is at work; FAIL where nothing goes on before somebody acts, since the rollout is paused
    or the Deployment is on its way out. A progress deadline that is over is no such end: see ``deadline_exceeded``.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment
    """
    missing = unfinished(deployment, snapshot)
    stands_still = deployment.paused or deployment.terminating
    told = f"not settled yet: {missing}"
    return (failed(told) if stands_still else waiting(told)) if missing else None


def unsettled(snapshot: Snapshot) -> list[str]:
    """What of a namespace is not as its objects ask for, a few words for each Deployment and Pod: for an operator.

    Reasons come from ``status.containerStatuses[].state.waiting`` and the condition PodScheduled.
    """
    deployments = [(f"Deployment {d.name}", unfinished(d, snapshot)) for d in snapshot.deployments]
    pods = [(f"Pod {pod.name}", _unready(pod)) for pod in snapshot.pods]
    return [f"{name}: {why}" for name, why in deployments + pods if why]


def _unready(pod: Pod) -> str:
    if pod.ready:
        return ""
    states = [status.get("state") or {} for status in pod.status.get("containerStatuses") or ()]
    reasons = [str(about.get("reason", "")) for state in states for about in state.values()]
    reasons += [str(c.get("reason", "")) for c in pod.status.get("conditions") or () if c["status"] == "False"]
    words = ["being deleted"] if pod.terminating else [pod.phase or "no phase"]
    return ", ".join(dict.fromkeys(word for word in words + reasons if word))


# ---- why it does not get on


def condition(of: Object, kind: str) -> Mapping[str, Any]:
    """A condition of an object (``Available``, ``Progressing``, ``Ready``); empty where it has none of that type.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
    """
    conditions = of.status.get("conditions") or ()
    return next((one for one in conditions if one.get("type") == kind), {})


def deadline_exceeded(deployment: Deployment) -> bool:
    """Has the rollout been given up reporting progress? It is reported, never rolled back.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
    """
    progressing = condition(deployment, "Progressing")
    return progressing.get("status") == "False" and progressing.get("reason") == "ProgressDeadlineExceeded"


def reasons(pod: Pod) -> frozenset[str]:
    """Why the Pod does not get on: ``ImagePullBackOff``, ``OOMKilled``, ``Unschedulable``, ….

    For what its containers wait, how they ended, this time or the last, and what its conditions lack:
    ``status.containerStatuses[].state``, ``lastState`` and ``status.conditions[].reason``.
    """
    kinds = ("initContainerStatuses", "containerStatuses")
    statuses = [status for kind in kinds for status in pod.status.get(kind) or ()]
    states = [state for one in statuses for when in ("state", "lastState") for state in (one.get(when) or {}).values()]
    lacking = [one for one in pod.status.get("conditions") or () if one.get("status") == "False"]
    return frozenset(str(one["reason"]) for one in (*states, *lacking) if one.get("reason"))


#: The two names of one trouble: the attempt, and the pause before the next.
CANNOT_PULL = frozenset({"ErrImagePull", "ImagePullBackOff"})


def stuck(deployment: Deployment, snapshot: Snapshot, *why: str) -> tuple[Pod, ...]:
    """The Pods of the newest template that are not ready, for one of these ``reasons``: ``stuck(d, now, "OOMKilled")``.

    The newest ReplicaSet is the one with the Deployment's template, ``pod-template-hash`` aside.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
    """
    template = deployment.spec["template"]
    newest = {rs.uid for rs in replicasets_of(deployment, snapshot) if same_template(rs.spec.get("template"), template)}
    pods = living(pods_of(deployment, snapshot))
    return tuple(pod for pod in pods if pod.controller in newest and not pod.ready and reasons(pod) & set(why))

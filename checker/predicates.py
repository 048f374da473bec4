"""The vocabulary of goals: what can be said of a cluster, each with the source of its rule.

Every function is pure. Identity is by UID and by the chain of ownerReferences, never
by names or labels alone.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from checker.evidence import Evidence, Snapshot
from checker.method import by_you
from checker.outcome import Deed
from checker.recording import Recording, available_over_time, deployments_over_time
from checker.views import Deployment, Pod, ReplicaSet, bare_template

T = TypeVar("T")


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


def unfinished(deployment: Deployment, snapshot: Snapshot) -> str:
    """What keeps the rollout from being complete, in a few words; empty where it is.

    Complete means: the controller has seen the newest spec (``status.observedGeneration``),
    all replicas are updated, ready and available, and no Pod of an older template is left:
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
    return ""


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


def same_object(before: Deployment | None, after: Deployment | None) -> bool:
    """Not merely the same name: an object that was deleted and made again has another ``metadata.uid``."""
    return before is not None and after is not None and before.uid == after.uid


def spec_untouched(before: Deployment, after: Deployment, recording: Recording) -> bool:
    """Nobody has changed the spec in between, not even to change it back.

    ``metadata.generation`` that stands still proves it:
    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/. A Deployment's is raised by
    an annotation as well; then the recording tells. Raises EvidenceMissing where that has a gap.
    """
    if before.uid != after.uid:
        return False
    if before.generation == after.generation:
        return True
    if before.spec != after.spec:
        return False
    recording.require("deployments")
    seen = (change.raw["spec"] for change in recording.of_kind("deployments") if change.uid == before.uid)
    return all(spec == before.spec for spec in seen)


def uids(pods: tuple[Pod, ...]) -> frozenset[str]:
    """Which Pods they are, whatever their names: ``metadata.uid`` belongs to one object for all time.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#uids
    """
    return frozenset(pod.uid for pod in pods)


def events_about_pod(snapshot: Snapshot, name: str, since: Snapshot) -> dict[str, set[str]]:
    """For each UID that a Pod called ``name`` has had since the baseline: the reasons of its Events.

    An Event says by ``involvedObject.uid`` which Pod of that name it is about, also when that is gone.
    """
    known = {pod.uid for pod in since.pods}
    told = {event.uid for event in since.events}
    reasons: dict[str, set[str]] = {}
    for event in snapshot.events:
        kind, about, uid = event.about
        if kind == "Pod" and about == name and uid not in known and event.uid not in told:
            reasons.setdefault(uid, set()).add(event.reason)
    return reasons


# ---- what the recording proves


def least_ready(evidence: Evidence, name: str) -> int:
    """The fewest Pods of the Deployment called ``name`` that were ready at any moment, that of the baseline included.

    Pods count by their chain of owners, whichever ReplicaSet they belong to. Raises
    EvidenceMissing where the recording of Pods or ReplicaSets has a gap.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable
    """
    evidence.recording.require("pods", "replicasets", "deployments")
    deployments = {one.uid for one in evidence.baseline.deployments if one.name == name}
    deployments |= {change.uid for change in evidence.recording.of_kind("deployments") if change.name == name}
    owners = {rs.uid for rs in evidence.baseline.replicasets if rs.controller in deployments}
    owners |= {
        change.uid
        for change in evidence.recording.of_kind("replicasets")
        if ReplicaSet(change.raw).controller in deployments
    }
    at_first = sum(pod.ready and pod.controller in owners for pod in evidence.baseline.pods)
    seen = available_over_time(evidence.baseline.raw["pods"], evidence.recording, lambda pod: pod.controller in owners)
    return min([at_first, *(number for _, number in seen)])


def least_available(evidence: Evidence, name: str) -> int:
    """The fewest Pods of the Deployment called ``name`` that were available at any moment, the baseline included.

    Available is what has been ready for ``spec.minReadySeconds``:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds. Two things are proved by
    the recording: what the Deployment controller counted, by its own clock (``status.availableReplicas``; nothing
    while there is no Deployment of that name), and which Pods were ready, since no other can be available. A dip that
    was over before the controller looked is in the second only. Raises EvidenceMissing where the recording has a gap.
    """
    counted = [0 if one is None else int(one.status.get("availableReplicas", 0)) for one in _states(evidence, name)]
    return min([least_ready(evidence, name), *counted])


def replicas_asked_for(evidence: Evidence, name: str) -> list[int]:
    """The numbers of replicas that the Deployment called ``name`` asked for, one after another, without repetition.

    That is ``spec.replicas``: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas.
    Raises EvidenceMissing where the recording has a gap.
    """
    return _without_repetition(
        [deployment.replicas for deployment in _states(evidence, name) if deployment is not None]
    )


def images_asked_for(evidence: Evidence, name: str) -> list[tuple[str, ...]]:
    """The images in the Pod template of the Deployment called ``name``, one after another, without repetition.

    Those are ``spec.template.spec.containers[].image``; another one is another rollout:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment.
    Raises EvidenceMissing where the recording has a gap.
    """
    return _without_repetition([deployment.images for deployment in _states(evidence, name) if deployment is not None])


def was_ever(evidence: Evidence, name: str, holds: Callable[[Deployment], bool]) -> bool:
    """Was there a moment at which it held for the Deployment called ``name``?

    Each change of an object is a moment, with a ``metadata.resourceVersion`` of its own, and a watch leaves none out:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes. Raises
    EvidenceMissing where the recording has a gap.
    """
    return any(deployment is not None and holds(deployment) for deployment in _states(evidence, name))


def was_recreated(evidence: Evidence, name: str) -> bool:
    """Has the name belonged to more than one object: deleted and made again? Told by ``metadata.uid``.

    Baseline and present prove it without a recording.
    """
    known = {
        one.uid for snapshot in (evidence.baseline, evidence.now) for one in snapshot.deployments if one.name == name
    }
    known |= {change.uid for change in evidence.recording.of_kind("deployments") if change.name == name}
    return len(known) > 1


def _states(evidence: Evidence, name: str) -> list[Deployment | None]:
    evidence.recording.require("deployments")
    return [state for _, state in deployments_over_time(evidence.baseline.raw["deployments"], evidence.recording, name)]


def _without_repetition(values: list[T]) -> list[T]:
    return [value for number, value in enumerate(values) if number == 0 or value != values[number - 1]]


def your_deeds(evidence: Evidence) -> list[Deed]:
    """All that the learner did since the baseline, in order. Raises EvidenceMissing where the recording has a gap.

    Who did it is told by who alone can have: people write a Deployment's ``spec``; on what a controller owns, too,
    ``metadata.managedFields[].manager`` names who wrote, and an Event which Pods a controller removed.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
    """
    evidence.recording.require("deployments", "replicasets", "pods", "events")
    return list(by_you(evidence))


def you(evidence: Evidence, verb: str, kind: str) -> bool:
    """Did the learner do that (``scaled``, ``deleted``, …) to an object of this kind? (See ``outcome.Deed``.)

    As ``your_deeds`` tells it, also by ``metadata.managedFields[].manager``. Raises EvidenceMissing where the
    recording has a gap.
    """
    return any((deed.verb, deed.kind) == (verb, kind) for deed in your_deeds(evidence))


# ---- rollouts


def condition(deployment: Deployment, kind: str) -> Mapping[str, Any]:
    """A condition of the Deployment (``Available``, ``Progressing``); empty where it has none of that type.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
    """
    conditions = deployment.status.get("conditions") or ()
    return next((one for one in conditions if one.get("type") == kind), {})


def deadline_exceeded(deployment: Deployment) -> bool:
    """Has the rollout been given up reporting progress? It is reported, never rolled back.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
    """
    progressing = condition(deployment, "Progressing")
    return progressing.get("status") == "False" and progressing.get("reason") == "ProgressDeadlineExceeded"


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

    All of ``spec.template``, not the image alone; nothing else belongs to a revision.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment
    """
    before = next((one for one in evidence.baseline.deployments if one.uid == deployment.uid), None)
    if before is None:
        return False
    template = template_of_revision(before, revision, evidence.baseline)
    return template is not None and template == deployment.spec["template"]


def running_images(deployment: Deployment, snapshot: Snapshot) -> frozenset[str]:
    """The images in the specs of the Deployment's living Pods: what runs, not what the template asks for.

    A Pod's ``spec.containers[].image`` may be changed where it stands, so the two can differ:
    https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement
    """
    pods = living(pods_of(deployment, snapshot))
    return frozenset(container["image"] for pod in pods for container in pod.spec["containers"])


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


def strangers_in_selector(deployment: Deployment, snapshot: Snapshot) -> tuple[Pod, ...]:
    """Pods that carry the labels of ``spec.selector`` but are owned by somebody else, or by nobody.

    https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
    """
    own = uids(pods_of(deployment, snapshot))
    return tuple(pod for pod in living(snapshot.pods) if deployment.matches(pod) and pod.uid not in own)

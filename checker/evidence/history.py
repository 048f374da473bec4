"""What the recording proves: what was asked for since the start of an exercise, and which Pods served.

A function that needs the recording raises EvidenceMissing if it has a gap. The goal is then an ERROR, never a false
verdict.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

from driftlab.checker.evidence.recording import Recording, available_over_time, deployments_over_time
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.objects.templates import fingerprint, same_template
from driftlab.checker.objects.views import Deployment, Pod, ReplicaSet

T = TypeVar("T")

# ---- what was asked for, in order


def spec_untouched(before: Deployment, after: Deployment, recording: Recording) -> bool:
    """Whether nobody changed the spec between the two, not even to change it back.

    An equal ``metadata.generation`` proves it:
    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/. An annotation of a Deployment
    raises its generation as well; then the recording decides. Raises EvidenceMissing if that has a gap.
    """
    if before.uid != after.uid:
        return False
    if before.generation == after.generation:
        return True
    if not _same_spec(before, after):
        return False
    recording.require("deployments")
    states = (Deployment(change.raw) for change in recording.of_kind("deployments") if change.uid == before.uid)
    return all(_same_spec(before, state) for state in states)


def _same_spec(first: Deployment, second: Deployment) -> bool:
    """Exact equality, except for the template: another notation of the same template is equal."""
    fields = [{key: value for key, value in of.spec.items() if key != "template"} for of in (first, second)]
    return fields[0] == fields[1] and same_template(first.spec["template"], second.spec["template"])


def replicas_asked_for(evidence: Evidence, name: str) -> list[int]:
    """The values of ``spec.replicas`` of the Deployment called ``name``, in order, without consecutive repetitions.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas
    Raises EvidenceMissing if the recording has a gap.
    """
    return _without_repetition(
        [deployment.replicas for deployment in _states(evidence, name) if deployment is not None]
    )


def images_asked_for(evidence: Evidence, name: str) -> list[tuple[str, ...]]:
    """The images in the Pod template of the Deployment called ``name``, in order, without consecutive repetitions.

    These are ``spec.template.spec.containers[].image``; another image starts another rollout:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment.
    Raises EvidenceMissing if the recording has a gap.
    """
    return _without_repetition([deployment.images for deployment in _states(evidence, name) if deployment is not None])


def was_ever(evidence: Evidence, name: str, holds: Callable[[Deployment], bool]) -> bool:
    """Whether ``holds`` was true for any state of the Deployment called ``name``.

    Each change of an object is a state with its own ``metadata.resourceVersion``, and a watch reports all of them:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes. Raises
    EvidenceMissing if the recording has a gap.
    """
    return any(deployment is not None and holds(deployment) for deployment in _states(evidence, name))


def was_recreated(evidence: Evidence, name: str) -> bool:
    """Whether objects with different ``metadata.uid`` have had the name: one was deleted and another created.

    The baseline and the present state can prove it without a recording.
    """
    found = {
        deployment.uid
        for snapshot in (evidence.baseline, evidence.now)
        for deployment in snapshot.deployments
        if deployment.name == name
    }
    found |= {change.uid for change in evidence.recording.of_kind("deployments") if change.name == name}
    return len(found) > 1


def template_changes(evidence: Evidence, name: str) -> list[Deployment]:
    """The states of the Deployment called ``name`` directly after each change of its ``spec.template``.

    Each change starts a rollout, at once or, if the rollout is paused, later. Raises EvidenceMissing if the recording
    has a gap. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment
    """
    states = [state for state in _states(evidence, name) if state is not None]
    return [
        after
        for before, after in pairwise(states)
        if not same_template(before.spec["template"], after.spec["template"])
    ]


def new_revisions(evidence: Evidence, name: str) -> int:
    """The number of Pod templates that the Deployment called ``name`` has rolled out since the baseline.

    The template of the baseline does not count. A rollout creates a ReplicaSet when it begins, so a template that was
    set and replaced during a pause does not count, either. Raises EvidenceMissing if the recording has a gap.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment
    """
    evidence.recording.require("replicasets")
    owners = {
        deployment.uid for snapshot in (evidence.baseline, evidence.now) if (deployment := snapshot.deployment(name))
    }
    replicasets = [ReplicaSet(change.raw) for change in evidence.recording.of_kind("replicasets")]
    templates = {fingerprint(rs.spec.get("template")) for rs in replicasets if rs.controller in owners}
    return len(templates - {fingerprint(rs.spec.get("template")) for rs in evidence.baseline.replicasets})


def _states(evidence: Evidence, name: str) -> list[Deployment | None]:
    evidence.recording.require("deployments")
    return [state for _, state in deployments_over_time(evidence.baseline.raw["deployments"], evidence.recording, name)]


def _without_repetition(values: list[T]) -> list[T]:
    return [value for number, value in enumerate(values) if number == 0 or value != values[number - 1]]


# ---- which Pods served


def least_ready(evidence: Evidence, name: str) -> int:
    """The minimum number of ready Pods of the Deployment called ``name`` since the baseline, included.

    Pods count by their chain of owners, with any ReplicaSet of the Deployment. Raises EvidenceMissing if the recording
    of Pods, ReplicaSets or Deployments has a gap.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable
    """
    evidence.recording.require("pods", "replicasets", "deployments")
    deployments = {deployment.uid for deployment in evidence.baseline.deployments if deployment.name == name}
    deployments |= {change.uid for change in evidence.recording.of_kind("deployments") if change.name == name}
    owners = {rs.uid for rs in evidence.baseline.replicasets if rs.controller in deployments}
    owners |= {
        change.uid
        for change in evidence.recording.of_kind("replicasets")
        if ReplicaSet(change.raw).controller in deployments
    }
    return least_ready_of(evidence, lambda pod: pod.controller in owners)


def least_ready_of(evidence: Evidence, belongs: Callable[[Pod], bool], recording: Recording | None = None) -> int:
    """The minimum number of ready Pods for which ``belongs`` is true since the baseline, included.

    ``recording``: a part of it, such as ``evidence.recording.until(…)``. Ready is the condition of that type,
    ``status.conditions[].type``. Raises EvidenceMissing if the recording of Pods has a gap.
    """
    recorded = evidence.recording if recording is None else recording
    recorded.require("pods")
    initial = sum(pod.ready and belongs(pod) for pod in evidence.baseline.pods)
    return min(
        [initial, *(number for _, number in available_over_time(evidence.baseline.raw["pods"], recorded, belongs))]
    )


def least_available(evidence: Evidence, name: str) -> int:
    """The minimum number of available Pods of the Deployment called ``name`` since the baseline, included.

    A Pod is available if it has been ready for ``spec.minReadySeconds``:
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds. The recording holds two
    numbers: the one that the Deployment controller counted by its own clock (``status.availableReplicas``; 0 while the
    Deployment does not exist), and that of the ready Pods, because only ready Pods can be available. The controller may
    miss a short dip, so the minimum of both counts. Raises EvidenceMissing if the recording has a gap.
    """
    counted = [
        0 if state is None else int(state.status.get("availableReplicas", 0)) for state in _states(evidence, name)
    ]
    return min([least_ready(evidence, name), *counted])

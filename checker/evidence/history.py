"""What was asked for, and who served, since an exercise began: what the recording proves.

Functions that need the recording raise EvidenceMissing where it has a gap: a goal is an ERROR then, never a false
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

# ---- what was asked for, one after another


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
    if not _asks_for_the_same(before, after):
        return False
    recording.require("deployments")
    seen = (Deployment(change.raw) for change in recording.of_kind("deployments") if change.uid == before.uid)
    return all(_asks_for_the_same(before, one) for one in seen)


def _asks_for_the_same(one: Deployment, other: Deployment) -> bool:
    """To the letter, but for the template, which may be spelled otherwise: that raises no generation."""
    rest = [{key: value for key, value in of.spec.items() if key != "template"} for of in (one, other)]
    return rest[0] == rest[1] and same_template(one.spec["template"], other.spec["template"])


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


def template_changes(evidence: Evidence, name: str) -> list[Deployment]:
    """What the Deployment called ``name`` was whenever its ``spec.template`` had just been changed.

    Each is a rollout, at once or, where it is paused, later. Raises EvidenceMissing where the recording has a gap.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#updating-a-deployment
    """
    seen = [state for state in _states(evidence, name) if state is not None]
    return [
        after for before, after in pairwise(seen) if not same_template(before.spec["template"], after.spec["template"])
    ]


def new_revisions(evidence: Evidence, name: str) -> int:
    """How many Pod templates the Deployment called ``name`` has rolled out since the baseline, the first not counted.

    Each has a ReplicaSet, made when its rollout begins: what was only written down during a pause has none. Raises
    EvidenceMissing where the recording has a gap.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment
    """
    evidence.recording.require("replicasets")
    owners = {one.uid for snapshot in (evidence.baseline, evidence.now) if (one := snapshot.deployment(name))}
    made = [ReplicaSet(change.raw) for change in evidence.recording.of_kind("replicasets")]
    templates = {fingerprint(rs.spec.get("template")) for rs in made if rs.controller in owners}
    return len(templates - {fingerprint(rs.spec.get("template")) for rs in evidence.baseline.replicasets})


def _states(evidence: Evidence, name: str) -> list[Deployment | None]:
    evidence.recording.require("deployments")
    return [state for _, state in deployments_over_time(evidence.baseline.raw["deployments"], evidence.recording, name)]


def _without_repetition(values: list[T]) -> list[T]:
    return [value for number, value in enumerate(values) if number == 0 or value != values[number - 1]]


# ---- who served meanwhile


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
    return least_ready_of(evidence, lambda pod: pod.controller in owners)


def least_ready_of(evidence: Evidence, belongs: Callable[[Pod], bool], recording: Recording | None = None) -> int:
    """The fewest Pods for which ``belongs`` holds that were ready at any moment, that of the baseline included.

    ``recording``: a part of it, such as ``evidence.recording.until(…)``. Ready is the condition of that type,
    ``status.conditions[].type``. Raises EvidenceMissing where the recording of Pods has a gap.
    """
    told = evidence.recording if recording is None else recording
    told.require("pods")
    at_first = sum(pod.ready and belongs(pod) for pod in evidence.baseline.pods)
    return min([at_first, *(number for _, number in available_over_time(evidence.baseline.raw["pods"], told, belongs))])


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

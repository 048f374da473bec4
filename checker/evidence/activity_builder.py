"""Find out who did what, change by change: from the recording alone, in words.

People and autoscalers change the spec of a Deployment. A ReplicaSet's controller creates the Pods that it owns, and
deletes surplus ones; an Event reports that. See ``evidence.controllers``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from driftlab.checker.evidence.controllers import (
    annotation_changes,
    autoscaled,
    cleaned_up,
    scaled_by_hand,
    writers,
    written_by_a_person,
)
from driftlab.checker.evidence.recording import Change
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.objects.differences import template_changes
from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Event, Object, Pod, ReplicaSet

#: Annotations with a known purpose, and the words for setting them.
DESCRIBED_ANNOTATIONS = {
    "kubernetes.io/change-cause": "noted the change-cause of",
    "controller.kubernetes.io/pod-deletion-cost": "set the deletion cost of",
}
#: The field manager of `kubectl rollout undo`. Other commands have their own, such as kubectl-set.
ROLLBACK_MANAGER = "kubectl"

#: Other kinds that learners create, and that an exercise may watch.
AUTOSCALERS = "horizontalpodautoscalers"
OTHER_KINDS = {
    "jobs": "Job",
    "services": "Service",
    "configmaps": "ConfigMap",
    "secrets": "Secret",
    "cronjobs": "CronJob",
    AUTOSCALERS: "HorizontalPodAutoscaler",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
}

#: Longer values of annotations are shortened to this number of characters.
MAX_ANNOTATION_LENGTH = 60


@dataclass(frozen=True)
class Act:
    """One action: in words, or as numbers that can be added up."""

    by_you: bool
    text: str = ""
    verb: str = ""
    kind: str = ""
    pods_created: int = 0
    pods_removed: int = 0
    scaled: tuple[str, int, int] | None = None  #: an object, its old and its new number of replicas
    at: float = 0.0
    uid: str = ""


class ActivityBuilder:
    """Goes through a recording in order, and derives from each change what was done and by whom."""

    def __init__(self, evidence: Evidence) -> None:
        self.recording = evidence.recording
        self.last: dict[str, Mapping[str, Any]] = {}
        self.kinds: dict[str, str] = {}
        for kind in ("deployments", "replicasets", "pods", *OTHER_KINDS):
            for raw in evidence.baseline.raw.get(kind, ()):
                self._remember_object(kind, raw)
        #: the last state of each Deployment by its name, including deleted ones
        self.seen_deployments = {deployment.name: deployment for deployment in evidence.baseline.deployments}
        #: autoscalers are known only if the exercise watches them
        self.watches_autoscalers = AUTOSCALERS in evidence.baseline.raw
        events = [Event(change.raw) for change in self.recording.of_kind("events")]
        #: names of Pods that a controller deleted as surplus, by its Events
        self.removed = {
            # repeated Events begin with "(combined from …"
            str(event.raw.get("message", "")).rpartition("Deleted pod: ")[2]
            for event in events
            if event.reason == "SuccessfulDelete"
        }
        #: names of Pods that were evicted because their Node does not answer
        self.evicted = {event.about[1] for event in events if event.reason == "TaintManagerEviction"}
        #: the UIDs of each controller's Pods that are not terminating, by the controller's UID
        self.living: dict[str, set[str]] = {}
        for pod in evidence.baseline.pods:
            self._count(pod, present=True)
        self.remarks: list[str] = []

    def acts(self) -> Iterator[Act]:
        handlers = {"deployments": self._deployment, "replicasets": self._replicaset, "pods": self._pod}
        handlers |= dict.fromkeys(OTHER_KINDS, self._other)
        for change in self.recording.changes:
            if change.kind in handlers:
                remarks_before = len(self.remarks)
                found = handlers[change.kind](change, self.last.get(change.uid))
                acts = [replace(act, at=change.at, uid=change.uid) for act in found]
                if change.ours:
                    acts, self.remarks = [], self.remarks[:remarks_before]
                yield from acts
                if change.kind == "pods":
                    if change.uid in self.last:
                        self._count(Pod(self.last[change.uid]), present=False)  # its owner may have changed
                    self._count(Pod(change.raw), present=change.type != "DELETED")
                if change.type == "DELETED":
                    self.last.pop(change.uid, None)
                else:
                    self._remember_object(change.kind, change.raw)

    def _remember_object(self, kind: str, raw: Mapping[str, Any]) -> None:
        uid = raw["metadata"]["uid"]
        self.last[uid], self.kinds[uid] = raw, kind

    def _all(self, kind: str) -> list[Mapping[str, Any]]:
        return [raw for uid, raw in self.last.items() if self.kinds[uid] == kind]

    def _is_living(self, uid: str) -> bool:
        """Whether the object exists and is not terminating.

        Then the garbage collector does not delete its dependents.
        """
        return uid in self.last and not self.last[uid]["metadata"].get("deletionTimestamp")

    # ---- Deployments

    def _deployment(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[Act]:
        after = Deployment(change.raw)
        if change.type == "DELETED" or after.terminating:  # terminating: with --cascade=foreground
            self.seen_deployments[after.name] = after
            if before is None or not Deployment(before).terminating:
                yield Act(True, f"deleted the Deployment {after.name}", "deleted", "Deployment")
        elif before is None:
            previous = self.seen_deployments.get(after.name)
            if previous is not None:
                self.remarks.append(
                    f"You deleted the Deployment {after.name} and made it again: its history went with it. "
                    "`kubectl apply` changes one, and `kubectl rollout undo` takes a change back."
                )
            self.seen_deployments[after.name] = after
            images = ", ".join(after.images)
            again = "again " if previous is not None else ""
            text = f"made the Deployment {after.name} {again}({after.replicas} × {images})"
            yield Act(True, text, "made", "Deployment")
        else:
            yield from self._deployment_changed(Deployment(before), after)

    def _deployment_changed(self, before: Deployment, after: Deployment) -> Iterator[Act]:
        new_writers = {manager for manager, *_ in writers(after.raw) - writers(before.raw)}
        restored = "" if before.spec["template"] == after.spec["template"] else self._revision_of(after)
        if restored and new_writers and ROLLBACK_MANAGER not in new_writers:
            self.remarks.append(
                f"You brought revision {restored} of {after.name} back by hand. "
                f"`kubectl rollout undo --to-revision={restored}` does that in one step, with all that belongs to it."
            )
        by_autoscaler = autoscaled(before, after, self._autoscalers())
        if before.replicas != after.replicas and by_autoscaler:
            yield Act(False, scaled=(f"Deployment {after.name}", before.replicas, after.replicas))
        elif before.replicas != after.replicas:
            text = f"Deployment {after.name}: scaled from {before.replicas} to {after.replicas}"
            yield Act(True, text, "scaled", "Deployment")
        for change in self._changes(before, after, restored):
            yield Act(True, f"Deployment {after.name}: {change}", "changed", "Deployment")
        # `kubectl rollout undo` restores the annotations as well
        if not (restored and ROLLBACK_MANAGER in new_writers):
            yield from _annotated("Deployment", before.raw, after.raw)
        if before.labels != after.labels:
            text = _labels(before.labels, after.labels)
            yield Act(True, f"labelled the Deployment {after.name}: {text}", "labelled", "Deployment")

    def _autoscalers(self) -> list[Object] | None:
        """All autoscalers; None if the exercise does not watch them."""
        return None if not self.watches_autoscalers else [Object(raw) for raw in self._all(AUTOSCALERS)]

    def _changes(self, before: Deployment, after: Deployment, restored: str) -> Iterator[str]:
        if before.paused != after.paused:
            yield "rollout paused" if after.paused else "rollout resumed"
        if before.spec["template"] != after.spec["template"]:
            text = "; ".join(template_changes(before.spec["template"], after.spec["template"])) or "template changed"
            yield f"{text}{f' (as in revision {restored})' if restored else ''}"
        for field in ("strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit"):
            if before.spec.get(field) != after.spec.get(field):
                yield f"{field} changed"

    def _replicasets_of(self, deployment: str) -> list[ReplicaSet]:
        """The present ReplicaSets of a Deployment, by its UID."""
        return [
            replicaset
            for replicaset in map(ReplicaSet, self._all("replicasets"))
            if replicaset.controller == deployment
        ]

    def _owner(self, replicaset: ReplicaSet) -> Deployment | None:
        """The Deployment that controls the ReplicaSet; None if there is none, or it is terminating."""
        uid = replicaset.controller or ""
        return Deployment(self.last[uid]) if self._is_living(uid) and self.kinds[uid] == "deployments" else None

    def _revision_of(self, deployment: Deployment) -> str:
        """The revision with the same template; empty if there is none, or its ReplicaSet no longer exists."""
        template = deployment.spec["template"]
        replicasets = self._replicasets_of(deployment.uid)
        return next(
            (
                replicaset.revision
                for replicaset in replicasets
                if replicaset.revision and same_template(replicaset.spec.get("template"), template)
            ),
            "",
        )

    # ---- ReplicaSets

    def _replicaset(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[Act]:
        after = ReplicaSet(change.raw)
        if change.type == "DELETED":
            if after.controller is None or self._is_living(after.controller):
                owner = self._owner(after)
                by_controller = owner is not None and cleaned_up(after, owner, self._replicasets_of(owner.uid))
                verb = "removed" if by_controller else "deleted"
                yield Act(not by_controller, f"{verb} the ReplicaSet {after.name}", verb, "ReplicaSet")
            return
        if before is None:
            if after.controller and not writers(change.raw):
                revision = f" (revision {after.revision})" if after.revision else ""
                yield Act(False, f"made the ReplicaSet {after.name}{revision}")
            else:
                text = f"made the ReplicaSet {after.name}{'' if after.controller else ', which no Deployment owns'}"
                yield Act(True, text, "made", "ReplicaSet")
            return
        previous = ReplicaSet(before)
        if previous.spec.get("template") != after.spec.get("template"):
            yield Act(True, f"changed the template of the ReplicaSet {after.name}", "changed", "ReplicaSet")
        yield from _annotated("ReplicaSet", before, change.raw)
        if previous.replicas == after.replicas:
            return
        if not scaled_by_hand(previous, after, self._owner(after)):
            yield Act(False, scaled=(f"ReplicaSet {after.name}", previous.replicas, after.replicas))
            return
        text = f"scaled the ReplicaSet {after.name} from {previous.replicas} to {after.replicas}"
        yield Act(True, text, "scaled", "ReplicaSet")
        if after.controller:
            self.remarks.append(
                f"You scaled the ReplicaSet {after.name}: its Deployment puts the number back. "
                "`kubectl scale deployment` says what you want."
            )

    # ---- Pods

    def _pod(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[Act]:
        after = Pod(change.raw)
        if before is None:
            if change.type != "DELETED":
                by_learner = after.controller is None or bool(writers(change.raw))
                yield (
                    Act(True, f"made the Pod {after.name}", "made", "Pod") if by_learner else Act(False, pods_created=1)
                )
            return
        previous = Pod(before)
        if after.terminating or change.type == "DELETED":
            if not previous.terminating:
                yield self._pod_deleted(after)
            elif change.type == "DELETED" and after.name in self.evicted and _has_running_container(previous):
                # A kubelet that answers first reports the end of all containers, and then allows the deletion:
                # https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-forced
                yield Act(True, f"cleared away the Pod {after.name} without waiting for its Node", "cleared", "Pod")
            return
        yield from _annotated("Pod", before, change.raw)
        if previous.labels != after.labels:
            yield Act(True, f"changed the labels of the Pod {after.name}", "labelled", "Pod")
        if [c["image"] for c in previous.spec["containers"]] != [c["image"] for c in after.spec["containers"]]:
            yield Act(True, f"changed the image of the Pod {after.name}", "changed", "Pod")
            if after.controller:
                self.remarks.append(
                    f"You changed the Pod {after.name} itself: its replacement will not know of it. "
                    "`kubectl set image deployment/…` changes what all of them are made from."
                )
        if previous.controller and not after.controller:
            yield Act(False, f"let go of the Pod {after.name}: it has no owner any more")
        elif after.controller and not previous.controller:
            yield Act(False, f"adopted the Pod {after.name}")

    def _count(self, pod: Pod, *, present: bool) -> None:
        if pod.controller:
            living = self.living.setdefault(pod.controller, set())
            (living.add if present and not pod.terminating else living.discard)(pod.uid)

    def _has_surplus(self, owner: str) -> bool:
        """Whether a ReplicaSet has more Pods than it asks for.

        Events do not suffice: some are dropped if there are many.
        """
        return len(self.living.get(owner, ())) > ReplicaSet(self.last[owner]).replicas

    def _pod_deleted(self, pod: Pod) -> Act:
        owner = pod.controller
        if pod.name in self.removed | self.evicted or (
            owner is not None and (not self._is_living(owner) or self._has_surplus(owner))
        ):
            return Act(False, pods_removed=1)
        return Act(True, f"deleted the Pod {pod.name}", "deleted", "Pod")

    # ---- other kinds

    def _other(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[Act]:
        kind, after = OTHER_KINDS[change.kind], Object(change.raw)
        if after.controller or not writers(change.raw):  # created by a controller: a CronJob's Job, a root certificate
            return
        if change.type == "DELETED":
            yield Act(True, f"deleted the {kind} {after.name}", "deleted", kind)
        elif before is None:
            yield Act(True, f"made the {kind} {after.name}", "made", kind)
        elif any(before.get(part) != change.raw.get(part) for part in ("spec", "data", "binaryData")):
            yield Act(True, f"changed the {kind} {after.name}", "changed", kind)


def _has_running_container(pod: Pod) -> bool:
    return any("running" in (status.get("state") or {}) for status in pod.status.get("containerStatuses") or ())


def _annotated(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Act]:
    """Annotations that people set or removed.

    Without a field manager in the object, only those in ``DESCRIBED_ANNOTATIONS``.
    """
    name, by_people = after["metadata"]["name"], bool(writers(after))
    by_a_person = by_people and written_by_a_person(after)
    for key, value in annotation_changes(before, after):
        description = DESCRIBED_ANNOTATIONS.get(key) if kind != "ReplicaSet" else None  # the controller copies them
        if description:
            text = f"{description} the {kind} {name}: {'none' if value is None else value}"
        elif not (by_people if value is None else by_a_person):  # a removed annotation has no manager
            continue
        elif value is None:
            text = f"took the annotation {key} from the {kind} {name}"
        else:
            short = value if len(value) <= MAX_ANNOTATION_LENGTH else f"{value[:MAX_ANNOTATION_LENGTH]}…"
            text = f"annotated the {kind} {name}: {key}={short}"
        yield Act(True, text, "annotated", kind)


def _labels(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The changes in the syntax of `kubectl label`: ``needs=attention``, or ``needs-`` for a removed label."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return ", ".join(f"{key}={after[key]}" if key in after else f"{key}-" for key in changed)

"""Who did what, change by change: from the recording alone, in words.

People or an autoscaler change the spec of a Deployment. A ReplicaSet's controller creates the Pods that it owns, and
removes those that are too many; an Event says so. See ``evidence.controllers``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from driftlab.checker.evidence.controllers import (
    autoscaled,
    cleaned_up,
    notes,
    scaled_by_hand,
    writers,
    written_by_a_person,
)
from driftlab.checker.evidence.recording import Change
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.objects.differences import template_changes
from driftlab.checker.objects.templates import same_template
from driftlab.checker.objects.views import Deployment, Event, Object, Pod, ReplicaSet

#: Annotations that people set, and what they are for, in words.
TOLD_ANNOTATIONS = {
    "kubernetes.io/change-cause": "noted the change-cause of",
    "controller.kubernetes.io/pod-deletion-cost": "set the deletion cost of",
}
#: As whom `kubectl rollout undo` writes; other commands have names of their own, such as kubectl-set.
UNDOER = "kubectl"

#: What people make beside Deployments, ReplicaSets and Pods, where an exercise watches it.
AUTOSCALERS = "horizontalpodautoscalers"
OTHERS = {
    "jobs": "Job",
    "services": "Service",
    "configmaps": "ConfigMap",
    "secrets": "Secret",
    "cronjobs": "CronJob",
    AUTOSCALERS: "HorizontalPodAutoscaler",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
}

#: So many signs of an annotation's value are told.
LONGEST_NOTE = 60


@dataclass(frozen=True)
class Act:
    """One change: in words, or as numbers that can be added up."""

    by_you: bool
    text: str = ""
    verb: str = ""
    kind: str = ""
    made: int = 0
    removed: int = 0
    scaled: tuple[str, int, int] | None = None  #: what, from how many, to how many
    at: float = 0.0
    uid: str = ""


class ActivityBuilder:
    """Goes through a recording in order, and says of each change what it was and whose."""

    def __init__(self, evidence: Evidence) -> None:
        self.recording = evidence.recording
        self.last: dict[str, Mapping[str, Any]] = {}
        self.kinds: dict[str, str] = {}
        for kind in ("deployments", "replicasets", "pods", *OTHERS):
            for raw in evidence.baseline.raw.get(kind, ()):
                self._remember_object(kind, raw)
        #: Deployments by the name that they had, gone ones included
        self.had = {deployment.name: deployment for deployment in evidence.baseline.deployments}
        #: its autoscalers are known only where they are watched
        self.watches_autoscalers = AUTOSCALERS in evidence.baseline.raw
        events = [Event(change.raw) for change in self.recording.of_kind("events")]
        #: names of Pods that controllers say they have removed, as one too many
        self.removed = {
            str(event.raw.get("message", "")).rpartition("Deleted pod: ")[2]  # many are told as "(combined from …"
            for event in events
            if event.reason == "SuccessfulDelete"
        }
        #: names of Pods that were given up because their Node does not answer
        self.given_up = {event.about[1] for event in events if event.reason == "TaintManagerEviction"}
        #: for each controller's UID, the Pods of it that are not on their way out
        self.living: dict[str, set[str]] = {}
        for pod in evidence.baseline.pods:
            self._count(pod, present=True)
        self.remarks: list[str] = []

    def acts(self) -> Iterator[Act]:
        tell = {"deployments": self._deployment, "replicasets": self._replicaset, "pods": self._pod}
        tell |= dict.fromkeys(OTHERS, self._other)
        for change in self.recording.changes:
            if change.kind in tell:
                remarks = len(self.remarks)
                told = tell[change.kind](change, self.last.get(change.uid))
                acts = [replace(act, at=change.at, uid=change.uid) for act in told]
                if change.ours:
                    acts, self.remarks = [], self.remarks[:remarks]
                yield from acts
                if change.kind == "pods":
                    if change.uid in self.last:
                        self._count(Pod(self.last[change.uid]), present=False)  # it may have had another owner
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

    def _stays(self, uid: str) -> bool:
        """Is the object there, and not on its way out? Then the garbage collector does not touch what it owns."""
        return uid in self.last and not self.last[uid]["metadata"].get("deletionTimestamp")

    # ---- Deployments

    def _deployment(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[Act]:
        after = Deployment(change.raw)
        if change.type == "DELETED" or after.terminating:  # terminating: with --cascade=foreground
            self.had[after.name] = after
            if before is None or not Deployment(before).terminating:
                yield Act(True, f"deleted the Deployment {after.name}", "deleted", "Deployment")
        elif before is None:
            past = self.had.get(after.name)
            if past is not None:
                self.remarks.append(
                    f"You deleted the Deployment {after.name} and made it again: its history went with it. "
                    "`kubectl apply` changes one, and `kubectl rollout undo` takes a change back."
                )
            self.had[after.name] = after
            images = ", ".join(after.images)
            again = "again " if past is not None else ""
            told = f"made the Deployment {after.name} {again}({after.replicas} × {images})"
            yield Act(True, told, "made", "Deployment")
        else:
            yield from self._changed(Deployment(before), after)

    def _changed(self, before: Deployment, after: Deployment) -> Iterator[Act]:
        by = {manager for manager, *_ in writers(after.raw) - writers(before.raw)}
        back = "" if before.spec["template"] == after.spec["template"] else self._revision_of(after)
        if back and by and UNDOER not in by:
            self.remarks.append(
                f"You brought revision {back} of {after.name} back by hand. "
                f"`kubectl rollout undo --to-revision={back}` does that in one step, with all that belongs to it."
            )
        by_autoscaler = autoscaled(before, after, self._autoscalers())
        if before.replicas != after.replicas and by_autoscaler:
            yield Act(False, scaled=(f"Deployment {after.name}", before.replicas, after.replicas))
        elif before.replicas != after.replicas:
            told = f"Deployment {after.name}: scaled from {before.replicas} to {after.replicas}"
            yield Act(True, told, "scaled", "Deployment")
        for what in self._changes(before, after, back):
            yield Act(True, f"Deployment {after.name}: {what}", "changed", "Deployment")
        if not (back and UNDOER in by):  # `kubectl rollout undo` brings the annotations back as well
            yield from _noted("Deployment", before.raw, after.raw)
        if before.labels != after.labels:
            told = _labels(before.labels, after.labels)
            yield Act(True, f"labelled the Deployment {after.name}: {told}", "labelled", "Deployment")

    def _autoscalers(self) -> list[Object] | None:
        """All that there are; None where nobody watches them."""
        return None if not self.watches_autoscalers else [Object(raw) for raw in self._all(AUTOSCALERS)]

    def _changes(self, before: Deployment, after: Deployment, back: str) -> Iterator[str]:
        if before.paused != after.paused:
            yield "rollout paused" if after.paused else "rollout resumed"
        if before.spec["template"] != after.spec["template"]:
            told = "; ".join(template_changes(before.spec["template"], after.spec["template"])) or "template changed"
            yield f"{told}{f' (as in revision {back})' if back else ''}"
        for field in ("strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit"):
            if before.spec.get(field) != after.spec.get(field):
                yield f"{field} changed"

    def _replicasets_of(self, deployment: str) -> list[ReplicaSet]:
        """Those that there are now, by the UID of their Deployment."""
        return [one for one in map(ReplicaSet, self._all("replicasets")) if one.controller == deployment]

    def _owner(self, replicaset: ReplicaSet) -> Deployment | None:
        """The Deployment that controls it; None where there is none, or it is on its way out."""
        uid = replicaset.controller or ""
        return Deployment(self.last[uid]) if self._stays(uid) and self.kinds[uid] == "deployments" else None

    def _revision_of(self, deployment: Deployment) -> str:
        """The revision that keeps the same template, or nothing: one whose ReplicaSet is gone is none."""
        template = deployment.spec["template"]
        kept = self._replicasets_of(deployment.uid)
        return next(
            (one.revision for one in kept if one.revision and same_template(one.spec.get("template"), template)), ""
        )

    # ---- ReplicaSets

    def _replicaset(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[Act]:
        after = ReplicaSet(change.raw)
        if change.type == "DELETED":
            if after.controller is None or self._stays(after.controller):
                owner = self._owner(after)
                theirs = owner is not None and cleaned_up(after, owner, self._replicasets_of(owner.uid))
                verb = "removed" if theirs else "deleted"
                yield Act(not theirs, f"{verb} the ReplicaSet {after.name}", verb, "ReplicaSet")
            return
        if before is None:
            if after.controller and not writers(change.raw):
                revision = f" (revision {after.revision})" if after.revision else ""
                yield Act(False, f"made the ReplicaSet {after.name}{revision}")
            else:
                told = f"made the ReplicaSet {after.name}{'' if after.controller else ', which no Deployment owns'}"
                yield Act(True, told, "made", "ReplicaSet")
            return
        was = ReplicaSet(before)
        if was.spec.get("template") != after.spec.get("template"):
            yield Act(True, f"changed the template of the ReplicaSet {after.name}", "changed", "ReplicaSet")
        yield from _noted("ReplicaSet", before, change.raw)
        if was.replicas == after.replicas:
            return
        if not scaled_by_hand(was, after, self._owner(after)):
            yield Act(False, scaled=(f"ReplicaSet {after.name}", was.replicas, after.replicas))
            return
        told = f"scaled the ReplicaSet {after.name} from {was.replicas} to {after.replicas}"
        yield Act(True, told, "scaled", "ReplicaSet")
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
                mine = after.controller is None or bool(writers(change.raw))
                yield Act(True, f"made the Pod {after.name}", "made", "Pod") if mine else Act(False, made=1)
            return
        was = Pod(before)
        if after.terminating or change.type == "DELETED":
            if not was.terminating:
                yield self._pod_deleted(after)
            elif change.type == "DELETED" and after.name in self.given_up and _runs(was):
                # A kubelet that answers says first that all has ended, and lets it go then:
                # https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-forced
                yield Act(True, f"cleared away the Pod {after.name} without waiting for its Node", "cleared", "Pod")
            return
        yield from _noted("Pod", before, change.raw)
        if was.labels != after.labels:
            yield Act(True, f"changed the labels of the Pod {after.name}", "labelled", "Pod")
        if [c["image"] for c in was.spec["containers"]] != [c["image"] for c in after.spec["containers"]]:
            yield Act(True, f"changed the image of the Pod {after.name}", "changed", "Pod")
            if after.controller:
                self.remarks.append(
                    f"You changed the Pod {after.name} itself: its replacement will not know of it. "
                    "`kubectl set image deployment/…` changes what all of them are made from."
                )
        if was.controller and not after.controller:
            yield Act(False, f"let go of the Pod {after.name}: it has no owner any more")
        elif after.controller and not was.controller:
            yield Act(False, f"adopted the Pod {after.name}")

    def _count(self, pod: Pod, *, present: bool) -> None:
        if pod.controller:
            living = self.living.setdefault(pod.controller, set())
            (living.add if present and not pod.terminating else living.discard)(pod.uid)

    def _too_many(self, owner: str) -> bool:
        """Has a ReplicaSet more Pods than it asks for? Events alone do not tell: of many, some are dropped."""
        return len(self.living.get(owner, ())) > ReplicaSet(self.last[owner]).replicas

    def _pod_deleted(self, pod: Pod) -> Act:
        owner = pod.controller
        if pod.name in self.removed | self.given_up or (
            owner is not None and (not self._stays(owner) or self._too_many(owner))
        ):
            return Act(False, removed=1)
        return Act(True, f"deleted the Pod {pod.name}", "deleted", "Pod")

    # ---- other kinds

    def _other(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[Act]:
        kind, after = OTHERS[change.kind], Object(change.raw)
        if after.controller or not writers(change.raw):  # made by a controller: a CronJob's Job, a root certificate
            return
        if change.type == "DELETED":
            yield Act(True, f"deleted the {kind} {after.name}", "deleted", kind)
        elif before is None:
            yield Act(True, f"made the {kind} {after.name}", "made", kind)
        elif any(before.get(part) != change.raw.get(part) for part in ("spec", "data", "binaryData")):
            yield Act(True, f"changed the {kind} {after.name}", "changed", kind)


def _runs(pod: Pod) -> bool:
    return any("running" in (one.get("state") or {}) for one in pod.status.get("containerStatuses") or ())


def _noted(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Act]:
    """Annotations that somebody has set or taken away; where nobody is named, only those that people set."""
    name, people = after["metadata"]["name"], bool(writers(after))
    by_a_person = people and written_by_a_person(after)
    for key, value in notes(before, after):
        words = TOLD_ANNOTATIONS.get(key) if kind != "ReplicaSet" else None  # its controller copies its Deployment's
        if words:
            told = f"{words} the {kind} {name}: {'none' if value is None else value}"
        elif not (people if value is None else by_a_person):  # of one that is taken away, no manager is left
            continue
        elif value is None:
            told = f"took the annotation {key} from the {kind} {name}"
        else:
            short = value if len(value) <= LONGEST_NOTE else f"{value[:LONGEST_NOTE]}…"
            told = f"annotated the {kind} {name}: {key}={short}"
        yield Act(True, told, "annotated", kind)


def _labels(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """As `kubectl label` would be told: ``needs=attention``, or ``needs-`` for one that was taken away."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return ", ".join(f"{key}={after[key]}" if key in after else f"{key}-" for key in changed)

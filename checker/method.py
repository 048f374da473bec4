"""How the learner got there: the effects of their commands in order, and what the controllers did in answer.

Told from the recording alone, in words. Who did something is read from what it is: the
spec of a Deployment is changed by people; a Pod that a ReplicaSet owns is made, and
where there is one too many removed, by its controller, which says so in an Event.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from checker.evidence import Evidence
from checker.outcome import Deed, Method
from checker.recording import Change
from checker.views import Deployment, Event, Object, Pod, ReplicaSet, bare_template

CONTROLLERS = "kube-controller-manager"
#: Annotations that people set, and what they are for, in words.
TOLD_ANNOTATIONS = {
    "kubernetes.io/change-cause": "noted the change-cause of",
    "controller.kubernetes.io/pod-deletion-cost": "set the deletion cost of",
}
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
#: As whom `kubectl rollout undo` writes; other commands have names of their own, such as kubectl-set.
UNDOER = "kubectl"

#: What people make beside Deployments, ReplicaSets and Pods, where an exercise watches it.
OTHERS = {
    "jobs": "Job",
    "services": "Service",
    "configmaps": "ConfigMap",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
}

#: More deeds than that are not a story any more.
MOST_DEEDS = 20


def how(evidence: Evidence) -> Method:
    """Tell what happened since the baseline; where that is a long story, its beginning and its end."""
    teller = _Teller(evidence)
    deeds = list(_together(teller.deeds()))
    if len(deeds) > MOST_DEEDS:
        left_out = len(deeds) - MOST_DEEDS
        between = Deed(False, f"… {left_out} more, theirs and yours …")
        deeds = [*deeds[: MOST_DEEDS // 2], between, *deeds[-MOST_DEEDS // 2 :]]
    gaps = tuple(dict.fromkeys(gap.reason for gap in evidence.recording.gaps))
    return Method(tuple(deeds), next(iter(teller.remarks), ""), gaps)


def by_you(evidence: Evidence) -> Iterator[Deed]:
    """All that the learner did since the baseline."""
    return (Deed(True, act.text, act.verb, act.kind, act.at) for act in _Teller(evidence).deeds() if act.by_you)


@dataclass(frozen=True)
class _Act:
    """One change: in words, or as numbers that can be added up."""

    by_you: bool
    text: str = ""
    verb: str = ""
    kind: str = ""
    made: int = 0
    removed: int = 0
    scaled: tuple[str, int, int] | None = None
    at: float = 0.0


class _Teller:
    def __init__(self, evidence: Evidence) -> None:
        self.recording = evidence.recording
        self.last: dict[str, Mapping[str, Any]] = {
            raw["metadata"]["uid"]: raw
            for kind in ("deployments", "replicasets", "pods", *OTHERS)
            for raw in evidence.baseline.raw.get(kind, ())
        }
        #: Deployments by the name that they had, gone ones included
        self.had = {deployment.name: deployment for deployment in evidence.baseline.deployments}
        #: templates by revision, for each Deployment's UID
        self.revisions: dict[str, dict[str, Any]] = {}
        for replicaset in evidence.baseline.replicasets:
            self._learn(replicaset)
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

    def deeds(self) -> Iterator[_Act]:
        tell = {"deployments": self._deployment, "replicasets": self._replicaset, "pods": self._pod}
        tell |= dict.fromkeys(OTHERS, self._other)
        for change in self.recording.changes:
            if change.kind in tell:
                remarks = len(self.remarks)
                told = tell[change.kind](change, self.last.get(change.uid))
                acts = [replace(act, at=change.at) for act in told]
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
                    self.last[change.uid] = change.raw

    def _stays(self, uid: str) -> bool:
        """Is the object there, and not on its way out? Then the garbage collector does not touch what it owns."""
        return uid in self.last and not self.last[uid]["metadata"].get("deletionTimestamp")

    # ---- Deployments

    def _deployment(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[_Act]:
        after = Deployment(change.raw)
        if change.type == "DELETED" or after.terminating:  # terminating: with --cascade=foreground
            self.had[after.name] = after
            if before is None or not Deployment(before).terminating:
                yield _Act(True, f"deleted the Deployment {after.name}", "deleted", "Deployment")
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
            yield _Act(True, told, "made", "Deployment")
        elif Deployment(before).spec == after.spec:  # annotations alone raise metadata.generation, too
            yield from _annotated("Deployment", before, change.raw)
        elif Deployment(before).generation != after.generation:
            self._remark_on_undoing_by_hand(Deployment(before), after)
            for what in self._changes(Deployment(before), after):
                verb = "scaled" if what.startswith("scaled") else "changed"
                yield _Act(True, f"Deployment {after.name}: {what}", verb, "Deployment")

    def _changes(self, before: Deployment, after: Deployment) -> Iterator[str]:
        if before.replicas != after.replicas:
            yield f"scaled from {before.replicas} to {after.replicas}"
        if before.paused != after.paused:
            yield "rollout paused" if after.paused else "rollout resumed"
        if before.spec["template"] != after.spec["template"]:
            back = self._revision_of(after)
            told = "; ".join(template_changes(before.spec["template"], after.spec["template"])) or "template changed"
            yield f"{told}{f' (as in revision {back})' if back else ''}"
        for field in ("strategy", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit"):
            if before.spec.get(field) != after.spec.get(field):
                yield f"{field} changed"

    def _remark_on_undoing_by_hand(self, before: Deployment, after: Deployment) -> None:
        if before.spec["template"] == after.spec["template"] or not (back := self._revision_of(after)):
            return
        by = {manager for manager, *_ in writers(after.raw) - writers(before.raw)}
        if by and UNDOER not in by:
            self.remarks.append(
                f"You brought revision {back} of {after.name} back by hand. "
                f"`kubectl rollout undo --to-revision={back}` does that in one step, with all that belongs to it."
            )

    def _revision_of(self, deployment: Deployment) -> str:
        """The revision that had the same template before, or nothing."""
        known = self.revisions.get(deployment.uid, {})
        return next((number for number, template in known.items() if template == deployment.spec["template"]), "")

    # ---- ReplicaSets

    def _learn(self, replicaset: ReplicaSet) -> None:
        if replicaset.controller and replicaset.revision:
            known = self.revisions.setdefault(replicaset.controller, {})
            known[replicaset.revision] = bare_template(replicaset.spec["template"])

    def _replicaset(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[_Act]:
        after = ReplicaSet(change.raw)
        if change.type == "DELETED":
            owner = after.controller
            if owner is None or self._stays(owner):
                cleaned_up = after.replicas == 0 and owner is not None
                verb = "removed" if cleaned_up else "deleted"
                yield _Act(not cleaned_up, f"{verb} the ReplicaSet {after.name}", verb, "ReplicaSet")
            return
        self._learn(after)
        if before is None:
            if after.controller and not writers(change.raw):
                revision = f" (revision {after.revision})" if after.revision else ""
                yield _Act(False, f"made the ReplicaSet {after.name}{revision}")
            else:
                told = f"made the ReplicaSet {after.name}{'' if after.controller else ', which no Deployment owns'}"
                yield _Act(True, told, "made", "ReplicaSet")
            return
        was = ReplicaSet(before)
        if was.spec.get("template") != after.spec.get("template"):
            yield _Act(True, f"changed the template of the ReplicaSet {after.name}", "changed", "ReplicaSet")
        if (replicas := was.replicas) != after.replicas:
            mine = bool(writers(change.raw) - writers(before)) or self._unasked(after)
            if not mine:
                yield _Act(False, scaled=(after.name, replicas, after.replicas))
                return
            told = f"scaled the ReplicaSet {after.name} from {replicas} to {after.replicas}"
            yield _Act(True, told, "scaled", "ReplicaSet")
            if after.controller:
                self.remarks.append(
                    f"You scaled the ReplicaSet {after.name}: its Deployment puts the number back. "
                    "`kubectl scale deployment` says what you want."
                )

    def _unasked(self, after: ReplicaSet) -> bool:
        """Had its Deployment no reason to scale it so? Then somebody else did it, whatever name they wrote under."""
        if after.controller is None or not self._stays(after.controller):
            return False
        deployment = Deployment(self.last[after.controller])
        status, wanted = deployment.status, deployment.replicas
        settled = (
            status.get("observedGeneration") == deployment.generation
            and status.get("updatedReplicas", 0) == status.get("replicas", 0) == wanted
        )
        newest = bare_template(after.spec.get("template") or {}) == deployment.spec["template"]
        return settled and after.replicas != (wanted if newest else 0)

    # ---- Pods

    def _pod(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[_Act]:
        after = Pod(change.raw)
        if before is None:
            if change.type != "DELETED":
                mine = after.controller is None or bool(writers(change.raw))
                yield _Act(True, f"made the Pod {after.name}", "made", "Pod") if mine else _Act(False, made=1)
            return
        was = Pod(before)
        if after.terminating or change.type == "DELETED":
            if not was.terminating:
                yield self._pod_told_to_go(after)
            elif change.type == "DELETED" and after.name in self.given_up and _runs(was):
                # A kubelet that answers says first that all has ended, and lets it go then:
                # https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-forced
                yield _Act(True, f"cleared away the Pod {after.name} without waiting for its Node", "cleared", "Pod")
            return
        yield from _annotated("Pod", before, change.raw)
        if was.labels != after.labels:
            yield _Act(True, f"changed the labels of the Pod {after.name}", "labelled", "Pod")
        if [c["image"] for c in was.spec["containers"]] != [c["image"] for c in after.spec["containers"]]:
            yield _Act(True, f"changed the image of the Pod {after.name}", "changed", "Pod")
            if after.controller:
                self.remarks.append(
                    f"You changed the Pod {after.name} itself: its replacement will not know of it. "
                    "`kubectl set image deployment/…` changes what all of them are made from."
                )
        if was.controller and not after.controller:
            yield _Act(False, f"let go of the Pod {after.name}: it has no owner any more")
        elif after.controller and not was.controller:
            yield _Act(False, f"adopted the Pod {after.name}")

    def _count(self, pod: Pod, *, present: bool) -> None:
        if pod.controller:
            living = self.living.setdefault(pod.controller, set())
            (living.add if present and not pod.terminating else living.discard)(pod.uid)

    def _too_many(self, owner: str) -> bool:
        """Has a ReplicaSet more Pods than it asks for? Events alone do not tell: of many, some are dropped."""
        return len(self.living.get(owner, ())) > ReplicaSet(self.last[owner]).replicas

    def _pod_told_to_go(self, pod: Pod) -> _Act:
        owner = pod.controller
        if pod.name in self.removed | self.given_up or (
            owner is not None and (not self._stays(owner) or self._too_many(owner))
        ):
            return _Act(False, removed=1)
        return _Act(True, f"deleted the Pod {pod.name}", "deleted", "Pod")

    # ---- other kinds

    def _other(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[_Act]:
        kind, after = OTHERS[change.kind], Object(change.raw)
        if after.controller or not writers(change.raw):  # made by a controller: a CronJob's Job, a root certificate
            return
        if change.type == "DELETED":
            yield _Act(True, f"deleted the {kind} {after.name}", "deleted", kind)
        elif before is None:
            yield _Act(True, f"made the {kind} {after.name}", "made", kind)
        elif any(before.get(part) != change.raw.get(part) for part in ("spec", "data", "binaryData")):
            yield _Act(True, f"changed the {kind} {after.name}", "changed", kind)


def _runs(pod: Pod) -> bool:
    return any("running" in (one.get("state") or {}) for one in pod.status.get("containerStatuses") or ())


def _annotated(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Act]:
    old, new = (raw["metadata"].get("annotations") or {} for raw in (before, after))
    for annotation, words in TOLD_ANNOTATIONS.items():
        if old.get(annotation) != new.get(annotation):
            told = f"{words} the {kind} {after['metadata']['name']}: {new.get(annotation, 'none')}"
            yield _Act(True, told, "annotated", kind)


def _together(acts: Iterable[_Act]) -> Iterator[Deed]:
    """One line for each thing that people did, and one for all that the controllers did until the next of these."""
    answer: list[_Act] = []
    for act in acts:
        if act.by_you:
            yield from _answered(answer)
            answer = []
            yield Deed(True, act.text, act.verb, act.kind, act.at)
        else:
            answer.append(act)
    yield from _answered(answer)


def _answered(acts: list[_Act]) -> Iterator[Deed]:
    if not acts:
        return
    made, removed = sum(act.made for act in acts), sum(act.removed for act in acts)
    told = [act.text for act in acts if act.text]
    sizes: dict[str, tuple[int, int]] = {}
    for act in acts:
        if act.scaled:
            name, before, after = act.scaled
            sizes[name] = (sizes.get(name, (before, before))[0], after)
    told += [f"scaled the ReplicaSet {name} from {a} to {b}" for name, (a, b) in sizes.items() if a != b]
    if made:
        told.append(f"made {_pods(made)}")
    if removed:
        told.append(f"removed {_pods(removed)}")
    if told:
        yield Deed(False, ", ".join(told), at=acts[0].at)


def _pods(number: int) -> str:
    return "one Pod" if number == 1 else f"{number} Pods"


def template_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two Pod templates, in words."""
    told: list[str] = []
    old, new = before.get("spec") or {}, after.get("spec") or {}
    olds = {container["name"]: container for container in old.get("containers", ())}
    news = {container["name"]: container for container in new.get("containers", ())}
    for name, container in news.items():
        told += _container_changes(olds[name], container) if name in olds else [f"container {name} added"]
    told += [f"container {name} removed" for name in olds if name not in news]
    notes = [(one.get("metadata") or {}).get("annotations") or {} for one in (before, after)]
    if notes[0].get(RESTARTED_AT) != notes[1].get(RESTARTED_AT):
        told.append("restarted")
    labels = [(one.get("metadata") or {}).get("labels") or {} for one in (before, after)]
    if labels[0] != labels[1]:
        told.append("labels of the Pods changed")
    return told


def _container_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["image"] != new["image"]:
        yield f"image {old['image']} → {new['image']}"
    before = {entry["name"]: entry for entry in old.get("env", ())}
    after = {entry["name"]: entry for entry in new.get("env", ())}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"env {name} " + ("removed" if name not in after else "changed" if name in before else "added")
    for field, word in (
        ("readinessProbe", "readiness probe"),
        ("livenessProbe", "liveness probe"),
        ("startupProbe", "startup probe"),
        ("resources", "resources"),
        ("command", "command"),
        ("args", "arguments"),
        ("ports", "ports"),
    ):
        if old.get(field) != new.get(field):
            yield f"{word} " + ("removed" if not new.get(field) else "changed" if old.get(field) else "added")


def writers(raw: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """Who but a controller wrote the object, with what and when: ``metadata.managedFields``.

    An entry that was not there before is somebody who has just written.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
    """
    entries = raw["metadata"].get("managedFields") or ()
    return {
        (str(entry.get("manager")), str(entry.get("subresource", "")), str(entry.get("time", "")))
        for entry in entries
        if entry.get("manager") != CONTROLLERS and entry.get("subresource") != "status"
    }

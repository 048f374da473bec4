"""How the learner got there: the effects of their commands in order, and what the controllers did in answer.

Told from the recording alone, in words. Who did something is read from what it is: the
spec of a Deployment is changed by people, or by an autoscaler; a Pod that a ReplicaSet owns is made, and
where there is one too many removed, by its controller, which says so in an Event. See ``checker.controllers``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from checker.controllers import autoscaled, cleaned_up, notes, scaled_by_hand, writers, written_by_a_person
from checker.differences import template_changes
from checker.evidence import Evidence
from checker.outcome import Deed, Method
from checker.recording import Change
from checker.templates import same_template
from checker.views import Deployment, Event, Object, Pod, ReplicaSet

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
    return (act.told() for act in _Teller(evidence).deeds() if act.by_you)


@dataclass(frozen=True)
class _Act:
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

    def told(self) -> Deed:
        return Deed(self.by_you, self.text, self.verb, self.kind, self.at, self.uid)


class _Teller:
    def __init__(self, evidence: Evidence) -> None:
        self.recording = evidence.recording
        self.last: dict[str, Mapping[str, Any]] = {}
        self.kinds: dict[str, str] = {}
        for kind in ("deployments", "replicasets", "pods", *OTHERS):
            for raw in evidence.baseline.raw.get(kind, ()):
                self._now_is(kind, raw)
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

    def deeds(self) -> Iterator[_Act]:
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
                    self._now_is(change.kind, change.raw)

    def _now_is(self, kind: str, raw: Mapping[str, Any]) -> None:
        uid = raw["metadata"]["uid"]
        self.last[uid], self.kinds[uid] = raw, kind

    def _all(self, kind: str) -> list[Mapping[str, Any]]:
        return [raw for uid, raw in self.last.items() if self.kinds[uid] == kind]

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
        else:
            yield from self._changed(Deployment(before), after)

    def _changed(self, before: Deployment, after: Deployment) -> Iterator[_Act]:
        by = {manager for manager, *_ in writers(after.raw) - writers(before.raw)}
        back = "" if before.spec["template"] == after.spec["template"] else self._revision_of(after)
        if back and by and UNDOER not in by:
            self.remarks.append(
                f"You brought revision {back} of {after.name} back by hand. "
                f"`kubectl rollout undo --to-revision={back}` does that in one step, with all that belongs to it."
            )
        by_autoscaler = autoscaled(before, after, self._autoscalers())
        if before.replicas != after.replicas and by_autoscaler:
            yield _Act(False, scaled=(f"Deployment {after.name}", before.replicas, after.replicas))
        elif before.replicas != after.replicas:
            told = f"Deployment {after.name}: scaled from {before.replicas} to {after.replicas}"
            yield _Act(True, told, "scaled", "Deployment")
        for what in self._changes(before, after, back):
            yield _Act(True, f"Deployment {after.name}: {what}", "changed", "Deployment")
        if not (back and UNDOER in by):  # `kubectl rollout undo` brings the annotations back as well
            yield from _noted("Deployment", before.raw, after.raw)
        if before.labels != after.labels:
            told = _labels(before.labels, after.labels)
            yield _Act(True, f"labelled the Deployment {after.name}: {told}", "labelled", "Deployment")

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

    def _replicaset(self, change: Change, before: Mapping[str, Any] | None) -> Iterator[_Act]:
        after = ReplicaSet(change.raw)
        if change.type == "DELETED":
            if after.controller is None or self._stays(after.controller):
                owner = self._owner(after)
                theirs = owner is not None and cleaned_up(after, owner, self._replicasets_of(owner.uid))
                verb = "removed" if theirs else "deleted"
                yield _Act(not theirs, f"{verb} the ReplicaSet {after.name}", verb, "ReplicaSet")
            return
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
        yield from _noted("ReplicaSet", before, change.raw)
        if was.replicas == after.replicas:
            return
        if not scaled_by_hand(was, after, self._owner(after)):
            yield _Act(False, scaled=(f"ReplicaSet {after.name}", was.replicas, after.replicas))
            return
        told = f"scaled the ReplicaSet {after.name} from {was.replicas} to {after.replicas}"
        yield _Act(True, told, "scaled", "ReplicaSet")
        if after.controller:
            self.remarks.append(
                f"You scaled the ReplicaSet {after.name}: its Deployment puts the number back. "
                "`kubectl scale deployment` says what you want."
            )

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
        yield from _noted("Pod", before, change.raw)
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


def _noted(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Act]:
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
        yield _Act(True, told, "annotated", kind)


def _labels(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """As `kubectl label` would be told: ``needs=attention``, or ``needs-`` for one that was taken away."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return ", ".join(f"{key}={after[key]}" if key in after else f"{key}-" for key in changed)


def _together(acts: Iterable[_Act]) -> Iterator[Deed]:
    """One line for each thing that people did, and one for all that the controllers did until the next of these."""
    answer: list[_Act] = []
    for act in acts:
        if act.by_you:
            yield from _answered(answer)
            answer = []
            yield act.told()
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
            what, before, after = act.scaled
            sizes[what] = (sizes.get(what, (before, before))[0], after)
    told += [f"scaled the {what} from {a} to {b}" for what, (a, b) in sizes.items() if a != b]
    if made:
        told.append(f"made {_pods(made)}")
    if removed:
        told.append(f"removed {_pods(removed)}")
    if told:
        yield Deed(False, ", ".join(told), at=acts[0].at)


def _pods(number: int) -> str:
    return "one Pod" if number == 1 else f"{number} Pods"

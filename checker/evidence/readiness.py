"""The number of ready Pods over time since the start of an exercise, and what the learner did.

``timeline`` draws this. Like a verdict, it depends on the evidence only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftlab.checker.evidence.activity import learner_deeds
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.objects.views import Deployment, Pod, ReplicaSet

#: The name of the group of Pods that no Deployment owns.
NO_DEPLOYMENT = ""

Steps = tuple[tuple[float, int], ...]  #: (seconds since the start, the number from then on)


@dataclass(frozen=True)
class Curve:
    """The ready Pods of one ReplicaSet. ``label`` describes the ReplicaSet in words."""

    label: str
    ready: Steps


@dataclass(frozen=True)
class ReadinessHistory:
    """The ready Pods of one Deployment over time. Times are in seconds since the start; ``until`` is the present.

    ``desired``: the replicas asked for, 0 while there is no Deployment of that name; ``deeds``: the learner's actions;
    ``lost_node``: the name of the Node that was stopped at the start of the exercise, or empty.
    """

    deployment: str
    until: float
    desired: Steps
    curves: tuple[Curve, ...]
    deeds: tuple[tuple[float, str], ...]
    gaps: tuple[str, ...] = ()
    lost_node: str = ""

    @property
    def ready(self) -> Steps:
        """The number of all ready Pods."""
        times = sorted({time for curve in self.curves for time, _ in curve.ready})
        return _without_repetition(
            [(time, sum(value_at(curve.ready, time) for curve in self.curves)) for time in times]
        )

    @property
    def least_ready(self) -> int:
        """The minimum number of ready Pods: 0 if the first one was ready later than the start."""
        return min([value_at(self.ready, 0.0), *(number for _, number in self.ready)])

    @property
    def most_ready(self) -> int:
        return max((number for _, number in self.ready), default=0)

    @property
    def nothing_ran(self) -> bool:
        """No Pod was ever ready, and none was ever asked for: there is nothing to draw."""
        return not self.most_ready and not any(number for _, number in self.desired)


def value_at(steps: Steps, time: float) -> int:
    """The number at ``time``; 0 before the first step."""
    return next((number for begin, number in reversed(steps) if begin <= time), 0)


@dataclass
class _Group:
    """The Pods of one ReplicaSet, or those without one, during the count."""

    deployment: str
    label: str
    pods: set[str] = field(default_factory=set)
    ready: list[tuple[float, int]] = field(default_factory=list)


def readiness_histories(
    evidence: Evidence, loses_node: Callable[[Snapshot], str] | None = None
) -> list[ReadinessHistory]:
    """One history for each Deployment that existed at any moment, by name, and one for Pods without a Deployment.

    The latter follows the Deployment that selects the same labels, because its Pods stand in for those of the
    Deployment; without such a Deployment, it is the last. ``loses_node`` is that of the exercise.
    """
    counted = _count(evidence)
    begin, until = evidence.baseline.taken, evidence.now.taken - evidence.baseline.taken
    deeds = sorted(((_since(begin, deed.at), deed.text) for deed in learner_deeds(evidence)), key=lambda deed: deed[0])
    gaps = tuple(dict.fromkeys(gap.reason for gap in evidence.recording.gaps))
    lost_node = loses_node(evidence.baseline) if loses_node else ""
    names = sorted({*counted.desired, *(group.deployment for group in counted.groups if group.ready)} - {NO_DEPLOYMENT})
    position = next((number for number, name in enumerate(names, start=1) if counted.stands_in_for(name)), len(names))
    histories = []
    for name in [*names[:position], NO_DEPLOYMENT, *names[position:]]:
        groups = [group for group in counted.groups if group.deployment == name and any(n for _, n in group.ready)]
        curves = tuple(Curve(group.label, _without_repetition(group.ready)) for group in groups)
        if curves or name != NO_DEPLOYMENT:
            desired = _without_repetition(counted.desired.get(name, []))
            histories.append(ReadinessHistory(name, until, desired, curves, tuple(deeds), gaps, lost_node))
    return histories


@dataclass
class _Counted:
    """``deployments``: their last states by name; ``others``: Pods without a Deployment that were ready, by UID."""

    groups: list[_Group]
    desired: dict[str, list[tuple[float, int]]]
    deployments: dict[str, Deployment]
    others: dict[str, Pod]

    def stands_in_for(self, name: str) -> bool:
        """Whether a Pod without a Deployment matched the selector of this one."""
        return name in self.deployments and any(map(self.deployments[name].matches, self.others.values()))


def _count(evidence: Evidence) -> _Counted:
    begin = evidence.baseline.taken
    groups: dict[str | None, _Group] = {}
    desired: dict[str, list[tuple[float, int]]] = {}
    owners: dict[str, str | None] = {}  # the UID of the ReplicaSet of each Pod
    names: dict[str, str] = {}  # of Deployments, by UID
    deployments: dict[str, Deployment] = {}
    others: dict[str, Pod] = {}

    def add_deployment(found: Deployment) -> None:
        names[found.uid], deployments[found.name] = found.name, found

    def add_replicaset(raw: Mapping[str, Any]) -> None:
        found = ReplicaSet(raw)
        images = ", ".join(c["image"] for c in found.spec.get("template", {}).get("spec", {}).get("containers", ()))
        revision = f"revision {found.revision}" if found.revision else found.name
        group = groups.setdefault(found.uid, _Group(names.get(found.controller or "", NO_DEPLOYMENT), ""))
        group.label = f"{revision}: {images}" if images else revision

    def add_pod(time: float, raw: Mapping[str, Any], *, exists: bool) -> None:
        found = Pod(raw)
        owner = found.controller if found.controller in groups else None
        if owner is None:
            groups.setdefault(None, _Group(NO_DEPLOYMENT, "Pods without a Deployment"))
        for key in {owner, owners.get(found.uid, owner)}:
            group = groups[key]
            counts = exists and found.ready and key == owner
            (group.pods.add if counts else group.pods.discard)(found.uid)
            group.ready.append((time, len(group.pods)))
        owners[found.uid] = owner
        if found.ready and groups[owner].deployment == NO_DEPLOYMENT:
            others[found.uid] = found

    for deployment in evidence.baseline.deployments:
        add_deployment(deployment)
        desired[deployment.name] = [(0.0, deployment.replicas)]
    for raw in evidence.baseline.raw["replicasets"]:
        add_replicaset(raw)
    for raw in evidence.baseline.raw["pods"]:
        add_pod(0.0, raw, exists=True)
    for change in evidence.recording.changes:
        time, exists = _since(begin, change.at), change.type != "DELETED"
        if change.kind == "deployments":
            found = Deployment(change.raw)
            add_deployment(found)
            replicas = found.replicas if exists else 0
            desired.setdefault(change.name, []).append((time, replicas))
        elif change.kind == "replicasets":
            add_replicaset(change.raw)
        elif change.kind == "pods":
            add_pod(time, change.raw, exists=exists)
    return _Counted(list(groups.values()), desired, deployments, others)


def _since(begin: float, time: float) -> float:
    """Seconds from ``begin`` to ``time``, at least 0: clocks differ, and the recorder gets changes with a delay."""
    return max(0.0, time - begin)


def _without_repetition(steps: "list[tuple[float, int]]") -> Steps:
    return tuple(_changes(steps))


def _changes(steps: "list[tuple[float, int]]") -> Iterator[tuple[float, int]]:
    """One step for each moment, and only if the number changed."""
    last: int | None = None
    for number, (time, value) in enumerate(steps):
        if number + 1 < len(steps) and steps[number + 1][0] == time:
            continue  # of several steps at one moment, the last counts
        if value != last:
            yield time, value
        last = value

"""How many Pods were ready at each moment since the start of an exercise, and what was done meanwhile.

This is what ``timeline`` draws: made from the evidence alone, like a verdict.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftlab.checker.evidence.activity import by_you
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.objects.views import Deployment, Pod, ReplicaSet

#: Under which Pods are drawn that no Deployment owns.
NO_DEPLOYMENT = ""

Steps = tuple[tuple[float, int], ...]  #: (seconds since the start, a number that holds from then on)


@dataclass(frozen=True)
class Curve:
    """The Pods of one ReplicaSet that were ready. ``label`` says which one it is, in words."""

    label: str
    ready: Steps


@dataclass(frozen=True)
class Course:
    """What became of one Deployment. Times are in seconds since the start; ``until`` is the present.

    ``wanted``: the replicas asked for, 0 where there was no Deployment of that name; ``deeds``: what the learner did;
    ``lost_node``: the name of the Node that fell silent as the exercise began, or nothing.
    """

    deployment: str
    until: float
    wanted: Steps
    curves: tuple[Curve, ...]
    deeds: tuple[tuple[float, str], ...]
    gaps: tuple[str, ...] = ()
    lost_node: str = ""

    @property
    def ready(self) -> Steps:
        """All ready Pods together."""
        times = sorted({time for curve in self.curves for time, _ in curve.ready})
        return _without_repetition([(time, sum(at(curve.ready, time) for curve in self.curves)) for time in times])

    @property
    def least_ready(self) -> int:
        """The fewest Pods that were ready at any moment: none, where the first one came later than the start."""
        return min([at(self.ready, 0.0), *(number for _, number in self.ready)])

    @property
    def most_ready(self) -> int:
        return max((number for _, number in self.ready), default=0)

    @property
    def nothing_ran(self) -> bool:
        """No Pod was ever ready, and none was ever asked for: there is nothing to draw."""
        return not self.most_ready and not any(number for _, number in self.wanted)


def at(steps: Steps, time: float) -> int:
    """The number that held at ``time``; 0 before the first one."""
    return next((number for begin, number in reversed(steps) if begin <= time), 0)


@dataclass
class _Group:
    """One ReplicaSet's Pods, or those of no ReplicaSet at all, while they are being counted."""

    deployment: str
    label: str
    pods: set[str] = field(default_factory=set)
    ready: list[tuple[float, int]] = field(default_factory=list)


def courses(evidence: Evidence, loses_node: Callable[[Snapshot], str] | None = None) -> list[Course]:
    """One for each Deployment that was there at any moment, in the order of their names; and that of other Pods.

    Those come beside the Deployment that selects the same labels, which they stood in for, or else last.
    ``loses_node`` is the exercise's own.
    """
    counted = _count(evidence)
    begin, until = evidence.baseline.taken, evidence.now.taken - evidence.baseline.taken
    deeds = sorted(((_since(begin, deed.at), deed.text) for deed in by_you(evidence)), key=lambda deed: deed[0])
    gaps = tuple(dict.fromkeys(gap.reason for gap in evidence.recording.gaps))
    lost = loses_node(evidence.baseline) if loses_node else ""
    names = sorted({*counted.wanted, *(group.deployment for group in counted.groups if group.ready)} - {NO_DEPLOYMENT})
    beside = next((number for number, name in enumerate(names, start=1) if counted.stands_in_for(name)), len(names))
    drawn = []
    for name in [*names[:beside], NO_DEPLOYMENT, *names[beside:]]:
        groups = [group for group in counted.groups if group.deployment == name and any(n for _, n in group.ready)]
        curves = tuple(Curve(group.label, _without_repetition(group.ready)) for group in groups)
        if curves or name != NO_DEPLOYMENT:
            wanted = _without_repetition(counted.wanted.get(name, []))
            drawn.append(Course(name, until, wanted, curves, tuple(deeds), gaps, lost))
    return drawn


@dataclass
class _Counted:
    """``deployments``: as they were last, by name; ``others``: ready Pods that no Deployment owned, by UID."""

    groups: list[_Group]
    wanted: dict[str, list[tuple[float, int]]]
    deployments: dict[str, Deployment]
    others: dict[str, Pod]

    def stands_in_for(self, name: str) -> bool:
        """Has a Pod that no Deployment owned the labels that this one selects?"""
        return name in self.deployments and any(map(self.deployments[name].matches, self.others.values()))


def _count(evidence: Evidence) -> _Counted:
    begin = evidence.baseline.taken
    groups: dict[str | None, _Group] = {}
    wanted: dict[str, list[tuple[float, int]]] = {}
    of: dict[str, str | None] = {}  # the ReplicaSet of each Pod
    names: dict[str, str] = {}  # of Deployments, by UID
    deployments: dict[str, Deployment] = {}
    others: dict[str, Pod] = {}

    def deployment(found: Deployment) -> None:
        names[found.uid], deployments[found.name] = found.name, found

    def replicaset(raw: Mapping[str, Any]) -> None:
        found = ReplicaSet(raw)
        images = ", ".join(c["image"] for c in found.spec.get("template", {}).get("spec", {}).get("containers", ()))
        revision = f"revision {found.revision}" if found.revision else found.name
        group = groups.setdefault(found.uid, _Group(names.get(found.controller or "", NO_DEPLOYMENT), ""))
        group.label = f"{revision}: {images}" if images else revision

    def pod(time: float, raw: Mapping[str, Any], *, there: bool) -> None:
        found = Pod(raw)
        owner = found.controller if found.controller in groups else None
        if owner is None:
            groups.setdefault(None, _Group(NO_DEPLOYMENT, "Pods without a Deployment"))
        for key in {owner, of.get(found.uid, owner)}:
            group = groups[key]
            counts = there and found.ready and key == owner
            (group.pods.add if counts else group.pods.discard)(found.uid)
            group.ready.append((time, len(group.pods)))
        of[found.uid] = owner
        if found.ready and groups[owner].deployment == NO_DEPLOYMENT:
            others[found.uid] = found

    for one in evidence.baseline.deployments:
        deployment(one)
        wanted[one.name] = [(0.0, one.replicas)]
    for raw in evidence.baseline.raw["replicasets"]:
        replicaset(raw)
    for raw in evidence.baseline.raw["pods"]:
        pod(0.0, raw, there=True)
    for change in evidence.recording.changes:
        time, there = _since(begin, change.at), change.type != "DELETED"
        if change.kind == "deployments":
            found = Deployment(change.raw)
            deployment(found)
            asked = found.replicas if there else 0
            wanted.setdefault(change.name, []).append((time, asked))
        elif change.kind == "replicasets":
            replicaset(change.raw)
        elif change.kind == "pods":
            pod(time, change.raw, there=there)
    return _Counted(list(groups.values()), wanted, deployments, others)


def _since(begin: float, time: float) -> float:
    """Clocks of machines differ, and the recorder hears of things a little later: never before the start."""
    return max(0.0, time - begin)


def _without_repetition(steps: "list[tuple[float, int]]") -> Steps:
    return tuple(_changes(steps))


def _changes(steps: "list[tuple[float, int]]") -> Iterator[tuple[float, int]]:
    """One step for each moment, and only where the number is another one than before."""
    last: int | None = None
    for number, (time, value) in enumerate(steps):
        if number + 1 < len(steps) and steps[number + 1][0] == time:
            continue  # at the same moment, the last one counts
        if value != last:
            yield time, value
        last = value

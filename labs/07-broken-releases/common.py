"""What the exercises of this lab share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

from driftlab.checker import (
    Decided,
    Deployment,
    Evidence,
    Goal,
    Pod,
    Reason,
    Snapshot,
    Verdict,
    failed,
    goal,
    guard,
    mistake,
    mistakes,
    passed,
    reason,
)
from driftlab.checker import predicates as p

OLD = "1.0"
PORT = 8080
MEBIBYTE = 2**20
#: What is not as it should be about blog-api in a snapshot; None where all is.
Rule = Callable[[Snapshot], Reason | None]


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


def require_the_same(evidence: Evidence) -> None:
    """A goal requires that the Deployment is still the object from the start."""
    if not p.same_object(evidence.baseline.deployment("blog-api"), evidence.now.deployment("blog-api")):
        raise Decided(failed("first-deployment-gone"))


def changed(evidence: Evidence) -> Snapshot:
    """The state now, for a mistake. It requires that the Deployment was changed, and is still the same object."""
    require_the_same(evidence)
    if blog_api(evidence.baseline).generation == blog_api(evidence.now).generation:
        raise Decided(failed("nothing-shipped"))
    return evidence.now


def name_of_container(snapshot: Snapshot) -> str:
    """The container that counts: the one called blog-api; else the first one."""
    deployment = blog_api(snapshot)
    return str((p.container(deployment, "blog-api") or p.container(deployment))["name"])


def container(snapshot: Snapshot) -> Mapping[str, Any]:
    return p.container(blog_api(snapshot), name_of_container(snapshot))


def probe(snapshot: Snapshot, kind: str) -> p.Probe | None:
    return p.probe(blog_api(snapshot), kind, name_of_container(snapshot))


def resource(snapshot: Snapshot, kind: str, name: str) -> Decimal | None:
    return p.resource(blog_api(snapshot), kind, name, name_of_container(snapshot))


def as_written(snapshot: Snapshot, kind: str, name: str) -> str:
    """An amount in the words of its author, to be told."""
    return str(container(snapshot)["resources"][kind][name])


# ---- the house rules: what every release of blog-api has to be like
def asks(snapshot: Snapshot, kind: str, path: str) -> Reason | None:
    """Does the probe ask blog-api for ``path``, so that it is answered?"""
    found, told = probe(snapshot, kind), kind.removesuffix("Probe")
    if not found:
        return reason("no-probe", probe=told)
    if found.kind not in ("http", "https"):
        return reason("not-over-http", probe=told)
    wrong = found.fails(p.Program(PORT, frozenset({path})))
    return reason("wrong-probe", probe=told, wrong=wrong) if wrong else None


def readiness(snapshot: Snapshot) -> Reason | None:
    return asks(snapshot, "readinessProbe", "/readyz")


def liveness(snapshot: Snapshot) -> Reason | None:
    if wrong := asks(snapshot, "livenessProbe", "/healthz"):
        return wrong
    found, startup = probe(snapshot, "livenessProbe"), probe(snapshot, "startupProbe")
    if found and found.patience_s > 60:
        return reason("hangs-too-long", seconds=found.patience_s)
    if found and found.after_s > 60:
        return reason("begins-too-late", seconds=found.after_s)
    if startup and (seconds := startup.after_s + startup.patience_s) > 300:
        return reason("starts-too-long", seconds=seconds)
    return None


def memory(snapshot: Snapshot) -> Reason | None:
    limit = resource(snapshot, "limits", "memory")
    if limit is None:
        return reason("no-memory-limit")
    too_much = limit > 256 * MEBIBYTE
    return reason("memory-limit-is", limit=as_written(snapshot, "limits", "memory")) if too_much else None


def cpu(snapshot: Snapshot) -> Reason | None:
    request = resource(snapshot, "requests", "cpu")
    if request is None:
        return reason("no-cpu-request")
    allowed = Decimal("0.01") <= request <= Decimal("0.5")
    return None if allowed else reason("cpu-request-is", request=as_written(snapshot, "requests", "cpu"))


def rollout(snapshot: Snapshot) -> Reason | None:
    deployment = blog_api(snapshot)
    strategy = p.strategy(deployment)
    if deployment.paused:
        return reason("rollout-is-paused")
    if strategy.kind != "RollingUpdate":
        return reason("other-strategy", strategy=strategy.kind)
    if strategy.unavailable:
        return reason("some-unavailable", number=deployment.spec["strategy"]["rollingUpdate"]["maxUnavailable"])
    return None if deployment.replicas == 3 else reason("not-three", replicas=deployment.replicas)


HOUSE_RULES: tuple[Rule, ...] = (readiness, liveness, memory, cpu, rollout)


def broken_rules(evidence: Evidence) -> list[Reason]:
    """What breaks a house rule now and did not at the start. The rule that stops the release is a goal of its own."""
    return [wrong for rule in HOUSE_RULES if not rule(evidence.baseline) and (wrong := rule(evidence.now))]


# ---- what all exercises ask
@guard
def house_rules_hold(evidence: Evidence) -> Verdict:
    blog_api(evidence.now)
    broken = broken_rules(evidence)
    if not broken:
        return passed("rules-hold")
    return failed(reduce(lambda rules, rule: reason("rules-and-rule", rules=rules, rule=rule), broken))


@guard
def always_ready(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return failed("once-only", least=least) if least < 3 else passed("never-fewer-than", least=least)


@guard
def only_the_deployment(evidence: Evidence) -> Verdict:
    if recreated(evidence):
        return failed("was-deleted")
    touched = by_hand(evidence)
    return failed("you-did", deed=touched) if touched else passed("nothing-by-hand")


def by_hand(evidence: Evidence) -> str:
    """What was done to a Pod or ReplicaSet of blog-api, in words; empty where it was nothing. Looking is not doing."""
    deeds = p.your_deeds(evidence, of="blog-api")  # a Pod to try things out is the learner's own
    told = [deed.text for deed in deeds if deed.kind in ("Pod", "ReplicaSet") and deed.verb != "made"]
    return next(iter([*told, *p.replicasets_touched(evidence, "blog-api")]), "")


# ---- the six releases
@dataclass(frozen=True)
class Release:
    """``place``: the part of the Deployment that stops it. ``fault``: what is still wrong with it.

    ``symptom``: can it be seen, on one Pod of the new release?
    """

    version: str
    place: Callable[[Snapshot], object]
    fault: Rule
    symptom: Callable[[Pod, Snapshot], bool]

    @property
    def image(self) -> str:
        return f"blog-api:{self.version}"

    def begins(self, snapshot: Snapshot) -> bool:
        """The old release serves in full, and this one is stuck in the way that the text tells of."""
        pods = p.pods_of(blog_api(snapshot), snapshot)
        old = [pod for pod in pods if pod.ready and pod.labels.get("version") == OLD]
        new = [pod for pod in pods if pod.labels.get("version") == self.version]
        return len(old) == 3 and any(self.symptom(pod, snapshot) for pod in new)

    def goals(self) -> list[Goal]:
        """What its exercise asks."""
        shipped = goal(points=3, image=self.image)(self.shipped)
        return [shipped, goal(points=2)(self.mended), house_rules_hold, always_ready, only_the_deployment]

    def shipped(self, evidence: Evidence) -> Verdict:
        require_the_same(evidence)
        before, after = blog_api(evidence.baseline), blog_api(evidence.now)
        missing = p.unfinished(after, evidence.now)
        if p.asks_for_the_same(before, after):
            return failed(missing or "nothing-shipped")
        if after.images != (self.image,):
            return failed("other-image", images=after.images)
        if after.replicas != 3:
            return failed("other-number", replicas=after.replicas)
        if missing and p.deadline_exceeded(after):
            return failed(missing)
        if verdict := p.settling(after, evidence.now):
            return verdict
        all_run = p.running_images(after, evidence.now) == {self.image}
        return passed("all-shipped") if all_run else failed("not-all-run")

    def mended(self, evidence: Evidence) -> Verdict:
        require_the_same(evidence)
        before, after = blog_api(evidence.baseline), blog_api(evidence.now)
        if p.asks_for_the_same(before, after):
            return failed("template-kept")
        if after.images != (self.image,):
            return failed("another-release", images=after.images, version=self.version)
        place, wrong = self.place(evidence.now), self.fault(evidence.now)
        if self.place(evidence.baseline) == place:
            return failed("not-the-place")
        return failed(wrong, share=0.5 if place else 0) if wrong else passed("mended-for-good")


# ---- what all exercises are mistaken for
recreated = mistakes.recreated("blog-api")


def ships(evidence: Evidence, image: str) -> bool:
    """Does the Deployment ask for this image, after it was changed?"""
    return blog_api(changed(evidence)).images == (image,)


gone_astray = [
    recreated,
    mistake("rolled-back")(lambda evidence: ships(evidence, "blog-api:1.0")),
]
made_on_the_way = [
    mistake("rule-broken")(broken_rules),
    mistake("pods-touched")(lambda evidence: by_hand(evidence) or p.least_ready(evidence, "blog-api") < 3),
]

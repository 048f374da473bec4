"""What the exercises of this lab share."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

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
    passed,
    reason,
    require,
)
from driftlab.checker import predicates as p

OLD = "1.0"
PORT = 8080
Rule = Callable[[Deployment], Reason | None]  #: what is not as it should be; None where all is
Fault = Callable[[Deployment, Snapshot], Reason | None]  #: the same, where it depends on what else there is
Place = Callable[[Deployment, Snapshot], object]


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return require(snapshot.deployment("blog-api"), failed("no-deployment", name="blog-api"))


def from_the_start(evidence: Evidence) -> tuple[Deployment, Deployment]:
    """The Deployment as it was and as it is. A goal requires that it is still the same object."""
    before, after = evidence.baseline.deployment("blog-api"), evidence.now.deployment("blog-api")
    if before is None or after is None or before.uid != after.uid:
        raise Decided(failed("first-deployment-gone"))
    return before, after


def changed(evidence: Evidence) -> Deployment:
    """The Deployment as it is, for a mistake. It requires that it was changed, and is still the same object."""
    before, after = from_the_start(evidence)
    if before.generation == after.generation:
        raise Decided(failed("nothing-shipped"))
    return after


def called(deployment: Deployment) -> str:
    """The name of the container that counts: the one called blog-api; else the first one."""
    return str((p.container(deployment, "blog-api") or p.container(deployment))["name"])


def probe(deployment: Deployment, kind: str) -> p.Probe | None:
    return p.probe(deployment, kind, called(deployment))


def resource(deployment: Deployment, kind: str, name: str) -> Decimal | None:
    return p.resource(deployment, kind, name, called(deployment))


def as_written(deployment: Deployment, kind: str, name: str) -> str:
    """An amount in the words of its author, to be told."""
    return str(p.container(deployment, called(deployment))["resources"][kind][name])


MEBIBYTE = 2**20


# ---- the house rules: what every release of blog-api has to be like
def asks(deployment: Deployment, kind: str, path: str) -> Reason | None:
    """Does the probe ask blog-api for ``path``, so that it is answered?"""
    found, told = probe(deployment, kind), kind.removesuffix("Probe")
    if not found:
        return reason("no-probe", probe=told)
    if found.kind not in ("http", "https"):
        return reason("not-over-http", probe=told)
    wrong = found.fails(p.Program(PORT, frozenset({path})))
    return reason("wrong-probe", probe=told, wrong=wrong) if wrong else None


def readiness(deployment: Deployment) -> Reason | None:
    return asks(deployment, "readinessProbe", "/readyz")


def liveness(deployment: Deployment) -> Reason | None:
    if wrong := asks(deployment, "livenessProbe", "/healthz"):
        return wrong
    found, startup = probe(deployment, "livenessProbe"), probe(deployment, "startupProbe")
    if found and found.patience_s > 60:
        return reason("hangs-too-long", seconds=found.patience_s)
    if found and found.after_s > 60:
        return reason("begins-too-late", seconds=found.after_s)
    if startup and (seconds := startup.after_s + startup.patience_s) > 300:
        return reason("starts-too-long", seconds=seconds)
    return None


def memory(deployment: Deployment) -> Reason | None:
    limit = resource(deployment, "limits", "memory")
    if limit is None:
        return reason("no-memory-limit")
    too_much = limit > 256 * MEBIBYTE
    return reason("memory-limit-is", limit=as_written(deployment, "limits", "memory")) if too_much else None


def cpu(deployment: Deployment) -> Reason | None:
    request = resource(deployment, "requests", "cpu")
    if request is None:
        return reason("no-cpu-request")
    allowed = Decimal("0.01") <= request <= Decimal("0.5")
    return None if allowed else reason("cpu-request-is", request=as_written(deployment, "requests", "cpu"))


def rollout(deployment: Deployment) -> Reason | None:
    strategy = p.strategy(deployment)
    if deployment.paused:
        return reason("rollout-is-paused")
    if strategy.kind != "RollingUpdate":
        return reason("other-strategy", strategy=strategy.kind)
    if strategy.unavailable:
        return reason("some-unavailable", number=deployment.spec["strategy"]["rollingUpdate"]["maxUnavailable"])
    return None if deployment.replicas == 3 else reason("not-three", replicas=deployment.replicas)


HOUSE_RULES: tuple[Rule, ...] = (readiness, liveness, memory, cpu, rollout)


def broken_rules(before: Deployment, after: Deployment) -> list[Reason]:
    """What breaks a house rule now and did not at the start. The rule that stops the release is a goal of its own."""
    return [wrong for rule in HOUSE_RULES if not rule(before) and (wrong := rule(after))]


# ---- the six releases
@dataclass(frozen=True)
class Release:
    """``place``: the part of the Deployment that stops it. ``fault``: what is still wrong with it.

    ``symptom``: can it be seen, on one Pod of the new release?
    """

    version: str
    place: Place
    fault: Fault
    symptom: Callable[[Pod, Snapshot], bool]

    @property
    def image(self) -> str:
        return f"blog-api:{self.version}"


# ---- what all exercises ask


@guard
def house_rules_hold(evidence: Evidence) -> Verdict:
    broken = broken_rules(blog_api(evidence.baseline), blog_api(evidence.now))
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


def starting_state(of: Release) -> Callable[[Snapshot], bool]:
    """The starting state that the exercise of a release promises."""

    def begins(snapshot: Snapshot) -> bool:
        """The old release serves in full, and the new one is stuck in the way that the text tells of."""
        pods = p.pods_of(blog_api(snapshot), snapshot)
        old = [pod for pod in pods if pod.ready and pod.labels.get("version") == OLD]
        new = [pod for pod in pods if pod.labels.get("version") == of.version]
        return len(old) == 3 and any(of.symptom(pod, snapshot) for pod in new)

    return begins


def goals_of(of: Release) -> list[Goal]:
    """The goals of the exercise of a release."""

    @goal(points=3, image=of.image)
    def shipped(evidence: Evidence) -> Verdict:
        before, after = from_the_start(evidence)
        missing = p.unfinished(after, evidence.now)
        if p.asks_for_the_same(before, after):
            return failed(missing or "nothing-shipped")
        if after.images != (of.image,):
            return failed("other-image", images=after.images)
        if after.replicas != 3:
            return failed("other-number", replicas=after.replicas)
        if missing and p.deadline_exceeded(after):
            return failed(missing)
        if verdict := p.settling(after, evidence.now):
            return verdict
        return passed("all-shipped") if p.running_images(after, evidence.now) == {of.image} else failed("not-all-run")

    @goal(points=2)
    def mended(evidence: Evidence) -> Verdict:
        before, after = from_the_start(evidence)
        if p.asks_for_the_same(before, after):
            return failed("template-kept")
        if after.images != (of.image,):
            return failed("another-release", images=after.images, version=of.version)
        place = of.place(after, evidence.now)
        if of.place(before, evidence.baseline) == place:
            return failed("not-the-place")
        wrong = of.fault(after, evidence.now)
        return failed(wrong, share=0.5 if place else 0) if wrong else passed("mended-for-good")

    return [shipped, mended, house_rules_hold, always_ready, only_the_deployment]


def by_hand(evidence: Evidence) -> str:
    """What was done to a Pod or ReplicaSet of blog-api, in words; empty where it was nothing. Looking is not doing."""
    deeds = p.your_deeds(evidence, of="blog-api")  # a Pod to try things out is the learner's own
    told = [deed.text for deed in deeds if deed.kind in ("Pod", "ReplicaSet") and deed.verb != "made"]
    return next(iter([*told, *p.replicasets_touched(evidence, "blog-api")]), "")


def whatever_else(rule: Rule) -> Fault:
    return lambda deployment, _: rule(deployment)


# ---- what all exercises are mistaken for
def recreated(evidence: Evidence) -> bool:
    return p.was_recreated(evidence, "blog-api") or evidence.now.deployment("blog-api") is None


gone_astray = [
    mistake("recreated")(recreated),
    mistake("rolled-back")(lambda evidence: changed(evidence).images == (f"blog-api:{OLD}",)),
]
made_on_the_way = [
    mistake("rule-broken")(lambda evidence: broken_rules(*from_the_start(evidence))),
    mistake("pods-touched")(lambda evidence: by_hand(evidence) or p.least_ready(evidence, "blog-api") < 3),
]

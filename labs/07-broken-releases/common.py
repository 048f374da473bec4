"""What the exercises of this lab share."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from driftlab.checker import Deployment, Evidence, Goal, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

OLD = "1.0"
PORT = 8080
Rule = Callable[[Deployment], str]  #: what is not as it should be, in a few words; empty where it is
Fault = Callable[[Deployment, Snapshot], str]  #: the same, where it depends on what else there is
Place = Callable[[Deployment, Snapshot], object]


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def from_the_start(evidence: Evidence) -> tuple[Deployment, Deployment] | None:
    """The Deployment as it was and as it is; None where it is not the same object any more."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return (before, after) if before is not None and after is not None and before.uid == after.uid else None


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
def asks(deployment: Deployment, kind: str, path: str) -> str:
    """Does the probe ask blog-api for ``path``, so that it is answered?"""
    found, told = probe(deployment, kind), kind.removesuffix("Probe")
    if not found:
        return f"there is no {told} probe"
    if found.kind not in ("http", "https"):
        return f"the {told} probe does not ask over HTTP"
    wrong = found.fails(p.Program(PORT, frozenset({path})))
    return f"the {told} probe {wrong}" if wrong else ""


def readiness(deployment: Deployment) -> str:
    return asks(deployment, "readinessProbe", "/readyz")


def liveness(deployment: Deployment) -> str:
    if wrong := asks(deployment, "livenessProbe", "/healthz"):
        return wrong
    found = probe(deployment, "livenessProbe")
    if found and (seconds := found.patience_s) > 60:
        return f"the liveness probe lets a container hang for {seconds} seconds"
    if found and (seconds := found.after_s) > 60:
        return f"the liveness probe does not begin before {seconds} seconds have passed"
    startup = probe(deployment, "startupProbe")
    if startup and (seconds := startup.after_s + startup.patience_s) > 300:
        return f"the startup probe lets a start hang for {seconds} seconds"
    return ""


def memory(deployment: Deployment) -> str:
    limit = resource(deployment, "limits", "memory")
    if limit is None:
        return "there is no memory limit"
    too_much = limit > 256 * MEBIBYTE
    return f"the memory limit is {as_written(deployment, 'limits', 'memory')}" if too_much else ""


def cpu(deployment: Deployment) -> str:
    request = resource(deployment, "requests", "cpu")
    if request is None:
        return "no CPU is requested"
    allowed = Decimal("0.01") <= request <= Decimal("0.5")
    return "" if allowed else f"the CPU requested is {as_written(deployment, 'requests', 'cpu')}"


def rollout(deployment: Deployment) -> str:
    strategy = p.strategy(deployment)
    if deployment.paused:
        return "the rollout is paused"
    if strategy.kind != "RollingUpdate":
        return f"the strategy is {strategy.kind}"
    if strategy.unavailable:
        return f"maxUnavailable is {deployment.spec['strategy']['rollingUpdate']['maxUnavailable']}"
    if deployment.replicas != 3:
        return f"{deployment.replicas} replicas are asked for"
    return ""


HOUSE_RULES: tuple[Rule, ...] = (readiness, liveness, memory, cpu, rollout)


def broken_rules(before: Deployment, after: Deployment) -> list[str]:
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


@guard("The house rules hold")
def house_rules_hold(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api any more")
    broken = broken_rules(before, after)
    return failed("; ".join(broken)) if broken else passed("probes, resources, strategy and replicas are in order")


@guard("Three Pods were ready at every moment")
def always_ready(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return failed(f"once, only {least} were ready") if least < 3 else passed(f"never fewer than {least}")


@guard("It is the Deployment from the start, and nobody touched its Pods")
def only_the_deployment(evidence: Evidence) -> Verdict:
    if p.was_recreated(evidence, "blog-api") or not blog_api(evidence.now):
        return failed("the Deployment was deleted")
    touched = by_hand(evidence)
    return failed(f"you {touched}") if touched else passed("only the Deployment was changed")


def starting_state(of: Release) -> Callable[[Snapshot], bool]:
    """The starting state that the exercise of a release promises."""

    def begins(snapshot: Snapshot) -> bool:
        """The old release serves in full, and the new one is stuck in the way that the text tells of."""
        deployment = blog_api(snapshot)
        if deployment is None:
            return False
        pods = p.pods_of(deployment, snapshot)
        old = [pod for pod in pods if pod.ready and pod.labels.get("version") == OLD]
        new = [pod for pod in pods if pod.labels.get("version") == of.version]
        return len(old) == 3 and any(of.symptom(pod, snapshot) for pod in new)

    return begins


def goals_of(of: Release) -> list[Goal]:
    """The goals of the exercise of a release."""

    @goal(f"All three Pods run {of.image} and are ready", points=3)
    def shipped(evidence: Evidence) -> Verdict:
        pair = from_the_start(evidence)
        if pair is None:
            return failed("the Deployment from the start is not there any more")
        before, after = pair
        missing = p.unfinished(after, evidence.now)
        if p.asks_for_the_same(before, after):
            return failed(missing or "nothing was shipped")
        if after.images != (of.image,):
            return failed(f"the Deployment asks for {', '.join(after.images)}")
        if after.replicas != 3:
            return failed(f"the Deployment asks for {after.replicas} replicas, not for 3")
        if missing and p.deadline_exceeded(after):
            return failed(missing)
        if verdict := p.settling(after, evidence.now):
            return verdict
        if p.running_images(after, evidence.now) != {of.image}:
            return failed("the Deployment asks for it, but not all Pods run it")
        return passed("3 of 3 Pods are up to date and ready")

    @goal("What stopped the release is mended in the Deployment", points=2)
    def mended(evidence: Evidence) -> Verdict:
        pair = from_the_start(evidence)
        if pair is None:
            return failed("the Deployment from the start is not there any more")
        before, after = pair
        if p.asks_for_the_same(before, after):
            return failed("its Pod template is the one from the start: the next Pod will be like the last one")
        if after.images != (of.image,):
            return failed(f"it asks for {', '.join(after.images)}; the release to be shipped is {of.version}")
        place = of.place(after, evidence.now)
        if of.place(before, evidence.baseline) == place:
            return failed("its Pod template was changed, but not where it stops the release")
        if wrong := of.fault(after, evidence.now):
            return failed(wrong, share=0.5 if place else 0)
        return passed("the next Pod, too, will be as it should be")

    return [shipped, mended, house_rules_hold, always_ready, only_the_deployment]


def by_hand(evidence: Evidence) -> str:
    """What was done to a Pod or ReplicaSet of blog-api, in words; empty where it was nothing. Looking is not doing."""
    deeds = p.your_deeds(evidence, of="blog-api")  # a Pod to try things out is the learner's own
    told = [deed.text for deed in deeds if deed.kind in ("Pod", "ReplicaSet") and deed.verb != "made"]
    return next(iter([*told, *p.replicasets_touched(evidence, "blog-api")]), "")


# ---- what all exercises are mistaken for
def now(shows: Callable[[Deployment], object]) -> Callable[[Evidence], bool]:
    """Does the Deployment show it, as it is now? It must be the one from the start, and changed since."""

    def changed(evidence: Evidence) -> bool:
        pair = from_the_start(evidence)
        return pair is not None and pair[0].generation != pair[1].generation and bool(shows(pair[1]))

    return changed


def whatever_else(rule: Rule) -> Fault:
    return lambda deployment, _: rule(deployment)


gone_astray = [
    mistake("recreated")(lambda evidence: p.was_recreated(evidence, "blog-api") or blog_api(evidence.now) is None),
    mistake("rolled-back")(now(lambda deployment: deployment.images == (f"blog-api:{OLD}",))),
]


made_on_the_way = [
    mistake("rule-broken")(
        lambda evidence: (pair := from_the_start(evidence)) is not None and bool(broken_rules(*pair))
    ),
    mistake("pods-touched")(lambda evidence: bool(by_hand(evidence)) or p.least_ready(evidence, "blog-api") < 3),
]

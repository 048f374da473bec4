"""Ready is what answers."""

from driftlab.checker import Deployment, Evidence, Pod, ReplicaSet, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_for, blog_api, kept, now, recreated, rolled_out

#: What blog-api serves, and where: a probe that asks for anything else is never answered.
BLOG_API = p.Program(8080, frozenset({"/", "/healthz", "/readyz", "/version"}))


def readiness_probe(deployment: Deployment) -> p.Probe | None:
    return p.probe(deployment, "readinessProbe")


def asks_the_program(probe: p.Probe | None) -> bool:
    return probe is not None and probe.asks_the_program


def answerable(deployment: Deployment) -> bool:
    """Does the readiness probe ask for something that blog-api serves, in the way in which it serves it?"""
    probe = readiness_probe(deployment)
    return probe is not None and not probe.fails(BLOG_API)


@goal("Before a Pod counts as ready, its program is asked")
def has_probe(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if not readiness_probe(deployment):
        return failed("the Pod template has no readiness probe")
    if not asks_the_program(readiness_probe(deployment)):
        return failed("there is a readiness probe, but it does not ask the program")
    if not answerable(deployment):
        return failed("there is a readiness probe, and no Pod has ever passed it", share=0.5)
    return passed("the Pod template has a readiness probe, and the program answers it")


@goal("Every Pod runs blog-api:1.4", points=2)
def slow_version(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.4")


@guard("At every moment three Pods were there that could answer", points=2)
def answering(evidence: Evidence) -> Verdict:
    least = fewest_answering(evidence)
    if least < 3:
        return failed(f"at the worst moment, {least} Pods were ready and known to answer")
    return passed("never fewer than three")


def fewest_answering(evidence: Evidence) -> int:
    """The fewest Pods at any moment that were ready and known to answer.

    Those from the start have been answering for long. Of a new one it is known where a probe asked its program
    before it was ready (a startup probe does that, too): without one, a Pod is ready as soon as its container runs.
    https://kubernetes.io/docs/concepts/workloads/pods/probes/
    """
    evidence.recording.require("pods", "replicasets", "deployments")
    before = blog_api(evidence.baseline)
    first = p.uids(evidence.baseline.pods)
    replicasets = [ReplicaSet(change.raw) for change in evidence.recording.of_kind("replicasets")]
    owners = {rs.uid for rs in (*evidence.baseline.replicasets, *replicasets) if before and rs.controller == before.uid}

    def answers(pod: Pod) -> bool:
        probes = (p.probe(pod, kind) for kind in ("readinessProbe", "startupProbe"))
        return pod.controller in owners and (pod.uid in first or any(map(asks_the_program, probes)))

    return p.least_ready_of(evidence, answers)


def has(deployment: Deployment, probe: str) -> bool:
    return p.probe(deployment, probe) is not None


def unasked(evidence: Evidence) -> bool:
    """Is there no readiness probe?"""
    return now(evidence, lambda deployment: not has(deployment, "readinessProbe"))


same_deployment = kept(3)
shared_mistakes = [recreated]


@mistake
def wrong_probe(evidence: Evidence) -> bool:
    return now(evidence, lambda one: asks_the_program(readiness_probe(one)) and not answerable(one))


@mistake
def blind_probe(evidence: Evidence) -> bool:
    return now(evidence, lambda one: has(one, "readinessProbe") and not asks_the_program(readiness_probe(one)))


@mistake
def liveness(evidence: Evidence) -> bool:
    def kills(deployment: Deployment) -> bool:
        restarted = any(map(p.restarts, p.pods_of(deployment, evidence.now)))
        return has(deployment, "livenessProbe") and (restarted or not has(deployment, "readinessProbe"))

    return now(evidence, kills)


@mistake
def startup(evidence: Evidence) -> bool:
    return unasked(evidence) and now(evidence, lambda deployment: has(deployment, "startupProbe"))


@mistake
def min_ready(evidence: Evidence) -> bool:
    return unasked(evidence) and now(evidence, lambda deployment: bool(deployment.spec.get("minReadySeconds")))


@mistake
def no_probe(evidence: Evidence) -> bool:
    return unasked(evidence) and asks_for(evidence, "blog-api:1.4")


@mistake
def too_late(evidence: Evidence) -> bool:
    return fewest_answering(evidence) < 3 and asks_for(evidence, "blog-api:1.4")


@mistake
def not_rolled_out(evidence: Evidence) -> bool:
    return not unasked(evidence) and not asks_for(evidence, "blog-api:1.4")

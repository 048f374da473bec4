"""Ready is what answers."""

from driftlab.checker import Evidence, Pod, ReplicaSet, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_for, blog_api, kept, recreated, rolled_out

#: What blog-api serves, and where: a probe that asks for anything else is never answered.
BLOG_API = p.Program(8080, frozenset({"/", "/healthz", "/readyz", "/version"}))


def probe(evidence: Evidence, kind: str = "readinessProbe") -> p.Probe | None:
    """What the Deployment asks for now."""
    return p.probe(blog_api(evidence.now), kind)


def asks_the_program(probe: p.Probe | None) -> bool:
    return probe is not None and probe.asks_the_program


def answerable(probe: p.Probe | None) -> bool:
    """Does it ask for something that blog-api serves, in the way in which it serves it?"""
    return probe is not None and not probe.fails(BLOG_API)


@goal
def has_probe(evidence: Evidence) -> Verdict:
    found = probe(evidence)
    if not found:
        return failed("no-probe")
    if not asks_the_program(found):
        return failed("blind-probe")
    return passed("right-probe") if answerable(found) else failed("never-passed", share=0.5)


slow_version = goal(points=2)(lambda evidence: rolled_out(evidence, "blog-api:1.4"))


@guard(points=2)
def answering(evidence: Evidence) -> Verdict:
    least = fewest_answering(evidence)
    return passed("never-fewer") if least >= 3 else failed("too-few-answering", least=least)


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
    owners = {rs.uid for rs in (*evidence.baseline.replicasets, *replicasets) if rs.controller == before.uid}

    def answers(pod: Pod) -> bool:
        probes = (p.probe(pod, kind) for kind in ("readinessProbe", "startupProbe"))
        return pod.controller in owners and (pod.uid in first or any(map(asks_the_program, probes)))

    return p.least_ready_of(evidence, answers)


def asks_for_1_4(evidence: Evidence) -> bool:
    return asks_for(evidence, "blog-api:1.4")


same_deployment = kept(3)
shared_mistakes = [recreated]
wrong_probe = mistake(lambda evidence: asks_the_program(probe(evidence)) and not answerable(probe(evidence)))
blind_probe = mistake(lambda evidence: probe(evidence) is not None and not asks_the_program(probe(evidence)))


@mistake
def liveness(evidence: Evidence) -> bool:
    restarted = any(map(p.restarts, p.own_pods(evidence.now, "blog-api")))
    return probe(evidence, "livenessProbe") is not None and (restarted or not probe(evidence))


startup = mistake(lambda evidence: not probe(evidence) and probe(evidence, "startupProbe") is not None)
min_ready = mistake(lambda evidence: not probe(evidence) and blog_api(evidence.now).spec.get("minReadySeconds"))
no_probe = mistake(lambda evidence: not probe(evidence) and asks_for_1_4(evidence))
too_late = mistake(lambda evidence: fewest_answering(evidence) < 3 and asks_for_1_4(evidence))
not_rolled_out = mistake(lambda evidence: probe(evidence) and not asks_for_1_4(evidence))

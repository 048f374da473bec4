"""Once, and until it is done."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import VARIABLE, bare, no_deployments, pod_now, program, programs, same, untouched, without_node


def begins(snapshot: Snapshot) -> bool:
    crashed = p.restarts(p.require_pod(snapshot, "crashing")) > 0
    return crashed and without_node(p.require_pod(snapshot, "too-big"))


WELL, BADLY = 0, 1  #: the exit codes with which blog-api ends


@goal(points=2)
def once_failed(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "once")
    if p.images(pod) != ("blog-api:1.2",) or program(evidence, "once").words:
        return failed("not-the-server")
    if p.started_again(pod, BADLY):
        return failed("started-again", policy=p.restart_policy(pod), restarts=p.restarts(pod))
    if pod.phase == "Failed" and p.restarts(pod) == 0:
        return passed("failed-once")
    return failed("goes-on-running") if pod.ready else waiting("phase-so-far", phase=pod.phase)


@goal(points=2)
def migrate_succeeded(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "migrate")
    policy, told = p.restart_policy(pod), program(evidence, "migrate").words
    if p.images(pod) != ("blog-api:1.0",):
        return failed("other-image", name="migrate", images=p.images(pod))
    if not told:
        return failed("told-nothing")
    if told != ("migrate",):
        return failed("told-otherwise", words=" ".join(told))
    if not p.started_again(pod, BADLY):
        return failed("one-try", policy=policy, share=0.5)
    if p.started_again(pod, WELL):
        return failed("never-done", policy=policy)
    return passed("succeeded-once") if pod.phase == "Succeeded" else waiting("phase-so-far", phase=pod.phase)


@guard
def crashing_stays(evidence: Evidence) -> Verdict:
    return passed("crashes-on", restarts=p.restarts(untouched(evidence, "crashing")))


shared_mistakes = no_deployments
deleted = mistake(lambda evidence: not same(evidence.baseline.pod("crashing"), evidence.now.pod("crashing")))
always = mistake(
    lambda evidence: any(pod and p.started_again(pod, WELL) for pod in map(evidence.now.pod, ("once", "migrate")))
)


@mistake
def not_once(evidence: Evidence) -> bool:
    once = pod_now(evidence, "once")
    return p.started_again(once, BADLY) and not p.started_again(once, WELL)


mended = mistake(
    lambda evidence: any(one.environment.has(VARIABLE) for one in programs(pod_now(evidence, "once"), evidence.now))
)
serves = mistake(lambda evidence: not program(evidence, "migrate").words)
one_try = mistake(lambda evidence: not p.started_again(pod_now(evidence, "migrate"), BADLY))

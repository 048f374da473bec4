"""Once, and until it is done."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import VARIABLE, bare, crashed, no_deployments, programs, same, untouched, without_node


def begins(snapshot: Snapshot) -> bool:
    return crashed(snapshot, "crashing") and (too_big := snapshot.pod("too-big")) is not None and without_node(too_big)


WELL, BADLY = 0, 1  #: the exit codes with which blog-api ends


@goal("once was started once, failed, and is left as it is", points=2)
def once_failed(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "once")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.2",) or programs(pod, evidence.now)[0].words:
        return failed("once does not run the server of blog-api:1.2")
    policy = p.restart_policy(pod)
    if p.started_again(pod, BADLY):
        return failed(f"its restartPolicy is {policy}; its container has been restarted {p.restarts(pod)} times")
    if pod.phase == "Failed" and p.restarts(pod) == 0:
        return passed("phase Failed, no restart")
    return failed("its program goes on running") if pod.ready else waiting(f"its phase is still {pod.phase}")


@goal("migrate has done its task, and would have been tried again", points=2)
def migrate_succeeded(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "migrate")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.0",):
        return failed(f"migrate runs {', '.join(p.images(pod))}")
    told = programs(pod, evidence.now)[0].words
    if told != ("migrate",):
        return failed(
            f"its program is told “{' '.join(told)}”" if told else "its program is told nothing, so it serves"
        )
    if not p.started_again(pod, BADLY):
        return failed(f"it has one try only: its restartPolicy is {p.restart_policy(pod)}", share=0.5)
    if p.started_again(pod, WELL):
        return failed(f"its restartPolicy is {p.restart_policy(pod)}, so it is never done")
    return passed("phase Succeeded") if pod.phase == "Succeeded" else waiting(f"its phase is still {pod.phase}")


@guard("crashing is still the Pod from the start")
def crashing_stays(evidence: Evidence) -> Verdict:
    verdict, pod = untouched(evidence, "crashing"), evidence.now.pod("crashing")
    return passed(f"the same Pod; restarts so far: {p.restarts(pod)}") if pod and verdict.share == 1 else verdict


shared_mistakes = no_deployments


@mistake
def deleted(evidence: Evidence) -> bool:
    return not same(evidence.baseline.pod("crashing"), evidence.now.pod("crashing"))


@mistake
def always(evidence: Evidence) -> bool:
    return any(pod and p.started_again(pod, WELL) for pod in map(evidence.now.pod, ("once", "migrate")))


@mistake
def not_once(evidence: Evidence) -> bool:
    pod = evidence.now.pod("once")
    return pod is not None and p.started_again(pod, BADLY) and not p.started_again(pod, WELL)


@mistake
def mended(evidence: Evidence) -> bool:
    pod = evidence.now.pod("once")
    return pod is not None and any(one.environment.has(VARIABLE) for one in programs(pod, evidence.now))


@mistake
def serves(evidence: Evidence) -> bool:
    pod = evidence.now.pod("migrate")
    return pod is not None and not programs(pod, evidence.now)[0].words


@mistake
def one_try(evidence: Evidence) -> bool:
    pod = evidence.now.pod("migrate")
    return pod is not None and not p.started_again(pod, BADLY)

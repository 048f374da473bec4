"""A task that has to end."""

from driftlab.checker import Evidence, Object, Pod, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import (
    also_migrating,
    bare,
    command_line,
    ends,
    job,
    left_alone,
    meddled_with,
    migrates,
    pods_of_job,
    scheduled,
)

TASK_IMAGE = ("blog-api:1.1",)


def concluded(of: Object) -> str:
    """``Complete`` or ``Failed`` once the Job is over: https://kubernetes.io/docs/concepts/workloads/controllers/job/"""
    for condition in of.status.get("conditions") or ():
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            return str(condition["type"])
    return ""


@goal("A Job called migrate has brought the migration to its end", points=3)
def migrated(evidence: Evidence) -> Verdict:
    made = job(evidence.now)
    if made is None:
        others = also_migrating(evidence)
        return failed(f"{others[0]} runs it, and no Job does" if others else "there is no Job called migrate")
    if p.images(made) != TASK_IMAGE:
        return failed(f"the Job runs {p.images(made)[0]}")
    line = " ".join(command_line(made, evidence.now))
    if not migrates(made, evidence.now):
        return failed("its Pod was not told to migrate: it serves, and does not end", share=0.5)
    if concluded(made) == "Complete":
        return passed("its Pod ended with exit code 0, and the Job is complete")
    tries = pods_of_job(made, evidence.now)
    if concluded(made) == "Failed" or made.status.get("failed") or any(p.restarts(pod) for pod in tries):
        return failed(f"the Job has tried {line!r} and has not succeeded", share=0.5)
    if any(end.get("reason") == "StartError" for pod in tries for end in ends(pod)):
        return failed(f"the container could not be started with {line!r}", share=0.5)
    if made.spec.get("suspend"):
        return failed("the Job is suspended: it makes no Pod")
    return waiting("the Job is there; its Pod has not ended yet")


@goal("Only this Job runs it, and it runs it once")
def once(evidence: Evidence) -> Verdict:
    if others := also_migrating(evidence):
        return failed(f"{others[0]} runs the migration")
    finished = [one for one in evidence.now.objects("jobs") if migrates(one, evidence.now)]
    ended = sum(int(one.status.get("succeeded", 0)) for one in finished)
    if ended > 1 or len(finished) > 1:
        return failed(f"{len(finished)} Jobs have brought it to its end {ended} times")
    made = job(evidence.now)
    if made is None or not migrates(made, evidence.now):
        return failed("no Job has brought it to its end")
    if int(made.spec.get("completions") or 1) > 1:
        return failed(f"the Job asks for it {made.spec['completions']} times")
    return passed("one Pod has succeeded, and no other one will be made") if ended else waiting("it has not ended yet")


blog_api_which_serves_readers_was = guard("blog-api, which serves readers, was left alone")(left_alone)


@mistake
def on_the_deployment(evidence: Evidence) -> bool:
    return meddled_with(evidence)


@mistake
def deployment(evidence: Evidence) -> bool:
    return any(migrates(one, evidence.now) for one in evidence.now.deployments)


@mistake
def cron_job(evidence: Evidence) -> bool:
    return any(migrates(one, evidence.now) for one in scheduled(evidence))


def bare_migrations(evidence: Evidence) -> list[Pod]:
    return [pod for pod in bare(evidence.now) if migrates(pod, evidence.now)]


@mistake
def restarts_for_ever(evidence: Evidence) -> bool:
    return any(p.started_again(pod, 0) for pod in bare_migrations(evidence))


@mistake
def bare_pod(evidence: Evidence) -> bool:
    return bool(bare_migrations(evidence))


@mistake
def wrong_command(evidence: Evidence) -> bool:
    made = job(evidence.now)
    return made is not None and command_line(made, evidence.now)[:1] != ("/blog-api",)


@mistake
def server(evidence: Evidence) -> bool:
    made = job(evidence.now)
    return made is not None and not migrates(made, evidence.now)


@mistake
def twice(evidence: Evidence) -> bool:
    return len([one for one in evidence.now.objects("jobs") if migrates(one, evidence.now)]) > 1

"""A task that has to end."""

from driftlab.checker import Evidence, Object, Pod, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import also_migrating, bare, command_line, ends, job, left_alone, migrates, pods_of_job, scheduled

TASK_IMAGE = ("blog-api:1.1",)


def concluded(of: Object) -> str:
    """``Complete`` or ``Failed`` once the Job is over: https://kubernetes.io/docs/concepts/workloads/controllers/job/"""
    for condition in of.status.get("conditions") or ():
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            return str(condition["type"])
    return ""


@goal(points=3)
def migrated(evidence: Evidence) -> Verdict:
    made = job(evidence.now)
    if made is None:
        others = also_migrating(evidence)
        return failed("without-a-job", other=others[0]) if others else failed("no-job")
    if p.images(made) != TASK_IMAGE:
        return failed("other-image", image=p.images(made)[0])
    line = repr(" ".join(command_line(made, evidence.now)))
    if not migrates(made, evidence.now):
        return failed("not-told-to-migrate", share=0.5)
    if concluded(made) == "Complete":
        return passed("job-complete")
    tries = pods_of_job(made, evidence.now)
    if concluded(made) == "Failed" or made.status.get("failed") or any(p.restarts(pod) for pod in tries):
        return failed("not-succeeded", line=line, share=0.5)
    if any(end.get("reason") == "StartError" for pod in tries for end in ends(pod)):
        return failed("not-started", line=line, share=0.5)
    return failed("job-suspended") if made.spec.get("suspend") else waiting("job-not-ended")


@goal
def once(evidence: Evidence) -> Verdict:
    if others := also_migrating(evidence):
        return failed("another-one-migrates", other=others[0])
    finished = migrating_jobs(evidence)
    ended = sum(int(one.status.get("succeeded", 0)) for one in finished)
    if ended > 1 or len(finished) > 1:
        return failed("several-times", jobs=len(finished), times=ended)
    made = job(evidence.now)
    if made is None or not migrates(made, evidence.now):
        return failed("no-job-ended-it")
    if int(made.spec.get("completions") or 1) > 1:
        return failed("asked-several-times", times=made.spec["completions"])
    return passed("succeeded-once") if ended else waiting("not-ended-yet")


def migrating_jobs(evidence: Evidence) -> list[Object]:
    return [one for one in evidence.now.objects("jobs") if migrates(one, evidence.now)]


def bare_migrations(evidence: Evidence) -> list[Pod]:
    return [pod for pod in bare(evidence.now) if migrates(pod, evidence.now)]


readers_served = guard(left_alone)
on_the_deployment = mistake(lambda evidence: readers_served(evidence).outcome == "FAIL")
deployment = mistake(lambda evidence: any(migrates(one, evidence.now) for one in evidence.now.deployments))
cron_job = mistake(lambda evidence: any(migrates(one, evidence.now) for one in scheduled(evidence)))
restarts_for_ever = mistake(lambda evidence: any(p.started_again(pod, 0) for pod in bare_migrations(evidence)))
bare_pod = mistake("bare-pod")(bare_migrations)


@mistake
def wrong_command(evidence: Evidence) -> bool:
    made = job(evidence.now)
    return made is not None and command_line(made, evidence.now)[:1] != ("/blog-api",)


@mistake
def server(evidence: Evidence) -> bool:
    made = job(evidence.now)
    return made is not None and not migrates(made, evidence.now)


twice = mistake(lambda evidence: len(migrating_jobs(evidence)) > 1)

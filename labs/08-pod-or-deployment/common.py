"""What the exercises of this lab share."""

from collections.abc import Mapping
from typing import Any

from driftlab.checker import Deployment, Disturbance, Evidence, Object, Pod, Snapshot, Verdict, failed, passed
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- what several exercises ask
def left_alone(evidence: Evidence) -> Verdict:
    """The Deployment that serves readers is a bystander."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api any more")
    if not p.same_object(before, after):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if not p.spec_untouched(before, after, evidence.recording):
        return failed(f"what it asks for was changed: generation {before.generation} became {after.generation}")
    if p.running_images(after, evidence.now) - set(after.images):
        return failed("one of its Pods runs another image than its template says")
    told = passed(f"the same Deployment, and its spec is as it was (generation {after.generation})")
    return p.settling(after, evidence.now) or told


def meddled_with(evidence: Evidence) -> bool:
    return left_alone(evidence).outcome == "FAIL"


def command_line(of: Object, snapshot: Snapshot) -> tuple[str, ...]:
    """What the first container runs: first the program, as the image has it where nobody says another one."""
    return p.command_line(of, snapshot, entrypoint=["/blog-api"])


def ends(pod: Pod) -> list[Mapping[str, Any]]:
    """How the Pod's containers have come to an end so far, as far as the Pod still tells."""
    statuses = pod.status.get("containerStatuses") or ()
    told = [status.get(when, {}).get("terminated") for status in statuses for when in ("state", "lastState")]
    return [end for end in told if end]


def bare(snapshot: Snapshot) -> list[Pod]:
    """Pods that nobody looks after, and that are not on their way out."""
    return [pod for pod in p.living(snapshot.pods) if p.unowned(pod)]


def migrates(of: Object, snapshot: Snapshot) -> bool:
    return "migrate" in command_line(of, snapshot)


def job(snapshot: Snapshot) -> Object | None:
    return next((one for one in snapshot.objects("jobs") if one.name == "migrate"), None)


def pods_of_job(of: Object, snapshot: Snapshot) -> list[Pod]:
    return [pod for pod in snapshot.pods if pod.controller == of.uid]


def also_migrating(evidence: Evidence) -> list[str]:
    """What else there is that runs the migration: Deployments, CronJobs, and Pods that belong to no Job."""
    now, jobs = evidence.now, {one.uid for one in evidence.now.objects("jobs")}
    others = [(f"the CronJob {one.name}", one) for one in scheduled(evidence)]
    others += [(f"the Deployment {one.name}", one) for one in now.deployments]
    others += [(f"the Pod {pod.name}", pod) for pod in p.living(now.pods) if pod.controller not in jobs]
    return [name for name, one in others if migrates(one, now)]


def scheduled(evidence: Evidence) -> list[Object]:
    """The CronJobs that make Jobs by themselves: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"""
    return [one for one in evidence.now.objects("cronjobs") if not one.spec.get("suspend") and not one.terminating]


def replaced(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    """Delete a Pod of blog-api, and see whether another one like it takes its place."""
    deployment = blog_api(evidence.now)
    assert deployment is not None  # what is proved is tried only once everything else is right
    lost = p.pods_of(deployment, evidence.now)[0]
    disturbance.delete_pod(lost.name)

    def healed(now: Snapshot) -> bool:
        there = blog_api(now)
        return there is not None and lost.uid not in p.uids(now.pods) and not p.unfinished(there, now)

    if disturbance.until(healed) is None:
        return failed("one of its Pods was deleted, and no ready one took its place")
    return passed("one of its Pods was deleted, and another one took its place")

"""What the exercises of this lab share."""

from collections.abc import Mapping
from typing import Any

from driftlab.checker import (
    Deployment,
    Disturbance,
    Evidence,
    Object,
    Pod,
    Reason,
    Snapshot,
    Verdict,
    failed,
    passed,
    proof,
    reason,
)
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


# ---- what several exercises ask
def left_alone(evidence: Evidence) -> Verdict:
    """The Deployment that serves readers is a bystander."""
    before, after = blog_api(evidence.baseline), p.require_same_deployment(evidence, "blog-api")
    if not p.spec_untouched(before, after, evidence.recording):
        return failed("spec-changed", before=before.generation, after=after.generation)
    if p.running_images(after, evidence.now) - set(after.images):
        return failed("unlike-its-template")
    return p.settling(after, evidence.now) or passed("spec-as-it-was", generation=after.generation)


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


def also_migrating(evidence: Evidence) -> list[Reason]:
    """What else there is that runs the migration: Deployments, CronJobs, and Pods that belong to no Job."""
    now, jobs = evidence.now, {one.uid for one in evidence.now.objects("jobs")}
    pods = [pod for pod in p.living(now.pods) if pod.controller not in jobs]
    return [
        *(reason("the-cronjob", name=one.name) for one in scheduled(evidence) if migrates(one, now)),
        *(reason("the-deployment", name=one.name) for one in now.deployments if migrates(one, now)),
        *(reason("the-pod", name=pod.name) for pod in pods if migrates(pod, now)),
    ]


def scheduled(evidence: Evidence) -> list[Object]:
    """The CronJobs that make Jobs by themselves: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"""
    return [one for one in evidence.now.objects("cronjobs") if not one.spec.get("suspend") and not one.terminating]


@proof
def replaced(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    """Delete a Pod of blog-api, and see whether another one like it takes its place."""
    lost = p.pods_of(blog_api(evidence.now), evidence.now)[0]
    disturbance.delete_pod(lost.name)

    def healed(now: Snapshot) -> bool:
        there = now.deployment("blog-api")
        return there is not None and lost.uid not in p.uids(now.pods) and not p.unfinished(there, now)

    return passed("was-replaced") if disturbance.until(healed) else failed("not-replaced")

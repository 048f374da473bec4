"""A release that is stuck."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_for, asks_for_nothing_old, back_at, blog_api, common_mistakes, revisions, the_same

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def serving(snapshot: Snapshot) -> frozenset[str]:
    """The UIDs of blog-api's Pods that are ready."""
    return p.uids(tuple(pod for pod in p.pods_of(blog_api(snapshot), snapshot) if pod.ready))


def begins(snapshot: Snapshot) -> bool:
    """The new Pod gets nowhere, the deadline is over, and the three old Pods serve."""
    stuck = p.deadline_exceeded(blog_api(snapshot)) and any(not pod.ready for pod in snapshot.pods)
    return stuck and sorted(revisions(snapshot).values()) == [1, 2] and len(serving(snapshot)) == 3


revision_1_is_back = goal(points=2)(lambda evidence: back_at(evidence, 1))


@guard
def still_served(evidence: Evidence) -> Verdict:
    left = len(serving(evidence.baseline) & serving(evidence.now))
    return passed("same-three") if left == 3 else failed("some-left", left=left)


shared_guard = guard(the_same)
shared_mistakes = common_mistakes
paused = mistake(lambda evidence: blog_api(evidence.now).paused)
restarted = mistake(lambda evidence: RESTARTED_AT in p.pod_annotations(blog_api(evidence.now)))


@mistake
def patience(evidence: Evidence) -> bool:
    changed = p.changed(blog_api(evidence.baseline), blog_api(evidence.now))
    return "progressDeadlineSeconds" in changed and asks_for(evidence, 2)


pod_deleted = mistake(lambda evidence: p.you(evidence, "deleted", "Pod", of="blog-api") and not asks_for(evidence, 1))
interrupted = mistake(
    lambda evidence: asks_for(evidence, 1) and not serving(evidence.baseline) <= serving(evidence.now)
)
forward = mistake("forward")(asks_for_nothing_old)

"""Delete it, and make it again."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import bare, has_other_image, no_deployments, pod_now, runs, same


def begins(snapshot: Snapshot) -> bool:
    return p.require_pod(snapshot, "blog").ready


@goal
def first_is_gone(evidence: Evidence) -> Verdict:
    before = {pod.uid for pod in evidence.baseline.pods}
    left = [pod for pod in evidence.now.pods if pod.uid in before]
    if any(pod.terminating for pod in left):
        return waiting("going-now")
    return failed("still-there") if left else passed("nowhere-any-more")


@goal(points=2)
def another_blog(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if same(evidence.baseline.pod("blog"), pod):
        return failed("from-the-start")
    if p.images(pod) != ("blog-api:1.1",):
        return failed("unlike-the-old-one", images=p.images(pod))
    verdict = runs(pod)
    if verdict.outcome == "PASS" and pod.labels.get("team") != "readers":
        return failed("without-label", share=0.5)
    return verdict


def is_kept(evidence: Evidence) -> bool:
    return same(evidence.baseline.pod("blog"), evidence.now.pod("blog"))


shared_mistakes = no_deployments
restarted = mistake(lambda evidence: is_kept(evidence) and p.restarts(pod_now(evidence, "blog")))
beside = mistake(lambda evidence: is_kept(evidence) and len(evidence.now.pods) > 1)
only_deleted = mistake(lambda evidence: evidence.now.pod("blog") is None)
other_image = mistake(lambda evidence: has_other_image(evidence, "blog", "blog-api:1.1"))
other_label = mistake(lambda evidence: pod_now(evidence, "blog").labels.get("team") != "readers")

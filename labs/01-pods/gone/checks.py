"""Delete it, and make it again."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import bare, image_of, no_deployments, ready, runs, same


def begins(snapshot: Snapshot) -> bool:
    return ready(snapshot, "blog")


@goal("The Pod from the start is gone")
def first_is_gone(evidence: Evidence) -> Verdict:
    before = {pod.uid for pod in evidence.baseline.pods}
    left = [pod for pod in evidence.now.pods if pod.uid in before]
    if any(pod.terminating for pod in left):
        return waiting("it is on its way out")
    return failed("the Pod from the start is still there") if left else passed("its UID is nowhere any more")


@goal("Another Pod has its name and its label team, and does its work", points=2)
def another_blog(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    if same(evidence.baseline.pod("blog"), pod):
        return failed("this is the Pod from the start")
    if p.images(pod) != ("blog-api:1.1",):
        return failed(f"the old one ran blog-api:1.1, this one runs {', '.join(p.images(pod))}")
    verdict = runs(pod)
    if verdict.share == 1 and pod.labels.get("team") != "readers":
        return failed("it runs, but it does not carry the label team of the old one", share=0.5)
    return verdict


shared_mistakes = no_deployments


@mistake
def restarted(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return same(evidence.baseline.pod("blog"), pod) and pod is not None and p.restarts(pod) > 0


@mistake
def beside(evidence: Evidence) -> bool:
    return same(evidence.baseline.pod("blog"), evidence.now.pod("blog")) and len(evidence.now.pods) > 1


@mistake
def only_deleted(evidence: Evidence) -> bool:
    return evidence.now.pod("blog") is None


@mistake
def other_image(evidence: Evidence) -> bool:
    return image_of(evidence, "blog") not in ((), ("blog-api:1.1",))


@mistake
def other_label(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and pod.labels.get("team") != "readers"

"""What the exercises of this lab share."""

from driftlab.checker import Deployment, Evidence, Pod, Snapshot, Verdict, failed, mistake, passed
from driftlab.checker import predicates as p

OLD, NEW = ("blog-api:1.0",), ("blog-api:1.1",)


NO_DEPLOYMENT = "there is no Deployment called blog-api any more"


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def pods(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods that are not on their way out."""
    return p.own_pods(snapshot, "blog-api")


# ---- what all three exercises ask
def same_deployment(evidence: Evidence) -> Verdict:
    if blog_api(evidence.now) is None:
        return failed(NO_DEPLOYMENT)
    if recreated(evidence):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if others := second_deployments(evidence):
        return failed(f"there is a second Deployment: {others[0]}")
    return passed("the Deployment is the one from the start")


# ---- what all three exercises are mistaken for
def recreated(evidence: Evidence) -> bool:
    after = blog_api(evidence.now)
    return after is not None and not p.same_object(blog_api(evidence.baseline), after)


def second_deployments(evidence: Evidence) -> list[str]:
    return [deployment.name for deployment in evidence.now.deployments if deployment.name != "blog-api"]


def strangers(evidence: Evidence) -> list[str]:
    """Pods without an owner that were not there at the start."""
    known = p.uids(evidence.baseline.pods)
    return [pod.name for pod in evidence.now.pods if p.unowned(pod) and pod.uid not in known]


def template_changed(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and not p.asks_for_the_same(before, after)


#: Mistakes that can be made in every exercise of this lab.
common_mistakes = [
    mistake("deleted")(lambda evidence: blog_api(evidence.now) is None),
    mistake("recreated")(recreated),
    mistake("second-deployment")(lambda evidence: bool(second_deployments(evidence))),
]

"""What the exercises of this lab share."""

from driftlab.checker import Decided, Deployment, Evidence, Pod, Snapshot, failed, mistake
from driftlab.checker import predicates as p

OLD, NEW = ("blog-api:1.0",), ("blog-api:1.1",)


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


def pods(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods that are not on their way out."""
    return p.own_pods(snapshot, "blog-api")


def lost(evidence: Evidence) -> int:
    """How many of blog-api's Pods from the start are not its own any more."""
    return len(pods(evidence.baseline)) - len(p.pods_kept(evidence, "blog-api"))


# ---- what all three exercises ask
def require_same(evidence: Evidence) -> None:
    """The Deployment from the start, and no other one. Otherwise, the goal has failed."""
    if recreated(evidence):
        raise Decided(failed("another-deployment"))
    if others := second_deployments(evidence):
        raise Decided(failed("second-deployment", name=others[0]))


# ---- what all three exercises are mistaken for
def recreated(evidence: Evidence) -> bool:
    return not p.same_object(evidence.baseline.deployment("blog-api"), blog_api(evidence.now))


def second_deployments(evidence: Evidence) -> list[str]:
    return [deployment.name for deployment in evidence.now.deployments if deployment.name != "blog-api"]


def template_changed(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), evidence.now.deployment("blog-api")
    return after is not None and not p.asks_for_the_same(before, after)


#: Mistakes that can be made in every exercise of this lab.
common_mistakes = [
    mistake("deleted")(lambda evidence: evidence.now.deployment("blog-api") is None),
    mistake("recreated")(recreated),
    mistake("second-deployment")(second_deployments),
]

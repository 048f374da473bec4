"""What the exercises of this lab share."""

from collections.abc import Mapping

from driftlab.checker import Decided, Deployment, Evidence, Reason, Snapshot, failed, mistake, reason
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


def recreated(evidence: Evidence) -> bool:
    return not p.same_object(evidence.baseline.deployment("blog-api"), evidence.now.deployment("blog-api"))


def the_same(evidence: Evidence) -> Deployment:
    """blog-api, which a goal requires to be still the object from the start."""
    if recreated(evidence):
        raise Decided(failed("first-deployment-gone"))
    return blog_api(evidence.now)


recreated_instead = [mistake("recreated")(recreated)]


def words(labels: Mapping[str, str]) -> list[str] | Reason:
    return [f"{name}={value}" for name, value in sorted(labels.items())] or reason("no-labels")

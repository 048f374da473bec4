"""What the exercises of this lab share."""

from collections.abc import Mapping

from driftlab.checker import Deployment, Evidence, Snapshot, mistake
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def recreated(evidence: Evidence) -> bool:
    return not p.same_object(blog_api(evidence.baseline), blog_api(evidence.now))


def the_same(evidence: Evidence) -> Deployment | None:
    """blog-api, if it is still the object from the start."""
    return None if recreated(evidence) else blog_api(evidence.now)


recreated_instead = [mistake("recreated")(recreated)]


def words(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items())) or "none"

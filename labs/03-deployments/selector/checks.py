"""Another name, another selector."""

from driftlab.checker import (
    Deployment,
    Evidence,
    Verdict,
    failed,
    goal,
    guard,
    mistake,
    passed,
    template_changes,
    waiting,
)
from driftlab.checker import predicates as p

from ..common import blog_api, words


@goal("A Deployment called blog finds its Pods by app=blog", points=2)
def finds_by_new_label(evidence: Evidence) -> Verdict:
    before, blog = blog_api(evidence.baseline), evidence.now.deployment("blog")
    if before is None or blog is None:
        return failed("there is no Deployment called blog")
    labels = p.looked_for(blog)
    if labels.get("app") != "blog":
        return failed(f"its selector says {words(labels)}")
    if different := unlike(before, blog):
        return failed(f"its selector is right; its template is not that of blog-api: {different}", share=0.5)
    return passed(f"its selector says {words(labels)}")


def unlike(before: Deployment, after: Deployment) -> str:
    """In what the Pods would differ, but for their labels; empty where in nothing."""
    if p.changed_in_template(before, after) <= {"labels", "annotations"}:
        return ""
    old, new = ({"spec": one.spec["template"]["spec"]} for one in (before, after))
    return "; ".join(template_changes(old, new)) or "its spec differs"


@goal("Three Pods of it are ready")
def new_ones_ready(evidence: Evidence) -> Verdict:
    blog = evidence.now.deployment("blog")
    if blog is None:
        return failed("there is no Deployment called blog")
    if blog.replicas != 3:
        return failed(f"it asks for {blog.replicas} replicas")
    return p.settling(blog, evidence.now) or passed("3 of 3 Pods are ready")


@goal("The Deployment blog-api and its Pods are gone")
def old_ones_gone(evidence: Evidence) -> Verdict:
    if blog_api(evidence.now) is not None:
        return failed("there is still a Deployment called blog-api")
    old = p.uids(evidence.baseline.pods)
    left = [pod for pod in evidence.now.pods if pod.uid in old]
    if any(orphaned(evidence)) or any(pod.controller is None for pod in left):
        return failed(f"the Deployment is gone, but {len(left)} of its Pods run on")
    return waiting(f"{len(left)} of its Pods are still there") if left else passed("nothing of it is left")


def orphaned(evidence: Evidence) -> list[str]:
    """ReplicaSets from the start that have lost their owner, and were left to themselves."""
    known = {rs.uid for rs in evidence.baseline.replicasets}
    return [rs.name for rs in evidence.now.replicasets if rs.uid in known and rs.controller is None]


@guard("Old and new together, three Pods were ready at every moment", points=2)
def no_gap(evidence: Evidence) -> Verdict:
    least = least_ready_of_all(evidence)
    return passed(f"never fewer than {least}") if least >= 3 else failed(f"once there were only {least}")


def least_ready_of_all(evidence: Evidence) -> int:
    """The fewest Pods of any ReplicaSet that were ready at any moment. Raises EvidenceMissing."""
    return p.least_ready_of(evidence, lambda pod: pod.controller is not None)


@mistake
def relabelled(evidence: Evidence) -> bool:
    known = p.uids(evidence.baseline.pods)
    return any(pod.uid in known and pod.labels.get("app") != "blog-api" for pod in evidence.now.pods)


@mistake
def gap(evidence: Evidence) -> bool:
    return least_ready_of_all(evidence) < 3


@mistake
def orphans(evidence: Evidence) -> bool:
    return bool(orphaned(evidence))


@mistake
def same_selector(evidence: Evidence) -> bool:
    blog = evidence.now.deployment("blog")
    return blog is not None and p.looked_for(blog).get("app") != "blog"


@mistake
def another_template(evidence: Evidence) -> bool:
    before, blog = blog_api(evidence.baseline), evidence.now.deployment("blog")
    return before is not None and blog is not None and bool(unlike(before, blog))


@mistake
def both(evidence: Evidence) -> bool:
    return blog_api(evidence.now) is not None and evidence.now.deployment("blog") is not None


@mistake
def deployment_labelled(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and before.labels != after.labels

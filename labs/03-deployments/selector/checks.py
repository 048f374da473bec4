"""Another name, another selector."""

from driftlab.checker import (
    Deployment,
    Evidence,
    Reason,
    Verdict,
    failed,
    goal,
    guard,
    mistake,
    passed,
    reason,
    require,
    template_changes,
    waiting,
)
from driftlab.checker import predicates as p

from ..common import blog_api, words


def blog(evidence: Evidence) -> Deployment:
    """The new Deployment, which a goal requires."""
    return require(evidence.now.deployment("blog"), failed("no-deployment", name="blog"))


def unlike(evidence: Evidence) -> str | Reason:
    """In what its Pods would differ from those of blog-api, but for their labels; empty where in nothing."""
    before, after = blog_api(evidence.baseline), blog(evidence)
    if p.changed_in_template(before, after) <= {"labels", "annotations"}:
        return ""
    old, new = ({"spec": one.spec["template"]["spec"]} for one in (before, after))
    return "; ".join(template_changes(old, new)) or reason("other-spec")


def has_other_selector(evidence: Evidence) -> bool:
    return p.looked_for(blog(evidence)).get("app") != "blog"


@goal(points=2)
def finds_by_new_label(evidence: Evidence) -> Verdict:
    labels = words(p.looked_for(blog(evidence)))
    if has_other_selector(evidence):
        return failed("selector-says", labels=labels)
    if different := unlike(evidence):
        return failed("selector-only", different=different, share=0.5)
    return passed("selector-says", labels=labels)


@goal
def new_ones_ready(evidence: Evidence) -> Verdict:
    deployment = blog(evidence)
    if deployment.replicas != 3:
        return failed("other-number", replicas=deployment.replicas)
    return p.settling(deployment, evidence.now) or passed("three-ready")


@goal
def old_ones_gone(evidence: Evidence) -> Verdict:
    if evidence.now.deployment("blog-api") is not None:
        return failed("still-there")
    old = p.uids(evidence.baseline.pods)
    left = [pod for pod in evidence.now.pods if pod.uid in old]
    if orphaned(evidence) or any(pod.controller is None for pod in left):
        return failed("pods-run-on", left=len(left))
    return waiting("pods-still-there", left=len(left)) if left else passed("nothing-left")


def orphaned(evidence: Evidence) -> list[str]:
    """ReplicaSets from the start that have lost their owner, and were left to themselves."""
    known = {rs.uid for rs in evidence.baseline.replicasets}
    return [rs.name for rs in evidence.now.replicasets if rs.uid in known and rs.controller is None]


@guard(points=2)
def no_gap(evidence: Evidence) -> Verdict:
    least = least_ready_of_all(evidence)
    return passed("never-fewer-than", least=least) if least >= 3 else failed("once-only", least=least)


def least_ready_of_all(evidence: Evidence) -> int:
    """The fewest Pods of any ReplicaSet that were ready at any moment. Raises EvidenceMissing."""
    return p.least_ready_of(evidence, lambda pod: pod.controller is not None)


@mistake
def relabelled(evidence: Evidence) -> bool:
    known = p.uids(evidence.baseline.pods)
    return any(pod.uid in known and pod.labels.get("app") != "blog-api" for pod in evidence.now.pods)


gap = mistake(lambda evidence: least_ready_of_all(evidence) < 3)
orphans = mistake("orphans")(orphaned)
same_selector = mistake("same-selector")(has_other_selector)
another_template = mistake("another-template")(unlike)
both = mistake(lambda evidence: evidence.now.deployment("blog-api") and evidence.now.deployment("blog"))
deployment_labelled = mistake(lambda evidence: blog_api(evidence.baseline).labels != blog_api(evidence.now).labels)

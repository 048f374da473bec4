"""What the exercises of this lab share."""

from driftlab.checker import Deployment, Evidence, Pod, ReplicaSet, Snapshot, Verdict, failed, mistake, mistakes, passed
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


def pods(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods that are not on their way out."""
    return p.own_pods(snapshot, "blog-api")


def replicasets(snapshot: Snapshot) -> dict[str, ReplicaSet]:
    """blog-api's ReplicaSets by UID."""
    deployment = snapshot.deployment("blog-api")
    return {rs.uid: rs for rs in p.replicasets_of(deployment, snapshot)} if deployment else {}


# ---- what several exercises ask
def asks_and_runs(evidence: Evidence, number: int) -> Verdict:
    """The Deployment from the start asks for ``number``, and as many Pods are ready."""
    deployment = p.require_same_deployment(evidence, "blog-api")
    if deployment.replicas != number:
        return failed("other-number", replicas=deployment.replicas)
    return p.settling(deployment, evidence.now) or passed("all-ready", number=number)


def no_rollout(evidence: Evidence) -> Verdict:
    """Scaling changes a number and nothing else: same Deployment, same template, same ReplicaSet, same revision."""
    before, after = blog_api(evidence.baseline), p.require_same_deployment(evidence, "blog-api")
    if not p.asks_for_the_same(before, after) or before.revision != after.revision:
        return failed("was-a-rollout", before=before.revision, after=after.revision)
    if set(replicasets(evidence.baseline)) != set(replicasets(evidence.now)):
        return failed("another-replicaset", share=0.5)
    return passed("same-revision", revision=after.revision)


# ---- what several exercises are mistaken for
def rolled_out(evidence: Evidence) -> bool:
    return not p.asks_for_the_same(blog_api(evidence.baseline), blog_api(evidence.now))


def replicaset_scaled(evidence: Evidence) -> bool:
    return p.you(evidence, "scaled", "ReplicaSet")


def deleted_pods(evidence: Evidence) -> bool:
    return p.you(evidence, "deleted", "Pod", of="blog-api")


def added_by_hand(evidence: Evidence) -> bool:
    """Pods without an owner, or other Deployments, that were not there at the start."""
    return len(evidence.now.deployments) > 1 or bool(p.new_bare_pods(evidence))


def asks_for(evidence: Evidence) -> int:
    return blog_api(evidence.now).replicas


recreated = mistakes.recreated("blog-api")
common_mistakes = [recreated, mistake(rolled_out)]

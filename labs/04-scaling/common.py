"""What the exercises of this lab share."""

from driftlab.checker import Deployment, Evidence, Pod, ReplicaSet, Snapshot, Verdict, failed, mistake, passed
from driftlab.checker import predicates as p

NO_DEPLOYMENT = failed("there is no Deployment called blog-api any more")
ANOTHER = failed("this is another Deployment with the same name: its UID is not the one from the start")


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def pods(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods that are not on their way out."""
    return p.own_pods(snapshot, "blog-api")


def replicasets(snapshot: Snapshot) -> dict[str, ReplicaSet]:
    """blog-api's ReplicaSets by UID."""
    deployment = blog_api(snapshot)
    return {rs.uid: rs for rs in p.replicasets_of(deployment, snapshot)} if deployment else {}


# ---- what several exercises ask
def asks_and_runs(evidence: Evidence, number: int) -> Verdict:
    """The Deployment from the start asks for ``number``, and as many Pods are ready."""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    if not p.same_object(blog_api(evidence.baseline), deployment):
        return ANOTHER
    if deployment.replicas != number:
        return failed(f"the Deployment asks for {deployment.replicas}")
    return p.settling(deployment, evidence.now) or passed(f"{number} of {number} Pods are ready")


def no_rollout(evidence: Evidence) -> Verdict:
    """Scaling changes a number and nothing else: same Deployment, same template, same ReplicaSet, same revision."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return NO_DEPLOYMENT
    if not p.same_object(before, after):
        return ANOTHER
    if not p.asks_for_the_same(before, after) or before.revision != after.revision:
        return failed(f"there was a rollout: revision {before.revision} became {after.revision}")
    if set(replicasets(evidence.baseline)) != set(replicasets(evidence.now)):
        return failed("the Deployment is the same, but its ReplicaSet is another one", share=0.5)
    return passed(f"the same Deployment, the same ReplicaSet, still revision {after.revision}")


# ---- what several exercises are mistaken for
def recreated(evidence: Evidence) -> bool:
    return blog_api(evidence.now) is None or p.was_recreated(evidence, "blog-api")


def rolled_out(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and not p.asks_for_the_same(before, after)


def replicaset_scaled(evidence: Evidence) -> bool:
    return p.you(evidence, "scaled", "ReplicaSet")


def deleted_pods(evidence: Evidence) -> bool:
    return p.you(evidence, "deleted", "Pod", of="blog-api")


def added_by_hand(evidence: Evidence) -> bool:
    """Pods without an owner, or other Deployments, that were not there at the start."""
    known = p.uids(evidence.baseline.pods)
    others = any(deployment.name != "blog-api" for deployment in evidence.now.deployments)
    return others or any(pod.controller is None and pod.uid not in known for pod in evidence.now.pods)


def asks_for(evidence: Evidence) -> int | None:
    deployment = blog_api(evidence.now)
    return None if deployment is None else deployment.replicas


common_mistakes = [mistake("recreated")(recreated), mistake("rolled-out")(rolled_out)]

"""A Pod is not the place."""

from driftlab.checker import (
    Disturbance,
    Evidence,
    Snapshot,
    Verdict,
    failed,
    goal,
    guard,
    mistake,
    passed,
    passed_if,
    proof,
)
from driftlab.checker import predicates as p

from ..common import blog_api, recreated_instead, the_same

OLD, NEW = ("blog-api:1.0",), ("blog-api:1.1",)


def begins(snapshot: Snapshot) -> bool:
    """Three ready Pods, one of which has got another image since it was made, and runs it."""
    changed = [pod for pod in snapshot.pods if p.images(pod) == NEW and pod.ready and p.restarts(pod) > 0]
    return len(changed) == 1 and not p.unfinished(blog_api(snapshot), snapshot)


def has_new_pods(evidence: Evidence) -> bool:
    return any(p.images(pod) == NEW for pod in p.living(evidence.now.pods))


@goal(points=2)
def template_changed(evidence: Evidence) -> Verdict:
    images = blog_api(evidence.now).images
    return passed_if(images == NEW, "template-asks-for", images=images)


@goal
def all_in_line(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    pods = p.pods_of(deployment, evidence.now)
    if odd := sum(p.images(pod) != deployment.images for pod in pods):
        return failed("not-in-line", number=len(pods), odd=odd)
    if deployment.images != NEW:
        return failed("alike-and-old", images=deployment.images)
    return passed("three-in-line") if len(pods) == 3 else failed("not-three", number=len(pods))


@guard
def same_deployment(evidence: Evidence) -> Verdict:
    the_same(evidence)
    others = [one.name for one in evidence.now.deployments if one.name != "blog-api"]
    return failed("another-beside-it", name=others[0]) if others else passed("same-uid")


@proof
def comes_back(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    lost, known = evidence.now.pods[0], p.uids(evidence.now.pods)
    disturbance.delete_pod(lost.name)
    after = disturbance.until(lambda now: bool(p.uids(p.living(now.pods)) - known))
    if after is None:
        return failed("nothing-came")
    new = next(pod for pod in p.living(after.pods) if pod.uid not in known)
    return passed_if(p.images(new) == NEW, "another-came", lost=lost.name, new=new.name, images=p.images(new))


shared_mistakes = recreated_instead
second_deployment = mistake(lambda evidence: len(evidence.now.deployments) > 1)


@mistake
def replicaset_edited(evidence: Evidence) -> bool:
    if not p.asks_for_the_same(blog_api(evidence.baseline), the_same(evidence)):
        return False
    known = {rs.uid: rs for rs in evidence.baseline.replicasets}
    return any(not p.asks_for_the_same(known.get(rs.uid, rs), rs) for rs in evidence.now.replicasets)


@mistake
def pods_changed(evidence: Evidence) -> bool:
    edited = not p.replaced_not_edited(blog_api(evidence.now), evidence)
    return edited and any(p.images(pod) == NEW for pod in evidence.now.pods)


@mistake
def restarted(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    return before.generation != after.generation and after.images == before.images


undone = mistake(lambda evidence: the_same(evidence).images == OLD and not has_new_pods(evidence))

"""A Pod is not the place."""

from driftlab.checker import Disturbance, Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed, proof
from driftlab.checker import predicates as p

from ..common import blog_api, recreated, recreated_instead, the_same

OLD, NEW = ("blog-api:1.0",), ("blog-api:1.1",)


def one_changed_by_hand(snapshot: Snapshot) -> bool:
    """Three ready Pods, one of which has got another image since it was made, and runs it."""
    deployment = blog_api(snapshot)
    if deployment is None or p.unfinished(deployment, snapshot):
        return False
    changed = [pod for pod in snapshot.pods if p.images(pod) == NEW]
    return len(changed) == 1 and changed[0].ready and p.restarts(changed[0]) > 0


begins = one_changed_by_hand


@goal("The template asks for blog-api:1.1", points=2)
def template_changed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    told = f"the template asks for {', '.join(deployment.images)}"
    return passed(told) if deployment.images == NEW else failed(told)


@goal("Three Pods are ready, all of them as the template says")
def all_in_line(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    pods = p.pods_of(deployment, evidence.now)
    odd = [pod.name for pod in pods if p.images(pod) != deployment.images]
    if odd:
        return failed(f"of {len(pods)} Pods, {len(odd)} run something else than the template says")
    if deployment.images != NEW:
        return failed(f"all Pods are alike, and run {', '.join(deployment.images)}")
    if len(pods) != 3:
        return failed(f"there are {len(pods)} Pods, not three")
    return passed("three Pods, one template")


@guard("It is the Deployment from the start")
def same_deployment(evidence: Evidence) -> Verdict:
    if recreated(evidence):
        return failed("the Deployment from the start is gone")
    others = [one.name for one in evidence.now.deployments if one.name != "blog-api"]
    return failed(f"there is another Deployment beside it: {others[0]}") if others else passed("the same UID")


@proof("A Pod that is lost comes back as 1.1")
def comes_back(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    lost, known = evidence.now.pods[0], p.uids(evidence.now.pods)
    disturbance.delete_pod(lost.name)
    after = disturbance.until(lambda now: bool(p.uids(p.living(now.pods)) - known))
    if after is None:
        return failed("a Pod was deleted, and nothing came in its place")
    new = next(pod for pod in p.living(after.pods) if pod.uid not in known)
    told = f"this check has deleted {lost.name}; {new.name} took its place, with {', '.join(p.images(new))}"
    return passed(told) if p.images(new) == NEW else failed(told)


shared_mistakes = recreated_instead


@mistake
def second_deployment(evidence: Evidence) -> bool:
    return len(evidence.now.deployments) > 1


@mistake
def replicaset_edited(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    if before is None or after is None or not p.asks_for_the_same(before, after):
        return False
    known = {rs.uid: rs for rs in evidence.baseline.replicasets}
    return any(not p.asks_for_the_same(known.get(rs.uid, rs), rs) for rs in evidence.now.replicasets)


@mistake
def pods_changed(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    edited = deployment is not None and not p.replaced_not_edited(deployment, evidence)
    return edited and any(p.images(pod) == NEW for pod in evidence.now.pods)


@mistake
def restarted(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    return (
        before is not None
        and after is not None
        and before.generation != after.generation
        and after.images == before.images
    )


@mistake
def undone(evidence: Evidence) -> bool:
    after = the_same(evidence)
    return (
        after is not None
        and after.images == OLD
        and not any(p.images(pod) == NEW for pod in p.living(evidence.now.pods))
    )

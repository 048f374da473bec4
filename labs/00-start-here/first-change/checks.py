"""Ask for one machine more."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import NO_DEPLOYMENT, blog_api, common_mistakes, pods, same_deployment, strangers, template_changed


@goal("The Deployment asks for four Pods")
def asks_for_four(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    if deployment.replicas != 4:
        return failed(f"it asks for {deployment.replicas}")
    return passed("four are asked for")


@goal("Four Pods are ready: the first three, and a new one", points=2)
def four_ready(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    ready = [pod for pod in pods(evidence.now) if pod.ready]
    if deployment.replicas != 4:
        return failed(f"the Deployment has {len(ready)} Pods that are ready")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    kept = p.uids(pods(evidence.baseline)) & p.uids(pods(evidence.now))
    if len(kept) < 3:
        return failed(f"four are ready, but only {len(kept)} of the first three are among them", share=0.5)
    return passed("the first three went on working, and one came in addition")


@guard("Nothing else was changed")
def nothing_else(evidence: Evidence) -> Verdict:
    verdict = same_deployment(evidence)
    if verdict.outcome != "PASS":
        return verdict
    if template_changed(evidence):
        return failed("the Pods are made from another template than at the start")
    if free := strangers(evidence):
        return failed(f"there is a Pod that nobody owns: {free[0]}")
    return passed("the same Deployment, the same model, and no Pods beside it")


shared_mistakes = common_mistakes


@mistake
def bare_pod(evidence: Evidence) -> bool:
    return bool(strangers(evidence))


@mistake
def other_model(evidence: Evidence) -> bool:
    return template_changed(evidence)


@mistake
def replicaset_scaled(evidence: Evidence) -> bool:
    before = {rs.uid: rs.generation for rs in evidence.baseline.replicasets}
    deployment = blog_api(evidence.now)
    return (
        deployment is not None
        and deployment.replicas == 3
        and any(before.get(rs.uid, rs.generation) != rs.generation for rs in evidence.now.replicasets)
    )


@mistake
def other_number(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.replicas not in {3, 4}

"""Ask for one machine more."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import blog_api, common_mistakes, lost, pods, require_same, template_changed


@goal
def asks_for_four(evidence: Evidence) -> Verdict:
    replicas = blog_api(evidence.now).replicas
    return passed("four-asked-for") if replicas == 4 else failed("other-number", replicas=replicas)


@goal(points=2)
def four_ready(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment.replicas != 4:
        return failed("ready-so-far", ready=sum(pod.ready for pod in pods(evidence.now)))
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    if gone := lost(evidence):
        return failed("not-the-first-three", kept=3 - gone, share=0.5)
    return passed("one-in-addition")


@guard
def nothing_else(evidence: Evidence) -> Verdict:
    require_same(evidence)
    if template_changed(evidence):
        return failed("other-template")
    if free := p.new_bare_pods(evidence):
        return failed("owned-by-nobody", name=free[0].name)
    return passed("nothing-else")


shared_mistakes = common_mistakes
bare_pod = mistake("bare-pod")(p.new_bare_pods)
other_model = mistake("other-model")(template_changed)


@mistake
def replicaset_scaled(evidence: Evidence) -> bool:
    before = {rs.uid: rs.generation for rs in evidence.baseline.replicasets}
    touched = any(before.get(rs.uid, rs.generation) != rs.generation for rs in evidence.now.replicasets)
    return touched and blog_api(evidence.now).replicas == 3


other_number = mistake(lambda evidence: blog_api(evidence.now).replicas not in (3, 4))

"""A Pod that nobody looks after."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import common_mistakes, same_replicaset, surplus


def lives_of_loner(evidence: Evidence) -> dict[str, set[str]]:
    return p.events_about_pod(evidence.now, "loner", evidence.baseline)


@goal("A Pod called loner has run, without an owner")
def loner_ran(evidence: Evidence) -> Verdict:
    loner = evidence.now.pod("loner")
    if loner is not None and loner.controller is not None:
        return failed("loner has an owner; it should have none")
    if "loner" in surplus(evidence):
        return failed("loner was adopted: it carried the labels that blog-api's ReplicaSet looks for")
    if any("Started" in reasons for reasons in lives_of_loner(evidence).values()):
        return passed("it was scheduled and started, and no controller owned it")
    if loner is not None:
        return waiting("loner is there, but its container has not started yet")
    if lives_of_loner(evidence):
        return failed("loner was deleted before its container had started", share=0.5)
    return failed("no Pod called loner has run since the exercise started")


@goal("loner was deleted, and nothing came back", points=2)
def loner_gone(evidence: Evidence) -> Verdict:
    if "loner" in surplus(evidence):
        return failed("loner is gone, but the ReplicaSet removed it, not you")
    relatives = [pod.name for pod in evidence.now.pods if pod.name.startswith("loner-")]
    if relatives or evidence.now.deployment("loner"):
        return failed("there is a Deployment behind it, and it makes Pods")
    loner = evidence.now.pod("loner")
    if loner is not None:
        return waiting("loner is terminating") if loner.terminating else failed("loner is still there")
    if not lives_of_loner(evidence):
        return failed("there has been no loner yet")
    return passed("loner is gone for good: nobody asked for it, so nobody replaces it")


blog_api_was_left_alone = guard("blog-api was left alone")(same_replicaset)
shared_mistakes = common_mistakes


@mistake
def deployment(evidence: Evidence) -> bool:
    return evidence.now.deployment("loner") is not None


@mistake
def adopted(evidence: Evidence) -> bool:
    return "loner" in surplus(evidence)


@mistake
def not_deleted(evidence: Evidence) -> bool:
    loner = evidence.now.pod("loner")
    return loner is not None and not loner.terminating and loner.controller is None

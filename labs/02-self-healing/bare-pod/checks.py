"""A Pod that nobody looks after."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import common_mistakes, same_replicaset, surplus


def lives_of_loner(evidence: Evidence) -> dict[str, set[str]]:
    return p.events_about_pod(evidence.now, "loner", evidence.baseline)


@goal
def loner_ran(evidence: Evidence) -> Verdict:
    loner = evidence.now.pod("loner")
    if loner is not None and loner.controller is not None:
        return failed("has-an-owner")
    if "loner" in surplus(evidence):
        return failed("was-adopted")
    if any("Started" in reasons for reasons in lives_of_loner(evidence).values()):
        return passed("ran-unowned")
    if loner is not None:
        return waiting("not-started-yet")
    if lives_of_loner(evidence):
        return failed("deleted-too-early", share=0.5)
    return failed("never-ran")


@goal(points=2)
def loner_gone(evidence: Evidence) -> Verdict:
    if "loner" in surplus(evidence):
        return failed("removed-by-replicaset")
    if evidence.now.deployment("loner") or any(pod.name.startswith("loner-") for pod in evidence.now.pods):
        return failed("deployment-behind-it")
    if loner := evidence.now.pod("loner"):
        return waiting("is-terminating") if loner.terminating else failed("still-there")
    return passed("gone-for-good") if lives_of_loner(evidence) else failed("no-loner-yet")


shared_guard = guard(same_replicaset)
shared_mistakes = common_mistakes
deployment = mistake(lambda evidence: evidence.now.deployment("loner"))
adopted = mistake(lambda evidence: "loner" in surplus(evidence))


@mistake
def not_deleted(evidence: Evidence) -> bool:
    loner = evidence.now.pod("loner")
    return loner is not None and not loner.terminating and loner.controller is None

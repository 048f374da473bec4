"""Guards for many exercises, as functions of an object's name: ``same = guards.same_deployment("blog-api")``."""

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Verdict, failed, passed
from driftlab.checker.exercises.goals import Goal, guard


def same_deployment(name: str, points: float = 1) -> Goal:
    """The Deployment is the one from the start, and there is no other one."""

    @guard("It is the Deployment from the start", points)
    def same(evidence: Evidence) -> Verdict:
        before, after = evidence.baseline.deployment(name), evidence.now.deployment(name)
        if before is None or after is None:
            return failed(f"there is no Deployment called {name} any more")
        if not p.same_object(before, after) or p.was_recreated(evidence, name):
            return failed("this is another Deployment with the same name: its UID is not the one from the start")
        known = {deployment.uid for deployment in evidence.baseline.deployments}
        if others := [found.name for found in evidence.now.deployments if found.uid not in known]:
            return failed(f"there is a second Deployment: {others[0]}")
        return passed("the Deployment is the one from the start")

    return same


def own_pods(name: str, points: float = 1) -> Goal:
    """All Pods that match the Deployment's selector belong to it."""

    @guard(f"All Pods with the labels of {name} are its own", points)
    def own(evidence: Evidence) -> Verdict:
        deployment = evidence.now.deployment(name)
        strangers = p.strangers_in_selector(deployment, evidence.now) if deployment else ()
        if strangers:
            return failed(f"{len(strangers)} Pods carry its labels and are not its own")
        return passed("all of them are its own")

    return own


def never_fewer_ready(name: str, than: int, points: float = 1) -> Goal:
    """At each moment since the start, at least ``than`` of the Deployment's Pods were ready."""

    @guard(f"Never fewer than {than} Pods were ready", points)
    def never_fewer(evidence: Evidence) -> Verdict:
        least = p.least_ready(evidence, name)
        if least < than:
            return failed(f"at one moment, only {least} were ready")
        return passed(f"there were {least} or more at each moment")

    return never_fewer

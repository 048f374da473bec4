"""Guards for many exercises, as functions of an object's name: ``same = guards.same_deployment("blog-api")``."""

from driftlab.checker.evidence import predicates as p
from driftlab.checker.evidence.snapshot import Evidence
from driftlab.checker.evidence.verdict import Verdict, failed, passed
from driftlab.checker.exercises.goals import Goal, guard


def same_deployment(name: str, points: float = 1) -> Goal:
    """The Deployment is the one from the start, and there is no other one."""

    @guard(points=points)
    def same_deployment(evidence: Evidence) -> Verdict:
        before, after = evidence.baseline.deployment(name), evidence.now.deployment(name)
        if before is None or after is None:
            return failed("no-deployment", name=name)
        if not p.same_object(before, after) or p.was_recreated(evidence, name):
            return failed("another-deployment")
        known = {deployment.uid for deployment in evidence.baseline.deployments}
        if others := [found.name for found in evidence.now.deployments if found.uid not in known]:
            return failed("second-deployment", name=others[0])
        return passed("same-deployment")

    return same_deployment


def own_pods(name: str, points: float = 1) -> Goal:
    """All Pods that match the Deployment's selector belong to it."""

    @guard(points=points, name=name)
    def own_pods(evidence: Evidence) -> Verdict:
        deployment = evidence.now.deployment(name)
        strangers = p.strangers_in_selector(deployment, evidence.now) if deployment else ()
        return failed("strangers-with-its-labels", number=len(strangers)) if strangers else passed("all-its-own")

    return own_pods


def never_fewer_ready(name: str, than: int, points: float = 1) -> Goal:
    """At each moment since the start, at least ``than`` of the Deployment's Pods were ready."""

    @guard(points=points, than=than)
    def never_fewer_ready(evidence: Evidence) -> Verdict:
        least = p.least_ready(evidence, name)
        return failed("too-few-at-one-moment", least=least) if least < than else passed("never-fewer", least=least)

    return never_fewer_ready

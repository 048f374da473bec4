"""The file and the hand."""

from collections.abc import Mapping
from typing import Any

from driftlab.checker import Deployment, Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import NO_DEPLOYMENT, asks_and_runs, asks_for, blog_api, common_mistakes, no_rollout


def applied(deployment: Deployment | None) -> Mapping[str, Any]:
    """The ``spec`` in the file that was applied last: kubectl keeps a copy of it in the object.

    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/
    """
    file = p.last_applied(deployment) if deployment else None
    return file.spec if file and {"selector", "template"} <= file.spec.keys() else {}


@goal("The file that was applied last leaves five", points=2)
def file_agrees(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    spec = applied(deployment)
    if not spec:
        return failed("no file that could be applied again belongs to this Deployment")
    number = spec.get("replicas")
    if number is None:
        return passed("it says no number, so it leaves the number alone")
    return passed("it asks for 5 itself") if number == 5 else failed(f"it asks for {number}")


@guard("The Deployment asks for 5, and 5 Pods are ready")
def still_five(evidence: Evidence) -> Verdict:
    return asks_and_runs(evidence, 5)


no_rollout_it_is_still_the = guard("No rollout: it is still the same revision")(no_rollout)
shared_mistakes = common_mistakes


@mistake
def left_out(evidence: Evidence) -> bool:
    spec = applied(blog_api(evidence.now))
    return bool(spec) and "replicas" not in spec and asks_for(evidence) != 5


@mistake
def by_hand(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return (
        before is not None
        and after is not None
        and before.generation != after.generation
        and applied(after).get("replicas") == 3
        and after.replicas != 3
    )


@mistake
def same_file(evidence: Evidence) -> bool:
    return asks_for(evidence) == 3 and applied(blog_api(evidence.now)).get("replicas") == 3


@mistake
def other_number(evidence: Evidence) -> bool:
    return applied(blog_api(evidence.now)).get("replicas") not in (None, 3, 5)

"""The file and the hand."""

from collections.abc import Mapping
from typing import Any

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_and_runs, asks_for, blog_api, common_mistakes, no_rollout


def applied(evidence: Evidence) -> Mapping[str, Any]:
    """The ``spec`` in the file that was applied last: kubectl keeps a copy of it in the object.

    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/
    """
    file = p.last_applied(blog_api(evidence.now))
    return file.spec if file and {"selector", "template"} <= file.spec.keys() else {}


@goal(points=2)
def file_agrees(evidence: Evidence) -> Verdict:
    spec = applied(evidence)
    if not spec:
        return failed("no-file")
    number = spec.get("replicas")
    if number is None:
        return passed("says-no-number")
    return passed("says-five") if number == 5 else failed("says-otherwise", number=number)


still_five = guard(lambda evidence: asks_and_runs(evidence, 5))
shared_guard = guard(no_rollout)
shared_mistakes = common_mistakes


@mistake
def left_out(evidence: Evidence) -> bool:
    spec = applied(evidence)
    return bool(spec) and "replicas" not in spec and asks_for(evidence) != 5


@mistake
def by_hand(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before.generation != after.generation and applied(evidence).get("replicas") == 3 != after.replicas


same_file = mistake(lambda evidence: asks_for(evidence) == applied(evidence).get("replicas") == 3)
other_number = mistake(lambda evidence: applied(evidence).get("replicas") not in (None, 3, 5))

"""When the history has forgotten."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed_if

from ..common import (
    as_planned,
    asked_for,
    asks_for,
    asks_for_nothing_old,
    blog_api,
    history,
    history_kept,
    lost,
    recreated,
    settled,
    the_first,
    the_same,
)

UNLESS_SAID = 10  # what revisionHistoryLimit is where nobody sets it


begins = history(2, 3)


def limit(evidence: Evidence) -> int:
    return int(blog_api(evidence.now).spec.get("revisionHistoryLimit", UNLESS_SAID))


def asks_for_the_first(evidence: Evidence) -> bool:
    return as_planned(blog_api(evidence.now), evidence, "blog-api:1.0", "20")


@goal(points=2)
def release_1_is_back(evidence: Evidence) -> Verdict:
    deployment = the_first(evidence)
    if asks_for_the_first(evidence):
        return settled(deployment, evidence.now)
    if other := asked_for(evidence):
        return failed("another-revision", revision=other)
    half = deployment.images == ("blog-api:1.0",)
    return failed("not-release-1", images=deployment.images, share=0.5 if half else 0)


@goal
def history_is_long(evidence: Evidence) -> Verdict:
    return passed_if(limit(evidence) >= 5, "limit-is", limit=limit(evidence))


shared_guards = [guard(history_kept), guard(the_same)]
made_again = recreated
no_limit = mistake(lambda evidence: limit(evidence) < 5 and (bool(lost(evidence)) or asks_for_the_first(evidence)))
limit_last = mistake("limit-last")(lost)
wrong_revision = mistake(lambda evidence: asks_for(evidence, 2))
limit_only = mistake(lambda evidence: limit(evidence) >= 5 and asks_for(evidence, 3))
half = mistake(lambda evidence: asks_for_nothing_old(evidence) and not asks_for_the_first(evidence))

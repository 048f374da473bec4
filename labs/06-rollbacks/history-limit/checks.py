"""When the history has forgotten."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed

from ..common import (
    as_planned,
    asks_for,
    asks_for_nothing_old,
    blog_api,
    has_history,
    history_kept,
    lost,
    recreated,
    revisions,
    settled,
    the_same,
)

UNLESS_SAID = 10  # what revisionHistoryLimit is where nobody sets it


def begins(snapshot: Snapshot) -> bool:
    return has_history(snapshot, 2, 3)


def limit(evidence: Evidence) -> int:
    deployment = blog_api(evidence.now)
    return int(deployment.spec.get("revisionHistoryLimit", UNLESS_SAID)) if deployment else 0


def asks_for_the_first(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and as_planned(deployment, evidence, "blog-api:1.0", "20")


@goal("blog-api asks for what release 1 was, and has it", points=2)
def blog_api_asks_for_what_release(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None or recreated(evidence):
        return failed("the Deployment from the start is gone")
    if asks_for_the_first(evidence):
        return settled(deployment, evidence.now)
    for other in revisions(evidence.baseline).values():
        if asks_for(evidence, other):
            return failed(f"its template is the one that revision {other} had at the start")
    half = deployment.images == ("blog-api:1.0",)
    told = f"its image is {', '.join(deployment.images)}, and its template is not that of release 1"
    return failed(told, share=0.5 if half else 0)


@goal("Five old revisions or more are kept from now on")
def five_old_revisions_or_more_are(evidence: Evidence) -> Verdict:
    kept = limit(evidence)
    return passed(f"revisionHistoryLimit is {kept}") if kept >= 5 else failed(f"revisionHistoryLimit is {kept}")


revisions_2_and_3_can_still = guard("Revisions 2 and 3 can still be gone back to")(history_kept)
it_is_the_deployment_from_the = guard("It is the Deployment from the start, with three replicas")(the_same)


@mistake("recreated")
def shows_recreated(evidence: Evidence) -> bool:
    return recreated(evidence)


@mistake
def no_limit(evidence: Evidence) -> bool:
    return limit(evidence) < 5 and (bool(lost(evidence)) or asks_for_the_first(evidence))


@mistake
def limit_last(evidence: Evidence) -> bool:
    return bool(lost(evidence))


@mistake
def wrong_revision(evidence: Evidence) -> bool:
    return asks_for(evidence, 2)


@mistake
def limit_only(evidence: Evidence) -> bool:
    return limit(evidence) >= 5 and asks_for(evidence, 3)


@mistake("half")
def shows_half(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence) and not asks_for_the_first(evidence)

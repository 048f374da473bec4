"""Take a release back."""

from driftlab.checker import Evidence, Snapshot, Verdict, goal, guard, mistake

from ..common import asks_for_nothing_old, back_at, common_mistakes, has_history, history_kept, lost, the_same, toggled


def begins(snapshot: Snapshot) -> bool:
    return has_history(snapshot, 1, 2)


@goal("blog-api asks for exactly what revision 1 was, and has it", points=2)
def blog_api_asks_for_exactly_what(evidence: Evidence) -> Verdict:
    return back_at(evidence, 1)


it_is_the_deployment_from_the = guard("It is the Deployment from the start, with three replicas")(the_same)
both_releases_are_still_in_its = guard("Both releases are still in its history")(history_kept)
shared_mistakes = common_mistakes


@mistake("toggled")
def shows_toggled(evidence: Evidence) -> bool:
    return toggled(evidence)


@mistake
def second_deployment(evidence: Evidence) -> bool:
    return any(deployment.name != "blog-api" for deployment in evidence.now.deployments)


@mistake("lost")
def shows_lost(evidence: Evidence) -> bool:
    return bool(lost(evidence))


@mistake
def half(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence)

"""Back to a release of your choice."""

from driftlab.checker import Evidence, Snapshot, Verdict, goal, guard, mistake

from ..common import (
    asks_for,
    asks_for_nothing_old,
    back_at,
    common_mistakes,
    has_history,
    history_kept,
    lost,
    newest,
    revisions,
    the_same,
    toggled,
)


def begins(snapshot: Snapshot) -> bool:
    return has_history(snapshot, 1, 2, 3, 4)


@goal("blog-api asks for exactly what that release was, and has it", points=3)
def blog_api_asks_for_exactly_what(evidence: Evidence) -> Verdict:
    return back_at(evidence, 2)


it_is_the_deployment_from_the = guard("It is the Deployment from the start, with three replicas")(the_same)
all_four_releases_are_still_in = guard("All four releases are still in its history")(history_kept)
shared_mistakes = common_mistakes


@mistake("lost")
def shows_lost(evidence: Evidence) -> bool:
    return bool(lost(evidence))


@mistake
def forged(evidence: Evidence) -> bool:
    before, now = revisions(evidence.baseline), revisions(evidence.now)
    # the controller gives a revision only numbers that no other one has had
    return any(number != before.get(uid, number) and number <= newest(evidence) for uid, number in now.items())


@mistake("toggled")
def shows_toggled(evidence: Evidence) -> bool:
    return toggled(evidence)


@mistake
def other_revision(evidence: Evidence) -> bool:
    return asks_for(evidence, 1) or asks_for(evidence, 3)


@mistake
def half(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence)

"""Back to a release of your choice."""

from driftlab.checker import Evidence, goal, guard, mistake

from ..common import (
    asks_for,
    asks_for_nothing_old,
    back_at,
    common_mistakes,
    history,
    history_kept,
    lost,
    newest,
    revisions,
    the_same,
    toggled,
)

begins = history(1, 2, 3, 4)


revision_2_is_back = goal(points=3)(lambda evidence: back_at(evidence, 2))
shared_guards = [guard(the_same), guard(history_kept)]
shared_mistakes = common_mistakes
history_lost = mistake("lost")(lost)


@mistake
def forged(evidence: Evidence) -> bool:
    before, now = revisions(evidence.baseline), revisions(evidence.now)
    # the controller gives a revision only numbers that no other one has had
    return any(number != before.get(uid, number) and number <= newest(evidence) for uid, number in now.items())


back_and_forth = mistake("toggled")(toggled)
other_revision = mistake(lambda evidence: asks_for(evidence, 1) or asks_for(evidence, 3))
half = mistake("half")(asks_for_nothing_old)

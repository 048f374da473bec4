"""Take a release back."""

from driftlab.checker import goal, guard, mistake

from ..common import asks_for_nothing_old, back_at, common_mistakes, history, history_kept, lost, the_same, toggled

begins = history(1, 2)


revision_1_is_back = goal(points=2)(lambda evidence: back_at(evidence, 1))
shared_guards = [guard(the_same), guard(history_kept)]
shared_mistakes = [*common_mistakes, mistake(toggled)]
second_deployment = mistake(lambda evidence: any(one.name != "blog-api" for one in evidence.now.deployments))
history_lost = mistake("lost")(lost)
half = mistake("half")(asks_for_nothing_old)

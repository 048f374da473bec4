"""What undo does not bring back."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake

from ..common import asks_for, back_at, blog_api, common_mistakes, history, history_kept, settled, the_first, toggled

begins = history(1, 2)


revision_1_is_back = goal(points=2)(lambda evidence: back_at(evidence, 1))


@goal(points=2)
def four_ready(evidence: Evidence) -> Verdict:
    deployment = the_first(evidence)
    if deployment.replicas != 4:
        return failed("not-four", replicas=deployment.replicas)
    return settled(deployment, evidence.now) if asks_for(evidence, 1) else failed("four-of-another", share=0.5)


shared_guard = guard(history_kept)
shared_mistakes = [*common_mistakes, mistake(toggled)]
undo_only = mistake(lambda evidence: asks_for(evidence, 1) and blog_api(evidence.now).replicas != 4)
scaled_only = mistake(
    lambda evidence: blog_api(evidence.now).replicas != blog_api(evidence.baseline).replicas and asks_for(evidence, 2)
)

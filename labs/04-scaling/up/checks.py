"""From three to five."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import (
    added_by_hand,
    asks_and_runs,
    asks_for,
    blog_api,
    common_mistakes,
    no_rollout,
    pods,
    replicaset_scaled,
)


@goal("The Deployment asks for 5, and 5 Pods are ready", points=2)
def five(evidence: Evidence) -> Verdict:
    asked = asks_for(evidence) or 0
    if p.same_object(blog_api(evidence.baseline), blog_api(evidence.now)) and asked > 3 and asked != 5:
        return failed(f"the Deployment asks for {asked}: more than before, but not five", share=0.5)
    return asks_and_runs(evidence, 5)


@guard("The first three Pods are still at work")
def first_three(evidence: Evidence) -> Verdict:
    left = len(p.uids(pods(evidence.baseline)) & p.uids(pods(evidence.now)))
    return passed("none of them was replaced") if left == 3 else failed(f"{left} of the first three are left")


no_rollout_it_is_still_the = guard("No rollout: it is still the same revision")(no_rollout)
shared_mistakes = common_mistakes


@mistake("replicaset-scaled")
def shows_replicaset_scaled(evidence: Evidence) -> bool:
    return replicaset_scaled(evidence)


@mistake
def by_hand(evidence: Evidence) -> bool:
    return added_by_hand(evidence)


@mistake
def other_number(evidence: Evidence) -> bool:
    return asks_for(evidence) not in (None, 3, 5)

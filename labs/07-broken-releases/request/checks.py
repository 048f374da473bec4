"""The Pod without a place."""

from driftlab.checker import Pod, Snapshot, mistake
from driftlab.checker import predicates as p

from ..common import (
    Release,
    changed,
    cpu,
    goals_of,
    gone_astray,
    made_on_the_way,
    resource,
    rollout,
    starting_state,
    whatever_else,
)


def unschedulable(pod: Pod, _: Snapshot) -> bool:
    return "Unschedulable" in p.reasons(pod)


release = Release(
    version="1.1",
    place=lambda deployment, _: resource(deployment, "requests", "cpu"),
    fault=whatever_else(cpu),
    symptom=unschedulable,
)
begins = starting_state(release)
goals = goals_of(release)
shared_mistakes = gone_astray
made_room = mistake(lambda evidence: rollout(changed(evidence)))
request_removed = mistake(lambda evidence: resource(changed(evidence), "requests", "cpu") is None)
still_too_much = mistake(lambda evidence: changed(evidence).images == ("blog-api:1.1",) and cpu(changed(evidence)))
last_mistakes = made_on_the_way

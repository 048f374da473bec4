"""The Pod without a place."""

from driftlab.checker import Pod, Snapshot, mistake
from driftlab.checker import predicates as p

from ..common import (
    Release,
    cpu,
    goals_of,
    gone_astray,
    made_on_the_way,
    now,
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
made_room = mistake("made-room")(now(rollout))
request_removed = mistake("request-removed")(now(lambda deployment: resource(deployment, "requests", "cpu") is None))
still_too_much = mistake("still-too-much")(
    now(lambda deployment: deployment.images == ("blog-api:1.1",) and cpu(deployment))
)


last_mistakes = made_on_the_way

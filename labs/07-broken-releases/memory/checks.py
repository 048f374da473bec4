"""It dies without a word."""

from driftlab.checker import Deployment, Pod, Snapshot, mistake
from driftlab.checker import predicates as p

from ..common import (
    MEBIBYTE,
    Release,
    as_written,
    goals_of,
    gone_astray,
    made_on_the_way,
    memory,
    now,
    resource,
    starting_state,
    whatever_else,
)


def out_of_memory(pod: Pod, _: Snapshot) -> bool:
    # restarted once: from then on there is a log of the container before
    return p.restarts(pod) >= 1 and "OOMKilled" in p.reasons(pod)


def too_little_memory(deployment: Deployment) -> str:
    limit = resource(deployment, "limits", "memory")
    if limit is None or limit >= 96 * MEBIBYTE:
        return memory(deployment)
    written = as_written(deployment, "limits", "memory")
    return f"the memory limit is {written}, and the container is still killed"


release = Release(
    version="1.3",
    place=lambda deployment, _: resource(deployment, "limits", "memory"),
    fault=whatever_else(too_little_memory),
    symptom=out_of_memory,
)
begins = starting_state(release)
goals = goals_of(release)
shared_mistakes = gone_astray
limit_removed = mistake("limit-removed")(now(lambda deployment: resource(deployment, "limits", "memory") is None))
too_much = mistake("too-much")(now(memory))
too_little = mistake("too-little")(
    now(lambda deployment: deployment.images == ("blog-api:1.3",) and too_little_memory(deployment))
)


last_mistakes = made_on_the_way

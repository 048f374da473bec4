"""It dies without a word."""

from driftlab.checker import Deployment, Evidence, Pod, Reason, Snapshot, mistake, reason
from driftlab.checker import predicates as p

from ..common import (
    MEBIBYTE,
    Release,
    as_written,
    changed,
    goals_of,
    gone_astray,
    made_on_the_way,
    memory,
    resource,
    starting_state,
    whatever_else,
)


def out_of_memory(pod: Pod, _: Snapshot) -> bool:
    # restarted once: from then on there is a log of the container before
    return p.restarts(pod) >= 1 and "OOMKilled" in p.reasons(pod)


def too_little_memory(deployment: Deployment) -> Reason | None:
    limit = resource(deployment, "limits", "memory")
    if limit is None or limit >= 96 * MEBIBYTE:
        return memory(deployment)
    return reason("still-killed", limit=as_written(deployment, "limits", "memory"))


release = Release(
    version="1.3",
    place=lambda deployment, _: resource(deployment, "limits", "memory"),
    fault=whatever_else(too_little_memory),
    symptom=out_of_memory,
)
begins = starting_state(release)
goals = goals_of(release)
shared_mistakes = gone_astray
limit_removed = mistake(lambda evidence: resource(changed(evidence), "limits", "memory") is None)
too_much = mistake(lambda evidence: memory(changed(evidence)))


@mistake
def too_little(evidence: Evidence) -> bool:
    return changed(evidence).images == ("blog-api:1.3",) and too_little_memory(changed(evidence)) is not None


last_mistakes = made_on_the_way

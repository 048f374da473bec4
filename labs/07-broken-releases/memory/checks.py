"""It dies without a word."""

from driftlab.checker import Pod, Reason, Snapshot, mistake, reason
from driftlab.checker import predicates as p

from ..common import MEBIBYTE, Release, as_written, changed, gone_astray, made_on_the_way, memory, resource, ships


def out_of_memory(pod: Pod, _: Snapshot) -> bool:
    # restarted once: from then on there is a log of the container before
    return p.restarts(pod) >= 1 and "OOMKilled" in p.reasons(pod)


def too_little_memory(snapshot: Snapshot) -> Reason | None:
    limit = resource(snapshot, "limits", "memory")
    if limit is None or limit >= 96 * MEBIBYTE:
        return memory(snapshot)
    return reason("still-killed", limit=as_written(snapshot, "limits", "memory"))


release = Release(
    version="1.3",
    place=lambda snapshot: resource(snapshot, "limits", "memory"),
    fault=too_little_memory,
    symptom=out_of_memory,
)
begins = release.begins
goals = release.goals()
shared_mistakes = gone_astray
limit_removed = mistake(lambda evidence: resource(changed(evidence), "limits", "memory") is None)
too_much = mistake(lambda evidence: memory(changed(evidence)))
too_little = mistake(lambda evidence: ships(evidence, release.image) and too_little_memory(evidence.now))
last_mistakes = made_on_the_way

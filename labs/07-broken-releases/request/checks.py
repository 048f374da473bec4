"""The Pod without a place."""

from driftlab.checker import Pod, Snapshot, mistake
from driftlab.checker import predicates as p

from ..common import Release, changed, cpu, gone_astray, made_on_the_way, resource, rollout, ships


def unschedulable(pod: Pod, _: Snapshot) -> bool:
    return "Unschedulable" in p.reasons(pod)


release = Release(
    version="1.1",
    place=lambda snapshot: resource(snapshot, "requests", "cpu"),
    fault=cpu,
    symptom=unschedulable,
)
begins = release.begins
goals = release.goals()
shared_mistakes = gone_astray
made_room = mistake(lambda evidence: rollout(changed(evidence)))
request_removed = mistake(lambda evidence: resource(changed(evidence), "requests", "cpu") is None)
still_too_much = mistake(lambda evidence: ships(evidence, release.image) and cpu(evidence.now))
last_mistakes = made_on_the_way

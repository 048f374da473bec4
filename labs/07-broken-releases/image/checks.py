"""The Pod that never begins."""

from driftlab.checker import Evidence, Pod, Snapshot, mistake
from driftlab.checker import predicates as p

from ..common import Release, from_the_start, goals_of, gone_astray, made_on_the_way, starting_state


def image_not_found(pod: Pod, _: Snapshot) -> bool:
    return bool(p.reasons(pod) & p.CANNOT_PULL)


release = Release(
    version="1.1",
    place=lambda deployment, _: deployment.images,
    fault=lambda deployment, _: None,  # the goal has compared the image already
    symptom=image_not_found,
)
begins = starting_state(release)
goals = goals_of(release)
shared_mistakes = gone_astray
pod_edited = mistake(lambda evidence: p.you(evidence, "changed", "Pod", of="blog-api"))


@mistake
def other_image(evidence: Evidence) -> bool:
    before, after = from_the_start(evidence)
    return after.images not in (before.images, ("blog-api:1.1",))


beside = mistake(lambda evidence: len(evidence.now.deployments) > len(evidence.baseline.deployments))
last_mistakes = made_on_the_way

"""The Pod that never begins."""

from driftlab.checker import Pod, Snapshot, mistake
from driftlab.checker import predicates as p

from ..common import Release, blog_api, changed, gone_astray, made_on_the_way


def image_not_found(pod: Pod, _: Snapshot) -> bool:
    return bool(p.reasons(pod) & p.CANNOT_PULL)


#: The one from the start, and the right one.
IMAGES = (("blog-api:v1.1",), ("blog-api:1.1",))
release = Release(
    version="1.1",
    place=lambda snapshot: blog_api(snapshot).images,
    fault=lambda snapshot: None,  # the goal has compared the image already
    symptom=image_not_found,
)
begins = release.begins
goals = release.goals()
shared_mistakes = gone_astray
pod_edited = mistake(lambda evidence: p.you(evidence, "changed", "Pod", of="blog-api"))
other_image = mistake(lambda evidence: blog_api(changed(evidence)).images not in IMAGES)
beside = mistake(lambda evidence: len(evidence.now.deployments) > len(evidence.baseline.deployments))
last_mistakes = made_on_the_way

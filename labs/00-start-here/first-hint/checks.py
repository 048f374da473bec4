"""A model that nobody sells."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import NEW, OLD, blog_api, common_mistakes, lost, pods, require_same, template_changed


def begins(snapshot: Snapshot) -> bool:
    """All three Pods wait for an image that does not come."""
    return len(snapshot.pods) == 3 and all(p.reasons(pod) & p.CANNOT_PULL for pod in snapshot.pods)


@goal(points=2)
def asks_for_new(evidence: Evidence) -> Verdict:
    images = blog_api(evidence.now).images
    if images == OLD:
        return failed("not-the-new-model", images=images, share=0.5)
    return passed("it-does") if images == NEW else failed("other-image", images=images)


@goal(points=2)
def new_model_ready(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment.images != NEW:
        return failed("new-and-ready", ready=sum(pod.ready and p.images(pod) == NEW for pod in pods(evidence.now)))
    if deployment.replicas != 3:
        return failed("other-number", replicas=deployment.replicas, share=0.5)
    return p.settling(deployment, evidence.now) or passed("all-are")


@guard
def mended_not_replaced(evidence: Evidence) -> Verdict:
    require_same(evidence)
    free = p.new_bare_pods(evidence)
    return failed("owned-by-nobody", name=free[0].name) if free else passed("same-deployment")


shared_mistakes = common_mistakes
bare_pod = mistake("bare-pod")(p.new_bare_pods)
pod_edited = mistake(
    lambda evidence: not p.replaced_not_edited(blog_api(evidence.now), evidence) and not template_changed(evidence)
)
pods_deleted = mistake(lambda evidence: lost(evidence) > 0 and not template_changed(evidence))
other_image = mistake(lambda evidence: template_changed(evidence) and blog_api(evidence.now).images != NEW)

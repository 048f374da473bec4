"""Roll out blog-api:1.1."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_for, blog_api, kept, new_revisions, now, recreated, rolled_out


@goal("Every Pod runs blog-api:1.1", points=3)
def new_version(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.1")


@guard("It took one rollout, and nothing but the image is different")
def one_rollout(evidence: Evidence) -> Verdict:
    if (number := new_revisions(evidence)) > 1:
        return failed(f"it took {number} rollouts")
    if not same_but_image(evidence):
        return failed("the Pod template has lost or gained something besides the image")
    return passed("one template gave way to another, or none did yet")


def same_but_image(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is None or after is None or p.changed_in_template(before, after) <= {"image", "annotations"}


same_deployment = kept(3)
shared_mistakes = [recreated]


@mistake
def second_deployment(evidence: Evidence) -> bool:
    return len(evidence.now.deployments) > 1


@mistake
def replicaset_edited(evidence: Evidence) -> bool:
    return p.you(evidence, "changed", "ReplicaSet")


@mistake
def pods_edited(evidence: Evidence) -> bool:
    return now(evidence, lambda deployment: not p.replaced_not_edited(deployment, evidence))


@mistake
def paused(evidence: Evidence) -> bool:
    return now(evidence, lambda deployment: deployment.paused)


@mistake
def wrong_tag(evidence: Evidence) -> bool:
    return not asks_for(evidence, "blog-api:1.0") and not asks_for(evidence, "blog-api:1.1")


@mistake
def two_rollouts(evidence: Evidence) -> bool:
    return new_revisions(evidence) > 1


@mistake
def more_changed(evidence: Evidence) -> bool:
    return not same_but_image(evidence)

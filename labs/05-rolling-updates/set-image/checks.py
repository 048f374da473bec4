"""Roll out blog-api:1.1."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import blog_api, changed_in_template, kept, new_revisions, recreated, rolled_out

new_version = goal(points=3)(lambda evidence: rolled_out(evidence, "blog-api:1.1"))


@guard
def one_rollout(evidence: Evidence) -> Verdict:
    if (number := new_revisions(evidence)) > 1:
        return failed("several-rollouts", number=number)
    return failed("more-than-the-image") if more_than_image(evidence) else passed("one-or-none-yet")


def more_than_image(evidence: Evidence) -> bool:
    return not changed_in_template(evidence) <= {"image", "annotations"}


same_deployment = kept(3)
shared_mistakes = [recreated]
second_deployment = mistake(lambda evidence: len(evidence.now.deployments) > 1)
replicaset_edited = mistake(lambda evidence: p.you(evidence, "changed", "ReplicaSet"))
pods_edited = mistake(lambda evidence: not p.replaced_not_edited(blog_api(evidence.now), evidence))
paused = mistake(lambda evidence: blog_api(evidence.now).paused)
wrong_tag = mistake(lambda evidence: blog_api(evidence.now).images not in (("blog-api:1.0",), ("blog-api:1.1",)))
two_rollouts = mistake(lambda evidence: new_revisions(evidence) > 1)
more_changed = mistake("more-changed")(more_than_image)

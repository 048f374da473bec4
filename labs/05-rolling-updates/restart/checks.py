"""New Pods, same image."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import asks_for, blog_api, changed_in_template, kept, new_revisions, recreated, scaled, template_changes


@goal(points=2)
def all_new(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    left = len(p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods))
    if left and template_changes(evidence) and not deployment.paused:
        return waiting("first-three-left", left=left)
    if left:
        return failed("first-three-left", left=left, share=(3 - left) / 3 * 0.5)
    return p.settling(deployment, evidence.now) or passed("all-new")


@goal(points=2)
def only_a_note(evidence: Evidence) -> Verdict:
    if more_than_a_note(evidence):
        return failed("other-template")
    if not changed_in_template(evidence) or not new_revisions(evidence):
        return failed("no-rollout")
    return passed("only-a-note")


def more_than_a_note(evidence: Evidence) -> bool:
    """Is more of the Pod template different than its annotations, which say nothing about what runs?"""
    return not changed_in_template(evidence) <= {"annotations"}


@guard
def nobody_noticed(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return passed("never-fewer") if least >= 3 else failed("worst-moment", least=least)


same_deployment = kept(3)
shared_mistakes = [recreated, scaled]
other_image = mistake(lambda evidence: template_changes(evidence) and not asks_for(evidence, "blog-api:1.0"))
variable = mistake("variable")(more_than_a_note)
pods_deleted = mistake(lambda evidence: p.you(evidence, "deleted", "Pod", of="blog-api"))

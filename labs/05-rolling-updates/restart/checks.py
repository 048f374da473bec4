"""New Pods, same image."""

from driftlab.checker import Deployment, Evidence, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import asks_for, blog_api, kept, new_revisions, now, recreated, scaled, template_changes


@goal("The first three Pods have been replaced", points=2)
def all_new(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    left = len(p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods))
    if left and template_changes(evidence) and not deployment.paused:
        return waiting(f"{left} of the first three are still there")
    if left:
        return failed(f"{left} of the first three are still there", share=(3 - left) / 3 * 0.5)
    return p.settling(deployment, evidence.now) or passed("three UIDs are gone, three are new")


@goal("They come from a rollout that changed nothing in them", points=2)
def only_a_note(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api any more")
    if more_than_a_note(before, after):
        return failed("the Pod template asks for other Pods than at the start")
    if p.asks_for_the_same(before, after) or not new_revisions(evidence):
        return failed("there has been no rollout: the Pod template is the one from the start")
    return passed("a new revision; in the template, only a note has changed")


def more_than_a_note(before: Deployment, after: Deployment) -> bool:
    """Is more of the Pod template different than its annotations, which say nothing about what runs?"""
    return not p.changed_in_template(before, after) <= {"annotations"}


@guard("At every moment three Pods were ready")
def nobody_noticed(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return passed("never fewer than three") if least >= 3 else failed(f"at the worst moment {least} were ready")


same_deployment = kept(3)
shared_mistakes = [recreated, scaled]


@mistake
def other_image(evidence: Evidence) -> bool:
    return bool(template_changes(evidence)) and not asks_for(evidence, "blog-api:1.0")


@mistake
def variable(evidence: Evidence) -> bool:
    before = blog_api(evidence.baseline)
    return before is not None and now(evidence, lambda after: more_than_a_note(before, after))


@mistake
def pods_deleted(evidence: Evidence) -> bool:
    return p.you(evidence, "deleted", "Pod", of="blog-api")

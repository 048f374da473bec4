"""Two changes, one rollout."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_for, blog_api, kept, new_revisions, recreated, rolled_out, template_changes


def ever_paused(evidence: Evidence) -> bool:
    return p.was_ever(evidence, "blog-api", lambda deployment: deployment.paused)


def configured(evidence: Evidence) -> bool:
    """Has the container a DATABASE_URL, wherever it comes from?"""
    return p.environment(blog_api(evidence.now), evidence.now).has("DATABASE_URL")


@goal(points=3)
def both_changes(evidence: Evidence) -> Verdict:
    image, variable = asks_for(evidence, "blog-api:1.2"), configured(evidence)
    if image and not variable:
        return failed("image-only", share=0.25)
    if variable and not image:
        return failed("variable-only", share=0.25)
    return rolled_out(evidence, "blog-api:1.2")


@goal
def was_paused(evidence: Evidence) -> Verdict:
    changed = template_changes(evidence)
    if not changed:
        return failed("not-changed")
    if running := sum(not state.paused for state in changed):
        return failed("changed-while-running", running=running, changes=len(changed))
    return passed("changed-during-pause", changes=len(changed))


@guard
def one_revision(evidence: Evidence) -> Verdict:
    number = new_revisions(evidence)
    return failed("several-rollouts", number=number) if number > 1 else passed("one-revision")


same_deployment = kept(3)
shared_mistakes = [recreated]
not_resumed = mistake(lambda evidence: blog_api(evidence.now).paused)
half = mistake(lambda evidence: asks_for(evidence, "blog-api:1.2") != configured(evidence))
paused_too_late = mistake(lambda evidence: new_revisions(evidence) > 1 and ever_paused(evidence))
two_rollouts = mistake(lambda evidence: new_revisions(evidence) > 1)
one_patch = mistake(lambda evidence: template_changes(evidence) and not ever_paused(evidence))

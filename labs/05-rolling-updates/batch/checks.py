"""Two changes, one rollout."""

from driftlab.checker import Evidence, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_for, kept, new_revisions, now, recreated, rolled_out, template_changes


def ever_paused(evidence: Evidence) -> bool:
    return p.was_ever(evidence, "blog-api", lambda deployment: deployment.paused)


PAUSE, RESUME = "kubectl rollout pause deployment/blog-api", "kubectl rollout resume deployment/blog-api"


def configured(evidence: Evidence) -> bool:
    """Has the container a DATABASE_URL, wherever it comes from?"""
    return now(evidence, lambda one: p.environment(one, evidence.now).has("DATABASE_URL"))


@goal("Every Pod runs blog-api:1.2 and knows DATABASE_URL", points=3)
def both_changes(evidence: Evidence) -> Verdict:
    image, variable = asks_for(evidence, "blog-api:1.2"), configured(evidence)
    if image and not variable:
        return failed("the image is 1.2, and DATABASE_URL is not set", share=0.25)
    if variable and not image:
        return failed("DATABASE_URL is set, and the image is not 1.2", share=0.25)
    return rolled_out(evidence, "blog-api:1.2")


@goal("The rollout was paused while you changed things")
def was_paused(evidence: Evidence) -> Verdict:
    changed = template_changes(evidence)
    if not changed:
        return failed("the Pod template is the one from the start")
    running = sum(not state.paused for state in changed)
    if running:
        return failed(f"{running} of {len(changed)} changes came while it was not paused")
    return passed(f"{len(changed)} changes, all of them during a pause")


@guard("It took one rollout")
def one_revision(evidence: Evidence) -> Verdict:
    number = new_revisions(evidence)
    return failed(f"it took {number} rollouts") if number > 1 else passed("one revision was added, or none yet")


same_deployment = kept(3)
shared_mistakes = [recreated]


@mistake
def not_resumed(evidence: Evidence) -> bool:
    return now(evidence, lambda deployment: deployment.paused)


@mistake
def half(evidence: Evidence) -> bool:
    return asks_for(evidence, "blog-api:1.2") != configured(evidence)


@mistake
def paused_too_late(evidence: Evidence) -> bool:
    return new_revisions(evidence) > 1 and ever_paused(evidence)


@mistake
def two_rollouts(evidence: Evidence) -> bool:
    return new_revisions(evidence) > 1


@mistake
def one_patch(evidence: Evidence) -> bool:
    return bool(template_changes(evidence)) and not ever_paused(evidence)

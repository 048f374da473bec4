"""What the exercises of this lab share."""

from driftlab.checker import Deployment, Evidence, Goal, Snapshot, Verdict, failed, guard, mistake, passed
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


# ---- what several exercises ask
def rolled_out(evidence: Evidence, image: str) -> Verdict:
    """Does every Pod run ``image``, because the Deployment asks for it?"""
    deployment = blog_api(evidence.now)
    if deployment.images != (image,):
        return failed("other-image", images=deployment.images)
    if deployment.paused and p.unfinished(deployment, evidence.now):
        return failed("right-but-paused", image=image, share=0.25)
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    running = sorted(p.running_images(deployment, evidence.now))
    if not running:
        return failed("nothing-runs", image=image, share=0.25)
    if running != [image]:
        return failed("something-else-runs", image=image, running=running, share=0.25)
    return passed("all-run", image=image, replicas=deployment.replicas)


def kept(replicas: int) -> Goal:
    """The guard that every exercise has: the same Deployment, and as many Pods as before."""

    @guard(replicas=replicas)
    def same_deployment(evidence: Evidence) -> Verdict:
        found = p.require_same_deployment(evidence, "blog-api").replicas
        return passed("same-number") if found == replicas else failed("other-number", replicas=found)

    return same_deployment


def new_revisions(evidence: Evidence) -> int:
    return p.new_revisions(evidence, "blog-api")


def template_changes(evidence: Evidence) -> list[Deployment]:
    return p.template_changes(evidence, "blog-api")


def changed_in_template(evidence: Evidence) -> frozenset[str]:
    return p.changed_in_template(blog_api(evidence.baseline), blog_api(evidence.now))


def strategy_changed(evidence: Evidence) -> bool:
    return "strategy" in p.changed(blog_api(evidence.baseline), blog_api(evidence.now))


def is_recreate(evidence: Evidence) -> bool:
    return p.strategy(blog_api(evidence.now)).kind == "Recreate"


def asks_for(evidence: Evidence, image: str) -> bool:
    return blog_api(evidence.now).images == (image,)


# ---- what several exercises are mistaken for
recreated = mistake("recreated")(lambda evidence: p.was_recreated(evidence, "blog-api"))
scaled = mistake("scaled")(lambda evidence: len(p.replicas_asked_for(evidence, "blog-api")) > 1)
not_rolled_out = mistake(lambda evidence: strategy_changed(evidence) and not template_changes(evidence))

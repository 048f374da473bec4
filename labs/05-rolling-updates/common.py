"""What the exercises of this lab share."""

from collections.abc import Callable

from driftlab.checker import Deployment, Evidence, Goal, Snapshot, Verdict, failed, guard, mistake, passed
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- what several exercises ask
def rolled_out(evidence: Evidence, image: str) -> Verdict:
    """Does every Pod run ``image``, because the Deployment asks for it?"""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if deployment.images != (image,):
        return failed(f"the Deployment asks for {', '.join(deployment.images)}")
    missing = p.unfinished(deployment, evidence.now)
    if missing and deployment.paused:
        return failed(f"the Deployment asks for {image}, but its rollout is paused", share=0.25)
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    if (running := p.running_images(deployment, evidence.now)) != {image}:
        runs = ", ".join(sorted(running)) or "nothing"
        return failed(f"the Deployment asks for {image}, but what runs is {runs}", share=0.25)
    return passed(f"{deployment.replicas} of {deployment.replicas} Pods run {image}, and all are ready")


def kept(replicas: int) -> Goal:
    """The guard that every exercise has: the same Deployment, and as many Pods as before."""

    @guard(f"It is the Deployment from the start, and it asks for {replicas} Pods")
    def same_deployment(evidence: Evidence) -> Verdict:
        before, after = blog_api(evidence.baseline), blog_api(evidence.now)
        if after is None:
            return failed("there is no Deployment called blog-api any more")
        if not p.same_object(before, after):
            return failed("this is another Deployment with the same name: its UID is not the one from the start")
        if after.replicas != replicas:
            return failed(f"it asks for {after.replicas}")
        return passed("same UID, same number")

    return same_deployment


def new_revisions(evidence: Evidence) -> int:
    return p.new_revisions(evidence, "blog-api")


def template_changes(evidence: Evidence) -> list[Deployment]:
    return p.template_changes(evidence, "blog-api")


def strategy(deployment: Deployment | None) -> p.Strategy | None:
    return p.strategy(deployment) if deployment else None


def strategy_changed(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and "strategy" in p.changed(before, after)


def is_recreate(deployment: Deployment) -> bool:
    return p.strategy(deployment).kind == "Recreate"


def now(evidence: Evidence, holds: Callable[[Deployment], bool]) -> bool:
    """Does it hold for the Deployment that is there? It does not where there is none."""
    deployment = blog_api(evidence.now)
    return deployment is not None and holds(deployment)


def asks_for(evidence: Evidence, image: str) -> bool:
    return now(evidence, lambda deployment: deployment.images == (image,))


# ---- what several exercises are mistaken for
@mistake
def recreated(evidence: Evidence) -> bool:
    return p.was_recreated(evidence, "blog-api")


@mistake
def scaled(evidence: Evidence) -> bool:
    return len(p.replicas_asked_for(evidence, "blog-api")) > 1


@mistake
def not_rolled_out(evidence: Evidence) -> bool:
    return strategy_changed(evidence) and not template_changes(evidence)

"""What undo does not bring back."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake

from ..common import (
    asks_for,
    back_at,
    blog_api,
    common_mistakes,
    has_history,
    history_kept,
    recreated,
    settled,
    toggled,
)


def begins(snapshot: Snapshot) -> bool:
    return has_history(snapshot, 1, 2)


@goal("blog-api asks for exactly what revision 1 was, and has it", points=2)
def blog_api_asks_for_exactly_what(evidence: Evidence) -> Verdict:
    return back_at(evidence, 1)


@goal("Four Pods of that release are ready", points=2)
def four_pods_of_that_release_are(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None or recreated(evidence):
        return failed("the Deployment from the start is gone")
    if deployment.replicas != 4:
        return failed(f"it asks for {deployment.replicas}")
    if not asks_for(evidence, 1):
        return failed("it asks for four, but of another release", share=0.5)
    return settled(deployment, evidence.now)


@guard("Both releases are still in its history")
def both_releases_are_still_in_its(evidence: Evidence) -> Verdict:
    return history_kept(evidence)


shared_mistakes = common_mistakes


@mistake("toggled")
def shows_toggled(evidence: Evidence) -> bool:
    return toggled(evidence)


@mistake
def undo_only(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and asks_for(evidence, 1) and deployment.replicas != 4


@mistake
def scaled_only(evidence: Evidence) -> bool:
    deployment, before = blog_api(evidence.now), blog_api(evidence.baseline)
    scaled = deployment is not None and before is not None and deployment.replicas != before.replicas
    return scaled and asks_for(evidence, 2)

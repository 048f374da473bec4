"""The shift."""

from collections.abc import Callable

from driftlab.checker import Deployment, Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import GONE, by_the_book, forbidden_deeds, handed_over, in_order, lone_pods, recreated

DATABASE_URL = "postgres://db.internal/gallery"


begins = handed_over


@goal("search: both Pods are ready, by a readiness probe that asks /readyz", points=2)
def search(evidence: Evidence) -> Verdict:
    return in_order(evidence, "search", "blog-api:1.0", "readinessProbe", complaint=about_probe)


def about_probe(deployment: Deployment, _: Snapshot) -> str:
    asked = p.probe(deployment, "readinessProbe")
    if not asked:
        return "it has no readiness probe any more"
    if asked.kind != "http" or asked.fails(p.Program(8080, frozenset({"/readyz"}))):
        return "its readiness probe does not ask /readyz on port 8080"
    return ""


@goal("gallery: both Pods run 1.2, with the database from the notes", points=2)
def gallery(evidence: Evidence) -> Verdict:
    return in_order(evidence, "gallery", "blog-api:1.2", "env", complaint=about_database)


def about_database(deployment: Deployment, snapshot: Snapshot) -> str:
    found = p.environment(deployment, snapshot)
    if found.get("DATABASE_URL") == DATABASE_URL:
        return ""
    known = found.has("DATABASE_URL")
    return "its database is another one than in the notes" if known else "its container has no DATABASE_URL"


@goal("comments: this afternoon's release, 1.1, is out", points=2)
def comments(evidence: Evidence) -> Verdict:
    return in_order(evidence, "comments", "blog-api:1.1", "image")


@goal("archive: its release, 1.1, has reached its end", points=2)
def archive(evidence: Evidence) -> Verdict:
    return in_order(evidence, "archive", "blog-api:1.1")


@goal("feedback: a Deployment with two Pods does what the lone Pod did", points=3)
def feedback(evidence: Evidence) -> Verdict:
    deployment = evidence.now.deployment("feedback")
    if deployment is None:
        return failed("there is no Deployment called feedback")
    if deployment.images != ("blog-api:1.0",):
        return failed(f"it asks for {', '.join(deployment.images)}; the lone Pod runs blog-api:1.0")
    if deployment.replicas != 2:
        return failed(f"it asks for {deployment.replicas} Pods; it should be 2")
    if p.pod_labels(deployment).get("app") != "feedback":
        return failed("its Pods do not carry the label app=feedback")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    lone = lone_pods(evidence)
    if lone and lone[0].terminating:
        return waiting("the lone Pod is terminating")
    if lone:
        return failed("the Deployment is complete; the lone Pod is still there", share=0.5)
    return passed("the Deployment is complete; the lone Pod is gone")


@goal("front: 1.1 is released", points=3)
def front(evidence: Evidence) -> Verdict:
    return in_order(evidence, "front", "blog-api:1.1", "image")


@guard("front: three Pods were ready at every moment", points=2)
def front_uninterrupted(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "front")
    return passed(f"never fewer than {least}") if least >= 3 else failed(f"once there were {least}")


@guard("feedback: somebody answered at every moment")
def feedback_uninterrupted(evidence: Evidence) -> Verdict:
    if least_answering(evidence):
        return passed("there was always a Pod with the label app=feedback that was ready")
    return failed("there was a moment without a ready Pod that carries the label app=feedback")


def least_answering(evidence: Evidence) -> int:
    """The fewest ready Pods that requests for feedback could reach: they are sent to whoever carries the label."""
    return p.least_ready_of(evidence, lambda pod: pod.labels.get("app") == "feedback")


@guard("newsletter: left to sleep")
def newsletter(evidence: Evidence) -> Verdict:
    before, after = evidence.baseline.deployment("newsletter"), evidence.now.deployment("newsletter")
    if before is None or after is None:
        return failed(GONE)
    if not p.spec_untouched(before, after, evidence.recording):
        return failed("it was changed")
    return passed("nobody touched it")


@guard("Method: nothing was deleted but the lone Pod, and nothing was mended on a Pod", points=2)
def shift_method(evidence: Evidence) -> Verdict:
    return by_the_book(evidence, "deleted the Pod feedback")


def open_item(item: Callable[[Evidence], Verdict]) -> Callable[[Evidence], bool]:
    """Is this one still to be done, or done wrong, while something has been done already?"""
    return lambda evidence: item(evidence).outcome == "FAIL" and any(p.your_deeds(evidence))


shows_recreated = mistake("recreated")(recreated)
shows_search = mistake("search")(open_item(search))
shows_gallery = mistake("gallery")(open_item(gallery))
shows_comments = mistake("comments")(open_item(comments))
shows_archive = mistake("archive")(open_item(archive))
shows_feedback = mistake("feedback")(open_item(feedback))
shows_front = mistake("front")(open_item(front))


@mistake
def front_interrupted(evidence: Evidence) -> bool:
    return p.least_ready(evidence, "front") < 3


@mistake
def feedback_interrupted(evidence: Evidence) -> bool:
    return not least_answering(evidence)


@mistake
def newsletter_woken(evidence: Evidence) -> bool:
    return newsletter(evidence).outcome == "FAIL"


@mistake
def by_hand(evidence: Evidence) -> bool:
    return bool(forbidden_deeds(evidence, "deleted the Pod feedback"))

"""The shift."""

from collections.abc import Callable

from driftlab.checker import (
    Deployment,
    Evidence,
    Reason,
    Snapshot,
    Verdict,
    failed,
    goal,
    guard,
    mistake,
    passed,
    reason,
    require,
    waiting,
)
from driftlab.checker import predicates as p

from ..common import by_the_book, forbidden_deeds, handed_over, in_order, lone_pods, recreated

DATABASE_URL = "postgres://db.internal/gallery"


begins = handed_over


search = goal(points=2)(
    lambda evidence: in_order(evidence, "search", "blog-api:1.0", "readinessProbe", complaint=about_probe)
)


def about_probe(of: Deployment, _: Snapshot) -> Reason | None:
    asked = p.probe(of, "readinessProbe")
    if not asked:
        return reason("no-probe")
    wrong = asked.kind != "http" or asked.fails(p.Program(8080, frozenset({"/readyz"})))
    return reason("other-probe") if wrong else None


gallery = goal(points=2)(
    lambda evidence: in_order(evidence, "gallery", "blog-api:1.2", "env", complaint=about_database)
)


def about_database(of: Deployment, snapshot: Snapshot) -> Reason | None:
    found = p.environment(of, snapshot)
    if found.get("DATABASE_URL") == DATABASE_URL:
        return None
    return reason("other-database") if found.has("DATABASE_URL") else reason("no-database")


comments = goal(points=2)(lambda evidence: in_order(evidence, "comments", "blog-api:1.1", "image"))
archive = goal(points=2)(lambda evidence: in_order(evidence, "archive", "blog-api:1.1"))


@goal(points=3)
def feedback(evidence: Evidence) -> Verdict:
    made = require(evidence.now.deployment("feedback"), failed("no-feedback"))
    if made.images != ("blog-api:1.0",):
        return failed("unlike-the-lone-pod", images=made.images)
    if made.replicas != 2:
        return failed("not-two", replicas=made.replicas)
    if p.pod_labels(made).get("app") != "feedback":
        return failed("without-label")
    if verdict := p.settling(made, evidence.now):
        return verdict
    lone = lone_pods(evidence)
    if not lone:
        return passed("lone-pod-gone")
    return waiting("lone-pod-going") if lone[0].terminating else failed("lone-pod-there", share=0.5)


front = goal(points=3)(lambda evidence: in_order(evidence, "front", "blog-api:1.1", "image"))


@guard(points=2)
def front_uninterrupted(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "front")
    return passed("never-fewer-than", least=least) if least >= 3 else failed("once-fewer", least=least)


@guard
def feedback_uninterrupted(evidence: Evidence) -> Verdict:
    return passed("always-answered") if least_answering(evidence) else failed("not-always-answered")


def least_answering(evidence: Evidence) -> int:
    """The fewest ready Pods that requests for feedback could reach: they are sent to whoever carries the label."""
    return p.least_ready_of(evidence, lambda pod: pod.labels.get("app") == "feedback")


@guard
def newsletter(evidence: Evidence) -> Verdict:
    before = p.require_deployment(evidence.baseline, "newsletter")
    after = p.require_deployment(evidence.now, "newsletter")
    untouched = p.spec_untouched(before, after, evidence.recording)
    return passed("not-touched") if untouched else failed("was-changed")


shift_method = guard(points=2)(lambda evidence: by_the_book(evidence, pod="feedback"))


def open_item(item: Callable[[Evidence], Verdict]) -> Callable[[Evidence], bool]:
    """Is this one still to be done, or done wrong, while something has been done already?"""
    return lambda evidence: item(evidence).outcome == "FAIL" and any(p.your_deeds(evidence))


made_again = mistake("recreated")(recreated)
search_open = mistake("search")(open_item(search))
gallery_open = mistake("gallery")(open_item(gallery))
comments_open = mistake("comments")(open_item(comments))
archive_open = mistake("archive")(open_item(archive))
feedback_open = mistake("feedback")(open_item(feedback))
front_open = mistake("front")(open_item(front))
front_interrupted = mistake(lambda evidence: p.least_ready(evidence, "front") < 3)
feedback_interrupted = mistake(lambda evidence: not least_answering(evidence))
newsletter_woken = mistake(lambda evidence: newsletter(evidence).outcome == "FAIL")
by_hand = mistake(lambda evidence: forbidden_deeds(evidence, pod="feedback"))

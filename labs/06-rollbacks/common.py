"""What the exercises of this lab share."""

from collections.abc import Callable

from driftlab.checker import (
    Decided,
    Deployment,
    Evidence,
    ReplicaSet,
    Snapshot,
    Verdict,
    failed,
    mistake,
    mistakes,
    passed,
    waiting,
)
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


def the_first(evidence: Evidence) -> Deployment:
    """The Deployment, which a goal requires to be still the one from the start."""
    if recreated(evidence):
        raise Decided(failed("first-deployment-gone"))
    return blog_api(evidence.now)


# ---- the history
def revisions(snapshot: Snapshot) -> dict[str, int]:
    """The ReplicaSets of blog-api: UID, and the revision that each says it is."""
    return p.revisions(snapshot.deployment("blog-api"), snapshot)


def history(*numbers: int) -> Callable[[Snapshot], bool]:
    """The starting state with this history, whose newest release is complete."""

    def begins(snapshot: Snapshot) -> bool:
        complete = all(not p.unfinished(deployment, snapshot) for deployment in snapshot.deployments)
        return complete and sorted(revisions(snapshot).values()) == list(numbers)

    return begins


def asks_for(evidence: Evidence, number: int) -> bool:
    """Does blog-api ask for the template that this revision had at the start? What is said since does not count."""
    deployment = evidence.now.deployment("blog-api")
    return deployment is not None and p.restored(deployment, number, evidence)


def asks_for_nothing_old(evidence: Evidence) -> bool:
    """Is its template another one than any revision had at the start?"""
    return asked_for(evidence) is None


def lost(evidence: Evidence) -> list[int]:
    """The revisions from the start whose ReplicaSets are gone."""
    return p.lost_revisions(evidence, "blog-api")


def newest(evidence: Evidence) -> int:
    """The revision that was rolled out last at the start."""
    return max(revisions(evidence.baseline).values(), default=0)


def toggled(evidence: Evidence) -> bool:
    """Does it ask again for what it asked for at the start, under a new number? Then it has been away and come back."""
    number, now = newest(evidence), revisions(evidence.now)
    then = [uid for uid, was in revisions(evidence.baseline).items() if was == number]
    return asks_for(evidence, number) and any(now.get(uid, 0) > number for uid in then)


# ---- what several exercises ask
def settled(deployment: Deployment, snapshot: Snapshot) -> Verdict:
    """The right template is asked for. Is it what runs?"""
    if deployment.paused:
        return failed("right-but-paused", share=0.5)
    missing = p.unfinished(deployment, snapshot)
    return waiting("right-not-settled", missing=missing) if missing else passed("right-and-settled")


def back_at(evidence: Evidence, number: int) -> Verdict:
    """blog-api asks for exactly what revision ``number`` was, and has it."""
    deployment = blog_api(evidence.now)
    if recreated(evidence):
        return failed("never-had-it", revision=number)
    if asks_for(evidence, number):
        return settled(deployment, evidence.now)
    if other := asked_for(evidence):
        return failed("another-revision", revision=other)
    if deployment.images == images_of(evidence, number):
        return failed("image-only", revision=number, share=0.5)
    return failed("never-before", images=deployment.images)


def asked_for(evidence: Evidence) -> int | None:
    """The revision from the start whose template it asks for now."""
    return next((number for number in revisions(evidence.baseline).values() if asks_for(evidence, number)), None)


def images_of(evidence: Evidence, number: int) -> tuple[str, ...]:
    uids = {uid for uid, revision in revisions(evidence.baseline).items() if revision == number}
    return next((p.images(rs) for rs in evidence.baseline.replicasets if rs.uid in uids), ())


def the_same(evidence: Evidence) -> Verdict:
    """It is the Deployment from the start, asks for as many Pods as it should, and no other Pods carry its label."""
    deployment = blog_api(evidence.now)
    if recreated(evidence):
        return failed("another-deployment")
    if deployment.replicas != 3:
        return failed("other-number", replicas=deployment.replicas)
    others = p.strangers_in_selector(deployment, evidence.now)
    return failed("strangers-with-its-label", number=len(others)) if others else passed("the-same")


def history_kept(evidence: Evidence) -> Verdict:
    gone = lost(evidence)
    return failed("revision-lost", revision=gone[0]) if gone else passed("none-lost")


# ---- what several exercises are mistaken for
recreated = mistakes.recreated("blog-api")


@mistake
def replicaset_scaled(evidence: Evidence) -> bool:
    touched = [told for told in p.replicasets_touched(evidence, "blog-api") if not told.startswith("deleted")]
    return p.you(evidence, "scaled", "ReplicaSet") or bool(touched)


common_mistakes = [recreated, replicaset_scaled]


def as_planned(of: Deployment | ReplicaSet, evidence: Evidence, image: str, page_size: str) -> bool:
    """Is its template the one from the start with this image and this PAGE_SIZE, and with nothing else changed?"""
    found = p.environment(of, evidence.now)
    return (
        p.changed_in_template(blog_api(evidence.baseline), of) <= {"image", "env"}
        and p.images(of) == (image,)
        and not found.missing
        and not found.unknown
        and found.values == {"PAGE_SIZE": page_size}
    )

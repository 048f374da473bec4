"""What the exercises of this lab share."""

from driftlab.checker import Deployment, Evidence, ReplicaSet, Snapshot, Verdict, failed, mistake, passed, waiting
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- the history
def revisions(snapshot: Snapshot) -> dict[str, int]:
    """The ReplicaSets of blog-api: UID, and the revision that each says it is."""
    return p.revisions(blog_api(snapshot), snapshot)


def has_history(snapshot: Snapshot, *numbers: int) -> bool:
    """Is this the history, and is its newest release complete?"""
    complete = all(not p.unfinished(deployment, snapshot) for deployment in snapshot.deployments)
    return complete and sorted(revisions(snapshot).values()) == list(numbers)


def asks_for(evidence: Evidence, number: int) -> bool:
    """Does blog-api ask for the template that this revision had at the start? What is said since does not count."""
    deployment = blog_api(evidence.now)
    return deployment is not None and p.restored(deployment, number, evidence)


def asks_for_nothing_old(evidence: Evidence) -> bool:
    """Is its template another one than any revision had at the start?"""
    return not any(asks_for(evidence, number) for number in revisions(evidence.baseline).values())


def lost(evidence: Evidence) -> list[int]:
    """The revisions from the start whose ReplicaSets are gone."""
    return p.lost_revisions(evidence, "blog-api")


def newest(evidence: Evidence) -> int:
    """The revision that was rolled out last at the start."""
    return max(revisions(evidence.baseline).values(), default=0)


def toggled(evidence: Evidence) -> bool:
    """Does it ask again for what it asked for at the start, under a new number? Then it has been away and come back."""
    number = newest(evidence)
    now = revisions(evidence.now)
    return asks_for(evidence, number) and any(
        now.get(uid, 0) > number for uid, was in revisions(evidence.baseline).items() if was == number
    )


# ---- what several exercises ask
def settled(deployment: Deployment, snapshot: Snapshot) -> Verdict:
    """The right template is asked for. Is it what runs?"""
    if deployment.paused:
        return failed("the template is the right one, but the rollout is paused", share=0.5)
    if missing := p.unfinished(deployment, snapshot):
        return waiting(f"the template is the right one; not settled yet: {missing}")
    return passed("the template is the right one, and all Pods are made from it")


def back_at(evidence: Evidence, number: int) -> Verdict:
    """blog-api asks for exactly what revision ``number`` was, and has it."""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if recreated(evidence):
        return failed(f"this is another Deployment with the same name: it has never had that revision {number}")
    if asks_for(evidence, number):
        return settled(deployment, evidence.now)
    for other in revisions(evidence.baseline).values():
        if asks_for(evidence, other):
            return failed(f"its template is the one that revision {other} had at the start")
    if deployment.images == images_of(evidence, number):
        return failed(f"its image is that of revision {number}, but the rest of its template is not", share=0.5)
    return failed(f"its template is none that it has had before; its image is {', '.join(deployment.images)}")


def images_of(evidence: Evidence, number: int) -> tuple[str, ...]:
    uids = {uid for uid, revision in revisions(evidence.baseline).items() if revision == number}
    return next((p.images(rs) for rs in evidence.baseline.replicasets if rs.uid in uids), ())


def the_same(evidence: Evidence, replicas: int = 3) -> Verdict:
    """It is the Deployment from the start, asks for as many Pods as it should, and no other Pods carry its label."""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if recreated(evidence):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if deployment.replicas != replicas:
        return failed(f"it asks for {deployment.replicas} replicas; it should ask for {replicas}")
    if others := p.strangers_in_selector(deployment, evidence.now):
        return failed(f"{len(others)} Pods carry its label and are not its own")
    return passed(f"the same Deployment, which asks for {replicas} replicas")


def history_kept(evidence: Evidence) -> Verdict:
    gone = lost(evidence)
    return failed(f"the ReplicaSet that kept revision {gone[0]} is gone") if gone else passed("none of them is lost")


# ---- what several exercises are mistaken for
def recreated(evidence: Evidence) -> bool:
    return p.was_recreated(evidence, "blog-api") or blog_api(evidence.now) is None


def replicaset_scaled(evidence: Evidence) -> bool:
    touched = [told for told in p.replicasets_touched(evidence, "blog-api") if not told.startswith("deleted")]
    return p.you(evidence, "scaled", "ReplicaSet") or bool(touched)


common_mistakes = [mistake("recreated")(recreated), mistake("replicaset-scaled")(replicaset_scaled)]


def as_planned(of: Deployment | ReplicaSet, evidence: Evidence, image: str, page_size: str) -> bool:
    """Is its template the one from the start with this image and this PAGE_SIZE, and with nothing else changed?"""
    before, found = blog_api(evidence.baseline), p.environment(of, evidence.now)
    return (
        before is not None
        and p.changed_in_template(before, of) <= {"image", "env"}
        and p.images(of) == (image,)
        and not found.missing
        and not found.unknown
        and found.values == {"PAGE_SIZE": page_size}
    )

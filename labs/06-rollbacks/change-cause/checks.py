"""Say why."""

from driftlab.checker import Evidence, ReplicaSet, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import as_planned, blog_api, has_history, recreated, revisions, the_same

CHANGE_CAUSE = "kubernetes.io/change-cause"


def begins(snapshot: Snapshot) -> bool:
    return has_history(snapshot, 1)


def own_replicasets(evidence: Evidence) -> tuple[ReplicaSet, ...]:
    deployment = blog_api(evidence.now)
    return p.replicasets_of(deployment, evidence.now) if deployment else ()


def release(evidence: Evidence, image: str, page_size: str) -> ReplicaSet | None:
    """What keeps the release that brought exactly this."""
    return next((rs for rs in own_replicasets(evidence) if as_planned(rs, evidence, image, page_size)), None)


def reason(replicaset: ReplicaSet | None) -> str:
    """What `kubectl rollout history` shows as its CHANGE-CAUSE."""
    annotations = (replicaset.metadata.get("annotations") or {}) if replicaset else {}
    return str(annotations.get(CHANGE_CAUSE, "")).strip()


def first_release(evidence: Evidence) -> ReplicaSet | None:
    return release(evidence, "blog-api:1.1", "20")


def second_release(evidence: Evidence) -> ReplicaSet | None:
    return release(evidence, "blog-api:1.1", "50")


@goal("The first release brings blog-api:1.1, and says why", points=2)
def the_first_release_brings_blog_api(evidence: Evidence) -> Verdict:
    made = first_release(evidence)
    if made is None:
        return failed("there is no revision that changes the image to blog-api:1.1, and nothing else")
    if not reason(made):
        return failed(f"revision {made.revision} is that release; its CHANGE-CAUSE is empty", share=0.5)
    return passed(f"revision {made.revision} has a reason")


@goal("The second release brings PAGE_SIZE=50, says why, and runs", points=2)
def the_second_release_brings_page_size(evidence: Evidence) -> Verdict:
    deployment, made = blog_api(evidence.now), second_release(evidence)
    if deployment is None or made is None:
        return failed("there is no revision that has blog-api:1.1 and PAGE_SIZE=50, and nothing else")
    if not as_planned(deployment, evidence, "blog-api:1.1", "50"):
        return failed(f"revision {made.revision} is that release, but it is not what blog-api asks for now")
    if not reason(made):
        return failed(f"revision {made.revision} is that release; its CHANGE-CAUSE is empty", share=0.5)
    if reason(made) == reason(first_release(evidence)):
        return failed(f"revision {made.revision} gives the same reason as the release before it", share=0.5)
    if deployment.paused:
        return failed("the rollout is paused", share=0.5)
    told = passed(f"revision {made.revision} has a reason of its own, and all Pods are made from it")
    return p.settling(deployment, evidence.now) or told


def reasons_twice(evidence: Evidence) -> bool:
    given = [reason(rs) for rs in own_replicasets(evidence) if reason(rs)]
    return len(set(given)) < len(given)


@guard("No reason stands at two revisions")
def no_reason_stands_at_two_revisions(evidence: Evidence) -> Verdict:
    return failed("two revisions give the same reason") if reasons_twice(evidence) else passed("none does")


it_is_the_deployment_from_the = guard("It is the Deployment from the start, with three replicas")(the_same)


@mistake("recreated")
def shows_recreated(evidence: Evidence) -> bool:
    return recreated(evidence)


@mistake
def in_template(evidence: Evidence) -> bool:
    return any(CHANGE_CAUSE in p.pod_annotations(rs) for rs in own_replicasets(evidence))


@mistake
def one_release(evidence: Evidence) -> bool:
    return second_release(evidence) is not None and first_release(evidence) is None


@mistake
def early(evidence: Evidence) -> bool:
    at_first = [rs for rs in own_replicasets(evidence) if rs.uid in revisions(evidence.baseline)]
    return reasons_twice(evidence) and any(reason(rs) for rs in at_first)


@mistake
def same_reason(evidence: Evidence) -> bool:
    return reasons_twice(evidence)


@mistake
def no_reason(evidence: Evidence) -> bool:
    made = [one for one in (first_release(evidence), second_release(evidence)) if one]
    return any(not reason(one) for one in made)

"""Say why."""

from driftlab.checker import Evidence, ReplicaSet, Verdict, failed, goal, guard, mistake, passed, require
from driftlab.checker import predicates as p

from ..common import as_planned, blog_api, history, recreated, revisions, the_same

CHANGE_CAUSE = "kubernetes.io/change-cause"


begins = history(1)


def own_replicasets(evidence: Evidence) -> tuple[ReplicaSet, ...]:
    return p.replicasets_of(blog_api(evidence.now), evidence.now)


def release(evidence: Evidence, image: str, page_size: str) -> ReplicaSet | None:
    """What keeps the release that brought exactly this."""
    return next((rs for rs in own_replicasets(evidence) if as_planned(rs, evidence, image, page_size)), None)


def cause(replicaset: ReplicaSet | None) -> str:
    """What `kubectl rollout history` shows as its CHANGE-CAUSE."""
    annotations = (replicaset.metadata.get("annotations") or {}) if replicaset else {}
    return str(annotations.get(CHANGE_CAUSE, "")).strip()


def first_release(evidence: Evidence) -> ReplicaSet | None:
    return release(evidence, "blog-api:1.1", "20")


def second_release(evidence: Evidence) -> ReplicaSet | None:
    return release(evidence, "blog-api:1.1", "50")


@goal(points=2)
def first_says_why(evidence: Evidence) -> Verdict:
    made = require(first_release(evidence), failed("no-first-release"))
    if not cause(made):
        return failed("without-cause", revision=made.revision, share=0.5)
    return passed("with-cause", revision=made.revision)


@goal(points=2)
def second_says_why(evidence: Evidence) -> Verdict:
    missing = failed("no-second-release")
    deployment = require(evidence.now.deployment("blog-api"), missing)
    made = require(second_release(evidence), missing)
    if not as_planned(deployment, evidence, "blog-api:1.1", "50"):
        return failed("not-asked-for-now", revision=made.revision)
    if not cause(made):
        return failed("without-cause", revision=made.revision, share=0.5)
    if cause(made) == cause(first_release(evidence)):
        return failed("with-the-same-cause", revision=made.revision, share=0.5)
    if deployment.paused:
        return failed("paused-now", share=0.5)
    return p.settling(deployment, evidence.now) or passed("with-its-own-cause", revision=made.revision)


def causes_twice(evidence: Evidence) -> bool:
    given = [cause(rs) for rs in own_replicasets(evidence) if cause(rs)]
    return len(set(given)) < len(given)


@guard
def each_its_own(evidence: Evidence) -> Verdict:
    return failed("twice-the-same") if causes_twice(evidence) else passed("none-twice")


shared_guard = guard(the_same)
made_again = recreated
in_template = mistake(lambda evidence: any(CHANGE_CAUSE in p.pod_annotations(rs) for rs in own_replicasets(evidence)))
one_release = mistake(lambda evidence: second_release(evidence) and not first_release(evidence))


@mistake
def early(evidence: Evidence) -> bool:
    at_first = [rs for rs in own_replicasets(evidence) if rs.uid in revisions(evidence.baseline)]
    return causes_twice(evidence) and any(cause(rs) for rs in at_first)


same_reason = mistake("same-reason")(causes_twice)


@mistake
def no_reason(evidence: Evidence) -> bool:
    made = [one for one in (first_release(evidence), second_release(evidence)) if one]
    return any(not cause(one) for one in made)

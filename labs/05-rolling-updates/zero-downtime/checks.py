"""Never fewer than four, never more than five."""

from driftlab.checker import Evidence, ReplicaSet, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import (
    blog_api,
    is_recreate,
    kept,
    not_rolled_out,
    now,
    recreated,
    rolled_out,
    scaled,
    strategy,
    strategy_changed,
    template_changes,
)


@goal("Every Pod runs blog-api:1.1", points=2)
def new_version_of_four(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.1")


@guard("At every moment four Pods were ready", points=2)
def none_missing(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    if least < 4:
        return failed(f"at the worst moment since the start, {least} were ready")
    return passed(f"never fewer than {least}")


@guard("Never were more than five asked for at once")
def little_room(evidence: Evidence) -> Verdict:
    most = most_asked_for(evidence)
    if most > 5:
        return failed(f"for a while, the ReplicaSets together asked for {most}")
    return passed(f"never more than {most}")


def most_asked_for(evidence: Evidence) -> int:
    """The most Pods that the Deployment's ReplicaSets together asked for at any moment.

    That is the number that ``maxSurge`` bounds; Pods on their way out are there in addition.
    """
    evidence.recording.require("replicasets")
    before = blog_api(evidence.baseline)
    asked = {rs.uid: rs.replicas for rs in evidence.baseline.replicasets if before and rs.controller == before.uid}
    sums = [sum(asked.values())]
    for change in evidence.recording.of_kind("replicasets"):
        replicaset = ReplicaSet(change.raw)
        if before and replicaset.controller == before.uid:
            asked[change.uid] = 0 if change.type == "DELETED" else replicaset.replicas
            sums.append(sum(asked.values()))
    return max(sums)


def lost_some(evidence: Evidence) -> bool:
    return p.least_ready(evidence, "blog-api") < 4


same_deployment = kept(4)
shared_mistakes = [recreated, scaled]


@mistake
def recreate(evidence: Evidence) -> bool:
    return now(evidence, is_recreate)


last_mistakes = [not_rolled_out]


@mistake
def as_it_was(evidence: Evidence) -> bool:
    return lost_some(evidence) and bool(template_changes(evidence)) and not strategy_changed(evidence)


@mistake
def too_late(evidence: Evidence) -> bool:
    first = strategy(blog_api(evidence.baseline))
    return lost_some(evidence) and any(strategy(state) == first for state in template_changes(evidence))


@mistake
def surge_only(evidence: Evidence) -> bool:
    return lost_some(evidence) and bool(template_changes(evidence))


@mistake
def too_many(evidence: Evidence) -> bool:
    return most_asked_for(evidence) > 5

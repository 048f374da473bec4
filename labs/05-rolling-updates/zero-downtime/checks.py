"""Never fewer than four, never more than five."""

from driftlab.checker import Evidence, ReplicaSet, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import (
    blog_api,
    is_recreate,
    kept,
    not_rolled_out,
    recreated,
    rolled_out,
    scaled,
    strategy_changed,
    template_changes,
)

new_version_of_four = goal(points=2)(lambda evidence: rolled_out(evidence, "blog-api:1.1"))


@guard(points=2)
def none_missing(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return passed("never-fewer-than", least=least) if least >= 4 else failed("worst-moment-since", least=least)


@guard
def little_room(evidence: Evidence) -> Verdict:
    most = most_asked_for(evidence)
    return failed("too-many-asked-for", most=most) if most > 5 else passed("never-more", most=most)


def most_asked_for(evidence: Evidence) -> int:
    """The most Pods that the Deployment's ReplicaSets together asked for at any moment.

    That is the number that ``maxSurge`` bounds; Pods on their way out are there in addition.
    """
    evidence.recording.require("replicasets")
    before = blog_api(evidence.baseline)
    asked = {rs.uid: rs.replicas for rs in evidence.baseline.replicasets if rs.controller == before.uid}
    sums = [sum(asked.values())]
    for change in evidence.recording.of_kind("replicasets"):
        replicaset = ReplicaSet(change.raw)
        if replicaset.controller == before.uid:
            asked[change.uid] = 0 if change.type == "DELETED" else replicaset.replicas
            sums.append(sum(asked.values()))
    return max(sums)


def lost_some(evidence: Evidence) -> bool:
    return p.least_ready(evidence, "blog-api") < 4


same_deployment = kept(4)
shared_mistakes = [recreated, scaled]
recreate = mistake("recreate")(is_recreate)
last_shared_mistake = not_rolled_out
as_it_was = mistake(
    lambda evidence: lost_some(evidence) and template_changes(evidence) and not strategy_changed(evidence)
)


@mistake
def too_late(evidence: Evidence) -> bool:
    first = p.strategy(blog_api(evidence.baseline))
    return lost_some(evidence) and any(p.strategy(state) == first for state in template_changes(evidence))


surge_only = mistake(lambda evidence: lost_some(evidence) and template_changes(evidence))
too_many = mistake(lambda evidence: most_asked_for(evidence) > 5)

"""Never both versions at once."""

from driftlab.checker import Evidence, Pod, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import blog_api, is_recreate, kept, not_rolled_out, recreated, rolled_out, scaled, strategy_changed

new_version_alone = goal(points=2)(lambda evidence: rolled_out(evidence, "blog-api:1.1"))


@goal
def strategy_is_recreate(evidence: Evidence) -> Verdict:
    strategy = p.strategy(blog_api(evidence.now))
    return passed("is-recreate") if strategy.kind == "Recreate" else failed("other-strategy", strategy=strategy.kind)


@guard(points=2)
def never_both(evidence: Evidence) -> Verdict:
    both = sorted(side_by_side(evidence))
    return failed("both-at-once", one=both[0], other=both[1]) if both else passed("one-at-a-time")


def side_by_side(evidence: Evidence) -> frozenset[str]:
    """The images of the first moment at which Pods had different ones; empty where there was none.

    A Pod counts until it is over, also while it terminates, and whoever owns it.
    """
    evidence.recording.require("pods")
    there = {pod.uid: ", ".join(p.images(pod)) for pod in evidence.baseline.pods}
    for change in evidence.recording.of_kind("pods"):
        pod = Pod(change.raw)
        if change.type == "DELETED" or pod.phase in ("Succeeded", "Failed"):
            there.pop(change.uid, None)
        else:
            there[change.uid] = ", ".join(p.images(pod))
        if len(set(there.values())) > 1:
            return frozenset(there.values())
    return frozenset()


same_deployment = kept(3)
shared_mistakes = [recreated, scaled, not_rolled_out]
too_late = mistake(lambda evidence: side_by_side(evidence) and is_recreate(evidence))
all_unavailable = mistake(lambda evidence: side_by_side(evidence) and strategy_changed(evidence))
both_versions = mistake("side-by-side")(side_by_side)

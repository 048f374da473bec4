"""Never both versions at once."""

from driftlab.checker import Evidence, Pod, Verdict, failed, goal, guard, mistake, passed
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
)


@goal("Every Pod runs blog-api:1.1", points=2)
def new_version_alone(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.1")


@goal("The Deployment will do it this way every time")
def strategy_is_recreate(evidence: Evidence) -> Verdict:
    found = strategy(blog_api(evidence.now))
    kind = found.kind if found else "gone"
    return passed("its strategy is Recreate") if kind == "Recreate" else failed(f"its strategy is {kind}")


@guard("At no moment were two versions there", points=2)
def never_both(evidence: Evidence) -> Verdict:
    both = side_by_side(evidence)
    return failed(f"there was a moment with {' and '.join(sorted(both))}") if both else passed("one version at a time")


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


@mistake
def too_late(evidence: Evidence) -> bool:
    return bool(side_by_side(evidence)) and now(evidence, is_recreate)


@mistake
def all_unavailable(evidence: Evidence) -> bool:
    return bool(side_by_side(evidence)) and strategy_changed(evidence)


@mistake("side-by-side")
def shows_side_by_side(evidence: Evidence) -> bool:
    return bool(side_by_side(evidence))

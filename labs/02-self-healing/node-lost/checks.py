"""Lose a whole Node."""

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import blog_api, common_mistakes, pods, same_replicaset, three_again


def lost_node(snapshot: Snapshot) -> str:
    """The Node that falls silent: the one that loner is on."""
    loner = snapshot.pod("loner")
    return str(loner.spec.get("nodeName", "")) if loner else ""


def stranded(evidence: Evidence) -> list[str]:
    """Everything that is still on the lost Node, as far as the cluster knows."""
    node = lost_node(evidence.baseline)
    return [pod.name for pod in evidence.now.pods if pod.spec.get("nodeName") == node]


def elsewhere(evidence: Evidence) -> frozenset[str]:
    """The UIDs of blog-api's Pods from the start that were not on the lost Node."""
    node, before = lost_node(evidence.baseline), p.pods_of(blog_api(evidence.baseline), evidence.baseline)
    return p.uids(tuple(pod for pod in before if pod.spec.get("nodeName") != node))


def begins(snapshot: Snapshot) -> bool:
    loner = snapshot.pod("loner")
    settled = all(not p.unfinished(deployment, snapshot) for deployment in snapshot.deployments)
    return loner is not None and loner.ready and settled


loses_node = lost_node


@goal(points=3)
def cleared_away(evidence: Evidence) -> Verdict:
    node, left = lost_node(evidence.baseline), stranded(evidence)
    if not node:
        return failed("no-node-to-lose")
    before = [pod.name for pod in evidence.baseline.pods if pod.spec.get("nodeName") == node]
    if left:
        gone = len(set(before) - set(left))
        return failed("still-listed", pods=sorted(left), share=0.5 if 0 < gone < len(before) else 0)
    return passed("nothing-listed")


@guard
def served_elsewhere(evidence: Evidence) -> Verdict:
    verdict = three_again(evidence)
    here = [pod for pod in p.pods_of(blog_api(evidence.now), evidence.now) if pod.name in stranded(evidence)]
    return waiting("not-given-up-yet") if verdict.outcome == "PASS" and here else verdict


shared_guard = guard(same_replicaset)


@guard
def others_kept(evidence: Evidence) -> Verdict:
    missing = len(elsewhere(evidence) - pods(evidence.now))
    return failed("others-gone", missing=missing) if missing else passed("never-stopped")


shared_mistakes = common_mistakes
all_forced = mistake(lambda evidence: not elsewhere(evidence) <= pods(evidence.now))


@mistake
def not_forced(evidence: Evidence) -> bool:
    left = stranded(evidence)
    return any(pod.terminating for pod in evidence.now.pods if pod.name in left)

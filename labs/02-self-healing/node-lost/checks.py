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
    deployment, node = blog_api(evidence.baseline), lost_node(evidence.baseline)
    before = p.pods_of(deployment, evidence.baseline) if deployment else ()
    return p.uids(tuple(pod for pod in before if pod.spec.get("nodeName") != node))


def begins(snapshot: Snapshot) -> bool:
    loner = snapshot.pod("loner")
    settled = all(not p.unfinished(deployment, snapshot) for deployment in snapshot.deployments)
    return loner is not None and loner.ready and settled


loses_node = lost_node


@goal("Nothing hangs on the lost Node any more", points=3)
def cleared_away(evidence: Evidence) -> Verdict:
    if not lost_node(evidence.baseline):
        return failed("nothing was running on a Node that could get lost")
    left = stranded(evidence)
    before = [pod.name for pod in evidence.baseline.pods if pod.spec.get("nodeName") == lost_node(evidence.baseline)]
    if left:
        gone = len(set(before) - set(left))
        return failed(f"still listed there: {', '.join(sorted(left))}", share=0.5 if 0 < gone < len(before) else 0)
    return passed("the Pods that nobody could confirm the end of are gone from the list")


@guard("Three Pods of blog-api are ready, all of them on other Nodes")
def served_elsewhere(evidence: Evidence) -> Verdict:
    verdict, deployment = three_again(evidence), blog_api(evidence.now)
    if verdict.outcome != "PASS" or deployment is None:
        return verdict
    here = [pod for pod in p.pods_of(deployment, evidence.now) if pod.name in stranded(evidence)]
    return waiting("the cluster has not given up the lost Node yet") if here else verdict


unchanged = guard("Nobody changed what was asked for")(same_replicaset)


@guard("The Pods on the other Nodes are the ones from the start")
def others_kept(evidence: Evidence) -> Verdict:
    missing = len(elsewhere(evidence) - pods(evidence.now))
    return failed(f"{missing} that ran well are gone, too") if missing else passed("they never stopped")


shared_mistakes = common_mistakes


@mistake
def all_forced(evidence: Evidence) -> bool:
    return not elsewhere(evidence) <= pods(evidence.now)


@mistake
def not_forced(evidence: Evidence) -> bool:
    left = stranded(evidence)
    return any(pod.terminating for pod in evidence.now.pods if pod.name in left)

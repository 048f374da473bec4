"""Who goes first?"""

from collections.abc import Iterator

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import asks_and_runs, blog_api, common_mistakes, deleted_pods, no_rollout, pods, replicasets

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


#: What is certain about the order in which a ReplicaSet removes Pods: lower goes first. Rules that follow these look at
#: how many Pods share a Node, at ages in rough steps, and at last at the UID, so nobody can count on them.
#: https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/controller_utils.go, ActivePodsWithRanks
Rank = tuple[bool, int, bool, int]


def rank(pod: Pod) -> Rank:
    return bool(pod.spec.get("nodeName")), PHASES.get(pod.phase, 0), pod.ready, cost(pod)


def cost(pod: Pod) -> int:
    """https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost"""
    return int(p.pod_annotations(pod).get(DELETION_COST) or 0)


def exporter(snapshot: Snapshot) -> Pod | None:
    return next((pod for pod in pods(snapshot) if pod.labels.get("task") == "export"), None)


def sick(snapshot: Snapshot) -> list[Pod]:
    """Pods whose container waits for an image that does not come."""
    return [pod for pod in pods(snapshot) if not pod.ready and p.reasons(pod) & p.CANNOT_PULL]


def began(snapshot: Snapshot) -> bool:
    deployment, busy = blog_api(snapshot), exporter(snapshot)
    return (
        deployment is not None
        and deployment.status.get("readyReplicas") == 3
        and len(pods(snapshot)) == 4
        and len(sick(snapshot)) == 1
        and busy is not None
        and busy.ready
    )


begins = began


def removals(evidence: Evidence) -> Iterator[tuple[Pod, Pod, list[Pod]]]:
    """For each of blog-api's Pods that went: it, the exporting one, and the whole family, as they were just before."""
    evidence.recording.require("pods")
    busy = exporter(evidence.baseline)
    owners = set(replicasets(evidence.baseline))
    family = {pod.uid: pod for pod in evidence.baseline.pods if pod.controller in owners}
    for change in evidence.recording.of_kind("pods"):
        pod = Pod(change.raw)
        if pod.terminating or change.type == "DELETED":
            if change.uid in family and busy is not None:
                yield family[change.uid], family.get(busy.uid, busy), list(family.values())
            family.pop(change.uid, None)
        elif pod.controller in owners:
            family[change.uid] = pod


def by_chance(evidence: Evidence) -> list[tuple[Pod, list[Pod]]]:
    """The Pods that went although the exporting one would have been as good a choice, and the family of that moment."""
    return [(gone, family) for gone, busy, family in removals(evidence) if rank(gone) >= rank(busy)]


@goal("The Deployment asks for 2, and 2 Pods are ready")
def two(evidence: Evidence) -> Verdict:
    return asks_and_runs(evidence, 2)


@goal("Nothing was left to chance: every Pod that went had to go before the exporting one", points=2)
def certain(evidence: Evidence) -> Verdict:
    gone = len(list(removals(evidence)))
    if not gone:
        return failed("no Pod has gone yet")
    if unsure := len(by_chance(evidence)):
        return failed(f"of {gone} Pods that went, {unsure} had no reason to go before the exporting one")
    return passed(f"{gone} Pods went, and each had to go before the exporting one")


@guard("The exporting Pod is one of those that are left")
def stays(evidence: Evidence) -> Verdict:
    busy = exporter(evidence.baseline)
    if busy is None or busy.uid not in p.uids(pods(evidence.now)):
        return failed("the Pod that was exporting is gone")
    return passed("it is still there, and still blog-api's")


@guard("No Pod was deleted, edited or hidden by hand, and there was no rollout")
def by_the_deployment(evidence: Evidence) -> Verdict:
    verbs = ("made", "changed", "labelled", "deleted")
    done = [verb for verb in verbs if p.you(evidence, verb, "Pod", of="blog-api")]
    return failed(f"somebody {' and '.join(done)} Pods by hand") if done else no_rollout(evidence)


shared_mistakes = common_mistakes


@mistake
def pods_deleted(evidence: Evidence) -> bool:
    return deleted_pods(evidence)


@mistake
def hidden(evidence: Evidence) -> bool:
    return p.you(evidence, "labelled", "Pod", of="blog-api")


@mistake
def deployment_annotated(evidence: Evidence) -> bool:
    noted = [*evidence.now.deployments, *evidence.now.replicasets]
    return any(DELETION_COST in (one.metadata.get("annotations") or {}) for one in noted)


@mistake
def lower_cost(evidence: Evidence) -> bool:
    busy = exporter(evidence.baseline)
    return busy is not None and any(
        cost(one) > cost(other)
        for _, family in by_chance(evidence)
        for one in family
        for other in family
        if one.ready and other.uid == busy.uid
    )


@mistake
def unprotected(evidence: Evidence) -> bool:
    return bool(by_chance(evidence))

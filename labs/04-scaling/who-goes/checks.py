"""Who goes first?"""

from collections.abc import Iterator

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed, reason, require
from driftlab.checker import predicates as p

from ..common import asks_and_runs, blog_api, common_mistakes, deleted_pods, no_rollout, pods, replicasets

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}
BY_HAND = {
    "made": reason("made-by-hand"),
    "changed": reason("changed-by-hand"),
    "labelled": reason("labelled-by-hand"),
    "deleted": reason("deleted-by-hand"),
}


#: What is certain about the order in which a ReplicaSet removes Pods: lower goes first. Rules that follow these look at
#: how many Pods share a Node, at ages in rough steps, and at last at the UID, so nobody can count on them.
#: https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/controller_utils.go, ActivePodsWithRanks
Rank = tuple[bool, int, bool, int]


def rank(pod: Pod) -> Rank:
    return bool(pod.spec.get("nodeName")), PHASES.get(pod.phase, 0), pod.ready, cost(pod)


def cost(pod: Pod) -> int:
    """https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost"""
    return int(p.pod_annotations(pod).get(DELETION_COST) or 0)


def exporter(snapshot: Snapshot) -> Pod:
    """The exporting Pod, which a goal requires at the start."""
    found = next((pod for pod in pods(snapshot) if pod.labels.get("task") == "export"), None)
    return require(found, failed("exporter-gone"))


def sick(snapshot: Snapshot) -> list[Pod]:
    """Pods whose container waits for an image that does not come."""
    return [pod for pod in pods(snapshot) if not pod.ready and p.reasons(pod) & p.CANNOT_PULL]


def begins(snapshot: Snapshot) -> bool:
    ready = blog_api(snapshot).status.get("readyReplicas") == 3 and exporter(snapshot).ready
    return ready and len(pods(snapshot)) == 4 and len(sick(snapshot)) == 1


def removals(evidence: Evidence) -> Iterator[tuple[Pod, Pod, list[Pod]]]:
    """For each of blog-api's Pods that went: it, the exporting one, and the whole family, as they were just before."""
    evidence.recording.require("pods")
    busy = exporter(evidence.baseline)
    owners = set(replicasets(evidence.baseline))
    family = {pod.uid: pod for pod in evidence.baseline.pods if pod.controller in owners}
    for change in evidence.recording.of_kind("pods"):
        pod = Pod(change.raw)
        if pod.terminating or change.type == "DELETED":
            if change.uid in family:
                yield family[change.uid], family.get(busy.uid, busy), list(family.values())
            family.pop(change.uid, None)
        elif pod.controller in owners:
            family[change.uid] = pod


def by_chance(evidence: Evidence) -> list[tuple[Pod, list[Pod]]]:
    """The Pods that went although the exporting one would have been as good a choice, and the family of that moment."""
    return [(gone, family) for gone, busy, family in removals(evidence) if rank(gone) >= rank(busy)]


two = goal(lambda evidence: asks_and_runs(evidence, 2))


@goal(points=2)
def certain(evidence: Evidence) -> Verdict:
    gone = len(list(removals(evidence)))
    if not gone:
        return failed("none-gone")
    if unsure := len(by_chance(evidence)):
        return failed("gone-by-chance", gone=gone, unsure=unsure)
    return passed("each-had-to-go", gone=gone)


@guard
def stays(evidence: Evidence) -> Verdict:
    left = exporter(evidence.baseline).uid in p.uids(pods(evidence.now))
    return passed("exporter-left") if left else failed("exporter-gone")


@guard
def by_the_deployment(evidence: Evidence) -> Verdict:
    done = [deed for verb, deed in BY_HAND.items() if p.you(evidence, verb, "Pod", of="blog-api")]
    return failed("done-by-hand", done=done) if done else no_rollout(evidence)


shared_mistakes = common_mistakes
pods_deleted = mistake("pods-deleted")(deleted_pods)
hidden = mistake(lambda evidence: p.you(evidence, "labelled", "Pod", of="blog-api"))


@mistake
def deployment_annotated(evidence: Evidence) -> bool:
    noted = [*evidence.now.deployments, *evidence.now.replicasets]
    return any(DELETION_COST in (one.metadata.get("annotations") or {}) for one in noted)


@mistake
def lower_cost(evidence: Evidence) -> bool:
    busy = exporter(evidence.baseline).uid
    families = [({pod.uid: cost(pod) for pod in family}, family) for _, family in by_chance(evidence)]
    return any(pod.ready and cost(pod) > costs.get(busy, cost(pod)) for costs, family in families for pod in family)


unprotected = mistake("unprotected")(by_chance)

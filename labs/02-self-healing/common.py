"""What the exercises of this lab share: Pods come and go, the Deployment stays."""

from driftlab.checker import Deployment, Evidence, Snapshot, Verdict, failed, mistake, passed
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- what several exercises ask
def three_again(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if deployment.replicas != 3:
        return failed(f"the Deployment asks for {deployment.replicas} replicas; it should ask for 3, as at the start")
    return p.settling(deployment, evidence.now) or passed("3 of 3 Pods are ready")


def asked_for_nothing_new(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api any more")
    if not p.same_object(before, after):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if not p.spec_untouched(before, after, evidence.recording):
        return failed(f"somebody changed its spec: generation {before.generation} became {after.generation}")
    return passed(f"the same Deployment, and its spec is as it was (generation {after.generation})")


def same_replicaset(evidence: Evidence) -> Verdict:
    verdict = asked_for_nothing_new(evidence)
    if verdict.outcome != "PASS":
        return verdict
    before, after = owners(evidence.baseline), owners(evidence.now)
    if set(before) != set(after):
        return failed("the Deployment is the same, but its ReplicaSet is another one", share=0.5)
    if before != after:
        return failed("the ReplicaSet's spec was changed", share=0.5)
    return passed("Deployment and ReplicaSet are the ones from the start, unchanged")


def owners(snapshot: Snapshot) -> dict[str, int]:
    """The ReplicaSets of blog-api: UID and generation."""
    deployment = blog_api(snapshot)
    return {rs.uid: rs.generation for rs in p.replicasets_of(deployment, snapshot)} if deployment else {}


def pods(snapshot: Snapshot) -> frozenset[str]:
    """The UIDs of blog-api's Pods that are not on their way out."""
    return p.uids(p.own_pods(snapshot, "blog-api"))


# ---- what several exercises are mistaken for
def recreated(evidence: Evidence) -> bool:
    return not p.same_object(blog_api(evidence.baseline), blog_api(evidence.now))


def changed(evidence: Evidence) -> tuple[Deployment, Deployment] | None:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None or before.uid != after.uid or before.generation == after.generation:
        return None
    return before, after


def scaled(evidence: Evidence) -> bool:
    pair = changed(evidence)
    return pair is not None and p.asks_for_the_same(*pair)


def restarted(evidence: Evidence) -> bool:
    pair = changed(evidence)
    return pair is not None and not p.asks_for_the_same(*pair)


def replicaset_gone(evidence: Evidence) -> bool:
    return not changed(evidence) and set(owners(evidence.baseline)) != set(owners(evidence.now))


def surplus(evidence: Evidence) -> list[str]:
    """Pods that the ReplicaSet removed because there were too many: its own Events say so."""
    told = {event.uid for event in evidence.baseline.events}
    return [
        str(event.raw.get("message", "")).removeprefix("Deleted pod: ")
        for event in evidence.now.events
        if event.uid not in told and event.about[0] == "ReplicaSet" and event.reason == "SuccessfulDelete"
    ]


def orphans(evidence: Evidence) -> list[str]:
    """Pods from the start that live on without an owner."""
    known = pods(evidence.baseline)
    return [
        pod.name for pod in evidence.now.pods if pod.uid in known and pod.controller is None and not pod.terminating
    ]


def strangers(evidence: Evidence) -> list[str]:
    """Pods without an owner that were not there at the start."""
    known = p.uids(evidence.baseline.pods)
    return [pod.name for pod in evidence.now.pods if pod.controller is None and pod.uid not in known]


#: Mistakes that can be made in every exercise of this lab.
common_mistakes = [mistake("recreated")(recreated), mistake("scaled")(scaled), mistake("restarted")(restarted)]

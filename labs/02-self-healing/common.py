"""What the exercises of this lab share: Pods come and go, the Deployment stays."""

from driftlab.checker import Deployment, Evidence, Snapshot, Verdict, failed, mistake, passed
from driftlab.checker import predicates as p


def blog_api(snapshot: Snapshot) -> Deployment:
    """The Deployment, which a goal requires."""
    return p.require_deployment(snapshot, "blog-api")


# ---- what several exercises ask
def three_again(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment.replicas != 3:
        return failed("other-number", replicas=deployment.replicas)
    return p.settling(deployment, evidence.now) or passed("three-ready")


def asked_for_nothing_new(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), p.require_same_deployment(evidence, "blog-api")
    if not p.spec_untouched(before, after, evidence.recording):
        return failed("spec-changed", before=before.generation, after=after.generation)
    return passed("spec-as-it-was", generation=after.generation)


def same_replicaset(evidence: Evidence) -> Verdict:
    verdict = asked_for_nothing_new(evidence)
    if verdict.outcome != "PASS":
        return verdict
    before, after = owners(evidence.baseline), owners(evidence.now)
    if set(before) != set(after):
        return failed("another-replicaset", share=0.5)
    if before != after:
        return failed("replicaset-changed", share=0.5)
    return passed("both-unchanged")


def owners(snapshot: Snapshot) -> dict[str, int]:
    """The ReplicaSets of blog-api: UID and generation."""
    deployment = snapshot.deployment("blog-api")
    return {rs.uid: rs.generation for rs in p.replicasets_of(deployment, snapshot)} if deployment else {}


def pods(snapshot: Snapshot) -> frozenset[str]:
    """The UIDs of blog-api's Pods that are not on their way out."""
    return p.uids(p.own_pods(snapshot, "blog-api"))


# ---- what several exercises are mistaken for
def recreated(evidence: Evidence) -> bool:
    return not p.same_object(evidence.baseline.deployment("blog-api"), evidence.now.deployment("blog-api"))


def spec_changed(evidence: Evidence) -> bool:
    return not recreated(evidence) and blog_api(evidence.baseline).generation != blog_api(evidence.now).generation


def same_template(evidence: Evidence) -> bool:
    return p.asks_for_the_same(blog_api(evidence.baseline), blog_api(evidence.now))


def replicaset_gone(evidence: Evidence) -> bool:
    return not spec_changed(evidence) and set(owners(evidence.baseline)) != set(owners(evidence.now))


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


#: Mistakes that can be made in every exercise of this lab.
common_mistakes = [
    mistake("recreated")(recreated),
    mistake("scaled")(lambda evidence: spec_changed(evidence) and same_template(evidence)),
    mistake("restarted")(lambda evidence: spec_changed(evidence) and not same_template(evidence)),
]

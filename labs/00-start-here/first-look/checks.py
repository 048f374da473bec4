"""Find the new machine."""

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import NEW, OLD, blog_api, common_mistakes, pods, same_deployment


def begins(snapshot: Snapshot) -> bool:
    """The promise of the page: three machines at work, one of them of the new model, and nobody goes on swapping."""
    deployment = blog_api(snapshot)
    return (
        deployment is not None
        and deployment.paused
        and sorted(map(p.images, snapshot.pods)) == [OLD, OLD, NEW]
        and all(pod.ready for pod in snapshot.pods)
    )


def with_sticker(snapshot: Snapshot) -> tuple[Pod, ...]:
    return tuple(pod for pod in p.living(snapshot.pods) if pod.labels.get("seen") == "yes")


@goal("The one Pod that runs 1.1 carries the label seen=yes", points=2)
def sticker(evidence: Evidence) -> Verdict:
    found = with_sticker(evidence.now)
    if not found:
        return failed("none of the Pods carries the label seen=yes")
    if len(found) > 1:
        return failed(f"{len(found)} Pods carry it; it should be one")
    new = p.uids(tuple(pod for pod in pods(evidence.baseline) if p.images(pod) == NEW))
    if found[0].uid not in new:
        return failed(f"{found[0].name} carries it, and it is not the one that was 1.1 at the start")
    return passed(f"{found[0].name} carries it, and runs 1.1")


@guard("The three Pods are the ones from the start")
def same_pods(evidence: Evidence) -> Verdict:
    verdict = same_deployment(evidence)
    if verdict.outcome != "PASS":
        return verdict
    if gone := p.uids(pods(evidence.baseline)) - p.uids(pods(evidence.now)):
        return failed(f"{len(gone)} of them are gone")
    if spec_changed(evidence):
        return failed("the Deployment asks for something else than at the start")
    return passed("nothing was deleted, nothing was swapped")


def spec_changed(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None or before.uid != after.uid:
        return False
    return not p.spec_untouched(before, after, evidence.recording)


shared_mistakes = common_mistakes


@mistake
def swapped(evidence: Evidence) -> bool:
    return spec_changed(evidence)


@mistake
def pod_deleted(evidence: Evidence) -> bool:
    return not p.uids(pods(evidence.baseline)) <= p.uids(pods(evidence.now))


@mistake
def several(evidence: Evidence) -> bool:
    return len(with_sticker(evidence.now)) > 1


@mistake
def wrong_pod(evidence: Evidence) -> bool:
    return any(p.images(pod) != NEW for pod in with_sticker(evidence.now))


@mistake
def other_label(evidence: Evidence) -> bool:
    before = {pod.uid: pod.labels for pod in evidence.baseline.pods}
    return not with_sticker(evidence.now) and any(
        before.get(pod.uid, pod.labels) != pod.labels for pod in evidence.now.pods
    )


@mistake
def deployment_labelled(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and before.labels != after.labels

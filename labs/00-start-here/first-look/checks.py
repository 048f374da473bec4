"""Find the new machine."""

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, goal, guard, mistake, passed
from driftlab.checker import predicates as p

from ..common import NEW, OLD, blog_api, common_mistakes, lost, pods, require_same


def begins(snapshot: Snapshot) -> bool:
    """The promise of the page: three machines at work, one of them of the new model, and nobody goes on swapping."""
    swapping_stopped = blog_api(snapshot).paused and all(pod.ready for pod in snapshot.pods)
    return swapping_stopped and sorted(map(p.images, snapshot.pods)) == [OLD, OLD, NEW]


def with_sticker(snapshot: Snapshot) -> tuple[Pod, ...]:
    return tuple(pod for pod in p.living(snapshot.pods) if pod.labels.get("seen") == "yes")


@goal(points=2)
def sticker(evidence: Evidence) -> Verdict:
    found = with_sticker(evidence.now)
    if not found:
        return failed("without-sticker")
    if len(found) > 1:
        return failed("several-stickers", number=len(found))
    (one,) = found
    if one.uid not in {pod.uid for pod in pods(evidence.baseline) if p.images(pod) == NEW}:
        return failed("on-an-old-one", name=one.name)
    return passed("on-the-new-one", name=one.name)


@guard
def same_pods(evidence: Evidence) -> Verdict:
    require_same(evidence)
    if gone := lost(evidence):
        return failed("some-are-gone", number=gone)
    return failed("other-spec") if spec_changed(evidence) else passed("nothing-swapped")


def spec_changed(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before.uid == after.uid and not p.spec_untouched(before, after, evidence.recording)


shared_mistakes = common_mistakes
swapped = mistake("swapped")(spec_changed)
pod_deleted = mistake("pod-deleted")(lost)
several = mistake(lambda evidence: len(with_sticker(evidence.now)) > 1)
wrong_pod = mistake(lambda evidence: any(p.images(pod) != NEW for pod in with_sticker(evidence.now)))
other_label = mistake(
    lambda evidence: p.relabelled(evidence.baseline.pods, evidence.now.pods) and not with_sticker(evidence.now)
)
deployment_labelled = mistake(lambda evidence: blog_api(evidence.baseline).labels != blog_api(evidence.now).labels)

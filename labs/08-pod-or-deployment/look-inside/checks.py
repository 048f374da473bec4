"""A look inside blog-api:1.2."""

from driftlab.checker import Evidence, Pod, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import bare, ends, left_alone


def states_since(evidence: Evidence) -> list[Pod]:
    """Every state of every Pod that was not there at the start. Raises EvidenceMissing where there is a gap."""
    evidence.recording.require("pods")
    known = p.uids(evidence.baseline.pods)
    changes = evidence.recording.of_kind("pods")
    return [Pod(change.raw) for change in changes if change.uid not in known and not change.ours]


VARIABLE = "DATABASE_URL"
NEW = ("blog-api:1.2",)
MISSING = 1  #: the exit code of blog-api:1.2 without it


def note(evidence: Evidence) -> str:
    """What the learner wrote down, or nothing."""
    for configmap in evidence.now.objects("configmaps"):
        if configmap.name == "notes" and not configmap.terminating:
            return str((configmap.raw.get("data") or {}).get("variable", "")).strip()
    return ""


def looks(evidence: Evidence) -> list[Pod]:
    """All states of bare Pods called look that were made from the new version."""
    return [pod for pod in states_since(evidence) if pod.name == "look" and p.unowned(pod) and p.images(pod) == NEW]


@goal(points=2)
def looked(evidence: Evidence) -> Verdict:
    seen, now = looks(evidence), evidence.now.pod("look")
    once = [pod for pod in seen if not p.started_again(pod, MISSING)]
    ended = [end["exitCode"] for pod in once if not pod.terminating for end in ends(pod)]
    if any(ended):
        return passed("ran-once", code=next(filter(None, ended)))
    if now is not None and now.controller is not None:
        return failed("has-an-owner")
    if now is not None and p.images(now) != NEW:
        return failed("other-image", image=p.images(now)[0])
    if now is not None and p.environment(now, evidence.now).has(VARIABLE):
        return failed("has-a-variable")
    if once and now is not None and not now.terminating:
        return waiting("not-ended-yet")
    if once:
        return failed("deleted-too-early", share=0.5)
    if seen:
        return failed("other-policy", policy=p.restart_policy(seen[-1]), share=0.5)
    return failed("never-ran")


@goal(points=2)
def noted(evidence: Evidence) -> Verdict:
    written = note(evidence)
    if not written:
        return failed("no-note")
    if not looks(evidence):
        return failed("noted-not-looked")
    return passed("right-name", name=written) if written == VARIABLE else failed("other-name", name=repr(written))


@goal
def looked_enough(evidence: Evidence) -> Verdict:
    if look := evidence.now.pod("look"):
        return waiting("is-terminating") if look.terminating else failed("still-there", name="look")
    if not looks(evidence):
        return failed("not-looked-yet")
    if left := bare(evidence.now):
        return failed("still-there", name=left[0].name)
    others = [one.name for one in evidence.now.deployments if one.images == NEW]
    return failed("still-makes-pods", name=others[0]) if others else passed("nobody-brought-it-back")


readers_served = guard(left_alone)
on_the_deployment = mistake(lambda evidence: readers_served(evidence).outcome == "FAIL")


@mistake
def deployment(evidence: Evidence) -> bool:
    known = {one.uid for one in evidence.baseline.deployments}
    return any(one.uid not in known for one in evidence.now.deployments)


@mistake
def restarts(evidence: Evidence) -> bool:
    seen = looks(evidence)
    return bool(seen) and all(p.started_again(pod, MISSING) for pod in seen)


wrong_note = mistake(lambda evidence: note(evidence) not in ("", VARIABLE))
no_note = mistake(lambda evidence: looks(evidence) and evidence.now.pod("look") is None and not note(evidence))


@mistake
def left_behind(evidence: Evidence) -> bool:
    look = evidence.now.pod("look")
    return look is not None and not look.terminating and bool(note(evidence))

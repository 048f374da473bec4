"""A look inside blog-api:1.2."""

from driftlab.checker import Evidence, Pod, Verdict, failed, goal, guard, mistake, passed, waiting
from driftlab.checker import predicates as p

from ..common import bare, ends, left_alone, meddled_with


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


@goal("A bare Pod called look has run blog-api:1.2 once, and has ended", points=2)
def looked(evidence: Evidence) -> Verdict:
    seen = looks(evidence)
    once = [pod for pod in seen if not p.started_again(pod, MISSING)]
    ended = [end["exitCode"] for pod in once if not pod.terminating for end in ends(pod)]
    if any(ended):
        return passed(f"it ran once, ended with exit code {next(filter(None, ended))}, and stayed as it was")
    now = evidence.now.pod("look")
    if now is not None and now.controller is not None:
        return failed("look has an owner; it should have none")
    if now is not None and p.images(now) != NEW:
        return failed(f"look runs {p.images(now)[0]}")
    if now is not None and p.environment(now, evidence.now).has(VARIABLE):
        return failed("look was given a variable from the start, so it has nothing to tell")
    if once and now is not None and not now.terminating:
        return waiting("look is there, but its container has not ended yet")
    if once:
        return failed("look was deleted before its container had ended", share=0.5)
    if seen:
        return failed(f"look has run, but its restartPolicy is {p.restart_policy(seen[-1])}", share=0.5)
    return failed("no Pod called look has run since the exercise started")


@goal("Your note names the variable", points=2)
def noted(evidence: Evidence) -> Verdict:
    written = note(evidence)
    if not written:
        return failed("there is no ConfigMap called notes with a key called variable")
    if not looks(evidence):
        return failed("the note is there; nobody has looked at blog-api:1.2 yet")
    if written != VARIABLE:
        return failed(f"the note says {written!r}; that is not the name in the log")
    return passed(f"{written}: that is what the program asks for")


@goal("look is gone, and nothing came back")
def looked_enough(evidence: Evidence) -> Verdict:
    look = evidence.now.pod("look")
    if look is not None:
        return waiting("look is terminating") if look.terminating else failed("look is still there")
    if not looks(evidence):
        return failed("there has been no look at blog-api:1.2 yet")
    if left := [pod.name for pod in bare(evidence.now)]:
        return failed(f"{left[0]} is still there")
    if others := [one.name for one in evidence.now.deployments if one.images == NEW]:
        return failed(f"the Deployment {others[0]} still makes Pods of blog-api:1.2")
    return passed("nobody asked for it to stay, so nobody brought it back")


blog_api_which_serves_readers_was = guard("blog-api, which serves readers, was left alone")(left_alone)


@mistake
def on_the_deployment(evidence: Evidence) -> bool:
    return meddled_with(evidence)


@mistake
def deployment(evidence: Evidence) -> bool:
    known = {one.uid for one in evidence.baseline.deployments}
    return any(one.uid not in known for one in evidence.now.deployments)


@mistake
def restarts(evidence: Evidence) -> bool:
    seen = looks(evidence)
    return bool(seen) and all(p.started_again(pod, MISSING) for pod in seen)


@mistake
def wrong_note(evidence: Evidence) -> bool:
    return note(evidence) not in ("", VARIABLE)


@mistake
def no_note(evidence: Evidence) -> bool:
    return bool(looks(evidence)) and evidence.now.pod("look") is None and not note(evidence)


@mistake
def left_behind(evidence: Evidence) -> bool:
    look = evidence.now.pod("look")
    return look is not None and not look.terminating and bool(note(evidence))

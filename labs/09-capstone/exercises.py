"""On call: a shift in a namespace where several things are wrong at once, and a release is due."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from driftlab.checker import (
    Deployment,
    Evidence,
    Lab,
    Snapshot,
    Verdict,
    available_over_time,
    deployments_over_time,
    failed,
    passed,
    waiting,
)
from driftlab.checker import predicates as p

lab = Lab(
    "09-capstone",
    title="On call",
    minutes=50,
    summary="A handover, a shift with six things to do at once, an incident: everything that you know, and a clock.",
)

ATTENTION = {"archive", "comments", "gallery", "search"}  #: what is not well when the shift begins
HEALTHY = {"front", "newsletter"}
DATABASE_URL = "postgres://db.internal/gallery"
GONE = "there is no Deployment of this name any more"

#: What is wrong with a Deployment that can be complete all the same, in a few words; empty where nothing is.
Complaint = Callable[[Deployment, Snapshot], str]


# ---- what several exercises ask


def changed_beside(before: Deployment, after: Deployment, *fields: str) -> list[str]:
    """What of the Pod template differs from the start, other than ``fields`` of its container and notes."""
    return sorted(p.changed_in_template(before, after) - {*fields, "annotations"})


def in_order(
    evidence: Evidence,
    name: str,
    image: str,
    *fields: str,
    complaint: Complaint = lambda deployment, snapshot: "",
) -> Verdict:
    """Is the Deployment from the start complete, with ``image``, and changed in nothing but ``fields``?"""
    before, after = evidence.baseline.deployment(name), evidence.now.deployment(name)
    if before is None or after is None:
        return failed(GONE)
    if not p.same_object(before, after):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    wrong, more = complaint(after, evidence.now), changed_beside(before, after, *fields)
    if missing := p.unfinished(after, evidence.now):
        mended = after.images == (image,) and not wrong and not more and not after.paused
        return waiting(f"not settled yet: {missing}") if mended else failed(f"it does not get there: {missing}")
    if after.images != (image,):
        was_in_trouble = bool(p.unfinished(before, evidence.baseline))
        return failed(f"it is complete, but runs {after.images[0]}", share=0.5 if was_in_trouble else 0)
    if wrong:
        return failed(f"it is complete, but {wrong}")
    if after.replicas != before.replicas:
        return failed(f"it is complete, with {after.replicas} Pods; at the start it was {before.replicas}", share=0.5)
    if more:
        return failed(f"it is complete, but more of it was changed than was at fault: {', '.join(more)}", share=0.5)
    return passed(f"{after.replicas} of {after.replicas} Pods are ready, all of them {image}")


def forbidden_deeds(evidence: Evidence, *allowed: str) -> list[str]:
    """What was deleted, and what was done to Pods and ReplicaSets themselves, but for what is ``allowed``."""
    deeds = [
        deed.text
        for deed in p.your_deeds(evidence)
        if deed.verb == "deleted" or (deed.kind in {"Pod", "ReplicaSet"} and deed.verb in {"scaled", "changed"})
    ]
    names = [one.name for one in evidence.baseline.deployments]
    deeds += [told for name in names for told in p.replicasets_touched(evidence, name)]
    return [told for told in deeds if told not in allowed]


def recreated(evidence: Evidence) -> bool:
    return any(p.was_recreated(evidence, before.name) for before in evidence.baseline.deployments)


# ---- the state in which the shift is handed over


def waits_or_has_crashed(snapshot: Snapshot, name: str, *reasons: str) -> bool:
    """Has a container of the Deployment's Pods ended, or does it wait for one of these ``reasons``?"""
    deployment = snapshot.deployment(name)
    for pod in p.pods_of(deployment, snapshot) if deployment else ():
        for status in pod.status.get("containerStatuses") or ():
            states = {**(status.get("lastState") or {}), **(status.get("state") or {})}
            if "terminated" in states or (states.get("waiting") or {}).get("reason") in reasons:
                return True
    return False


def ready_pods(snapshot: Snapshot, name: str) -> int:
    deployment = snapshot.deployment(name)
    return sum(pod.ready for pod in p.pods_of(deployment, snapshot)) if deployment else 0


def handed_over(snapshot: Snapshot) -> bool:
    """Each fault shows its symptom, and what is healthy is healthy."""
    well = {deployment.name for deployment in snapshot.deployments if not p.unfinished(deployment, snapshot)}
    probes_fail = any(
        event.reason == "Unhealthy" and event.about[1].startswith("search-") and event.about[0] == "Pod"
        for event in snapshot.events
    )
    feedback = snapshot.pod("feedback")
    return (
        well == HEALTHY
        and {name: ready_pods(snapshot, name) for name in ATTENTION}
        == {"archive": 2, "comments": 2, "gallery": 0, "search": 0}
        and waits_or_has_crashed(snapshot, "comments", "ErrImagePull", "ImagePullBackOff")
        and waits_or_has_crashed(snapshot, "gallery")
        and probes_fail
        and feedback is not None
        and feedback.ready
    )


# ---- 1

handover = lab.exercise(
    "handover",
    "The handover",
    hints=(
        "Compare, for each Deployment, what it asks for with what there is. `kubectl get deployments` shows both.",
        "READY is not everything: UP-TO-DATE says how many Pods are of the newest template. And 0 of 0 is complete.",
        "`kubectl label deployment archive comments gallery search needs=attention`",
    ),
)
handover.begins = handed_over


def labelled(evidence: Evidence) -> set[str]:
    return {one.name for one in evidence.now.deployments if one.labels.get("needs") == "attention"}


@handover.goal("Every Deployment that needs attention carries the label needs=attention", points=3)
def all_found(evidence: Evidence) -> Verdict:
    found = labelled(evidence) & ATTENTION
    if not labelled(evidence):
        return failed("no Deployment carries it")
    if found != ATTENTION:
        return failed(f"{len(found)} that need attention carry it, and there are more", share=len(found) / 8)
    return passed(f"{len(found)} do")


@handover.goal("No healthy one carries it", points=2, guard=True)
def none_suspected(evidence: Evidence) -> Verdict:
    wrong = labelled(evidence) - ATTENTION
    return failed(f"{len(wrong)} of those that carry it are healthy") if wrong else passed("none does")


@handover.goal("You only looked", guard=True)
def only_looked(evidence: Evidence) -> Verdict:
    if touched(evidence):
        return failed("something was changed, made or deleted")
    return passed("everything runs as it was handed over")


def touched(evidence: Evidence) -> bool:
    """Was anything done beside labelling?"""
    return any(deed.verb != "labelled" for deed in p.your_deeds(evidence))


@handover.mistake(
    "repaired",
    "Was it your turn to mend something?",
    "In a handover you read, and write down what you saw. Something was changed already, and with it what you were "
    "to read.",
    'Begin again: reset("handover"), and only put labels on Deployments.',
)
def _(evidence: Evidence) -> bool:
    return touched(evidence)


@handover.mistake(
    "healthy-labelled",
    "One with your label has everything that it asks for.",
    "A Deployment is healthy when what runs is what it asks for, whatever that is: 3 of 3, or 0 of 0. Which of yours "
    "is like that, and UP-TO-DATE as well?",
    "front and newsletter are healthy: kubectl label deployment front newsletter needs-",
)
def _(evidence: Evidence) -> bool:
    return bool(labelled(evidence) & HEALTHY)


@handover.mistake(
    "pods-labelled",
    "Which kind of object carries your label?",
    "It is on Pods. They may be gone tomorrow, and your note with them; what needs attention is the Deployment.",
    "kubectl label deployment NAME needs=attention, for each that needs it",
)
def _(evidence: Evidence) -> bool:
    return any(pod.labels.get("needs") == "attention" for pod in evidence.now.pods)


@handover.mistake(
    "ready-only",
    "You found those that nobody can reach. Are the others where they should be?",
    "READY 2/2 counts Pods of any age. Which Deployments have fewer UP-TO-DATE Pods than they ask for?",
    "comments and archive are in the middle of a rollout that does not get on: "
    "kubectl label deployment archive comments needs=attention",
)
def _(evidence: Evidence) -> bool:
    return labelled(evidence) == {"gallery", "search"}


@handover.mistake(
    "incomplete",
    "Yours need attention indeed. There are more.",
    "Go through `kubectl get deployments` line by line: READY, and UP-TO-DATE, against the number that is wanted.",
    "Four need it: archive, comments, gallery, search. kubectl label deployment NAME needs=attention",
)
def _(evidence: Evidence) -> bool:
    return bool(labelled(evidence)) and not labelled(evidence) >= ATTENTION


@handover.mistake(
    "other-label",
    "Read your label again, letter by letter: `kubectl get deployments --show-labels`.",
    "Deployments have new labels, but none of them is needs=attention.",
    "kubectl label deployment NAME needs=attention --overwrite, for each that needs it",
)
def _(evidence: Evidence) -> bool:
    before = {one.uid: one.labels for one in evidence.baseline.deployments}
    return not labelled(evidence) and any(
        before.get(one.uid, one.labels) != one.labels for one in evidence.now.deployments
    )


# ---- 2

MEND_SEARCH = (
    "kubectl patch deployment search --type=json --patch="
    """'[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/readyz"}]'"""
)
MEND_GALLERY = f"kubectl set env deployment/gallery DATABASE_URL={DATABASE_URL}"
MEND_COMMENTS = "kubectl set image deployment/comments blog-api=blog-api:1.1"
MEND_ARCHIVE = "kubectl rollout resume deployment/archive"
MAKE_FEEDBACK = "kubectl create deployment feedback --image=blog-api:1.0 --replicas=2"
WAIT_FOR_FEEDBACK = "kubectl rollout status deployment/feedback"
DELETE_FEEDBACK = "kubectl delete pod feedback"
PREPARE_FRONT = """kubectl patch deployment front --patch='{"spec":{"strategy":{"type":"RollingUpdate"}}}'"""
RELEASE_FRONT = "kubectl set image deployment/front blog-api=blog-api:1.1"

shift = lab.exercise(
    "shift",
    "The shift",
    hints=(
        (
            "Whose users see nothing at all? Begin there, and do one thing after the other. Whenever you have mended "
            "one, the hints go on to the next."
        ),
        (
            "Three places say why a Pod is not ready: the Events at the end of `kubectl describe pod`, its log, and "
            "the template in `kubectl describe deployment`. Nothing of this is mended on a Pod."
        ),
        "One after the other: "
        + ", ".join(
            f"`{command}`"
            for command in (
                MEND_SEARCH,
                MEND_GALLERY,
                MEND_COMMENTS,
                MEND_ARCHIVE,
                MAKE_FEEDBACK,
                WAIT_FOR_FEEDBACK,
                DELETE_FEEDBACK,
                PREPARE_FRONT,
                RELEASE_FRONT,
            )
        ),
    ),
    watches=("events", "configmaps", "secrets"),
)
shift.begins = handed_over


@shift.goal("search: both Pods are ready, by a readiness probe that asks /readyz", points=2)
def search(evidence: Evidence) -> Verdict:
    return in_order(evidence, "search", "blog-api:1.0", "readinessProbe", complaint=about_probe)


def about_probe(deployment: Deployment, _: Snapshot) -> str:
    asked = p.probe(deployment, "readinessProbe")
    if not asked:
        return "it has no readiness probe any more"
    if asked.kind != "http" or asked.fails(p.Program(8080, frozenset({"/readyz"}))):
        return "its readiness probe does not ask /readyz on port 8080"
    return ""


@shift.goal("gallery: both Pods run 1.2, with the database from the notes", points=2)
def gallery(evidence: Evidence) -> Verdict:
    return in_order(evidence, "gallery", "blog-api:1.2", "env", complaint=about_database)


def about_database(deployment: Deployment, snapshot: Snapshot) -> str:
    found = p.environment(deployment, snapshot)
    if found.get("DATABASE_URL") == DATABASE_URL:
        return ""
    known = found.has("DATABASE_URL")
    return "its database is another one than in the notes" if known else "its container has no DATABASE_URL"


@shift.goal("comments: this afternoon's release, 1.1, is out", points=2)
def comments(evidence: Evidence) -> Verdict:
    return in_order(evidence, "comments", "blog-api:1.1", "image")


@shift.goal("archive: its release, 1.1, has reached its end", points=2)
def archive(evidence: Evidence) -> Verdict:
    return in_order(evidence, "archive", "blog-api:1.1")


@shift.goal("feedback: a Deployment with two Pods does what the lone Pod did", points=3)
def feedback(evidence: Evidence) -> Verdict:
    deployment = evidence.now.deployment("feedback")
    if deployment is None:
        return failed("there is no Deployment called feedback")
    if deployment.images != ("blog-api:1.0",):
        return failed(f"it asks for {', '.join(deployment.images)}; the lone Pod runs blog-api:1.0")
    if deployment.replicas != 2:
        return failed(f"it asks for {deployment.replicas} Pods; it should be 2")
    if p.pod_labels(deployment).get("app") != "feedback":
        return failed("its Pods do not carry the label app=feedback")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    lone = lone_pods(evidence)
    if lone and lone[0].terminating:
        return waiting("the lone Pod is terminating")
    if lone:
        return failed("the Deployment is complete; the lone Pod is still there", share=0.5)
    return passed("the Deployment is complete; the lone Pod is gone")


def lone_pods(evidence: Evidence) -> list[Any]:
    """The Pod from the start that nobody owned, while it is there."""
    known = {pod.uid for pod in evidence.baseline.pods if p.unowned(pod)}
    return [pod for pod in evidence.now.pods if pod.uid in known]


@shift.goal("front: 1.1 is released", points=3)
def front(evidence: Evidence) -> Verdict:
    return in_order(evidence, "front", "blog-api:1.1", "image")


@shift.goal("front: three Pods were ready at every moment", points=2, guard=True)
def front_uninterrupted(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "front")
    return passed(f"never fewer than {least}") if least >= 3 else failed(f"once there were {least}")


@shift.goal("feedback: somebody answered at every moment", guard=True)
def feedback_uninterrupted(evidence: Evidence) -> Verdict:
    if least_answering(evidence):
        return passed("there was always a Pod with the label app=feedback that was ready")
    return failed("there was a moment without a ready Pod that carries the label app=feedback")


def least_answering(evidence: Evidence) -> int:
    """The fewest ready Pods that requests for feedback could reach: they are sent to whoever carries the label."""
    return p.least_ready_of(evidence, lambda pod: pod.labels.get("app") == "feedback")


@shift.goal("newsletter: left to sleep", guard=True)
def newsletter(evidence: Evidence) -> Verdict:
    before, after = evidence.baseline.deployment("newsletter"), evidence.now.deployment("newsletter")
    if before is None or after is None:
        return failed(GONE)
    if not p.spec_untouched(before, after, evidence.recording):
        return failed("it was changed")
    return passed("nobody touched it")


@shift.goal("Method: nothing was deleted but the lone Pod, and nothing was mended on a Pod", points=2, guard=True)
def shift_method(evidence: Evidence) -> Verdict:
    return by_the_book(evidence, "deleted the Pod feedback")


def by_the_book(evidence: Evidence, *allowed: str) -> Verdict:
    deeds = forbidden_deeds(evidence, *allowed)
    return failed(f"you {deeds[0]}") if deeds else passed("all of it was done on Deployments")


def open_item(item: Callable[[Evidence], Verdict]) -> Callable[[Evidence], bool]:
    """Is this one still to be done, or done wrong, while something has been done already?"""
    return lambda evidence: item(evidence).outcome == "FAIL" and any(p.your_deeds(evidence))


shift.mistake(
    "recreated",
    "Look at the AGE of the Deployments.",
    "One of them was deleted and made again. It works, perhaps; but for a while there was nothing, and its history, "
    "by which it could have been rolled back, is gone.",
    'Begin again: reset("shift"), and change the Deployments that are there: set, patch, edit, rollout.',
)(recreated)

shift.mistake(
    "search",
    "search: its Pods run, and yet none is ready. Who decides whether a Pod is ready?",
    "The Events of a Pod of search say what its readiness probe hears: 404. Compare the path that it asks with the one "
    "in the notes. Without a probe, the Pods would count as ready whether they are or not.",
    MEND_SEARCH,
)(open_item(search))

shift.mistake(
    "gallery",
    "gallery: its containers end as soon as they have started. What was their last word?",
    "`kubectl logs` of one of its Pods (perhaps with `--previous`) names a variable. Its value is in the notes. An "
    "older version would start, but it is 1.2 that the team needs.",
    MEND_GALLERY,
)(open_item(gallery))

shift.mistake(
    "comments",
    "comments: a Pod of it waits. For what, letter by letter?",
    "`kubectl describe pod` shows the image that cannot be pulled; it is written in the Deployment's template. Going "
    "back would end the noise, but this afternoon's release would be lost.",
    MEND_COMMENTS,
)(open_item(comments))

shift.mistake(
    "archive",
    "archive: nothing waits, nothing crashes, and nothing gets on. Has somebody told it to stand still?",
    "`kubectl get deployment archive --output yaml` says `paused: true`; `kubectl rollout` has a verb against that.",
    MEND_ARCHIVE,
)(open_item(archive))

shift.mistake(
    "feedback",
    "feedback: who replaces the Pod when it wears out? And is there anything left that nobody looks after?",
    "Make a Deployment first, with the same image, two replicas and Pods labelled app=feedback; wait until it is "
    "complete; only then the lone Pod can go.",
    f"{MAKE_FEEDBACK}, then {WAIT_FOR_FEEDBACK}, then {DELETE_FEEDBACK}",
)(open_item(feedback))

shift.mistake(
    "front",
    "front: everything is ready for the release. Is everything ready for its users?",
    "`kubectl describe deployment front` has a line StrategyType. What does Recreate do to three Pods that are needed "
    "all the time? Change that first; it starts no rollout. Then set the image.",
    f"{PREPARE_FRONT}, then {RELEASE_FRONT}",
)(open_item(front))


@shift.mistake(
    "front-interrupted",
    "What did the users of front see while it was released?",
    "With the strategy Recreate, all old Pods go before the first new one comes. What cannot be undone is that it was "
    "down; what can be learnt is to read StrategyType before a release.",
    f'Begin again: reset("shift"). Before the release: {PREPARE_FRONT}',
)
def _(evidence: Evidence) -> bool:
    return p.least_ready(evidence, "front") < 3


@shift.mistake(
    "feedback-interrupted",
    "In which order did you replace the lone Pod?",
    "It was gone before another Pod with the label app=feedback was ready, so for a while nobody answered.",
    f'Begin again: reset("shift"). First {MAKE_FEEDBACK}, then {WAIT_FOR_FEEDBACK}, and only then {DELETE_FEEDBACK}',
)
def _(evidence: Evidence) -> bool:
    return not least_answering(evidence)


@shift.mistake(
    "newsletter-woken",
    "Was anything wrong with newsletter?",
    "It asked for no Pods, and had none: that is what its team wants from Tuesday to Sunday. It was changed.",
    'Begin again: reset("shift"), and leave newsletter alone.',
)
def _(evidence: Evidence) -> bool:
    return newsletter(evidence).outcome == "FAIL"


@shift.mistake(
    "by-hand",
    "Look through “How you did it”: is there a line about a Pod or a ReplicaSet that should not be there?",
    "Pods and ReplicaSets follow their Deployment: what you do to them by hand is replaced, or put back. The only Pod "
    "that had to go by hand was the lone one, since nobody owned it.",
    'Begin again: reset("shift"), and change Deployments only.',
)
def _(evidence: Evidence) -> bool:
    return bool(forbidden_deeds(evidence, "deleted the Pod feedback"))


# ---- 3

ROLL_BACK = "kubectl rollout undo deployment/front"
CAREFULLY = (
    """kubectl patch deployment front --patch='{"spec":{"strategy":{"rollingUpdate":"""
    """{"maxUnavailable":0,"maxSurge":1}}}}'"""
)
MORE_MEMORY = "kubectl set resources deployment/front --limits=memory=128Mi"
SHIP = "kubectl set image deployment/front blog-api=blog-api:1.3"
BROKEN_LIMIT, MENDED_LIMIT = "64Mi", "128Mi"

incident = lab.exercise(
    "incident",
    "The incident",
    start="incident.yaml",
    hints=(
        "Users first, causes later. What was the last release that worked?",
        (
            "`kubectl rollout history deployment/front` lists the releases, and `kubectl rollout` has a verb that goes "
            "back by one. Afterwards ask again: the hints go on."
        ),
        f"`{ROLL_BACK}`, and when three Pods are ready: `{CAREFULLY}`, `{MORE_MEMORY}`, `{SHIP}`",
    ),
)


def all_down(snapshot: Snapshot) -> bool:
    """1.3 has replaced everything, and none of it lives; the release before is still known."""
    deployment = snapshot.deployment("front")
    return (
        deployment is not None
        and len(p.pods_of(deployment, snapshot)) == 3
        and ready_pods(snapshot, "front") == 0
        and waits_or_has_crashed(snapshot, "front")
        and p.template_of_revision(deployment, 2, snapshot) is not None
    )


incident.begins = all_down


def first_served(evidence: Evidence) -> tuple[float, Deployment] | None:
    """When, since the start, all of front was ready for the first time, and what it asked for then."""
    evidence.recording.require("deployments")
    before = evidence.baseline.deployment("front")
    for at, state in deployments_over_time(evidence.baseline.raw["deployments"], evidence.recording, "front"):
        if state is None or before is None or state.uid != before.uid:
            continue
        status = state.status
        seen = int(status.get("observedGeneration", 0)) >= state.generation
        if seen and int(status.get("readyReplicas", 0)) == int(status.get("updatedReplicas", 0)) == state.replicas >= 3:
            return at, state
    return None


def since_served(evidence: Evidence) -> list[int]:
    """How many of front's Pods were ready, from the moment on at which there were three again; empty before that."""
    evidence.recording.require("pods", "replicasets")
    before = evidence.baseline.deployment("front")
    replicasets = [*evidence.baseline.raw["replicasets"], *(c.raw for c in evidence.recording.of_kind("replicasets"))]
    owners = {
        raw["metadata"]["uid"]
        for raw in replicasets
        for reference in raw["metadata"].get("ownerReferences") or ()
        if before is not None and reference["uid"] == before.uid
    }
    seen = available_over_time(evidence.baseline.raw["pods"], evidence.recording, lambda pod: pod.controller in owners)
    numbers = [number for _, number in seen]
    first = next((index for index, number in enumerate(numbers) if number >= 3), len(numbers))
    return numbers[first:]


@incident.goal("Users first: front is served again by the last release that worked", points=4)
def rolled_back_first(evidence: Evidence) -> Verdict:
    served = first_served(evidence)
    now = evidence.now.deployment("front")
    if now is None:
        return failed(GONE)
    if served is None:
        if now.images == ("blog-api:1.1",) and now.replicas >= 3:
            return waiting("not settled yet: three Pods are not ready yet")
        return failed("since the pager went off, there has been no moment with three ready Pods")
    at, state = served
    after_s = max(0.0, at - evidence.baseline.taken)
    if state.images == ("blog-api:1.0",):
        return failed(f"served again after {after_s:.0f} s, by 1.0; that is not the last one that worked", share=0.5)
    if state.images != ("blog-api:1.1",):
        return failed(f"served again after {after_s:.0f} s, by {state.images[0]}: they waited until it was mended")
    return passed(f"served again after {after_s:.0f} s, by 1.1")


def about_limit(deployment: Deployment, _: Snapshot) -> str:
    limit = limit_of(deployment)
    if limit is None:
        return "its container has no memory limit any more"
    written = p.container(deployment)["resources"]["limits"]["memory"]
    return "" if limit == p.amount(MENDED_LIMIT) else f"its memory limit is {written}"


@incident.goal("1.3 is out, mended: three Pods, with the memory limit from the notes", points=3)
def shipped(evidence: Evidence) -> Verdict:
    return in_order(evidence, "front", "blog-api:1.3", "resources", "image", complaint=about_limit)


@incident.goal("Since they are served again, three Pods were ready at every moment", points=2)
def stayed_up(evidence: Evidence) -> Verdict:
    numbers = since_served(evidence)
    if not numbers:
        return failed("there has been no moment with three ready Pods")
    return passed("never fewer than three") if min(numbers) >= 3 else failed(f"once there were {min(numbers)}")


@incident.goal("Method: nothing was deleted, and nothing was mended on a Pod", guard=True)
def incident_method(evidence: Evidence) -> Verdict:
    return by_the_book(evidence)


def served_by(evidence: Evidence) -> str:
    served = first_served(evidence)
    return served[1].images[0] if served else ""


incident.mistake(
    "recreated",
    "Look at the AGE of front, and at its history.",
    "front was deleted and made again. The history by which it could have been rolled back went with it.",
    f'Begin again: reset("incident"), then: {ROLL_BACK}',
)(recreated)


@incident.mistake(
    "fixed-forward",
    "How long did the users wait, and for what?",
    "You looked for the cause while they saw nothing, and mended 1.3 on the spot. This time it was quick. A release "
    "that worked was one command away, and does not depend on your being right.",
    f'Begin again: reset("incident"), and first of all: {ROLL_BACK}',
)
def _(evidence: Evidence) -> bool:
    return served_by(evidence) == "blog-api:1.3"


@incident.mistake(
    "too-far",
    "Which release was the last that worked?",
    "You went back to 1.0. Between that and the broken one there was 1.1, and it worked: the notes say so, and the "
    "history lists it.",
    f'Begin again: reset("incident"); without a number, undo goes back by one: {ROLL_BACK}',
)
def _(evidence: Evidence) -> bool:
    return served_by(evidence) == "blog-api:1.0"


@incident.mistake(
    "limit-removed",
    "What keeps this Pod from eating its neighbours' memory?",
    "The limit is gone, or another one than in the notes. 1.3 needs 96 MiB; a limit of 128Mi leaves it some air, and "
    "protects the Node.",
    MORE_MEMORY,
)
def _(evidence: Evidence) -> bool:
    deployment = evidence.now.deployment("front")
    limits = {p.amount(BROKEN_LIMIT), p.amount(MENDED_LIMIT)}
    return deployment is not None and bool(served_by(evidence)) and limit_of(deployment) not in limits


def limit_of(deployment: Deployment) -> Decimal | None:
    return p.resource(deployment, "limits", "memory")


@incident.mistake(
    "unmended",
    "You shipped 1.3 again. What is different from the first time?",
    "It needs more memory than its container may have: `kubectl describe pod` says OOMKilled. The notes have the "
    "number. The old Pods serve meanwhile, if the strategy lets them.",
    f"{MORE_MEMORY}, with {CAREFULLY} before it, if you have not done that yet",
)
def _(evidence: Evidence) -> bool:
    deployment = evidence.now.deployment("front")
    return (
        deployment is not None
        and bool(served_by(evidence))
        and deployment.images == ("blog-api:1.3",)
        and limit_of(deployment) == p.amount(BROKEN_LIMIT)
    )


@incident.mistake(
    "not-shipped",
    "The users are served. And the release?",
    "Why did 1.3 die, and why did it take all three Pods with it? The notes have the one, the Deployment's strategy "
    "the other. Mend both before you ship it again.",
    f"{CAREFULLY}, then {MORE_MEMORY}, then {SHIP}",
)
def _(evidence: Evidence) -> bool:
    deployment = evidence.now.deployment("front")
    return deployment is not None and bool(served_by(evidence)) and deployment.images != ("blog-api:1.3",)


@incident.mistake(
    "interrupted",
    "What did the users see when 1.3 went out for the second time?",
    "The strategy still allows all Pods to be away at once, as it did the first time. A good release can be an outage, "
    "too.",
    f'Begin again: reset("incident"). After the rollback, before anything else: {CAREFULLY}',
)
def _(evidence: Evidence) -> bool:
    numbers = since_served(evidence)
    return bool(numbers) and min(numbers) < 3


@incident.mistake(
    "by-hand",
    "Look through “How you did it”: is there a line about a Pod or a ReplicaSet?",
    "What you do to Pods by hand is replaced by what their Deployment asks for. It cost time, and mended nothing.",
    'Begin again: reset("incident"), and work on the Deployment only.',
)
def _(evidence: Evidence) -> bool:
    return bool(forbidden_deeds(evidence))

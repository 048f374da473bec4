"""Exercises that are made to be answered wrongly, by accident and on purpose.

Between them they use the whole vocabulary of predicates. What stands above each is its
text: it says which ways count, and the verdicts follow it to the letter.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from driftlab.checker import Deployment, Evidence, Exercise, Lab, Pod, Snapshot, Verdict, failed, passed, waiting
from driftlab.checker import predicates as p

if TYPE_CHECKING:
    from driftlab.checker import Disturbance

lab = Lab("90-hostile", title="Hostile", minutes=60, summary="What can go wrong, and who would like it to.")


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- what several exercises ask


def settled(evidence: Evidence, wanted: int) -> Verdict:
    """blog-api asks for ``wanted`` Pods, and all of them are there and ready."""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if deployment.terminating:
        return failed("the Deployment blog-api is being deleted")
    if deployment.replicas != wanted:
        return failed(f"blog-api asks for {deployment.replicas} Pods; it should ask for {wanted}")
    if deployment.paused:
        return failed("the rollout is paused: nothing goes on before it is resumed")
    if p.deadline_exceeded(deployment):
        return failed("the rollout has exceeded its progress deadline")
    return p.settling(deployment, evidence.now) or passed(f"{wanted} of {wanted} Pods are ready")


def at_work(deployment: Deployment | None) -> bool:
    """Does its controller still do something for it, and are there Pods to be made?"""
    return deployment is not None and deployment.replicas > 0 and not (deployment.paused or deployment.terminating)


def never_fewer(evidence: Evidence, than: int) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    if least < than:
        return failed(f"at one moment only {least} of its Pods were ready; it should never be fewer than {than}")
    return passed(f"there were {least} or more at any moment")


def the_same(evidence: Evidence, *but: str) -> Verdict:
    """It is the object from the start, and its containers are the same in all fields ``but`` these."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api")
    if not p.same_object(before, after):
        return failed("this is another Deployment with the same name")
    if not p.changed_in_template(before, after) <= {*but, "annotations"}:
        return failed("something else in its template was changed, too")
    return passed("it is the Deployment from the start")


def own_pods(evidence: Evidence) -> Verdict:
    """Nobody else's Pods carry blog-api's label."""
    deployment = blog_api(evidence.now)
    strangers = p.strangers_in_selector(deployment, evidence.now) if deployment else ()
    return failed(f"{len(strangers)} Pods are not its own") if strangers else passed("all of them are its own")


# ---- what exercises are mistaken for


def shows(holds: Callable[[Deployment], object]) -> Callable[[Evidence], bool]:
    """Does it hold for the Deployment as it is now?"""

    def show(evidence: Evidence) -> bool:
        deployment = blog_api(evidence.now)
        return deployment is not None and bool(holds(deployment))

    return show


def did(verb: str, kind: str) -> Callable[[Evidence], bool]:
    return lambda evidence: p.you(evidence, verb, kind)


def replicaset_edited(evidence: Evidence) -> bool:
    before = {rs.uid: rs for rs in evidence.baseline.replicasets}
    return any(not p.asks_for_the_same(before.get(rs.uid, rs), rs) for rs in evidence.now.replicasets)


def second_deployment(evidence: Evidence) -> bool:
    known = {one.uid for one in evidence.baseline.deployments}
    return any(one.name != "blog-api" and one.uid not in known for one in evidence.now.deployments)


def strangers(evidence: Evidence) -> bool:
    """Pods without an owner that were not there at the start: made, or let go because an owner was forged."""
    known = p.uids(evidence.baseline.pods)
    return p.you(evidence, "made", "Pod") or any(
        pod.controller is None and pod.uid not in known for pod in evidence.now.pods
    )


def stuck(evidence: Evidence) -> bool:
    return any(pod.terminating and pod.metadata.get("finalizers") for pod in evidence.now.pods)


def other_kind(evidence: Evidence) -> bool:
    owners = [owner for pod in evidence.now.pods for owner in pod.metadata.get("ownerReferences") or ()]
    return any(owner["kind"] != "ReplicaSet" for owner in owners)


def first_asked_s(deployment: Deployment) -> int:
    found = p.probe(deployment, "readinessProbe")
    return found.after_s if found else 0


def dipped(than: int) -> Callable[[Evidence], bool]:
    return lambda evidence: p.least_ready(evidence, "blog-api") < than


#: name: what the answer says, and what shows it
MISTAKES: dict[str, tuple[str, Callable[[Evidence], bool]]] = {
    "recreated": (
        "You deleted the Deployment and made it again.",
        lambda evidence: p.was_recreated(evidence, "blog-api"),
    ),
    "deleted": ("The Deployment is gone.", lambda evidence: blog_api(evidence.now) is None),
    "leaving": ("The Deployment is being deleted; a finalizer keeps it.", shows(lambda one: one.terminating)),
    "zero": ("A Deployment without Pods is complete, and does nothing.", shows(lambda one: one.replicas == 0)),
    "paused": ("The rollout is paused: kubectl rollout resume", shows(lambda one: one.paused)),
    "second-deployment": ("You made another Deployment.", second_deployment),
    "own-replicaset": ("You made a ReplicaSet of your own.", did("made", "ReplicaSet")),
    "replicaset-edited": ("You changed the template of a ReplicaSet.", replicaset_edited),
    "replicaset": ("You scaled a ReplicaSet.", did("scaled", "ReplicaSet")),
    "pods-edited": ("You changed Pods instead of what they are made from.", did("changed", "Pod")),
    "relabelled": ("You changed the labels of Pods.", did("labelled", "Pod")),
    "bare-pods": ("You made Pods that nobody owns.", strangers),
    "other-kind": ("Something else than a Deployment owns these Pods.", other_kind),
    "deadline": (
        "The progress deadline is over: look at the Deployment's conditions.",
        shows(p.deadline_exceeded),
    ),
    "slow": (
        "New Pods count only after a very long time.",
        shows(lambda one: max(int(one.spec.get("minReadySeconds", 0)), first_asked_s(one)) > 60),
    ),
    "stuck": ("A finalizer keeps a Pod that should be gone.", stuck),
}


def mistakes(exercise: Exercise, *names: str) -> None:
    for name in names:
        answer, show = MISTAKES[name]
        mistake(exercise, name, answer, show)


def mistake(exercise: Exercise, name: str, answer: str, show: Callable[[Evidence], bool]) -> None:
    exercise.mistake(name, f"A nudge about {name}.", f"A pointer to {name}.", answer)(show)


HINTS = ("A nudge.", "A pointer.", "The answer.")
COMMON = ("recreated", "deleted", "zero", "own-replicaset")

# ---- 1
#
# blog-api runs three times. Ask for five, by whichever command, and through the Deployment: it has to be the one from
# the start, with the template from the start. Detours are allowed, as long as three of its Pods are ready at any
# moment. At the end all Pods with its label are its own, and its rollout is not paused.

scale = lab.exercise("scale", "Five instead of three", hints=HINTS)


@scale.goal("blog-api asks for five Pods, and has them", points=2)
def _(evidence: Evidence) -> Verdict:
    return settled(evidence, 5)


@scale.goal("Never fewer than three were ready", guard=True)
def _(evidence: Evidence) -> Verdict:
    return never_fewer(evidence, 3)


@scale.goal("It is the Deployment from the start", guard=True)
def _(evidence: Evidence) -> Verdict:
    return the_same(evidence)


scale.goal("All Pods are its own", guard=True, hidden="ownership")(own_pods)

mistakes(scale, *COMMON, "leaving", "second-deployment", "replicaset", "paused", "bare-pods", "relabelled")
mistake(scale, "dipped", "There were fewer than three at one moment.", dipped(3))
mistake(
    scale,
    "number",
    "It was asked for another number than five.",
    lambda evidence: p.replicas_asked_for(evidence, "blog-api")[-1] not in (3, 5),
)
mistakes(scale, "slow", "stuck")


# ---- 2
#
# Release 1.1: all Pods run the image blog-api:1.1, rolled out by the Deployment from the start, three of them, never
# fewer than two ready. In the template nothing but the image changes; how the rollout is done is yours to say, as long
# as it ends. At the end all Pods with blog-api's label are its own.

update = lab.exercise("update", "Release 1.1", hints=HINTS)
NEW = ("blog-api:1.1",)


@update.goal("blog-api asks for image 1.1, and the rollout is complete", points=2)
def _(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is not None and deployment.images != NEW:
        return failed(f"it asks for {', '.join(deployment.images)}")
    return settled(evidence, 3)


@update.goal("What runs is 1.1, and nothing else")
def _(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    running = p.running_images(deployment, evidence.now) if deployment else frozenset()
    if running == frozenset(NEW):
        return passed("every Pod has it")
    told = f"the Pods' images: {', '.join(sorted(running)) or 'none'}"
    return waiting(told) if deployment and deployment.images == NEW and at_work(deployment) else failed(told)


@update.goal("Never fewer than two were ready", guard=True)
def _(evidence: Evidence) -> Verdict:
    return never_fewer(evidence, 2)


@update.goal("Nothing but the image was changed", guard=True)
def _(evidence: Evidence) -> Verdict:
    return the_same(evidence, "image")


update.goal("All Pods are its own", guard=True, hidden="ownership")(own_pods)

mistakes(update, *COMMON, "leaving", "second-deployment", "replicaset-edited", "pods-edited", "bare-pods", "paused")
mistake(update, "dipped", "There were fewer than two at one moment.", dipped(2))
mistake(
    update,
    "undone",
    "It was 1.1 already, and you took it back.",
    lambda evidence: NEW in p.images_asked_for(evidence, "blog-api")[:-1],
)
mistake(update, "wrong-image", "This is another image.", shows(lambda one: one.images not in (("blog-api:1.0",), NEW)))
mistakes(update, "deadline", "slow", "stuck")
mistake(
    update,
    "template",
    "You changed more than the image.",
    lambda evidence: the_same(evidence, "image").outcome != "PASS",
)


# ---- 3
#
# blog-api is at revision 3. Bring back revision 1: exactly its template, three times, on the Deployment from the start,
# which keeps its history: none of the three ReplicaSets may be lost. By `kubectl rollout undo` or by hand: both count.
# At the end all Pods with blog-api's label are its own.

rollback = lab.exercise("rollback", "Back to the first revision", hints=HINTS, start="rollback.yaml")


def history(snapshot: Snapshot) -> dict[str, str]:
    """UIDs of blog-api's ReplicaSets, with the revisions that they say they are."""
    deployment = blog_api(snapshot)
    return {rs.uid: rs.revision for rs in p.replicasets_of(deployment, snapshot)} if deployment else {}


def asks_for_revision(evidence: Evidence, number: int) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and p.restored(deployment, number, evidence)


rollback.begins = lambda snapshot: (
    sorted(history(snapshot).values()) == ["1", "2", "3"]
    and all(not p.unfinished(one, snapshot) for one in snapshot.deployments)
)


@rollback.goal("blog-api asks for what revision 1 was, and has it", points=2)
def _(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is not None and p.was_recreated(evidence, "blog-api"):
        return failed("this is another Deployment: it has no revision 1 to go back to")
    if deployment is not None and not asks_for_revision(evidence, 1):
        return failed(f"its template is not that of revision 1; its images: {', '.join(deployment.images)}")
    return settled(evidence, 3)


@rollback.goal("What runs belongs to revision 1's ReplicaSet")
def _(evidence: Evidence) -> Verdict:
    first = next(uid for uid, number in history(evidence.baseline).items() if number == "1")
    if p.brought_back(evidence, "blog-api", 1) and not any(pod.terminating for pod in evidence.now.pods):
        return passed("all Pods are of the ReplicaSet that had the first revision")
    told = "not all Pods belong to the ReplicaSet that had the first revision"
    going_on = at_work(blog_api(evidence.now)) and asks_for_revision(evidence, 1)
    return waiting(told) if going_on and first in history(evidence.now) else failed(told)


@rollback.goal("The history is kept", guard=True)
def _(evidence: Evidence) -> Verdict:
    lost = history(evidence.baseline).keys() - history(evidence.now).keys()
    return failed(f"{len(lost)} of its three ReplicaSets are lost") if lost else passed("all three are there")


@rollback.goal("It is the Deployment from the start", guard=True)
def _(evidence: Evidence) -> Verdict:
    return the_same(evidence, "image", "env")


rollback.goal("All Pods are its own", guard=True, hidden="ownership")(own_pods)

mistakes(rollback, *COMMON, "replicaset-edited")
mistake(
    rollback,
    "history",
    "A revision that is not kept cannot come back.",
    lambda evidence: bool(history(evidence.baseline).keys() - history(evidence.now).keys()),
)
mistakes(rollback, "replicaset", "relabelled", "paused")
mistake(
    rollback,
    "wrong-revision",
    "kubectl rollout undo deployment/blog-api --to-revision=1",
    lambda evidence: (
        p.was_ever(evidence, "blog-api", lambda one: not p.restored(one, 3, evidence))
        and any(asks_for_revision(evidence, number) for number in (2, 3))
    ),
)
mistake(
    rollback,
    "half",
    "Something of revision 1 is missing: compare with `kubectl rollout history --revision=1`.",
    lambda evidence: not any(asks_for_revision(evidence, number) for number in (1, 2, 3)),
)
mistakes(rollback, "slow", "stuck")


# ---- 4
#
# blog-api runs and is never ready: its readiness probe asks for a path that it does not know. Let the probe ask for
# /readyz, at port 8080 of the Pod itself, by HTTP. How often and from when on it asks is yours; the rest of the
# template stays as it is. Three Pods, all blog-api's own.

mend = lab.exercise("mend", "A probe that asks for the wrong path", hints=HINTS, start="mend.yaml")
mend.begins = lambda snapshot: len(snapshot.pods) == 3 and all(pod.phase == "Running" for pod in snapshot.pods)


def probe(evidence: Evidence) -> p.Probe | None:
    deployment = blog_api(evidence.now)
    return p.probe(deployment, "readinessProbe") if deployment else None


def asked(evidence: Evidence) -> p.Probe | None:
    """The probe, where it asks somebody over HTTP."""
    found = probe(evidence)
    return found if found and found.kind in ("http", "https") else None


def elsewhere(evidence: Evidence) -> bool:
    found = asked(evidence)
    return found is not None and bool(found.fails(p.Program(8080, frozenset({found.path}))))


@mend.goal("The readiness probe asks for /readyz", points=2)
def _(evidence: Evidence) -> Verdict:
    found = asked(evidence)
    if blog_api(evidence.now) is None:
        return failed("there is no Deployment called blog-api")
    if not probe(evidence):
        return failed("there is no readiness probe")
    if not found:
        return failed("the probe does not ask blog-api any more")
    if elsewhere(evidence):
        return failed("the probe asks somebody else than blog-api")
    return passed("it does") if found.path == "/readyz" else failed(f"it asks for {found.path}")


@mend.goal("Three Pods are ready")
def _(evidence: Evidence) -> Verdict:
    return settled(evidence, 3)


@mend.goal("Nothing but the probe was changed", guard=True)
def _(evidence: Evidence) -> Verdict:
    return the_same(evidence, "readinessProbe")


mend.goal("All Pods are its own", guard=True, hidden="ownership")(own_pods)

mistakes(mend, *COMMON, "replicaset-edited", "paused")
mistake(mend, "removed", "You took the probe away.", lambda evidence: not probe(evidence))
mistake(
    mend,
    "always",
    "A probe that always succeeds is none.",
    lambda evidence: bool(probe(evidence)) and not asked(evidence),
)
mistake(mend, "elsewhere", "This probe asks somebody else.", elsewhere)
mistake(
    mend,
    "template",
    "You changed more than the probe.",
    lambda evidence: the_same(evidence, "readinessProbe").outcome != "PASS",
)
mistake(
    mend,
    "number",
    "There should be three Pods.",
    shows(lambda one: one.replicas != 3),
)
mistake(
    mend,
    "other-path",
    "Which path says that it is ready?",
    lambda evidence: (found := asked(evidence)) is not None and found.path not in ("/ready", "/readyz"),
)
mistakes(mend, "deadline", "slow")


# ---- 5
#
# One Pod runs, and nobody looks after it. See to it that a Deployment called blog-api keeps three Pods of the image
# blog-api:1.0 running, whatever happens to one of them. What becomes of the first Pod does not matter.

heal = lab.exercise("heal", "Somebody who looks after it", hints=HINTS, start="heal.yaml")
heal.begins = lambda snapshot: all(pod.ready for pod in snapshot.pods) and len(snapshot.pods) == 1


@heal.goal("A Deployment keeps three Pods")
def _(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is not None and deployment.images != ("blog-api:1.0",):
        return failed(f"it asks for {', '.join(deployment.images)}")
    return settled(evidence, 3)


@heal.proof("One that goes is replaced", points=2)
def _(disturbance: "Disturbance", evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    assert deployment is not None
    victim = p.living(p.pods_of(deployment, evidence.now))[0]
    disturbance.delete_pod(victim.name)

    def over(snapshot: Snapshot) -> bool:
        there = blog_api(snapshot)
        if there is None or there.terminating:
            return True
        pods = p.living(p.pods_of(there, snapshot))
        return victim.uid not in p.uids(pods) and sum(pod.ready for pod in pods) == 3

    after = disturbance.until(over)
    if after is None:
        return failed("a Pod was deleted, and was not replaced in time")
    if not p.same_object(deployment, blog_api(after)):
        return failed("the Deployment went away while this was tried")
    return passed("a Pod was deleted, and another one came")


mistakes(heal, "leaving", "zero", "own-replicaset", "other-kind", "paused")
mistake(
    heal,
    "gone-meanwhile",
    "The Deployment was there, and is gone.",
    lambda evidence: blog_api(evidence.now) is None and p.was_ever(evidence, "blog-api", lambda one: True),
)
mistake(heal, "other-name", "Look at the name of the Deployment.", second_deployment)
mistake(heal, "wrong-image", "This is another image.", shows(lambda one: one.images != ("blog-api:1.0",)))
mistake(heal, "number", "There should be three Pods.", shows(lambda one: one.replicas != 3))
mistakes(heal, "bare-pods", "slow")


# ---- 6
#
# Make a Pod called loner from the image blog-api:1.0, which is ready, and which nobody owns. Leave blog-api alone.

pod = lab.exercise("pod", "One Pod", hints=HINTS)


def loner(evidence: Evidence) -> Pod | None:
    return evidence.now.pod("loner")


def said(one: Pod) -> str:
    """What the kubelet says of its containers."""
    states = [status.get("state") or {} for status in one.status.get("containerStatuses") or ()]
    reasons = [f"{held.get('reason')}: {held.get('message', '')}" for state in states if (held := state.get("waiting"))]
    return "; ".join([one.phase, *reasons])


@pod.goal("A Pod called loner is ready", points=2)
def _(evidence: Evidence) -> Verdict:
    one = loner(evidence)
    if one is None:
        return failed("there is none")
    if one.terminating:
        return failed("it is being deleted")
    if p.images(one) != ("blog-api:1.0",):
        return failed(f"its images: {', '.join(p.images(one))} ({said(one)})")
    if one.phase in ("Succeeded", "Failed"):
        return failed(f"it has ended: {one.phase}")
    return passed("it is") if one.ready else waiting(f"not yet: {said(one)}")


@pod.goal("Nobody owns it")
def _(evidence: Evidence) -> Verdict:
    one = loner(evidence)
    if one is None:
        return failed("there is none")
    owners = ", ".join(f"{owner['kind']} {owner['name']}" for owner in one.metadata.get("ownerReferences") or ())
    return passed("nobody does") if p.unowned(one) else failed(f"its owner: {owners}")


@pod.goal("blog-api was left alone", guard=True)
def _(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None or not p.spec_untouched(before, after, evidence.recording):
        return failed("somebody has changed it")
    return passed("it is as it was")


mistakes(pod, "recreated", "deleted", "own-replicaset")
mistake(
    pod,
    "deployment",
    "A Deployment owns its Pods.",
    lambda evidence: second_deployment(evidence) or (other_kind(evidence) and loner(evidence) is None),
)


def about_loner(holds: Callable[[Pod], object]) -> Callable[[Evidence], bool]:
    def show(evidence: Evidence) -> bool:
        one = loner(evidence)
        return one is not None and bool(holds(one))

    return show


mistake(pod, "owned", "It says that somebody owns it.", about_loner(lambda one: not p.unowned(one)))
mistake(
    pod,
    "not-kept",
    "You deleted it.",
    lambda evidence: loner(evidence) is None and p.you(evidence, "deleted", "Pod"),
)
mistake(
    pod,
    "taken",
    "A controller took it for one of its own, and removed it.",
    lambda evidence: loner(evidence) is None and bool(p.events_about_pod(evidence.now, "loner", evidence.baseline)),
)
mistake(pod, "wrong-image", "This is another image.", about_loner(lambda one: p.images(one) != ("blog-api:1.0",)))
mistake(pod, "leaving", "A finalizer keeps it; it is gone already.", about_loner(lambda one: one.terminating))
mistake(pod, "ended", "It has ended.", about_loner(lambda one: one.phase in ("Succeeded", "Failed")))
mistake(pod, "unscheduled", "No Node will have it.", about_loner(lambda one: not one.spec.get("nodeName")))
mistake(
    pod, "other-name", "Look at its name.", lambda evidence: loner(evidence) is None and p.you(evidence, "made", "Pod")
)

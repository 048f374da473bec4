"""Rolling updates: a new version takes over, Pod by Pod, and what that does to those who are served meanwhile."""

from collections.abc import Callable

from driftlab.checker import (
    Deployment,
    Evidence,
    Exercise,
    Lab,
    Pod,
    ReplicaSet,
    Snapshot,
    Verdict,
    failed,
    passed,
    waiting,
)
from driftlab.checker import predicates as p

lab = Lab(
    "05-rolling-updates",
    title="Rolling updates",
    minutes=50,
    summary="Release a new version while people read: who takes turns, what it costs, and when a new Pod counts.",
)

#: What blog-api serves, and where: a probe that asks for anything else is never answered.
BLOG_API = p.Program(8080, frozenset({"/", "/healthz", "/readyz", "/version"}))


SET_IMAGE = "kubectl set image deployment/blog-api blog-api=blog-api:1.1"


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- what several exercises ask


def rolled_out(evidence: Evidence, image: str) -> Verdict:
    """Does every Pod run ``image``, because the Deployment asks for it?"""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if deployment.images != (image,):
        return failed(f"the Deployment asks for {', '.join(deployment.images)}")
    missing = p.unfinished(deployment, evidence.now)
    if missing and deployment.paused:
        return failed(f"the Deployment asks for {image}, but its rollout is paused", share=0.25)
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    if (running := p.running_images(deployment, evidence.now)) != {image}:
        runs = ", ".join(sorted(running)) or "nothing"
        return failed(f"the Deployment asks for {image}, but what runs is {runs}", share=0.25)
    return passed(f"{deployment.replicas} of {deployment.replicas} Pods run {image}, and all are ready")


def kept(exercise: Exercise, replicas: int) -> None:
    """The guard that every exercise has: the same Deployment, and as many Pods as before."""

    @exercise.goal(f"It is the Deployment from the start, and it asks for {replicas} Pods", guard=True)
    def same_deployment(evidence: Evidence) -> Verdict:
        before, after = blog_api(evidence.baseline), blog_api(evidence.now)
        if after is None:
            return failed("there is no Deployment called blog-api any more")
        if not p.same_object(before, after):
            return failed("this is another Deployment with the same name: its UID is not the one from the start")
        if after.replicas != replicas:
            return failed(f"it asks for {after.replicas}")
        return passed("same UID, same number")


def new_revisions(evidence: Evidence) -> int:
    return p.new_revisions(evidence, "blog-api")


def template_changes(evidence: Evidence) -> list[Deployment]:
    return p.template_changes(evidence, "blog-api")


def strategy(deployment: Deployment | None) -> p.Strategy | None:
    return p.strategy(deployment) if deployment else None


def strategy_changed(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and "strategy" in p.changed(before, after)


def is_recreate(deployment: Deployment) -> bool:
    return p.strategy(deployment).kind == "Recreate"


def now(evidence: Evidence, holds: Callable[[Deployment], bool]) -> bool:
    """Does it hold for the Deployment that is there? It does not where there is none."""
    deployment = blog_api(evidence.now)
    return deployment is not None and holds(deployment)


def asks_for(evidence: Evidence, image: str) -> bool:
    return now(evidence, lambda deployment: deployment.images == (image,))


def ever_paused(evidence: Evidence) -> bool:
    return p.was_ever(evidence, "blog-api", lambda deployment: deployment.paused)


# ---- what several exercises are mistaken for


def recreated(exercise: Exercise, instead: str) -> None:
    """``instead`` is the command to use."""

    @exercise.mistake(
        "recreated",
        "Look at the AGE of the Deployment.",
        "You deleted the Deployment and made another one. All its Pods went at once, and so did its history. "
        "A release changes the Deployment that is there.",
        f"Start again with reset(), and keep the Deployment: {instead}",
    )
    def _(evidence: Evidence) -> bool:
        return p.was_recreated(evidence, "blog-api")


def scaled(exercise: Exercise, pointer: str, instead: str) -> None:
    @exercise.mistake(
        "scaled", "How many Pods did you ask for in between?", pointer, f"Start again with reset(), then: {instead}"
    )
    def _(evidence: Evidence) -> bool:
        return len(p.replicas_asked_for(evidence, "blog-api")) > 1


def only_strategy(exercise: Exercise) -> None:
    @exercise.mistake(
        "not-rolled-out",
        "Which version do the Pods run?",
        "You changed the strategy, and nothing was rolled out: it is not part of the Pod template, it only says how "
        "the next rollout will go.",
        f"Now the release itself: {SET_IMAGE}",
    )
    def _(evidence: Evidence) -> bool:
        return strategy_changed(evidence) and not template_changes(evidence)


# ---- 1

set_image = lab.exercise(
    "set-image",
    "Roll out blog-api:1.1",
    hints=(
        "Which of the three kinds of object is the one that you ask?",
        "`kubectl set image` takes a Deployment, and then CONTAINER=IMAGE. The container is called blog-api, too.",
        f"`{SET_IMAGE}`",
    ),
)


@set_image.goal("Every Pod runs blog-api:1.1", points=3)
def new_version(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.1")


@set_image.goal("It took one rollout, and nothing but the image is different", guard=True)
def one_rollout(evidence: Evidence) -> Verdict:
    if (number := new_revisions(evidence)) > 1:
        return failed(f"it took {number} rollouts")
    if not same_but_image(evidence):
        return failed("the Pod template has lost or gained something besides the image")
    return passed("one template gave way to another, or none did yet")


def same_but_image(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is None or after is None or p.changed_in_template(before, after) <= {"image", "annotations"}


kept(set_image, 3)
recreated(set_image, SET_IMAGE)


@set_image.mistake(
    "second-deployment",
    "What does `kubectl get deployments` say?",
    "There is a second Deployment now, and the first one runs on with the old version. A release is not a new "
    "Deployment: it is a change of the one that is there.",
    f"Delete the second one, then: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    return len(evidence.now.deployments) > 1


@set_image.mistake(
    "replicaset-edited",
    "Which object did you give the new image to? Compare the AGE of the ReplicaSets.",
    "You changed the ReplicaSet's template. The Deployment found no ReplicaSet any more that is as it asks, so it "
    "made one, with the old image, and retired yours.",
    f"Start again with reset(), then: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    return p.you(evidence, "changed", "ReplicaSet")


@set_image.mistake(
    "pods-edited",
    "Which image does the Deployment ask for, and which one do its Pods run?",
    "You gave the new image to Pods. Their containers were started again with it, but the template still names the "
    "old one: the next Pod will be a 1.0 again.",
    f"Change the template, in the Deployment. Start again with reset(), then: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    return now(evidence, lambda deployment: not p.replaced_not_edited(deployment, evidence))


@set_image.mistake(
    "paused",
    "What does `kubectl get deployment blog-api --output yaml` say about `paused`?",
    "The Deployment's rollout is paused: it has noted your change, and does nothing about it.",
    "kubectl rollout resume deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    return now(evidence, lambda deployment: deployment.paused)


@set_image.mistake(
    "wrong-tag",
    "Read the image once more, letter by letter: what was asked for, and what did you ask for?",
    "The Deployment asks for an image that is not blog-api:1.1. If there is no such image, its new Pod cannot start, "
    "and the old Pods go on serving.",
    f"Start again with reset(), then: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    return not asks_for(evidence, "blog-api:1.0") and not asks_for(evidence, "blog-api:1.1")


@set_image.mistake(
    "two-rollouts",
    "`kubectl rollout history deployment/blog-api` lists the revisions.",
    "You got there by way of another template: each change of it is a rollout, with a ReplicaSet and a revision.",
    f"Start again with reset(), and change the image once: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    return new_revisions(evidence) > 1


@set_image.mistake(
    "more-changed",
    "Compare the template with the one from before: `kubectl rollout history deployment/blog-api --revision=1`.",
    "Not only the image is different: something else in the container was removed, added or changed.",
    f"Start again with reset(), and change nothing but the image: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    return not same_but_image(evidence)


# ---- 2

CAREFUL = (
    "kubectl patch deployment blog-api "
    """--patch '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'"""
)

zero_downtime = lab.exercise(
    "zero-downtime",
    "Never fewer than four, never more than five",
    start="hurried.yaml",
    hints=(
        "Two numbers decide: how many may be missing, and how many may be there in addition.",
        "None may be missing: maxUnavailable 0. One more may be there: maxSurge 1. Patch them first, then the image.",
        f"`{CAREFUL}`, then `{SET_IMAGE}`",
    ),
)


@zero_downtime.goal("Every Pod runs blog-api:1.1", points=2)
def new_version_of_four(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.1")


@zero_downtime.goal("At every moment four Pods were ready", points=2, guard=True)
def none_missing(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    if least < 4:
        return failed(f"at the worst moment since the start, {least} were ready")
    return passed(f"never fewer than {least}")


@zero_downtime.goal("Never were more than five asked for at once", guard=True)
def little_room(evidence: Evidence) -> Verdict:
    most = most_asked_for(evidence)
    if most > 5:
        return failed(f"for a while, the ReplicaSets together asked for {most}")
    return passed(f"never more than {most}")


def most_asked_for(evidence: Evidence) -> int:
    """The most Pods that the Deployment's ReplicaSets together asked for at any moment.

    That is the number that ``maxSurge`` bounds; Pods on their way out are there in addition.
    """
    evidence.recording.require("replicasets")
    before = blog_api(evidence.baseline)
    asked = {rs.uid: rs.replicas for rs in evidence.baseline.replicasets if before and rs.controller == before.uid}
    sums = [sum(asked.values())]
    for change in evidence.recording.of_kind("replicasets"):
        replicaset = ReplicaSet(change.raw)
        if before and replicaset.controller == before.uid:
            asked[change.uid] = 0 if change.type == "DELETED" else replicaset.replicas
            sums.append(sum(asked.values()))
    return max(sums)


def lost_some(evidence: Evidence) -> bool:
    return p.least_ready(evidence, "blog-api") < 4


kept(zero_downtime, 4)
recreated(zero_downtime, f"{CAREFUL}, and then {SET_IMAGE}")
scaled(
    zero_downtime,
    "You changed the number of replicas. More Pods would hide what a rollout costs, and there is room for one only.",
    f"{CAREFUL}, and then {SET_IMAGE}",
)


@zero_downtime.mistake(
    "recreate",
    "What does the strategy that you chose do first?",
    "`Recreate` stops all Pods before it starts a new one: nobody serves in between. That is exercise 4.",
    f"Start again with reset(). The type stays RollingUpdate; what changes are its numbers: {CAREFUL}",
)
def _(evidence: Evidence) -> bool:
    return now(evidence, is_recreate)


only_strategy(zero_downtime)


@zero_downtime.mistake(
    "as-it-was",
    "Look at the timeline: how low does it get, and when?",
    "The strategy is still the one from the start. `maxUnavailable: 3` of 4 allows the Deployment to take three Pods "
    "away before a single new one is ready, and it does.",
    f"Start again with reset(), and before you change the image: {CAREFUL}",
)
def _(evidence: Evidence) -> bool:
    return lost_some(evidence) and bool(template_changes(evidence)) and not strategy_changed(evidence)


@zero_downtime.mistake(
    "too-late",
    "In which order did you do the two things?",
    "When the image changed, the old strategy still held, and the rollout went by it at once. What you said later "
    "came when the Pods were gone.",
    f"Start again with reset(). First: {CAREFUL}, and then: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    first = strategy(blog_api(evidence.baseline))
    return lost_some(evidence) and any(strategy(state) == first for state in template_changes(evidence))


@zero_downtime.mistake(
    "surge-only",
    "How many Pods may be missing, as you have set it? `kubectl describe deployment blog-api` says it in one line.",
    "You have allowed more Pods, but some may still be missing, and the Deployment makes use of both.",
    f"Start again with reset(), and set both numbers: {CAREFUL}",
)
def _(evidence: Evidence) -> bool:
    return lost_some(evidence) and bool(template_changes(evidence))


@zero_downtime.mistake(
    "too-many",
    "Nobody was missing. How many Pods were there at the height of it?",
    "`maxSurge` allows more than one Pod in addition, so there were more than five.",
    f"Start again with reset(), with a smaller maxSurge: {CAREFUL}",
)
def _(evidence: Evidence) -> bool:
    return most_asked_for(evidence) > 5


# ---- 3

PROBE = '"readinessProbe":{"httpGet":{"path":"/readyz","port":8080},"periodSeconds":1}'
ASKED = (
    "kubectl patch deployment blog-api --patch "
    f"""'{{"spec":{{"template":{{"spec":{{"containers":[{{"name":"blog-api","image":"blog-api:1.4",{PROBE}}}]}}}}}}}}'"""
)

readiness = lab.exercise(
    "readiness",
    "Ready is what answers",
    start="unasked.yaml",
    hints=(
        "When does a Pod count as ready if nobody ever asks it?",
        "The container needs a `readinessProbe` with `httpGet`: path /readyz, port 8080; not later than the image.",
        f"`{ASKED}`",
    ),
)


def readiness_probe(deployment: Deployment) -> p.Probe | None:
    return p.probe(deployment, "readinessProbe")


def asks_the_program(probe: p.Probe | None) -> bool:
    return probe is not None and probe.asks_the_program


def answerable(deployment: Deployment) -> bool:
    """Does the readiness probe ask for something that blog-api serves, in the way in which it serves it?"""
    probe = readiness_probe(deployment)
    return probe is not None and not probe.fails(BLOG_API)


@readiness.goal("Before a Pod counts as ready, its program is asked")
def has_probe(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if not readiness_probe(deployment):
        return failed("the Pod template has no readiness probe")
    if not asks_the_program(readiness_probe(deployment)):
        return failed("there is a readiness probe, but it does not ask the program")
    if not answerable(deployment):
        return failed("there is a readiness probe, and no Pod has ever passed it", share=0.5)
    return passed("the Pod template has a readiness probe, and the program answers it")


@readiness.goal("Every Pod runs blog-api:1.4", points=2)
def slow_version(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.4")


@readiness.goal("At every moment three Pods were there that could answer", points=2, guard=True)
def answering(evidence: Evidence) -> Verdict:
    least = fewest_answering(evidence)
    if least < 3:
        return failed(f"at the worst moment, {least} Pods were ready and known to answer")
    return passed("never fewer than three")


def fewest_answering(evidence: Evidence) -> int:
    """The fewest Pods at any moment that were ready and known to answer.

    Those from the start have been answering for long. Of a new one it is known where a probe asked its program
    before it was ready (a startup probe does that, too): without one, a Pod is ready as soon as its container runs.
    https://kubernetes.io/docs/concepts/workloads/pods/probes/
    """
    evidence.recording.require("pods", "replicasets", "deployments")
    before = blog_api(evidence.baseline)
    first = p.uids(evidence.baseline.pods)
    replicasets = [ReplicaSet(change.raw) for change in evidence.recording.of_kind("replicasets")]
    owners = {rs.uid for rs in (*evidence.baseline.replicasets, *replicasets) if before and rs.controller == before.uid}

    def answers(pod: Pod) -> bool:
        probes = (p.probe(pod, kind) for kind in ("readinessProbe", "startupProbe"))
        return pod.controller in owners and (pod.uid in first or any(map(asks_the_program, probes)))

    return p.least_ready_of(evidence, answers)


def has(deployment: Deployment, probe: str) -> bool:
    return p.probe(deployment, probe) is not None


def unasked(evidence: Evidence) -> bool:
    """Is there no readiness probe?"""
    return now(evidence, lambda deployment: not has(deployment, "readinessProbe"))


kept(readiness, 3)
recreated(readiness, ASKED)


@readiness.mistake(
    "wrong-probe",
    "Are the new Pods ready? `kubectl describe pod` tells what the probe heard, under Events.",
    "The readiness probe asks for something that the program does not serve, so no new Pod is ever ready. At least "
    "the old ones stay: the rollout waits for ever, and nobody is harmed.",
    f"The program listens on port 8080, and says at /readyz whether it is ready: {ASKED}",
)
def _(evidence: Evidence) -> bool:
    return now(evidence, lambda one: asks_the_program(readiness_probe(one)) and not answerable(one))


@readiness.mistake(
    "blind-probe",
    "Who answers your readiness probe?",
    "Your readiness probe does not ask the program over the network. A command that succeeds says nothing about "
    "whether blog-api answers.",
    f"Start again with reset(), and ask the program: {ASKED}",
)
def _(evidence: Evidence) -> bool:
    return now(evidence, lambda one: has(one, "readinessProbe") and not asks_the_program(readiness_probe(one)))


@readiness.mistake(
    "liveness",
    "Two probes have similar names. What is each of them for?",
    "You added a liveness probe. It decides when a container is started again, not when a Pod is given work: "
    "the Pods still count as ready at once, and a program that is slow to start may even be killed for it.",
    f"Start again with reset(). What you need is a readinessProbe: {ASKED}",
)
def _(evidence: Evidence) -> bool:
    def kills(deployment: Deployment) -> bool:
        restarted = any(map(p.restarts, p.pods_of(deployment, evidence.now)))
        return has(deployment, "livenessProbe") and (restarted or not has(deployment, "readinessProbe"))

    return now(evidence, kills)


@readiness.mistake(
    "startup",
    "The new Pods were asked before they counted as ready. Will anybody ask them again?",
    "A startup probe asks until it is answered for the first time, and never again. A Pod that stops answering later "
    "would go on counting as ready; whether a Pod is ready is asked for as long as it lives.",
    f"Keep it if you like, but add a readinessProbe. Start again with reset(), then: {ASKED}",
)
def _(evidence: Evidence) -> bool:
    return unasked(evidence) and now(evidence, lambda deployment: has(deployment, "startupProbe"))


@readiness.mistake(
    "min-ready",
    "How does the Deployment know that 1.4 needs so long, and not longer?",
    "`minReadySeconds` lets the rollout wait a fixed time. The Pods are still called ready at once, so they are given "
    "work that they cannot do yet; and the next version may be slower.",
    f"Start again with reset(), and have the Pods asked: {ASKED}",
)
def _(evidence: Evidence) -> bool:
    return unasked(evidence) and now(evidence, lambda deployment: bool(deployment.spec.get("minReadySeconds")))


@readiness.mistake(
    "no-probe",
    "The rollout took a few seconds. Read the log of a new Pod from just after it: does it say `listening`?",
    "Nobody asks the Pods whether they are ready, so each counts as ready as soon as its container runs. The old "
    "ones were taken away while 1.4 was not listening yet.",
    f"Start again with reset(), and give it a readiness probe together with the image: {ASKED}",
)
def _(evidence: Evidence) -> bool:
    return unasked(evidence) and asks_for(evidence, "blog-api:1.4")


@readiness.mistake(
    "too-late",
    "In which order did the probe and the new image come?",
    "Version 1.4 was rolled out before there was a readiness probe: by then the old Pods were gone. A probe guards "
    "the rollouts from then on, not those before.",
    f"Start again with reset(), with both in one patch: {ASKED}",
)
def _(evidence: Evidence) -> bool:
    return fewest_answering(evidence) < 3 and asks_for(evidence, "blog-api:1.4")


@readiness.mistake(
    "not-rolled-out",
    "Half of it is done. Which version do the Pods run?",
    "There is a readiness probe now, and it was rolled out with the old version. The release is still to come.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.4",
)
def _(evidence: Evidence) -> bool:
    return not unasked(evidence) and not asks_for(evidence, "blog-api:1.4")


# ---- 4

RECREATE = (
    """kubectl patch deployment blog-api --patch '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'"""
)

recreate = lab.exercise(
    "recreate",
    "Never both versions at once",
    hints=(
        "A rolling update always has both versions for a while. There is one other strategy.",
        "Its type is `Recreate`. It has no `rollingUpdate`, so that must go in the same patch: null removes a field.",
        f"`{RECREATE}`, then `{SET_IMAGE}`",
    ),
)


@recreate.goal("Every Pod runs blog-api:1.1", points=2)
def new_version_alone(evidence: Evidence) -> Verdict:
    return rolled_out(evidence, "blog-api:1.1")


@recreate.goal("The Deployment will do it this way every time")
def strategy_is_recreate(evidence: Evidence) -> Verdict:
    found = strategy(blog_api(evidence.now))
    kind = found.kind if found else "gone"
    return passed("its strategy is Recreate") if kind == "Recreate" else failed(f"its strategy is {kind}")


@recreate.goal("At no moment were two versions there", points=2, guard=True)
def never_both(evidence: Evidence) -> Verdict:
    both = side_by_side(evidence)
    return failed(f"there was a moment with {' and '.join(sorted(both))}") if both else passed("one version at a time")


def side_by_side(evidence: Evidence) -> frozenset[str]:
    """The images of the first moment at which Pods had different ones; empty where there was none.

    A Pod counts until it is over, also while it terminates, and whoever owns it.
    """
    evidence.recording.require("pods")
    there = {pod.uid: ", ".join(p.images(pod)) for pod in evidence.baseline.pods}
    for change in evidence.recording.of_kind("pods"):
        pod = Pod(change.raw)
        if change.type == "DELETED" or pod.phase in ("Succeeded", "Failed"):
            there.pop(change.uid, None)
        else:
            there[change.uid] = ", ".join(p.images(pod))
        if len(set(there.values())) > 1:
            return frozenset(there.values())
    return frozenset()


kept(recreate, 3)
recreated(recreate, f"{RECREATE}, and then {SET_IMAGE}")
scaled(
    recreate,
    "You scaled to zero and back. That kept the versions apart this time, by hand; the Deployment's strategy would "
    "mix them at the next release.",
    f"{RECREATE}, and then {SET_IMAGE}",
)


only_strategy(recreate)


@recreate.mistake(
    "too-late",
    "In which order did you do the two things?",
    "The strategy is right now, but when the image changed it was still RollingUpdate: the versions were mixed.",
    f"Start again with reset(). First: {RECREATE}, and then: {SET_IMAGE}",
)
def _(evidence: Evidence) -> bool:
    return bool(side_by_side(evidence)) and now(evidence, is_recreate)


@recreate.mistake(
    "all-unavailable",
    "All old Pods may be missing at once, as you set it. Does the first new Pod wait until the last old one is gone?",
    "With a large `maxUnavailable` a rolling update takes all old Pods away at once, but it does not wait until they "
    "have stopped: the new ones start while the old ones still finish.",
    f"Start again with reset(). Only one strategy waits: {RECREATE}",
)
def _(evidence: Evidence) -> bool:
    return bool(side_by_side(evidence)) and strategy_changed(evidence)


@recreate.mistake(
    "side-by-side",
    "Look at the timeline: was there a moment with two revisions?",
    "The strategy is still RollingUpdate. It keeps old Pods until new ones are ready, so both versions serve for a "
    "while; that is what it is for, and here it must not be.",
    f"Start again with reset(), and before you change the image: {RECREATE}",
)
def _(evidence: Evidence) -> bool:
    return bool(side_by_side(evidence))


# ---- 5

PAUSE, RESUME = "kubectl rollout pause deployment/blog-api", "kubectl rollout resume deployment/blog-api"
SET_IMAGE_12 = "kubectl set image deployment/blog-api blog-api=blog-api:1.2"
SET_ENV = "kubectl set env deployment/blog-api DATABASE_URL=postgres://db/blog"

batch = lab.exercise(
    "batch",
    "Two changes, one rollout",
    hints=(
        "The Deployment acts on each change at once. Can you make it wait?",
        "`kubectl rollout pause`, then `kubectl set image` and `kubectl set env`, then `kubectl rollout resume`.",
        f"`{PAUSE}`, then `{SET_IMAGE_12}` and `{SET_ENV}`, then `{RESUME}`",
    ),
    watches=("configmaps", "secrets"),
)


def configured(evidence: Evidence) -> bool:
    """Has the container a DATABASE_URL, wherever it comes from?"""
    return now(evidence, lambda one: p.environment(one, evidence.now).has("DATABASE_URL"))


@batch.goal("Every Pod runs blog-api:1.2 and knows DATABASE_URL", points=3)
def both_changes(evidence: Evidence) -> Verdict:
    image, variable = asks_for(evidence, "blog-api:1.2"), configured(evidence)
    if image and not variable:
        return failed("the image is 1.2, and DATABASE_URL is not set", share=0.25)
    if variable and not image:
        return failed("DATABASE_URL is set, and the image is not 1.2", share=0.25)
    return rolled_out(evidence, "blog-api:1.2")


@batch.goal("The rollout was paused while you changed things")
def was_paused(evidence: Evidence) -> Verdict:
    changed = template_changes(evidence)
    if not changed:
        return failed("the Pod template is the one from the start")
    running = sum(not state.paused for state in changed)
    if running:
        return failed(f"{running} of {len(changed)} changes came while it was not paused")
    return passed(f"{len(changed)} changes, all of them during a pause")


@batch.goal("It took one rollout", guard=True)
def one_revision(evidence: Evidence) -> Verdict:
    number = new_revisions(evidence)
    return failed(f"it took {number} rollouts") if number > 1 else passed("one revision was added, or none yet")


kept(batch, 3)
recreated(batch, f"{PAUSE}, {SET_IMAGE_12}, {SET_ENV}, {RESUME}")


@batch.mistake(
    "not-resumed",
    "Is the Deployment at work? `kubectl get deployment blog-api --output jsonpath='{.spec.paused}'`",
    "The rollout is still paused. The changes are written down, and nobody acts on them.",
    RESUME,
)
def _(evidence: Evidence) -> bool:
    return now(evidence, lambda deployment: deployment.paused)


@batch.mistake(
    "half",
    "The release has two parts. Which one is there?",
    "Only one of the two changes has been made: either the image is still an old one, or the variable is missing. "
    "Version 1.2 without DATABASE_URL ends at once; its log says why.",
    f"Start again with reset(). {PAUSE}, then both: {SET_IMAGE_12} and {SET_ENV}, then {RESUME}",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence, "blog-api:1.2") != configured(evidence)


@batch.mistake(
    "paused-too-late",
    "How many revisions has `kubectl rollout history deployment/blog-api` now?",
    "There was a pause, but not over both changes: one of them was rolled out by itself.",
    f"Start again with reset(), and pause first: {PAUSE}",
)
def _(evidence: Evidence) -> bool:
    return new_revisions(evidence) > 1 and ever_paused(evidence)


@batch.mistake(
    "two-rollouts",
    "How many revisions has `kubectl rollout history deployment/blog-api` now?",
    "The Deployment acted on your first change before it had heard of the second one: two rollouts, and one of them "
    "was for a template that nobody wanted.",
    f"Start again with reset(), and make it wait: {PAUSE}",
)
def _(evidence: Evidence) -> bool:
    return new_revisions(evidence) > 1


@batch.mistake(
    "one-patch",
    "One rollout, well done. What was asked for besides that?",
    "Both changes came in one request, without a pause. At work that is just as good; here you should see what a "
    "pause does.",
    f"Start again with reset(), and pause first: {PAUSE}",
)
def _(evidence: Evidence) -> bool:
    return bool(template_changes(evidence)) and not ever_paused(evidence)


# ---- 6

RESTART = "kubectl rollout restart deployment/blog-api"

restart = lab.exercise(
    "restart",
    "New Pods, same image",
    hints=(
        "The Deployment does something only where the Pod template changes. What could change in it, and do no harm?",
        "A note with the time of day would do. There is a verb of `kubectl rollout` that writes exactly that.",
        f"`{RESTART}`",
    ),
)


@restart.goal("The first three Pods have been replaced", points=2)
def all_new(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    left = len(p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods))
    if left and template_changes(evidence) and not deployment.paused:
        return waiting(f"{left} of the first three are still there")
    if left:
        return failed(f"{left} of the first three are still there", share=(3 - left) / 3 * 0.5)
    return p.settling(deployment, evidence.now) or passed("three UIDs are gone, three are new")


@restart.goal("They come from a rollout that changed nothing in them", points=2)
def only_a_note(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api any more")
    if more_than_a_note(before, after):
        return failed("the Pod template asks for other Pods than at the start")
    if p.asks_for_the_same(before, after) or not new_revisions(evidence):
        return failed("there has been no rollout: the Pod template is the one from the start")
    return passed("a new revision; in the template, only a note has changed")


def more_than_a_note(before: Deployment, after: Deployment) -> bool:
    """Is more of the Pod template different than its annotations, which say nothing about what runs?"""
    return not p.changed_in_template(before, after) <= {"annotations"}


@restart.goal("At every moment three Pods were ready", guard=True)
def nobody_noticed(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return passed("never fewer than three") if least >= 3 else failed(f"at the worst moment {least} were ready")


kept(restart, 3)
recreated(restart, RESTART)
scaled(
    restart,
    "You took Pods away by asking for fewer, and asked for more again. The Pods are new, but in between there were "
    "too few, and there was no rollout.",
    RESTART,
)


@restart.mistake(
    "other-image",
    "Which image do the Pods run now?",
    "You rolled out another image. Here the tag has to stay as it is: it is what is behind the tag that is new.",
    f"Start again with reset(), then: {RESTART}",
)
def _(evidence: Evidence) -> bool:
    return bool(template_changes(evidence)) and not asks_for(evidence, "blog-api:1.0")


@restart.mistake(
    "variable",
    "Compare the template with the one from the start. What is in the container that was not there?",
    "You changed something in the container to get new Pods. That works, and it stays there for ever. There is a "
    "command that leaves the container alone, and writes a note beside it.",
    f"Start again with reset(), then: {RESTART}",
)
def _(evidence: Evidence) -> bool:
    before = blog_api(evidence.baseline)
    return before is not None and now(evidence, lambda after: more_than_a_note(before, after))


@restart.mistake(
    "pods-deleted",
    "The Pods are new. How many were ready while you did that?",
    "You deleted Pods, and they were replaced: that is healing, not a rollout. All of them at once means that nobody "
    "served, and there is no new revision to go back from.",
    f"Start again with reset(), then: {RESTART}",
)
def _(evidence: Evidence) -> bool:
    return p.you(evidence, "deleted", "Pod", of="blog-api")

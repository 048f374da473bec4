"""Broken releases: seen on the Pod, mended on the Deployment.

Six exercises of one shape. Release 1.0 serves; a newer release was shipped and is stuck.
What differs from one to the next is a ``Release``: the version to be shipped, the place of
its fault, and what that place has to be like.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checker import Deployment, Evidence, Exercise, Lab, Pod, Snapshot, Verdict, failed, passed, waiting
from checker import predicates as p

lab = Lab(
    "07-broken-releases",
    title="Broken releases",
    minutes=60,
    summary="Six releases that are stuck, each for another reason: find out why on the Pod, mend it on the Deployment.",
)

OLD = "1.0"
PORT = 8080

Container = Mapping[str, Any]
Rule = Callable[[Deployment], str]  #: what is not as it should be, in a few words; empty where it is
Place = Callable[[Deployment], Any]


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def from_the_start(evidence: Evidence) -> tuple[Deployment, Deployment] | None:
    """The Deployment as it was and as it is; None where it is not the same object any more."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return (before, after) if before is not None and after is not None and before.uid == after.uid else None


def container(deployment: Deployment) -> Container:
    """The container of the Pod template that is called blog-api; else the first one."""
    containers: list[Container] = deployment.spec["template"]["spec"]["containers"]
    return next((one for one in containers if one["name"] == "blog-api"), containers[0])


def probe(kind: str) -> Place:
    return lambda deployment: container(deployment).get(kind)


def resource(kind: str, name: str) -> Place:
    return lambda deployment: ((container(deployment).get("resources") or {}).get(kind) or {}).get(name)


def environment(deployment: Deployment) -> list[Any]:
    of = container(deployment)
    return [*(of.get("env") or ()), *(of.get("envFrom") or ())]


UNITS = {"": 1, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
MEBIBYTE = UNITS["Mi"]


def amount(quantity: str) -> float:
    """CPUs or bytes: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/"""
    number, unit = re.fullmatch(r"([0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)", str(quantity)).groups()  # type: ignore[union-attr]
    return float(number) * UNITS.get(unit, 1e15)  # P, E and above: more than anybody has


# ---- the house rules: what every release of blog-api has to be like


def asks(deployment: Deployment, kind: str, path: str) -> str:
    """Does the probe ask blog-api for ``path``?"""
    found, told = probe(kind)(deployment), kind.removesuffix("Probe")
    if not found:
        return f"there is no {told} probe"
    http = found.get("httpGet")
    if not http:
        return f"the {told} probe does not ask over HTTP"
    named = {one.get("name"): one["containerPort"] for one in container(deployment).get("ports") or ()}
    asked = http.get("path", "/"), named.get(http["port"], http["port"])
    return "" if asked == (path, PORT) else f"the {told} probe asks {asked[0]} on port {asked[1]}"


def patience_s(found: Mapping[str, Any]) -> int:
    """Seconds for which a probe may fail in a row before somebody acts on it.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
    """
    return int(found.get("failureThreshold", 3)) * int(found.get("periodSeconds", 10))


def readiness(deployment: Deployment) -> str:
    return asks(deployment, "readinessProbe", "/readyz")


def liveness(deployment: Deployment) -> str:
    if wrong := asks(deployment, "livenessProbe", "/healthz"):
        return wrong
    found = probe("livenessProbe")(deployment)
    if (seconds := patience_s(found)) > 60:
        return f"the liveness probe lets a container hang for {seconds} seconds"
    if (seconds := int(found.get("initialDelaySeconds", 0))) > 60:
        return f"the liveness probe does not begin before {seconds} seconds have passed"
    startup = probe("startupProbe")(deployment)
    if startup and (seconds := int(startup.get("initialDelaySeconds", 0)) + patience_s(startup)) > 300:
        return f"the startup probe lets a start hang for {seconds} seconds"
    return ""


def memory(deployment: Deployment) -> str:
    limit = resource("limits", "memory")(deployment)
    if limit is None:
        return "there is no memory limit"
    return f"the memory limit is {limit}" if amount(limit) > 256 * MEBIBYTE else ""


def cpu(deployment: Deployment) -> str:
    request = resource("requests", "cpu")(deployment)
    if request is None:
        return "no CPU is requested"
    return "" if 0.01 <= amount(request) <= 0.5 else f"the CPU requested is {request}"


def rollout(deployment: Deployment) -> str:
    strategy = deployment.spec.get("strategy") or {}
    if deployment.paused:
        return "the rollout is paused"
    if strategy.get("type") != "RollingUpdate":
        return f"the strategy is {strategy.get('type')}"
    unavailable = (strategy.get("rollingUpdate") or {}).get("maxUnavailable")
    if str(unavailable).rstrip("%") != "0":
        return f"maxUnavailable is {unavailable}"
    if deployment.replicas != 3:
        return f"{deployment.replicas} replicas are asked for"
    return ""


HOUSE_RULES: tuple[Rule, ...] = (readiness, liveness, memory, cpu, rollout)


# ---- the six releases


@dataclass(frozen=True)
class Release:
    """``place``: the part of the Deployment that stops it. ``fault``: what is still wrong with it.

    ``symptom``: can it be seen, on one Pod of the new release?
    """

    version: str
    place: Place
    fault: Rule
    symptom: Callable[[Pod, Snapshot], bool]

    @property
    def image(self) -> str:
        return f"blog-api:{self.version}"


def states(pod: Pod) -> list[tuple[str, Mapping[str, Any]]]:
    """The state that the container is in, and the one before: (waiting, …), (running, …), (terminated, …)."""
    statuses = pod.status.get("containerStatuses") or ()
    return [state for one in statuses for which in ("state", "lastState") for state in (one.get(which) or {}).items()]


def restarts(pod: Pod) -> int:
    return sum(int(one.get("restartCount", 0)) for one in pod.status.get("containerStatuses") or ())


def image_not_found(pod: Pod, _: Snapshot) -> bool:
    return any(
        kind == "waiting" and state["reason"] in ("ErrImagePull", "ImagePullBackOff") for kind, state in states(pod)
    )


def answered_with_404(pod: Pod, snapshot: Snapshot) -> bool:
    told = (event for event in snapshot.events if event.about[2] == pod.uid and event.reason == "Unhealthy")
    return not pod.ready and any("404" in str(event.raw.get("message")) for event in told)


def killed_for_not_answering(pod: Pod, snapshot: Snapshot) -> bool:
    told = (event for event in snapshot.events if event.about[2] == pod.uid and event.reason == "Killing")
    return restarts(pod) >= 1 and any("liveness" in str(event.raw.get("message")) for event in told)


def out_of_memory(pod: Pod, _: Snapshot) -> bool:
    # restarted once: from then on there is a log of the container before
    return restarts(pod) >= 1 and any(state.get("reason") == "OOMKilled" for _, state in states(pod))


def ended_with_an_error(pod: Pod, _: Snapshot) -> bool:
    return restarts(pod) >= 1 and any(state.get("exitCode") == 1 for _, state in states(pod))


def unschedulable(pod: Pod, _: Snapshot) -> bool:
    conditions = pod.status.get("conditions") or ()
    return any(one["type"] == "PodScheduled" and one.get("reason") == "Unschedulable" for one in conditions)


STARTS_IN_S = 20  #: how long 1.4 needs before it listens


def life_and_start(deployment: Deployment) -> object:
    """The liveness probe, and the startup probe that can hold it back; nothing where the first is missing."""
    found = probe("livenessProbe")(deployment)
    return (found, probe("startupProbe")(deployment)) if found else None


def impatient(deployment: Deployment) -> str:
    """Is 1.4 given up on before it listens, however the probes fall? (Whether it is in the end, the Pods tell.)"""
    if wrong := liveness(deployment):
        return wrong
    first = probe("startupProbe")(deployment) or probe("livenessProbe")(deployment)
    seconds = int(first.get("initialDelaySeconds", 0)) + patience_s(first)
    return f"a container that does not answer is given up on after {seconds} seconds" if seconds < STARTS_IN_S else ""


def too_little_memory(deployment: Deployment) -> str:
    limit = resource("limits", "memory")(deployment)
    too_little = limit is not None and amount(limit) < 96 * MEBIBYTE
    return f"the memory limit is {limit}, and the container is still killed" if too_little else memory(deployment)


def no_database(deployment: Deployment) -> str:
    found = next((one for one in environment(deployment) if one.get("name") == "DATABASE_URL"), None)
    if found is None:
        from_elsewhere = container(deployment).get("envFrom")
        return "" if from_elsewhere else "the variable that blog-api asks for is not among those that it gets"
    return "" if found.get("value") or found.get("valueFrom") else f"{found['name']} is there, and it is empty"


# ---- what all exercises ask


def release(exercise: Exercise, of: Release) -> None:
    """The goals of an exercise, and the starting state that it promises."""

    def begins(snapshot: Snapshot) -> bool:
        """The old release serves in full, and the new one is stuck in the way that the text tells of."""
        deployment = blog_api(snapshot)
        if deployment is None:
            return False
        pods = p.pods_of(deployment, snapshot)
        old = [pod for pod in pods if pod.ready and pod.labels.get("version") == OLD]
        new = [pod for pod in pods if pod.labels.get("version") == of.version]
        return len(old) == 3 and any(of.symptom(pod, snapshot) for pod in new)

    exercise.begins = begins

    @exercise.goal(f"All three Pods run {of.image} and are ready", points=3)
    def _(evidence: Evidence) -> Verdict:
        pair = from_the_start(evidence)
        if pair is None:
            return failed("the Deployment from the start is not there any more")
        before, after = pair
        missing = p.unfinished(after, evidence.now)
        if before.spec["template"] == after.spec["template"]:
            return failed(missing or "nothing was shipped")
        if after.images != (of.image,):
            return failed(f"the Deployment asks for {', '.join(after.images)}")
        if after.replicas != 3:
            return failed(f"the Deployment asks for {after.replicas} replicas, not for 3")
        if missing:
            return failed(missing) if p.deadline_exceeded(after) else waiting(f"not settled yet: {missing}")
        if p.running_images(after, evidence.now) != {of.image}:
            return failed("the Deployment asks for it, but not all Pods run it")
        return passed("3 of 3 Pods are up to date and ready")

    @exercise.goal("What stopped the release is mended in the Deployment", points=2)
    def _(evidence: Evidence) -> Verdict:
        pair = from_the_start(evidence)
        if pair is None:
            return failed("the Deployment from the start is not there any more")
        before, after = pair
        if before.spec["template"] == after.spec["template"]:
            return failed("its Pod template is the one from the start: the next Pod will be like the last one")
        if after.images != (of.image,):
            return failed(f"it asks for {', '.join(after.images)}; the release to be shipped is {of.version}")
        if of.place(before) == of.place(after):
            return failed("its Pod template was changed, but not where it stops the release")
        if wrong := of.fault(after):
            return failed(wrong, share=0.5 if of.place(after) else 0)
        return passed("the next Pod, too, will be as it should be")

    @exercise.goal("The house rules hold", guard=True)
    def _(evidence: Evidence) -> Verdict:
        before, after = blog_api(evidence.baseline), blog_api(evidence.now)
        if before is None or after is None:
            return failed("there is no Deployment called blog-api any more")
        # a rule that the broken release did not keep is the goal above
        broken = [wrong for rule in HOUSE_RULES if not rule(before) and (wrong := rule(after))]
        return failed("; ".join(broken)) if broken else passed("probes, resources, strategy and replicas are in order")

    @exercise.goal("Three Pods were ready at every moment", guard=True)
    def _(evidence: Evidence) -> Verdict:
        least = p.least_ready(evidence, "blog-api")
        return failed(f"once, only {least} were ready") if least < 3 else passed(f"never fewer than {least}")

    @exercise.goal("It is the Deployment from the start, and nobody touched its Pods", guard=True)
    def _(evidence: Evidence) -> Verdict:
        if p.was_recreated(evidence, "blog-api") or not blog_api(evidence.now):
            return failed("the Deployment was deleted")
        touched = by_hand(evidence)
        return failed(f"you {touched}") if touched else passed("only the Deployment was changed")


def by_hand(evidence: Evidence) -> str:
    """What was done to a Pod or ReplicaSet of blog-api, in words; empty where it was nothing. Looking is not doing."""
    deeds = (deed for deed in p.your_deeds(evidence) if deed.kind in ("Pod", "ReplicaSet") and deed.verb != "made")
    return next((deed.text for deed in deeds if "blog-api-" in deed.text), "")  # a Pod to try things out is nobody's


# ---- what all exercises are mistaken for


def now(shows: Callable[[Deployment], object]) -> Callable[[Evidence], bool]:
    """Does the Deployment show it, as it is now? It must be the one from the start, and changed since."""

    def changed(evidence: Evidence) -> bool:
        pair = from_the_start(evidence)
        return pair is not None and pair[0].generation != pair[1].generation and bool(shows(pair[1]))

    return changed


def gone_astray(exercise: Exercise, answer: str) -> None:
    """Mistakes after which the release is not shipped at all."""
    exercise.mistake(
        "recreated",
        "Look at the AGE of the Deployment.",
        "You deleted the Deployment and made another one. With it went its history and all Pods, the three that served "
        "included: for a while nobody could read the blog.",
        f"Start again with reset(), and change the Deployment where it stands: {answer}",
    )(lambda evidence: p.was_recreated(evidence, "blog-api") or blog_api(evidence.now) is None)
    exercise.mistake(
        "rolled-back",
        "Which version runs now, and which one were you asked to ship?",
        "You went back. The release has not been shipped. Going back is a good first move when readers suffer; here "
        "nobody does, because the old Pods serve. What stopped the release is still unknown.",
        f"Start again with reset(): then the release is back, with its fault. Mend that: {answer}",
    )(now(lambda deployment: deployment.images == (f"blog-api:{OLD}",)))


def pods_touched(exercise: Exercise, answer: str) -> None:
    exercise.mistake(
        "pods-touched",
        "Who makes the Pods, and from what?",
        "You laid hands on a Pod or a ReplicaSet, or Pods that served were taken away. The first mends nothing: the "
        "next Pod is made from the same template. The second is what readers notice.",
        f"Start again with reset(), look at the Pods as long as you like, and change only the Deployment: {answer}",
    )(lambda evidence: bool(by_hand(evidence)) or p.least_ready(evidence, "blog-api") < 3)


# ---- 1

image = lab.exercise(
    "image",
    "The Pod that never begins",
    hints=(
        "Nothing has run yet, so there is no log. Who tries something for this Pod, and fails?",
        (
            "Read the Events of the new Pod (`kubectl describe pods --selector version=1.1`) letter by letter, and "
            "compare with the image of the old ones. Then give the Deployment the right one with `kubectl set image`."
        ),
        "`kubectl set image deployment/blog-api blog-api=blog-api:1.1`",
    ),
)
release(
    image,
    Release(
        version="1.1",
        place=lambda deployment: deployment.images,
        fault=lambda deployment: "",  # the goal has compared the image already
        symptom=image_not_found,
    ),
)
gone_astray(image, "kubectl set image deployment/blog-api blog-api=blog-api:1.1")


@image.mistake(
    "pod-edited",
    "One Pod is well now. What about the next one?",
    "You changed the image of the Pod. It is one of the few fields of a Pod that may be changed, and it works, for "
    "this Pod. The Deployment still has the old template, and the next Pod is stuck again.",
    "Start again with reset(), then: kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return p.you(evidence, "changed", "Pod")


@image.mistake(
    "other-image",
    "You were asked to ship one version. Does the template name it?",
    "The Deployment asks for another image now, but it is still not blog-api:1.1.",
    "`kubectl set image deployment/blog-api blog-api=blog-api:1.1`",
)
def _(evidence: Evidence) -> bool:
    pair = from_the_start(evidence)
    return pair is not None and pair[1].images not in (pair[0].images, ("blog-api:1.1",))


@image.mistake(
    "beside",
    "How many Deployments are there?",
    "You made a second Deployment. The first one is still stuck, and the Service does not know the new Pods: they do "
    "not have the label that it looks for.",
    "kubectl delete deployment NAME for the new one, then: kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return len(evidence.now.deployments) > len(evidence.baseline.deployments)


pods_touched(image, "kubectl set image deployment/blog-api blog-api=blog-api:1.1")


# ---- 2

readiness_exercise = lab.exercise(
    "readiness",
    "It runs, and is not let in",
    hints=(
        "The container runs. Somebody asks it a question again and again, and does not like the answer.",
        (
            "The Event Unhealthy has the answer, and `kubectl describe` the question (Readiness: …). Compare with the "
            "house rules. `kubectl edit deployment blog-api`, or a patch, changes what is asked."
        ),
        """`kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "readinessProbe": {"httpGet": {"path": "/readyz"}}}]}}}}'`""",  # noqa: E501
    ),
)
ASK_READYZ = "let its readiness probe ask /readyz (kubectl edit deployment blog-api)"
release(
    readiness_exercise,
    Release(
        version="1.1",
        place=probe("readinessProbe"),
        fault=readiness,
        symptom=answered_with_404,
    ),
)
gone_astray(readiness_exercise, ASK_READYZ)
readiness_exercise.mistake(
    "probe-removed",
    "The Pods are ready now. How does anybody know that?",
    "Without a readiness probe a Pod counts as ready as soon as its container runs, and gets requests before it can "
    "answer them. The alarm is off; that is not the same as well.",
    f"Give the Deployment a readiness probe again, and {ASK_READYZ}",
)(now(lambda deployment: not probe("readinessProbe")(deployment)))
readiness_exercise.mistake(
    "other-path",
    "The probe gets an answer now. Is it an answer to the right question?",
    "The probe asks something that can be answered without being ready: /healthz says whether the process is alive. "
    "Whether it can serve, blog-api says at /readyz.",
    f"In the Deployment, {ASK_READYZ}",
)(now(lambda deployment: readiness(deployment) and probe("readinessProbe")(deployment)))
pods_touched(readiness_exercise, ASK_READYZ)


# ---- 3

liveness_exercise = lab.exercise(
    "liveness",
    "It starts, and starts, and starts",
    hints=(
        "The container does not fall: it is pushed. The Events say by whom (Killing), and why.",
        (
            "1.4 needs 20 seconds before it listens. How many seconds does its liveness probe give it, and which third "
            "kind of probe is made for a slow start? `kubectl explain pod.spec.containers.startupProbe` tells."
        ),
        """`kubectl patch deployment blog-api --patch '{"spec": {"template": {"spec": {"containers": [{"name": "blog-api", "startupProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 2, "failureThreshold": 30}}]}}}}'`""",  # noqa: E501
    ),
)
BE_PATIENT = (
    "add a startupProbe that asks /healthz on port 8080, with periodSeconds: 2 and failureThreshold: 30 "
    "(kubectl edit deployment blog-api)"
)
release(
    liveness_exercise,
    Release(
        version="1.4",
        place=life_and_start,
        fault=impatient,
        symptom=killed_for_not_answering,
    ),
)
gone_astray(liveness_exercise, BE_PATIENT)
liveness_exercise.mistake(
    "probe-removed",
    "What happens now when a container hangs?",
    "The liveness probe is gone. Nobody kills the slow starter any more, and nobody restarts a container that hangs, "
    "either.",
    f"Give the Deployment its liveness probe back (httpGet /healthz, port 8080), and {BE_PATIENT}",
)(now(lambda deployment: not probe("livenessProbe")(deployment)))
liveness_exercise.mistake(
    "made-blind",
    "For how long may a container hang now before anybody notices?",
    "Waiting long at the start is one thing, waiting long for ever another. This probe is so slow that it protects "
    "nobody; the house rules allow it a minute, and a startup probe five.",
    f"Make the liveness probe strict again, and {BE_PATIENT}",
)(now(lambda deployment: "hang" in liveness(deployment) or "begin" in liveness(deployment)))
liveness_exercise.mistake(
    "still-eager",
    "Add up: after how many seconds does the probe give up, and how many does 1.4 need?",
    "periodSeconds × failureThreshold is still less than the 20 seconds in which 1.4 starts, or only just as much.",
    f"Let the liveness probe be strict, and {BE_PATIENT}",
)(now(lambda deployment: deployment.images == ("blog-api:1.4",) and gives_up(deployment) < STARTS_IN_S))
pods_touched(liveness_exercise, BE_PATIENT)


def gives_up(deployment: Deployment) -> int:
    """Seconds until the last failure that is tolerated, at the earliest."""
    first = probe("startupProbe")(deployment) or probe("livenessProbe")(deployment) or {}
    return int(first.get("initialDelaySeconds", 0)) + patience_s(first) - int(first.get("periodSeconds", 10))


# ---- 4

memory_exercise = lab.exercise(
    "memory",
    "It dies without a word",
    hints=(
        "The log ends in the middle. Who ended the container? Its Last State says so.",
        (
            "Last State has a Reason and an Exit Code: the container was killed for using more memory than its limit. "
            "Ask the developers how much 1.3 needs, and use `kubectl set resources`."
        ),
        "`kubectl set resources deployment/blog-api --limits=memory=128Mi`",
    ),
)
release(
    memory_exercise,
    Release(
        version="1.3",
        place=resource("limits", "memory"),
        fault=too_little_memory,
        symptom=out_of_memory,
    ),
)
gone_astray(memory_exercise, "kubectl set resources deployment/blog-api --limits=memory=128Mi")
memory_exercise.mistake(
    "limit-removed",
    "How much may a container take now?",
    "The limit is gone. A leak in blog-api would now take the memory of the whole Node, and everybody else's with it.",
    "`kubectl set resources deployment/blog-api --limits=memory=128Mi`",
)(now(lambda deployment: resource("limits", "memory")(deployment) is None))
memory_exercise.mistake(
    "too-much",
    "What does the limit protect against now?",
    "The limit is far above what 1.3 needs: the house rules allow at most 256Mi. A limit should be near the need, with "
    "some room.",
    "`kubectl set resources deployment/blog-api --limits=memory=128Mi`",
)(now(memory))
memory_exercise.mistake(
    "too-little",
    "Look at the newest Pod: is its Last State another one than before?",
    "The limit was raised, but it is still below the 96 MiB that 1.3 needs.",
    "`kubectl set resources deployment/blog-api --limits=memory=128Mi`",
)(now(lambda deployment: deployment.images == ("blog-api:1.3",) and too_little_memory(deployment)))
pods_touched(memory_exercise, "kubectl set resources deployment/blog-api --limits=memory=128Mi")


# ---- 5

environment_exercise = lab.exercise(
    "environment",
    "It dies, and says why",
    hints=(
        "The container that runs now has said nothing yet. The one before it had its last words.",
        (
            "`kubectl logs --selector version=1.2 --previous` names a variable. `kubectl set env` gives it to the "
            "Deployment; the developers know the value."
        ),
        "`kubectl set env deployment/blog-api DATABASE_URL=postgres://blog-db:5432/blog`",
    ),
)
SET_IT = "kubectl set env deployment/blog-api DATABASE_URL=postgres://blog-db:5432/blog"
release(
    environment_exercise,
    Release(
        version="1.2",
        place=environment,
        fault=no_database,
        symptom=ended_with_an_error,
    ),
)
gone_astray(environment_exercise, SET_IT)
environment_exercise.mistake(
    "other-version",
    "Which version were you asked to ship?",
    "The Deployment asks for another version now. It may well run, but release 1.2 has not been shipped.",
    f"Set the image back to blog-api:1.2, then: {SET_IT}",
)(now(lambda deployment: deployment.images != ("blog-api:1.2",)))
environment_exercise.mistake(
    "empty",
    "The name is right. Look at the value.",
    "The variable is there, but it is empty: for blog-api that is the same as not being set.",
    SET_IT,
)(now(lambda deployment: "empty" in no_database(deployment)))
environment_exercise.mistake(
    "other-name",
    "Compare the name in the log with the name in the Deployment, letter by letter.",
    "A variable was added, but not the one that blog-api asks for.",
    SET_IT,
)(now(lambda deployment: environment(deployment) and no_database(deployment)))
pods_touched(environment_exercise, SET_IT)


# ---- 6

request = lab.exercise(
    "request",
    "The Pod without a place",
    hints=(
        "There is no container, and not even a Node. Whose business is it to find one?",
        (
            "The scheduler's Event (FailedScheduling) says what is lacking: the Pod asks for more CPU than any Node "
            "has. What does it ask for, and what was meant? `kubectl set resources` changes it."
        ),
        "`kubectl set resources deployment/blog-api --requests=cpu=64m`",
    ),
)
release(
    request,
    Release(
        version="1.1",
        place=resource("requests", "cpu"),
        fault=cpu,
        symptom=unschedulable,
    ),
)
gone_astray(request, "kubectl set resources deployment/blog-api --requests=cpu=64m")
request.mistake(
    "made-room",
    "How many of the old Pods are left? And has the new one found its place?",
    "You made room: fewer replicas, or a strategy that takes the old Pods away first. But the Pod asks for more than "
    "an empty Node has, and now fewer Pods serve.",
    "Start again with reset(), then: kubectl set resources deployment/blog-api --requests=cpu=64m",
)(now(rollout))
request.mistake(
    "request-removed",
    "What does the scheduler know now about what blog-api needs?",
    "The request is gone. A Pod that asks for nothing is put anywhere, also where there is nothing left for it.",
    "`kubectl set resources deployment/blog-api --requests=cpu=64m`",
)(now(lambda deployment: resource("requests", "cpu")(deployment) is None))
request.mistake(
    "still-too-much",
    "How many CPUs does one Node have? `kubectl describe nodes` says so.",
    "The request is another one, and still not what the house rules allow: between 10m and 500m.",
    "`kubectl set resources deployment/blog-api --requests=cpu=64m`",
)(now(lambda deployment: deployment.images == ("blog-api:1.1",) and cpu(deployment)))
pods_touched(request, "kubectl set resources deployment/blog-api --requests=cpu=64m")

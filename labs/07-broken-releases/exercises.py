"""Broken releases: seen on the Pod, mended on the Deployment.

Six exercises of one shape. Release 1.0 serves; a newer release was shipped and is stuck.
What differs from one to the next is a ``Release``: the version to be shipped, the place of
its fault, and what that place has to be like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from driftlab.checker import Deployment, Evidence, Exercise, Lab, Pod, Snapshot, Verdict, failed, passed
from driftlab.checker import predicates as p

lab = Lab(
    "07-broken-releases",
    title="Broken releases",
    minutes=60,
    summary="Six releases that are stuck, each for another reason: find out why on the Pod, mend it on the Deployment.",
)

OLD = "1.0"
PORT = 8080

Rule = Callable[[Deployment], str]  #: what is not as it should be, in a few words; empty where it is
Fault = Callable[[Deployment, Snapshot], str]  #: the same, where it depends on what else there is
Place = Callable[[Deployment, Snapshot], object]


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def from_the_start(evidence: Evidence) -> tuple[Deployment, Deployment] | None:
    """The Deployment as it was and as it is; None where it is not the same object any more."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return (before, after) if before is not None and after is not None and before.uid == after.uid else None


def called(deployment: Deployment) -> str:
    """The name of the container that counts: the one called blog-api; else the first one."""
    return str((p.container(deployment, "blog-api") or p.container(deployment))["name"])


def probe(deployment: Deployment, kind: str) -> p.Probe | None:
    return p.probe(deployment, kind, called(deployment))


def resource(deployment: Deployment, kind: str, name: str) -> Decimal | None:
    return p.resource(deployment, kind, name, called(deployment))


def as_written(deployment: Deployment, kind: str, name: str) -> str:
    """An amount in the words of its author, to be told."""
    return str(p.container(deployment, called(deployment))["resources"][kind][name])


def environment(deployment: Deployment, snapshot: Snapshot) -> p.Environment:
    return p.environment(deployment, snapshot, called(deployment))


MEBIBYTE = 2**20


# ---- the house rules: what every release of blog-api has to be like


def asks(deployment: Deployment, kind: str, path: str) -> str:
    """Does the probe ask blog-api for ``path``, so that it is answered?"""
    found, told = probe(deployment, kind), kind.removesuffix("Probe")
    if not found:
        return f"there is no {told} probe"
    if found.kind not in ("http", "https"):
        return f"the {told} probe does not ask over HTTP"
    wrong = found.fails(p.Program(PORT, frozenset({path})))
    return f"the {told} probe {wrong}" if wrong else ""


def goes_past(deployment: Deployment) -> bool:
    """Does the readiness probe ask over another protocol than blog-api speaks, or another address than its Pod's?"""
    found = probe(deployment, "readinessProbe")
    return found is not None and (found.kind in ("https", "grpc") or bool(found.host))


def readiness(deployment: Deployment) -> str:
    return asks(deployment, "readinessProbe", "/readyz")


def liveness(deployment: Deployment) -> str:
    if wrong := asks(deployment, "livenessProbe", "/healthz"):
        return wrong
    found = probe(deployment, "livenessProbe")
    if found and (seconds := found.patience_s) > 60:
        return f"the liveness probe lets a container hang for {seconds} seconds"
    if found and (seconds := found.after_s) > 60:
        return f"the liveness probe does not begin before {seconds} seconds have passed"
    startup = probe(deployment, "startupProbe")
    if startup and (seconds := startup.after_s + startup.patience_s) > 300:
        return f"the startup probe lets a start hang for {seconds} seconds"
    return ""


def memory(deployment: Deployment) -> str:
    limit = resource(deployment, "limits", "memory")
    if limit is None:
        return "there is no memory limit"
    too_much = limit > 256 * MEBIBYTE
    return f"the memory limit is {as_written(deployment, 'limits', 'memory')}" if too_much else ""


def cpu(deployment: Deployment) -> str:
    request = resource(deployment, "requests", "cpu")
    if request is None:
        return "no CPU is requested"
    allowed = Decimal("0.01") <= request <= Decimal("0.5")
    return "" if allowed else f"the CPU requested is {as_written(deployment, 'requests', 'cpu')}"


def rollout(deployment: Deployment) -> str:
    strategy = p.strategy(deployment)
    if deployment.paused:
        return "the rollout is paused"
    if strategy.kind != "RollingUpdate":
        return f"the strategy is {strategy.kind}"
    if strategy.unavailable:
        return f"maxUnavailable is {deployment.spec['strategy']['rollingUpdate']['maxUnavailable']}"
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
    fault: Fault
    symptom: Callable[[Pod, Snapshot], bool]

    @property
    def image(self) -> str:
        return f"blog-api:{self.version}"


def exit_codes(pod: Pod) -> list[int]:
    """How containers of the Pod have ended, this time and the time before."""
    statuses = pod.status.get("containerStatuses") or ()
    states = [
        state for one in statuses for which in ("state", "lastState") for state in (one.get(which) or {}).values()
    ]
    return [int(state["exitCode"]) for state in states if "exitCode" in state]


def image_not_found(pod: Pod, _: Snapshot) -> bool:
    return bool(p.reasons(pod) & p.CANNOT_PULL)


def answered_with_404(pod: Pod, snapshot: Snapshot) -> bool:
    told = (event for event in snapshot.events if event.about[2] == pod.uid and event.reason == "Unhealthy")
    return not pod.ready and any("404" in str(event.raw.get("message")) for event in told)


def killed_for_not_answering(pod: Pod, snapshot: Snapshot) -> bool:
    told = (event for event in snapshot.events if event.about[2] == pod.uid and event.reason == "Killing")
    return p.restarts(pod) >= 1 and any("liveness" in str(event.raw.get("message")) for event in told)


def out_of_memory(pod: Pod, _: Snapshot) -> bool:
    # restarted once: from then on there is a log of the container before
    return p.restarts(pod) >= 1 and "OOMKilled" in p.reasons(pod)


def ended_with_an_error(pod: Pod, _: Snapshot) -> bool:
    return p.restarts(pod) >= 1 and 1 in exit_codes(pod)


def unschedulable(pod: Pod, _: Snapshot) -> bool:
    return "Unschedulable" in p.reasons(pod)


STARTS_IN_S = 20  #: how long 1.4 needs before it listens


def life_and_start(deployment: Deployment, _: Snapshot) -> object:
    """The liveness probe, and the startup probe that can hold it back; nothing where the first is missing."""
    found = probe(deployment, "livenessProbe")
    return (found, probe(deployment, "startupProbe")) if found else None


def impatient(deployment: Deployment) -> str:
    """Is 1.4 given up on before it listens, however the probes fall? (Whether it is in the end, the Pods tell.)"""
    if wrong := liveness(deployment):
        return wrong
    first = probe(deployment, "startupProbe") or probe(deployment, "livenessProbe")
    seconds = first.after_s + first.patience_s if first else 0
    return f"a container that does not answer is given up on after {seconds} seconds" if seconds < STARTS_IN_S else ""


def too_little_memory(deployment: Deployment) -> str:
    limit = resource(deployment, "limits", "memory")
    if limit is None or limit >= 96 * MEBIBYTE:
        return memory(deployment)
    written = as_written(deployment, "limits", "memory")
    return f"the memory limit is {written}, and the container is still killed"


def variables(deployment: Deployment, snapshot: Snapshot) -> object:
    """What the container gets to know, or what is missing for that; nothing where it gets nothing."""
    found = environment(deployment, snapshot)
    return found if found.values or found.missing or found.unknown else None


def no_database(deployment: Deployment, snapshot: Snapshot) -> str:
    found = environment(deployment, snapshot)
    if found.missing:
        return f"its environment refers to something that is not there: {found.missing[0]}"
    if found.has("DATABASE_URL"):
        return ""
    if "DATABASE_URL" in found.values:
        return "DATABASE_URL is there, and it is empty"
    return "the variable that blog-api asks for is not among those that it gets"


def takes_from_elsewhere(deployment: Deployment) -> bool:
    """Does the container take variables from a ConfigMap or a Secret, whether or not there is one?"""
    of = p.container(deployment, called(deployment))
    return bool(of.get("envFrom")) or any(one.get("valueFrom") for one in of.get("env") or ())


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
        if p.asks_for_the_same(before, after):
            return failed(missing or "nothing was shipped")
        if after.images != (of.image,):
            return failed(f"the Deployment asks for {', '.join(after.images)}")
        if after.replicas != 3:
            return failed(f"the Deployment asks for {after.replicas} replicas, not for 3")
        if missing and p.deadline_exceeded(after):
            return failed(missing)
        if verdict := p.settling(after, evidence.now):
            return verdict
        if p.running_images(after, evidence.now) != {of.image}:
            return failed("the Deployment asks for it, but not all Pods run it")
        return passed("3 of 3 Pods are up to date and ready")

    @exercise.goal("What stopped the release is mended in the Deployment", points=2)
    def _(evidence: Evidence) -> Verdict:
        pair = from_the_start(evidence)
        if pair is None:
            return failed("the Deployment from the start is not there any more")
        before, after = pair
        if p.asks_for_the_same(before, after):
            return failed("its Pod template is the one from the start: the next Pod will be like the last one")
        if after.images != (of.image,):
            return failed(f"it asks for {', '.join(after.images)}; the release to be shipped is {of.version}")
        place = of.place(after, evidence.now)
        if of.place(before, evidence.baseline) == place:
            return failed("its Pod template was changed, but not where it stops the release")
        if wrong := of.fault(after, evidence.now):
            return failed(wrong, share=0.5 if place else 0)
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
    deeds = p.your_deeds(evidence, of="blog-api")  # a Pod to try things out is the learner's own
    told = [deed.text for deed in deeds if deed.kind in ("Pod", "ReplicaSet") and deed.verb != "made"]
    return next(iter([*told, *p.replicasets_touched(evidence, "blog-api")]), "")


# ---- what all exercises are mistaken for


def now(shows: Callable[[Deployment], object]) -> Callable[[Evidence], bool]:
    """Does the Deployment show it, as it is now? It must be the one from the start, and changed since."""

    def changed(evidence: Evidence) -> bool:
        pair = from_the_start(evidence)
        return pair is not None and pair[0].generation != pair[1].generation and bool(shows(pair[1]))

    return changed


def now_among(shows: Callable[[Deployment, Snapshot], object]) -> Callable[[Evidence], bool]:
    """As ``now``, where it depends on what else there is."""
    return lambda evidence: now(lambda deployment: shows(deployment, evidence.now))(evidence)


def whatever_else(rule: Rule) -> Fault:
    return lambda deployment, _: rule(deployment)


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
        place=lambda deployment, _: deployment.images,
        fault=lambda deployment, _: "",  # the goal has compared the image already
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
    return p.you(evidence, "changed", "Pod", of="blog-api")


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
    "You made a second Deployment. The first one is still stuck, and the Service sends readers only to Pods that carry "
    "app=blog-api: those of a Deployment with another name usually do not.",
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
        place=lambda deployment, _: probe(deployment, "readinessProbe"),
        fault=whatever_else(readiness),
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
)(now(lambda deployment: not probe(deployment, "readinessProbe")))
readiness_exercise.mistake(
    "unanswered",
    "Whom does your probe ask, and over which protocol? `kubectl describe pod` shows the question and what came of it.",
    "The question goes past the program. blog-api speaks plain HTTP, at the address of its Pod: a probe with another "
    "scheme gets no answer that it understands, and one with a host of its own asks somebody else.",
    f"Take scheme and host out of it, and {ASK_READYZ}",
)(now(goes_past))
readiness_exercise.mistake(
    "other-path",
    "The probe gets an answer now. Is it an answer to the right question?",
    "The probe asks something that can be answered without being ready: /healthz says whether the process is alive. "
    "Whether it can serve, blog-api says at /readyz.",
    f"In the Deployment, {ASK_READYZ}",
)(now(lambda deployment: readiness(deployment) and probe(deployment, "readinessProbe")))
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
        fault=whatever_else(impatient),
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
)(now(lambda deployment: not probe(deployment, "livenessProbe")))
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
    first = probe(deployment, "startupProbe") or probe(deployment, "livenessProbe")
    return first.after_s + first.patience_s - first.period_s if first else STARTS_IN_S


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
        place=lambda deployment, _: resource(deployment, "limits", "memory"),
        fault=whatever_else(too_little_memory),
        symptom=out_of_memory,
    ),
)
gone_astray(memory_exercise, "kubectl set resources deployment/blog-api --limits=memory=128Mi")
memory_exercise.mistake(
    "limit-removed",
    "How much may a container take now?",
    "The limit is gone. A leak in blog-api would now take the memory of the whole Node, and everybody else's with it.",
    "`kubectl set resources deployment/blog-api --limits=memory=128Mi`",
)(now(lambda deployment: resource(deployment, "limits", "memory") is None))
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
    watches=("events", "configmaps", "secrets"),
)
SET_IT = "kubectl set env deployment/blog-api DATABASE_URL=postgres://blog-db:5432/blog"
release(
    environment_exercise,
    Release(
        version="1.2",
        place=variables,
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
)(now_among(lambda deployment, snapshot: "empty" in no_database(deployment, snapshot)))
environment_exercise.mistake(
    "not-there",
    "Your template refers to a ConfigMap or a Secret. Is it there, and which keys has it? `kubectl describe` tells.",
    "What blog-api asks for is not in it: the object is missing, or it lacks that key. A reference that is required "
    "keeps the container from being created; one that is optional leaves the variable out, and says nothing.",
    f"Put DATABASE_URL into it, with the value that the developers know; or set it in the Deployment: {SET_IT}",
)(now_among(lambda deployment, snapshot: takes_from_elsewhere(deployment) and no_database(deployment, snapshot)))
environment_exercise.mistake(
    "other-name",
    "Compare the name in the log with the name in the Deployment, letter by letter.",
    "A variable was added, but not the one that blog-api asks for.",
    SET_IT,
)(now_among(lambda deployment, snapshot: variables(deployment, snapshot) and no_database(deployment, snapshot)))
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
        place=lambda deployment, _: resource(deployment, "requests", "cpu"),
        fault=whatever_else(cpu),
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
    "The request is gone. A Pod that asks for no CPU is put anywhere, also where none is left for it.",
    "`kubectl set resources deployment/blog-api --requests=cpu=64m`",
)(now(lambda deployment: resource(deployment, "requests", "cpu") is None))
request.mistake(
    "still-too-much",
    "How many CPUs does one Node have? `kubectl describe nodes` says so.",
    "The request is another one, and still not what the house rules allow: between 10m and 500m.",
    "`kubectl set resources deployment/blog-api --requests=cpu=64m`",
)(now(lambda deployment: deployment.images == ("blog-api:1.1",) and cpu(deployment)))
pods_touched(request, "kubectl set resources deployment/blog-api --requests=cpu=64m")

"""Scaling: how many is one number, and there is one place to write it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

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

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"

lab = Lab(
    "04-scaling",
    title="Scaling",
    minutes=45,
    summary="Up, down, to zero and back: who keeps the number, who puts it back, and which Pod goes first.",
)

NO_DEPLOYMENT = failed("there is no Deployment called blog-api any more")
ANOTHER = failed("this is another Deployment with the same name: its UID is not the one from the start")


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def pods(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods that are not on their way out."""
    return p.own_pods(snapshot, "blog-api")


def replicasets(snapshot: Snapshot) -> dict[str, ReplicaSet]:
    """blog-api's ReplicaSets by UID."""
    deployment = blog_api(snapshot)
    return {rs.uid: rs for rs in p.replicasets_of(deployment, snapshot)} if deployment else {}


# ---- what several exercises ask


def asks_and_runs(evidence: Evidence, number: int) -> Verdict:
    """The Deployment from the start asks for ``number``, and as many Pods are ready."""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    if not p.same_object(blog_api(evidence.baseline), deployment):
        return ANOTHER
    if deployment.replicas != number:
        return failed(f"the Deployment asks for {deployment.replicas}")
    return p.settling(deployment, evidence.now) or passed(f"{number} of {number} Pods are ready")


def no_rollout(evidence: Evidence) -> Verdict:
    """Scaling changes a number and nothing else: same Deployment, same template, same ReplicaSet, same revision."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return NO_DEPLOYMENT
    if not p.same_object(before, after):
        return ANOTHER
    if not p.asks_for_the_same(before, after) or before.revision != after.revision:
        return failed(f"there was a rollout: revision {before.revision} became {after.revision}")
    if set(replicasets(evidence.baseline)) != set(replicasets(evidence.now)):
        return failed("the Deployment is the same, but its ReplicaSet is another one", share=0.5)
    return passed(f"the same Deployment, the same ReplicaSet, still revision {after.revision}")


# ---- what several exercises are mistaken for


def recreated(evidence: Evidence) -> bool:
    return blog_api(evidence.now) is None or p.was_recreated(evidence, "blog-api")


def rolled_out(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and not p.asks_for_the_same(before, after)


def replicaset_scaled(evidence: Evidence) -> bool:
    return p.you(evidence, "scaled", "ReplicaSet")


def deleted_pods(evidence: Evidence) -> bool:
    return p.you(evidence, "deleted", "Pod", of="blog-api")


def added_by_hand(evidence: Evidence) -> bool:
    """Pods without an owner, or other Deployments, that were not there at the start."""
    known = p.uids(evidence.baseline.pods)
    others = any(deployment.name != "blog-api" for deployment in evidence.now.deployments)
    return others or any(pod.controller is None and pod.uid not in known for pod in evidence.now.pods)


def asks_for(evidence: Evidence) -> int | None:
    deployment = blog_api(evidence.now)
    return None if deployment is None else deployment.replicas


def common_mistakes(exercise: Exercise, instead: str) -> None:
    """Mistakes that can be made anywhere in this lab. ``instead`` is the command to use."""
    exercise.mistake(
        "recreated",
        "Look at the AGE of the Deployment, not only at the Pods.",
        "You deleted the Deployment. One that is made again is another object, even under the same name: everybody who "
        "used blog-api was without it meanwhile, and its history is lost. A number can be changed where it stands.",
        f"Start again with reset(), and leave the Deployment where it is: {instead}",
    )(recreated)
    exercise.mistake(
        "rolled-out",
        "How many revisions does `kubectl rollout history deployment/blog-api` list, and how many were there before?",
        "The Pod template was changed (`rollout restart`, `set image`, `set env` and `edit` can do that). That is a "
        "rollout: a new revision, a new ReplicaSet, new Pods. Here the Pods stay as they are.",
        f"Start again with reset(), and do not touch the template: {instead}",
    )(rolled_out)


# ---- 1

up = lab.exercise(
    "up",
    "From three to five",
    hints=(
        "Where is it written down how many Pods there should be?",
        "In the Deployment's spec, as `replicas`. `kubectl scale` changes that number, and only that.",
        "`kubectl scale deployment blog-api --replicas=5`",
    ),
)


@up.goal("The Deployment asks for 5, and 5 Pods are ready", points=2)
def five(evidence: Evidence) -> Verdict:
    asked = asks_for(evidence) or 0
    if p.same_object(blog_api(evidence.baseline), blog_api(evidence.now)) and asked > 3 and asked != 5:
        return failed(f"the Deployment asks for {asked}: more than before, but not five", share=0.5)
    return asks_and_runs(evidence, 5)


@up.goal("The first three Pods are still at work", guard=True)
def first_three(evidence: Evidence) -> Verdict:
    left = len(p.uids(pods(evidence.baseline)) & p.uids(pods(evidence.now)))
    return passed("none of them was replaced") if left == 3 else failed(f"{left} of the first three are left")


up.goal("No rollout: it is still the same revision", guard=True)(no_rollout)
common_mistakes(up, "kubectl scale deployment blog-api --replicas=5")


@up.mistake(
    "replicaset-scaled",
    "Which object did you tell the number? Look at it again: which number does it ask for now?",
    "You scaled the ReplicaSet. Its number comes from the Deployment, and the Deployment put it back at once. "
    "(That is exercise 3.)",
    "Tell the Deployment: kubectl scale deployment blog-api --replicas=5",
)
def _(evidence: Evidence) -> bool:
    return replicaset_scaled(evidence)


@up.mistake(
    "by-hand",
    "Who owns the Pods that you added? `kubectl get deployments,pods` shows what there is.",
    "You added Pods or a Deployment beside blog-api. blog-api itself still asks for three; nobody counts yours with "
    "them, nobody heals them together, and the next release passes them by.",
    "Start again with reset(), and change the number that is there: kubectl scale deployment blog-api --replicas=5",
)
def _(evidence: Evidence) -> bool:
    return added_by_hand(evidence)


@up.mistake(
    "other-number",
    "Compare the two numbers under READY in `kubectl get deployment blog-api` with what is wanted.",
    "It was the right place to change, but the number is not five.",
    "kubectl scale deployment blog-api --replicas=5",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence) not in (None, 3, 5)


# ---- 2

zero_and_back = lab.exercise(
    "zero-and-back",
    "To zero, and back",
    hints=(
        "Zero is a number like any other. And how did you get from three to five?",
        "Scale the Deployment to 0, wait until `kubectl get pods` finds none, and then scale it to 3.",
        (
            "`kubectl scale deployment blog-api --replicas=0`, and when no Pod is left any more, "
            "`kubectl scale deployment blog-api --replicas=3`"
        ),
    ),
)


def asked_for_none(evidence: Evidence) -> bool:
    before = blog_api(evidence.baseline)
    return p.was_ever(evidence, "blog-api", lambda now: p.same_object(before, now) and now.replicas == 0)


def was_empty(evidence: Evidence) -> bool:
    """The Deployment from the start asked for no Pod, and its controller had counted none."""
    before = blog_api(evidence.baseline)
    return p.was_ever(
        evidence,
        "blog-api",
        lambda now: (
            p.same_object(before, now)
            and now.replicas == 0
            and now.status.get("observedGeneration") == now.generation
            and not now.status.get("replicas")
        ),
    )


@zero_and_back.goal("The Deployment asked for no Pod, and there was none", points=2)
def at_zero(evidence: Evidence) -> Verdict:
    if was_empty(evidence):
        return passed("it asked for 0, and 0 there were")
    if not asked_for_none(evidence):
        return failed("the Deployment has not asked for zero Pods since the exercise started")
    if asks_for(evidence) == 0:
        return waiting("it asks for 0; the last Pods are on their way out")
    return failed("it asked for 0, but not for long enough: some Pods were still there", share=0.5)


@zero_and_back.goal("Three Pods are ready again, and all of them are new")
def back(evidence: Evidence) -> Verdict:
    if not asked_for_none(evidence):
        return failed("nothing has come back: it was never at zero")
    verdict = asks_and_runs(evidence, 3)
    kept = p.uids(pods(evidence.baseline)) & p.uids(pods(evidence.now))
    if verdict.outcome == "PASS" and kept:
        return failed(f"{len(kept)} of the Pods are the ones from the start", share=0.5)
    return verdict


zero_and_back.goal("Same Deployment, same ReplicaSet, same revision", guard=True)(no_rollout)
common_mistakes(
    zero_and_back,
    "kubectl scale deployment blog-api --replicas=0, and when no Pod is left, the same with --replicas=3",
)


@zero_and_back.mistake(
    "replicaset-scaled",
    "Which object did you set to zero, and what does it ask for now?",
    "You scaled the ReplicaSet. Its number comes from the Deployment, which put it back at once.",
    "Tell the Deployment: kubectl scale deployment blog-api --replicas=0, and then --replicas=3",
)
def _(evidence: Evidence) -> bool:
    return replicaset_scaled(evidence) and not asked_for_none(evidence)


@zero_and_back.mistake(
    "pods-deleted",
    "What was asked for while the Pods were gone?",
    "You deleted Pods. The Deployment went on asking for three, so they were replaced. To have none, ask for none.",
    "kubectl scale deployment blog-api --replicas=0, and when no Pod is left, the same with --replicas=3",
)
def _(evidence: Evidence) -> bool:
    return deleted_pods(evidence) and not asked_for_none(evidence)


@zero_and_back.mistake(
    "not-zero",
    "What was the smallest number that you asked for?",
    "You asked for fewer Pods, but never for none. Zero is allowed.",
    "kubectl scale deployment blog-api --replicas=0, and when no Pod is left, the same with --replicas=3",
)
def _(evidence: Evidence) -> bool:
    return len(p.replicas_asked_for(evidence, "blog-api")) > 1 and not asked_for_none(evidence)


@zero_and_back.mistake(
    "still-zero",
    "Half of it is done. What does the Deployment ask for at this moment?",
    "It asks for 0, and there are 0: for the cluster all is well, so nothing happens by itself. And there is nothing "
    "to undo: `kubectl rollout undo` goes back to an earlier revision, and scaling made none.",
    "kubectl scale deployment blog-api --replicas=3",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence) == 0


# ---- 3

replicaset = lab.exercise(
    "replicaset",
    "Scale the wrong thing, then the right one",
    hints=(
        "Two objects have a number of replicas. Try both, the lower one first.",
        "`kubectl get replicasets` shows the name. Scale that and look what becomes of it; then scale the Deployment.",
        (
            "`kubectl scale replicaset --selector app=blog-api --replicas=5`, then "
            "`kubectl scale deployment blog-api --replicas=4`"
        ),
    ),
)


@replicaset.goal("You scaled the ReplicaSet, and its Deployment put the number back")
def put_back(evidence: Evidence) -> Verdict:
    known = replicasets(evidence.baseline)
    if {change.uid for change in evidence.recording.of_kind("replicasets")} - set(known):
        return failed("another ReplicaSet was made; there was to be only the one from the start")
    if not replicaset_scaled(evidence):
        return failed("nobody has scaled the ReplicaSet since the exercise started")
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    numbers = [rs.replicas for uid, rs in replicasets(evidence.now).items() if uid in known]
    if numbers != [deployment.replicas]:
        return waiting("the ReplicaSet's number is not the Deployment's yet")
    return passed(f"you told the ReplicaSet another number; it asks for {deployment.replicas}, as its Deployment does")


@replicaset.goal("The Deployment asks for 4, and 4 Pods are ready", points=2)
def four(evidence: Evidence) -> Verdict:
    return asks_and_runs(evidence, 4)


replicaset.roundabout = True
replicaset.goal("Same Deployment, same ReplicaSet, same revision", guard=True)(no_rollout)
common_mistakes(
    replicaset,
    "kubectl scale replicaset --selector app=blog-api --replicas=5, then "
    "kubectl scale deployment blog-api --replicas=4",
)


@replicaset.mistake(
    "replicaset-deleted",
    "Compare the AGE of the ReplicaSet with the AGE of the Deployment.",
    "You deleted the ReplicaSet, and the Deployment made it again, with new Pods. Here it keeps its place; only its "
    "number is changed.",
    "Start again with reset(), then: kubectl scale replicaset --selector app=blog-api --replicas=5, then "
    "kubectl scale deployment blog-api --replicas=4",
)
def _(evidence: Evidence) -> bool:
    return set(replicasets(evidence.baseline)) != set(replicasets(evidence.now))


@replicaset.mistake(
    "other-number",
    "Compare the two numbers under READY in `kubectl get deployment blog-api` with what is wanted.",
    "The Deployment asks for another number than 4.",
    "kubectl scale deployment blog-api --replicas=4",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence) not in (None, 3, 4)


@replicaset.mistake(
    "only-replicaset",
    "How many Pods are there, and how many did you ask the ReplicaSet for?",
    "The Deployment put the ReplicaSet's number back, and will do so however often you try. What you want to last, "
    "you write where it is wanted: one floor higher.",
    "kubectl scale deployment blog-api --replicas=4",
)
def _(evidence: Evidence) -> bool:
    return replicaset_scaled(evidence) and asks_for(evidence) == 3


@replicaset.mistake(
    "only-deployment",
    "The right half is done. What happens to somebody who does not know better?",
    "The Deployment has its four. Now see the other thing as well: scale its ReplicaSet, and look at once.",
    "kubectl scale replicaset --selector app=blog-api --replicas=5",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence) == 4 and not replicaset_scaled(evidence)


# ---- 4

file = lab.exercise(
    "file",
    "The file and the hand",
    hints=(
        "The next release applies the file again. What does the file say?",
        "Print the file as it was applied last (`kubectl apply view-last-applied`), write 5 into it, and apply that.",
        (
            "`kubectl apply view-last-applied deployment/blog-api > blog-api.yaml`; write `replicas: 5` into that "
            "file; then `kubectl apply --filename blog-api.yaml`"
        ),
    ),
)


def applied(deployment: Deployment | None) -> Mapping[str, Any]:
    """The ``spec`` in the file that was applied last: kubectl keeps a copy of it in the object.

    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/
    """
    file = p.last_applied(deployment) if deployment else None
    return file.spec if file and {"selector", "template"} <= file.spec.keys() else {}


@file.goal("The file that was applied last leaves five", points=2)
def file_agrees(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    spec = applied(deployment)
    if not spec:
        return failed("no file that could be applied again belongs to this Deployment")
    number = spec.get("replicas")
    if number is None:
        return passed("it says no number, so it leaves the number alone")
    return passed("it asks for 5 itself") if number == 5 else failed(f"it asks for {number}")


@file.goal("The Deployment asks for 5, and 5 Pods are ready", guard=True)
def still_five(evidence: Evidence) -> Verdict:
    return asks_and_runs(evidence, 5)


file.goal("No rollout: it is still the same revision", guard=True)(no_rollout)
common_mistakes(
    file,
    "kubectl apply view-last-applied deployment/blog-api > blog-api.yaml; write `replicas: 5` into it; "
    "kubectl apply --filename blog-api.yaml",
)


@file.mistake(
    "left-out",
    "How many replicas does a Deployment have of which no file says a number?",
    "Your file does not say how many any more. The one before it did, so `kubectl apply` took its number out, and a "
    "Deployment without a number gets the default: one.",
    "The number is free now, and a hand can set it: kubectl scale deployment blog-api --replicas=5",
)
def _(evidence: Evidence) -> bool:
    spec = applied(blog_api(evidence.now))
    return bool(spec) and "replicas" not in spec and asks_for(evidence) != 5


@file.mistake(
    "by-hand",
    "It is five now. And after the next release?",
    "You changed the number in the Deployment, but the file still says 3. Whoever applies it next undoes your work, "
    "without a warning.",
    "Change the file: kubectl apply view-last-applied deployment/blog-api > blog-api.yaml; write `replicas: 5` into "
    "it; kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return (
        before is not None
        and after is not None
        and before.generation != after.generation
        and applied(after).get("replicas") == 3
        and after.replicas != 3
    )


@file.mistake(
    "same-file",
    "Which number is in the file that was applied?",
    "The file says 3, and it was applied as it is: three there are. It does not know that a hand had asked for five.",
    "Change the file first: kubectl apply view-last-applied deployment/blog-api > blog-api.yaml; write `replicas: 5` "
    "into it; kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence) == 3 and applied(blog_api(evidence.now)).get("replicas") == 3


@file.mistake(
    "other-number",
    "Read the file once more: which number is in it?",
    "You changed the file, and that is the right place. But the number in it is not five.",
    "Write `replicas: 5` into blog-api.yaml; kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    return applied(blog_api(evidence.now)).get("replicas") not in (None, 3, 5)


# ---- 5

too_big = lab.exercise(
    "too-big",
    "Too big for every Node",
    start="too-big.yaml",
    hints=(
        "Nobody has found a place for these Pods. `kubectl describe pod` ends with the reason.",
        (
            "Each Pod asks for more CPUs than a Node has. The request stands in the Deployment's Pod template; "
            "`kubectl set resources` changes it there."
        ),
        "`kubectl set resources deployment blog-api --requests=cpu=50m`",
    ),
)


FITS = Decimal("0.05")  #: 50m


def cpu_requests(deployment: Deployment) -> list[Decimal | None]:
    """What each container asks for, in CPUs; None where it asks for nothing."""
    return [p.resource(deployment, "requests", "cpu", one["name"]) for one in p.containers(deployment)]


def without_a_node(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods, as they should be now, that the scheduler has found no Node for."""
    deployment = blog_api(snapshot)
    return p.stuck(deployment, snapshot, "Unschedulable") if deployment else ()


too_big.begins = lambda snapshot: len(without_a_node(snapshot)) == 3


@too_big.goal("Three Pods of blog-api are ready", points=2)
def all_placed(evidence: Evidence) -> Verdict:
    verdict = asks_and_runs(evidence, 3)
    stuck = without_a_node(evidence.now) if verdict.outcome == "WAITING" else ()
    return failed(f"{len(stuck)} Pods have no Node") if stuck else verdict


@too_big.goal("Each of them asks for 50 thousandths of a CPU")
def fits(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return NO_DEPLOYMENT
    requests = [number for number in cpu_requests(deployment) if number]
    if len(requests) < len(deployment.images):
        return failed("the Deployment does not say how much CPU its Pods need", share=0.5)
    if requests == [FITS]:
        return passed("its template asks for 50m")
    asked = sum(requests, start=Decimal(0))
    return failed(f"its template asks for {asked.normalize():f} CPUs", share=0.5 if asked < 1 else 0)


@too_big.goal("It is the Deployment from the start", guard=True)
def same_deployment(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return NO_DEPLOYMENT
    return passed("its UID is the same") if p.same_object(before, after) else ANOTHER


too_big.mistake(
    "recreated",
    "Look at the AGE of the Deployment.",
    "You deleted the Deployment. One that is made again is another object, even under the same name, and its history "
    "is lost. A request can be changed where it stands.",
    "Start again with reset(), then: kubectl set resources deployment blog-api --requests=cpu=50m",
)(recreated)


@too_big.mistake(
    "no-request",
    "How much CPU does the Deployment say that its Pods need?",
    "You took the request away. Now the scheduler takes it that they need no CPU at all, and puts them also where none "
    "is left: it only knows what the request says.",
    "kubectl set resources deployment blog-api --requests=cpu=50m",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and not all(cpu_requests(deployment))


@too_big.mistake(
    "other-request",
    "Read the request once more, with its unit.",
    "You changed the request, and that is the right place. But it is not 50 thousandths of a CPU: `50` are fifty whole "
    "CPUs, `50m` are fifty thousandths.",
    "kubectl set resources deployment blog-api --requests=cpu=50m",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return rolled_out(evidence) and deployment is not None and cpu_requests(deployment) != [FITS]


@too_big.mistake(
    "by-hand",
    "Who owns the Pod or the Deployment that you added?",
    "What you added runs, but blog-api's own Pods still have no Node: their Deployment asks for as much as before.",
    "Start again with reset(), then: kubectl set resources deployment blog-api --requests=cpu=50m",
)
def _(evidence: Evidence) -> bool:
    return added_by_hand(evidence)


@too_big.mistake(
    "scaled",
    "Is it the number of Pods that does not fit, or the size of each?",
    "You changed how many there are. One alone is too big for any Node already, so none of them can start.",
    "kubectl set resources deployment blog-api --requests=cpu=50m, and if you scaled: "
    "kubectl scale deployment blog-api --replicas=3",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence) not in (None, 3)


@too_big.mistake(
    "pods-deleted",
    "Look at the new Pods: what is different?",
    "You deleted Pods, and the ReplicaSet made new ones from the same template. They ask for as much as the old ones.",
    "Change the template: kubectl set resources deployment blog-api --requests=cpu=50m",
)
def _(evidence: Evidence) -> bool:
    return deleted_pods(evidence) and not rolled_out(evidence)


# ---- 6

who_goes = lab.exercise(
    "who-goes",
    "Who goes first?",
    hints=(
        "A Pod can carry a note that says how much it would hurt to lose it.",
        (
            "The note is the annotation `controller.kubernetes.io/pod-deletion-cost`, a number on the Pod itself; "
            "without one it counts as 0, and lower goes first. Write it first, then scale to 2."
        ),
        (
            "`kubectl annotate pod --selector task=export controller.kubernetes.io/pod-deletion-cost=100`, then "
            "`kubectl scale deployment blog-api --replicas=2`"
        ),
    ),
)

PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}

#: What is certain about the order in which a ReplicaSet removes Pods: lower goes first. Rules that follow these look at
#: how many Pods share a Node, at ages in rough steps, and at last at the UID, so nobody can count on them.
#: https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/controller_utils.go, ActivePodsWithRanks
Rank = tuple[bool, int, bool, int]


def rank(pod: Pod) -> Rank:
    return bool(pod.spec.get("nodeName")), PHASES.get(pod.phase, 0), pod.ready, cost(pod)


def cost(pod: Pod) -> int:
    """https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost"""
    return int(p.pod_annotations(pod).get(DELETION_COST) or 0)


def exporter(snapshot: Snapshot) -> Pod | None:
    return next((pod for pod in pods(snapshot) if pod.labels.get("task") == "export"), None)


def sick(snapshot: Snapshot) -> list[Pod]:
    """Pods whose container waits for an image that does not come."""
    return [pod for pod in pods(snapshot) if not pod.ready and p.reasons(pod) & p.CANNOT_PULL]


def began(snapshot: Snapshot) -> bool:
    deployment, busy = blog_api(snapshot), exporter(snapshot)
    return (
        deployment is not None
        and deployment.status.get("readyReplicas") == 3
        and len(pods(snapshot)) == 4
        and len(sick(snapshot)) == 1
        and busy is not None
        and busy.ready
    )


who_goes.begins = began


def removals(evidence: Evidence) -> Iterator[tuple[Pod, Pod, list[Pod]]]:
    """For each of blog-api's Pods that went: it, the exporting one, and the whole family, as they were just before."""
    evidence.recording.require("pods")
    busy = exporter(evidence.baseline)
    owners = set(replicasets(evidence.baseline))
    family = {pod.uid: pod for pod in evidence.baseline.pods if pod.controller in owners}
    for change in evidence.recording.of_kind("pods"):
        pod = Pod(change.raw)
        if pod.terminating or change.type == "DELETED":
            if change.uid in family and busy is not None:
                yield family[change.uid], family.get(busy.uid, busy), list(family.values())
            family.pop(change.uid, None)
        elif pod.controller in owners:
            family[change.uid] = pod


def by_chance(evidence: Evidence) -> list[tuple[Pod, list[Pod]]]:
    """The Pods that went although the exporting one would have been as good a choice, and the family of that moment."""
    return [(gone, family) for gone, busy, family in removals(evidence) if rank(gone) >= rank(busy)]


@who_goes.goal("The Deployment asks for 2, and 2 Pods are ready")
def two(evidence: Evidence) -> Verdict:
    return asks_and_runs(evidence, 2)


@who_goes.goal("Nothing was left to chance: every Pod that went had to go before the exporting one", points=2)
def certain(evidence: Evidence) -> Verdict:
    gone = len(list(removals(evidence)))
    if not gone:
        return failed("no Pod has gone yet")
    if unsure := len(by_chance(evidence)):
        return failed(f"of {gone} Pods that went, {unsure} had no reason to go before the exporting one")
    return passed(f"{gone} Pods went, and each had to go before the exporting one")


@who_goes.goal("The exporting Pod is one of those that are left", guard=True)
def stays(evidence: Evidence) -> Verdict:
    busy = exporter(evidence.baseline)
    if busy is None or busy.uid not in p.uids(pods(evidence.now)):
        return failed("the Pod that was exporting is gone")
    return passed("it is still there, and still blog-api's")


@who_goes.goal("No Pod was deleted, edited or hidden by hand, and there was no rollout", guard=True)
def by_the_deployment(evidence: Evidence) -> Verdict:
    verbs = ("made", "changed", "labelled", "deleted")
    done = [verb for verb in verbs if p.you(evidence, verb, "Pod", of="blog-api")]
    return failed(f"somebody {' and '.join(done)} Pods by hand") if done else no_rollout(evidence)


common_mistakes(
    who_goes,
    "kubectl annotate pod --selector task=export controller.kubernetes.io/pod-deletion-cost=100, then "
    "kubectl scale deployment blog-api --replicas=2",
)

ANSWER = (
    "Start again with reset(), then: kubectl annotate pod --selector task=export "
    "controller.kubernetes.io/pod-deletion-cost=100, then kubectl scale deployment blog-api --replicas=2"
)


@who_goes.mistake(
    "pods-deleted",
    "Who decided which Pods go: you, or the ReplicaSet?",
    "You deleted Pods by hand. While the Deployment still asks for four, each is replaced; and when it then asks for "
    "two, the ReplicaSet chooses by its own rules. Say beforehand which one matters, then scale.",
    ANSWER,
)
def _(evidence: Evidence) -> bool:
    return deleted_pods(evidence)


@who_goes.mistake(
    "hidden",
    "Whose Pod is the exporting one now? `kubectl get pods --show-labels` tells.",
    "You changed a Pod's labels. Without them it is nobody's: it is not counted, so the others fill its place.",
    ANSWER,
)
def _(evidence: Evidence) -> bool:
    return p.you(evidence, "labelled", "Pod", of="blog-api")


@who_goes.mistake(
    "deployment-annotated",
    "Which object carries the note? A ReplicaSet chooses among Pods, and reads what is written on them.",
    "You wrote the deletion cost on the Deployment or the ReplicaSet, and there it means nothing. It has to be on the "
    "Pod that it is about.",
    ANSWER,
)
def _(evidence: Evidence) -> bool:
    noted = [*evidence.now.deployments, *evidence.now.replicasets]
    return any(DELETION_COST in (one.metadata.get("annotations") or {}) for one in noted)


@who_goes.mistake(
    "lower-cost",
    "What does the number stand for: a place in the queue, or a price?",
    "It is a price: what it costs to lose this Pod. The cheapest goes first, and the exporting Pod was made cheaper "
    "than others.",
    ANSWER,
)
def _(evidence: Evidence) -> bool:
    busy = exporter(evidence.baseline)
    return busy is not None and any(
        cost(one) > cost(other)
        for _, family in by_chance(evidence)
        for one in family
        for other in family
        if one.ready and other.uid == busy.uid
    )


@who_goes.mistake(
    "unprotected",
    "Would you bet on it that the exporting Pod stays, the next time as well?",
    "When you scaled, nothing set it apart from the other ready Pods. The ReplicaSet then goes by things that you "
    "cannot rely on. Whether it is still there is luck.",
    ANSWER,
)
def _(evidence: Evidence) -> bool:
    return bool(by_chance(evidence))

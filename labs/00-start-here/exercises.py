"""Start here: look, change, break, mend; and how checks, hints and resets work."""

from driftlab.checker import Deployment, Evidence, Exercise, Lab, Pod, Snapshot, Verdict, failed, passed
from driftlab.checker import predicates as p

lab = Lab(
    "00-start-here",
    title="Start here",
    minutes=15,
    summary="A cluster of your own, the first look, the first change, the first mistake: how these labs work.",
)

OLD, NEW = ("blog-api:1.0",), ("blog-api:1.1",)
NO_DEPLOYMENT = "there is no Deployment called blog-api any more"


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def pods(snapshot: Snapshot) -> tuple[Pod, ...]:
    """blog-api's Pods that are not on their way out."""
    return p.own_pods(snapshot, "blog-api")


# ---- what all three exercises ask


def same_deployment(evidence: Evidence) -> Verdict:
    if blog_api(evidence.now) is None:
        return failed(NO_DEPLOYMENT)
    if recreated(evidence):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if others := second_deployments(evidence):
        return failed(f"there is a second Deployment: {others[0]}")
    return passed("the Deployment is the one from the start")


# ---- what all three exercises are mistaken for


def recreated(evidence: Evidence) -> bool:
    after = blog_api(evidence.now)
    return after is not None and not p.same_object(blog_api(evidence.baseline), after)


def second_deployments(evidence: Evidence) -> list[str]:
    return [deployment.name for deployment in evidence.now.deployments if deployment.name != "blog-api"]


def strangers(evidence: Evidence) -> list[str]:
    """Pods without an owner that were not there at the start."""
    known = p.uids(evidence.baseline.pods)
    return [pod.name for pod in evidence.now.pods if p.unowned(pod) and pod.uid not in known]


def template_changed(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and not p.asks_for_the_same(before, after)


def common_mistakes(exercise: Exercise, instead: str) -> None:
    """Mistakes that can be made anywhere in this lab. ``instead`` says what to do."""
    begin = f'reset("{exercise.name}")'
    exercise.mistake(
        "deleted",
        "What does `kubectl get deployments` say?",
        "The Deployment is gone, and its Pods went with it. Nobody brings a Deployment back: it was the wish itself.",
        f"Begin again: {begin}, then {instead}",
    )(lambda evidence: blog_api(evidence.now) is None)
    exercise.mistake(
        "recreated",
        "Look at the AGE of the Deployment.",
        "It has the same name, but it is another object, made later: the one from the start was deleted.",
        f"Begin again: {begin}, then {instead}",
    )(recreated)
    exercise.mistake(
        "second-deployment",
        "Count the Deployments.",
        "You made a second Deployment beside blog-api. It works by itself, but nobody had asked for another manager.",
        f"`kubectl delete deployment NAME` for the new one (or {begin}), then {instead}",
    )(lambda evidence: bool(second_deployments(evidence)))


# ---- 1

first_look = lab.exercise(
    "first-look",
    "Find the new machine",
    start="first-look.yaml",
    hints=(
        "Three Pods, and each has a log of its own. What is the first line of each?",
        "`kubectl logs NAME | head -n 3` prints how a Pod's log begins: with its version. One of the three says 1.1.",
        "`kubectl label pod NAME seen=yes`, with the name of the Pod whose log says 1.1 in place of NAME.",
    ),
)


def half_swapped(snapshot: Snapshot) -> bool:
    """The promise of the page: three machines at work, one of them of the new model, and nobody goes on swapping."""
    deployment = blog_api(snapshot)
    return (
        deployment is not None
        and deployment.paused
        and sorted(map(p.images, snapshot.pods)) == [OLD, OLD, NEW]
        and all(pod.ready for pod in snapshot.pods)
    )


first_look.begins = half_swapped


def with_sticker(snapshot: Snapshot) -> tuple[Pod, ...]:
    return tuple(pod for pod in p.living(snapshot.pods) if pod.labels.get("seen") == "yes")


@first_look.goal("The one Pod that runs 1.1 carries the label seen=yes", points=2)
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


@first_look.goal("The three Pods are the ones from the start", guard=True)
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


common_mistakes(first_look, "look at the logs, and label the Pod whose log says 1.1: kubectl label pod NAME seen=yes")


@first_look.mistake(
    "swapped",
    "You were asked to look. What did you change?",
    "The Deployment was changed: it went on swapping, or asks for something else now. So its Pods are other ones.",
    'Begin again: reset("first-look"), then only look, and put the label on the Pod whose log says 1.1.',
)
def _(evidence: Evidence) -> bool:
    return spec_changed(evidence)


@first_look.mistake(
    "pod-deleted",
    "Compare the AGE of the three Pods.",
    "A Pod was deleted, and another one took its place. Which one was new at the start can no longer be seen.",
    'Begin again: reset("first-look"), and delete nothing: kubectl label pod NAME seen=yes',
)
def _(evidence: Evidence) -> bool:
    return not p.uids(pods(evidence.baseline)) <= p.uids(pods(evidence.now))


@first_look.mistake(
    "several",
    "How many Pods carry the label? `kubectl get pods --show-labels` tells.",
    "A label that all of them carry says nothing. Only the new one should have it.",
    "Take it off the others, with a minus sign behind its name: kubectl label pod NAME seen-",
)
def _(evidence: Evidence) -> bool:
    return len(with_sticker(evidence.now)) > 1


@first_look.mistake(
    "wrong-pod",
    "What does the log of the Pod that you chose say?",
    "That one runs 1.0. The first line of each Pod's log names its version.",
    "Take the label off (kubectl label pod NAME seen-), and put it on the Pod whose log says 1.1.",
)
def _(evidence: Evidence) -> bool:
    return any(p.images(pod) != NEW for pod in with_sticker(evidence.now))


@first_look.mistake(
    "other-label",
    "Read the label aloud, letter by letter: `kubectl get pods --show-labels`.",
    "A Pod has a new label, but it is not seen=yes. Key and value count, and so do capital letters.",
    "kubectl label pod NAME seen=yes --overwrite, for the Pod whose log says 1.1.",
)
def _(evidence: Evidence) -> bool:
    before = {pod.uid: pod.labels for pod in evidence.baseline.pods}
    return not with_sticker(evidence.now) and any(
        before.get(pod.uid, pod.labels) != pod.labels for pod in evidence.now.pods
    )


@first_look.mistake(
    "deployment-labelled",
    "Which object carries the label?",
    "The label is on the Deployment. It belongs on the machine, not on the manager's note: on one Pod.",
    "kubectl label pod NAME seen=yes, for the Pod whose log says 1.1.",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and before.labels != after.labels


# ---- 2

first_change = lab.exercise(
    "first-change",
    "Ask for one machine more",
    hints=(
        "Whom do you ask for another machine: the machines, or the manager?",
        "`kubectl scale` tells a Deployment how many Pods you want; the number goes into `--replicas`.",
        "`kubectl scale deployment blog-api --replicas=4`",
    ),
)


@first_change.goal("The Deployment asks for four Pods")
def asks_for_four(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    if deployment.replicas != 4:
        return failed(f"it asks for {deployment.replicas}")
    return passed("four are asked for")


@first_change.goal("Four Pods are ready: the first three, and a new one", points=2)
def four_ready(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    ready = [pod for pod in pods(evidence.now) if pod.ready]
    if deployment.replicas != 4:
        return failed(f"the Deployment has {len(ready)} Pods that are ready")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    kept = p.uids(pods(evidence.baseline)) & p.uids(pods(evidence.now))
    if len(kept) < 3:
        return failed(f"four are ready, but only {len(kept)} of the first three are among them", share=0.5)
    return passed("the first three went on working, and one came in addition")


@first_change.goal("Nothing else was changed", guard=True)
def nothing_else(evidence: Evidence) -> Verdict:
    verdict = same_deployment(evidence)
    if verdict.outcome != "PASS":
        return verdict
    if template_changed(evidence):
        return failed("the Pods are made from another template than at the start")
    if free := strangers(evidence):
        return failed(f"there is a Pod that nobody owns: {free[0]}")
    return passed("the same Deployment, the same model, and no Pods beside it")


common_mistakes(first_change, "scale the one that is there: kubectl scale deployment blog-api --replicas=4")


@first_change.mistake(
    "bare-pod",
    "Who made the new Pod: the Deployment, or you?",
    "You put a machine there yourself. The note on the wall still says three, so nobody counts it and nobody "
    "replaces it when it wears out.",
    'Begin again: reset("first-change"), then change the note: kubectl scale deployment blog-api --replicas=4',
)
def _(evidence: Evidence) -> bool:
    return bool(strangers(evidence))


@first_change.mistake(
    "other-model",
    "You were asked for more of the same.",
    "The Pod template was changed, so all Pods were swapped for others. How many there are is another question.",
    'Begin again: reset("first-change"), then: kubectl scale deployment blog-api --replicas=4',
)
def _(evidence: Evidence) -> bool:
    return template_changed(evidence)


@first_change.mistake(
    "replicaset-scaled",
    "Whose number did you change, and what does it say now?",
    "You scaled the ReplicaSet. Its Deployment still asks for three, so it put the number back.",
    "kubectl scale deployment blog-api --replicas=4",
)
def _(evidence: Evidence) -> bool:
    before = {rs.uid: rs.generation for rs in evidence.baseline.replicasets}
    deployment = blog_api(evidence.now)
    return (
        deployment is not None
        and deployment.replicas == 3
        and any(before.get(rs.uid, rs.generation) != rs.generation for rs in evidence.now.replicasets)
    )


@first_change.mistake(
    "other-number",
    "How many are there now, and how many should there be?",
    "There were three, and one more was wanted. `--replicas` takes the number that you want in the end.",
    "kubectl scale deployment blog-api --replicas=4",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.replicas not in {3, 4}


# ---- 3

first_hint = lab.exercise(
    "first-hint",
    "A model that nobody sells",
    start="first-hint.yaml",
    hints=(
        "The Pods are there, but none is ready. Ask one of them why: `kubectl describe pod NAME`, at the very end.",
        (
            "The image blog-api:11 cannot be had: the note lacks a dot. Mend the note, not the machines: "
            "`kubectl set image` changes the image of a Deployment."
        ),
        "`kubectl set image deployment/blog-api blog-api=blog-api:1.1`: the container is called blog-api, too.",
    ),
)


def cannot_be_had(snapshot: Snapshot) -> bool:
    """All three Pods wait for an image that does not come."""
    return len(snapshot.pods) == 3 and all(p.reasons(pod) & p.CANNOT_PULL for pod in snapshot.pods)


first_hint.begins = cannot_be_had


@first_hint.goal("The Deployment asks for blog-api:1.1", points=2)
def asks_for_new(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    if deployment.images == OLD:
        return failed(f"it asks for {OLD[0]}: that can be had, but it is not the new model", share=0.5)
    if deployment.images != NEW:
        return failed(f"it asks for {', '.join(deployment.images)}")
    return passed("it does")


@first_hint.goal("Three Pods of that model are ready", points=2)
def new_model_ready(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed(NO_DEPLOYMENT)
    ready = sum(pod.ready and p.images(pod) == NEW for pod in pods(evidence.now))
    if deployment.images != NEW:
        return failed(f"{ready} Pods that run 1.1 are ready")
    if deployment.replicas != 3:
        return failed(f"the Deployment asks for {deployment.replicas} Pods; at the start it was 3", share=0.5)
    return p.settling(deployment, evidence.now) or passed("3 of 3 are")


@first_hint.goal("It is the Deployment from the start, and all Pods are its own", guard=True)
def mended_not_replaced(evidence: Evidence) -> Verdict:
    verdict = same_deployment(evidence)
    if verdict.outcome == "PASS" and (free := strangers(evidence)):
        return failed(f"there is a Pod that nobody owns: {free[0]}")
    return verdict


common_mistakes(first_hint, "mend its image: kubectl set image deployment/blog-api blog-api=blog-api:1.1")


@first_hint.mistake(
    "bare-pod",
    "Who made the Pod that works?",
    "You put one machine there yourself. The note on the wall still asks for a model that nobody sells.",
    'Begin again: reset("first-hint"), then: kubectl set image deployment/blog-api blog-api=blog-api:1.1',
)
def _(evidence: Evidence) -> bool:
    return bool(strangers(evidence))


@first_hint.mistake(
    "pod-edited",
    "And what will the next Pod be made from?",
    "You changed the image of a Pod. That Pod works now; its Deployment still asks for blog-api:11, and so would every "
    "Pod that comes after it.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    edited = deployment is not None and not p.replaced_not_edited(deployment, evidence)
    return edited and not template_changed(evidence)


@first_hint.mistake(
    "pods-deleted",
    "You deleted Pods. What did the new ones ask for?",
    "New Pods are made from the same note, so they wait for the same image. It is the note that has the mistake.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return not template_changed(evidence) and not p.uids(pods(evidence.baseline)) <= p.uids(pods(evidence.now))


@first_hint.mistake(
    "other-image",
    "Compare the image that the Deployment asks for with the one that was wanted.",
    "The new model is 1.1. `kubectl get deployment blog-api --output wide` shows what the Deployment asks for.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and template_changed(evidence) and deployment.images != NEW

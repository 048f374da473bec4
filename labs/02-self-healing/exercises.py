"""Self-healing: Pods come and go, the Deployment stays."""

from driftlab.checker import Deployment, Evidence, Exercise, Lab, Pod, Snapshot, Verdict, failed, passed, waiting
from driftlab.checker import predicates as p

lab = Lab(
    "02-self-healing",
    title="Self-healing",
    minutes=45,
    summary="Delete Pods, a ReplicaSet, a label, lose a Node: see what comes back, by whom, and what stays gone.",
)


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- what several exercises ask


def three_again(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if deployment.replicas != 3:
        return failed(f"the Deployment asks for {deployment.replicas} replicas; it should ask for 3, as at the start")
    return p.settling(deployment, evidence.now) or passed("3 of 3 Pods are ready")


def asked_for_nothing_new(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api any more")
    if not p.same_object(before, after):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if not p.spec_untouched(before, after, evidence.recording):
        return failed(f"somebody changed its spec: generation {before.generation} became {after.generation}")
    return passed(f"the same Deployment, and its spec is as it was (generation {after.generation})")


def same_replicaset(evidence: Evidence) -> Verdict:
    verdict = asked_for_nothing_new(evidence)
    if verdict.outcome != "PASS":
        return verdict
    before, after = owners(evidence.baseline), owners(evidence.now)
    if set(before) != set(after):
        return failed("the Deployment is the same, but its ReplicaSet is another one", share=0.5)
    if before != after:
        return failed("the ReplicaSet's spec was changed", share=0.5)
    return passed("Deployment and ReplicaSet are the ones from the start, unchanged")


def owners(snapshot: Snapshot) -> dict[str, int]:
    """The ReplicaSets of blog-api: UID and generation."""
    deployment = blog_api(snapshot)
    return {rs.uid: rs.generation for rs in p.replicasets_of(deployment, snapshot)} if deployment else {}


def pods(snapshot: Snapshot) -> frozenset[str]:
    """The UIDs of blog-api's Pods that are not on their way out."""
    return p.uids(p.own_pods(snapshot, "blog-api"))


# ---- what several exercises are mistaken for


def recreated(evidence: Evidence) -> bool:
    return not p.same_object(blog_api(evidence.baseline), blog_api(evidence.now))


def changed(evidence: Evidence) -> tuple[Deployment, Deployment] | None:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None or before.uid != after.uid or before.generation == after.generation:
        return None
    return before, after


def scaled(evidence: Evidence) -> bool:
    pair = changed(evidence)
    return pair is not None and p.asks_for_the_same(*pair)


def restarted(evidence: Evidence) -> bool:
    pair = changed(evidence)
    return pair is not None and not p.asks_for_the_same(*pair)


def replicaset_gone(evidence: Evidence) -> bool:
    return not changed(evidence) and set(owners(evidence.baseline)) != set(owners(evidence.now))


def surplus(evidence: Evidence) -> list[str]:
    """Pods that the ReplicaSet removed because there were too many: its own Events say so."""
    told = {event.uid for event in evidence.baseline.events}
    return [
        str(event.raw.get("message", "")).removeprefix("Deleted pod: ")
        for event in evidence.now.events
        if event.uid not in told and event.about[0] == "ReplicaSet" and event.reason == "SuccessfulDelete"
    ]


def orphans(evidence: Evidence) -> list[str]:
    """Pods from the start that live on without an owner."""
    known = pods(evidence.baseline)
    return [
        pod.name for pod in evidence.now.pods if pod.uid in known and pod.controller is None and not pod.terminating
    ]


def strangers(evidence: Evidence) -> list[str]:
    """Pods without an owner that were not there at the start."""
    known = p.uids(evidence.baseline.pods)
    return [pod.name for pod in evidence.now.pods if pod.controller is None and pod.uid not in known]


def common_mistakes(exercise: Exercise, instead: str) -> None:
    """Mistakes that can be made anywhere in this lab. ``instead`` is the command to use."""
    exercise.mistake(
        "recreated",
        "Look at the AGE of the Deployment, not only at the Pods.",
        "You deleted the Deployment and made a new one. It has the same name, but it is another object: its UID is "
        "new, and so are its history and all its Pods. Nothing healed here; you rebuilt it.",
        f"Start again with reset(), and leave the Deployment alone: {instead}",
    )(recreated)
    exercise.mistake(
        "scaled",
        "How many replicas did you ask for in between?",
        "Scaling changes what you ask for, so the controller carries out an order: the Deployment's generation counts "
        "it. In this exercise what you ask for must stay the same, and only what runs may change.",
        f"Start again with reset(), do not scale: {instead}",
    )(scaled)
    exercise.mistake(
        "restarted",
        "Look at the Deployment's generation: did it stand still?",
        "The Pod template was changed (`kubectl rollout restart`, `set image` and `edit` all do that). That is a new "
        "release, with a new ReplicaSet and a new revision; it is not healing.",
        f"Start again with reset(), and do not touch the template: {instead}",
    )(restarted)


# ---- 1

one_pod = lab.exercise(
    "one-pod",
    "Delete one Pod",
    hints=(
        "You want one Pod gone. Which verb of kubectl makes an object go away?",
        "`kubectl get pods` shows the names. Choose one, and delete that Pod, nothing else.",
        "`kubectl delete pod NAME`, with one of the three names in place of NAME.",
    ),
)


@one_pod.goal("One of the three Pods has been replaced, two are still the same", points=2)
def one_replaced(evidence: Evidence) -> Verdict:
    before, after = pods(evidence.baseline), pods(evidence.now)
    gone = len(before - after)
    if gone == 0:
        return failed("all three Pods are still the ones from the start")
    if surplus(evidence):
        return failed("the ReplicaSet had to remove a Pod too many: one was added, none was deleted by you")
    if orphans(evidence):
        return failed("a Pod from the start has lost its owner, but it still runs")
    if gone > 1:
        return failed(f"{gone} of the three Pods are gone; here it should be one", share=0.5)
    if not after - before:
        return waiting("the Pod is gone; its replacement is not there yet")
    return passed("one UID is gone, one is new, and two are the same as before")


one_pod.goal("Three Pods are ready again", guard=True)(three_again)
one_pod.goal("Nobody changed what was asked for", guard=True)(same_replicaset)
common_mistakes(one_pod, "kubectl delete pod NAME")


@one_pod.mistake(
    "replicaset-deleted",
    "Compare the AGE of the ReplicaSet with the AGE of the Deployment.",
    "You deleted the ReplicaSet, and its three Pods went with it. That is exercise 4; here only one Pod should go.",
    "Start again with reset(), then: kubectl delete pod NAME",
)
def _(evidence: Evidence) -> bool:
    return replicaset_gone(evidence)


@one_pod.mistake(
    "added",
    "Did you make something, or did you delete something?",
    "You created a Pod with blog-api's labels. Nobody had asked for a fourth one: if it carries all the labels that "
    "the ReplicaSet looks for, it is adopted, and one Pod is one too many; if not, it just runs beside the others.",
    "No new Pod is needed. Start again with reset(), then: kubectl delete pod NAME",
)
def _(evidence: Evidence) -> bool:
    return bool(surplus(evidence)) or bool(strangers(evidence))


@one_pod.mistake(
    "all-at-once",
    "Count: how many of the first three Pods are left?",
    "More than one Pod went at once. They were all replaced, which is exercise 2. Here two should stay, so that you "
    "can compare old and new.",
    "Start again with reset(), and delete exactly one: kubectl delete pod NAME",
)
def _(evidence: Evidence) -> bool:
    return len(pods(evidence.baseline) - pods(evidence.now)) > 1 and not replicaset_gone(evidence)


# ---- 2

all_pods = lab.exercise(
    "all-pods",
    "Delete all Pods at once",
    hints=(
        "The three Pods have something in common that kubectl can choose them by.",
        "They all carry the label app=blog-api. `kubectl delete` takes a label instead of names, with `--selector`.",
        "`kubectl delete pods --selector app=blog-api`",
    ),
)


@all_pods.goal("None of the first three Pods is left", points=2)
def none_left(evidence: Evidence) -> Verdict:
    everything = p.uids(p.living(evidence.now.pods))
    left = len(pods(evidence.baseline) & everything)
    if left:
        return failed(f"{left} of the first three Pods are still there", share=(3 - left) / 3 * 0.5)
    return passed("three UIDs are gone, three are new")


all_pods.goal("Three Pods are ready again", guard=True)(three_again)
all_pods.goal("Deployment and ReplicaSet are the ones from the start", guard=True)(same_replicaset)
common_mistakes(all_pods, "kubectl delete pods --selector app=blog-api")


@all_pods.mistake(
    "replicaset-deleted",
    "Compare the AGE of the ReplicaSet with the AGE of the Deployment.",
    "You deleted the ReplicaSet; its Pods went with it, and the Deployment made all of it anew. Here the ReplicaSet "
    "should stay, because it is the one that heals.",
    "Start again with reset(), then: kubectl delete pods --selector app=blog-api",
)
def _(evidence: Evidence) -> bool:
    return replicaset_gone(evidence)


@all_pods.mistake(
    "some-left",
    "Compare the AGE of the three Pods.",
    "Some of the first Pods are still there: the youngest ones are replacements.",
    "Delete the rest as well, or all of them: kubectl delete pods --selector app=blog-api",
)
def _(evidence: Evidence) -> bool:
    return 0 < len(pods(evidence.baseline) & pods(evidence.now)) < 3


# ---- 3

bare_pod = lab.exercise(
    "bare-pod",
    "A Pod that nobody looks after",
    hints=(
        "`kubectl run` makes one Pod, and only a Pod. Then delete it, and look again.",
        "Call it loner, give it the image blog-api:1.0 and no label of blog-api's. Let it run, then delete it.",
        (
            "`kubectl run loner --image=blog-api:1.0`, then `kubectl wait --for=condition=Ready pod/loner`, "
            "then `kubectl delete pod loner`"
        ),
    ),
)


def lives_of_loner(evidence: Evidence) -> dict[str, set[str]]:
    return p.events_about_pod(evidence.now, "loner", evidence.baseline)


@bare_pod.goal("A Pod called loner has run, without an owner")
def loner_ran(evidence: Evidence) -> Verdict:
    loner = evidence.now.pod("loner")
    if loner is not None and loner.controller is not None:
        return failed("loner has an owner; it should have none")
    if "loner" in surplus(evidence):
        return failed("loner was adopted: it carried the labels that blog-api's ReplicaSet looks for")
    if any("Started" in reasons for reasons in lives_of_loner(evidence).values()):
        return passed("it was scheduled and started, and no controller owned it")
    if loner is not None:
        return waiting("loner is there, but its container has not started yet")
    if lives_of_loner(evidence):
        return failed("loner was deleted before its container had started", share=0.5)
    return failed("no Pod called loner has run since the exercise started")


@bare_pod.goal("loner was deleted, and nothing came back", points=2)
def loner_gone(evidence: Evidence) -> Verdict:
    if "loner" in surplus(evidence):
        return failed("loner is gone, but the ReplicaSet removed it, not you")
    relatives = [pod.name for pod in evidence.now.pods if pod.name.startswith("loner-")]
    if relatives or evidence.now.deployment("loner"):
        return failed("there is a Deployment behind it, and it makes Pods")
    loner = evidence.now.pod("loner")
    if loner is not None:
        return waiting("loner is terminating") if loner.terminating else failed("loner is still there")
    if not lives_of_loner(evidence):
        return failed("there has been no loner yet")
    return passed("loner is gone for good: nobody asked for it, so nobody replaces it")


bare_pod.goal("blog-api was left alone", guard=True)(same_replicaset)
common_mistakes(bare_pod, "kubectl run loner --image=blog-api:1.0")


@bare_pod.mistake(
    "deployment",
    "What does `kubectl get deployments` say?",
    "You made a Deployment. It makes Pods of its own, and others when you delete these: the opposite of what this "
    "exercise shows.",
    "kubectl delete deployment loner, then: kubectl run loner --image=blog-api:1.0",
)
def _(evidence: Evidence) -> bool:
    return evidence.now.deployment("loner") is not None


@bare_pod.mistake(
    "adopted",
    "Who deleted loner? `kubectl get events --sort-by=.lastTimestamp` knows.",
    "loner carried all the labels that blog-api's ReplicaSet looks for. The ReplicaSet adopted it, counted four Pods "
    "where it wants three, and removed it. Labels decide who belongs to whom.",
    "Make it without those labels: kubectl run loner --image=blog-api:1.0. When it runs: kubectl delete pod loner",
)
def _(evidence: Evidence) -> bool:
    return "loner" in surplus(evidence)


@bare_pod.mistake(
    "not-deleted",
    "Half of it is done. What happens to a Pod without an owner when it is deleted?",
    "loner still runs. Delete it, and look whether anything comes back.",
    "kubectl delete pod loner",
)
def _(evidence: Evidence) -> bool:
    loner = evidence.now.pod("loner")
    return loner is not None and not loner.terminating and loner.controller is None


# ---- 4

replicaset = lab.exercise(
    "replicaset",
    "Delete the ReplicaSet",
    hints=(
        "There are two controllers above a Pod. This time the lower one has to go.",
        "`kubectl get replicasets` shows its name. Delete it as you would delete anything else; its Pods go with it.",
        "`kubectl delete replicaset --selector app=blog-api`",
    ),
)


@replicaset.goal("The ReplicaSet is a new one, made by the same Deployment", points=2)
def new_replicaset(evidence: Evidence) -> Verdict:
    before, after = owners(evidence.baseline), owners(evidence.now)
    if recreated(evidence):
        return failed("this is another Deployment; the one from the start should have made the ReplicaSet")
    if set(before) & set(after):
        return failed("the ReplicaSet from the start is still there")
    if not after:
        return waiting("the ReplicaSet is gone; the Deployment has not made a new one yet")
    return passed("the old UID is gone; the new ReplicaSet belongs to the same Deployment")


@replicaset.goal("Three new Pods are ready, and belong to it")
def new_pods(evidence: Evidence) -> Verdict:
    kept = pods(evidence.baseline) & p.uids(p.living(evidence.now.pods))
    if owners(evidence.baseline) == owners(evidence.now):
        return failed("there is no new ReplicaSet that they could belong to")
    verdict = three_again(evidence)
    if verdict.outcome == "PASS" and kept:
        return failed(f"{len(kept)} of the Pods are the ones from the start: they were kept and adopted", share=0.5)
    return verdict


replicaset.goal("Nobody changed what was asked for", guard=True)(asked_for_nothing_new)
common_mistakes(replicaset, "kubectl delete replicaset --selector app=blog-api")


@replicaset.mistake(
    "kept-pods",
    "Look at the AGE of the Pods: which object did you delete, and what did you spare?",
    "With --cascade=orphan the Pods survive their ReplicaSet. The new ReplicaSet found them by their labels and "
    "adopted them, so it had nothing to make. Clever, but here the Pods should go, too.",
    "Start again with reset(), then: kubectl delete replicaset --selector app=blog-api",
)
def _(evidence: Evidence) -> bool:
    return replicaset_gone(evidence) and bool(pods(evidence.baseline) & pods(evidence.now))


@replicaset.mistake(
    "replicaset-scaled",
    "Is the ReplicaSet gone, or did you tell it another number?",
    "The ReplicaSet is the one from the start: you scaled it, and the Deployment put the number right again.",
    "kubectl delete replicaset --selector app=blog-api",
)
def _(evidence: Evidence) -> bool:
    before, after = owners(evidence.baseline), owners(evidence.now)
    return set(before) == set(after) and before != after


@replicaset.mistake(
    "only-pods",
    "Which kind of object did you delete?",
    "The Pods are new, but the ReplicaSet is the one from the start. It replaced them; now find out who replaces it.",
    "kubectl delete replicaset --selector app=blog-api",
)
def _(evidence: Evidence) -> bool:
    return owners(evidence.baseline) == owners(evidence.now) and not pods(evidence.baseline) <= pods(evidence.now)


# ---- 5

orphan = lab.exercise(
    "orphan",
    "Take a Pod out of the family",
    hints=(
        "How does the ReplicaSet know which Pods are its own?",
        "It counts the Pods that carry its labels: app=blog-api is one. `kubectl label` changes it with `--overwrite`.",
        "`kubectl label pod NAME app=quarantine --overwrite`, with one of the three names in place of NAME.",
    ),
)


@orphan.goal("One of the three Pods runs on without an owner", points=2)
def one_orphan(evidence: Evidence) -> Verdict:
    free = orphans(evidence)
    if len(free) == 1:
        return passed(f"{free[0]} is the same Pod as before, but no ReplicaSet owns it any more")
    if len(free) > 1:
        return failed(f"{len(free)} Pods have left the family; one is enough", share=0.5)
    known = pods(evidence.baseline)
    if any(pod.uid in known and not looked_for(pod, evidence.now) for pod in evidence.now.pods):
        return waiting("its label is changed; the ReplicaSet is about to let go of it")
    if not known <= p.uids(evidence.now.pods):
        return failed("a Pod from the start is gone; it should run on")
    return failed("all three Pods still belong to the ReplicaSet")


def looked_for(pod: Pod, snapshot: Snapshot) -> bool:
    """Does blog-api's ReplicaSet find the Pod by its labels?"""
    deployment = blog_api(snapshot)
    return deployment is not None and any(rs.matches(pod) for rs in p.replicasets_of(deployment, snapshot))


orphan.goal("The ReplicaSet has replaced it: three Pods of its own are ready", guard=True)(three_again)
orphan.goal("Deployment and ReplicaSet are the ones from the start", guard=True)(same_replicaset)
common_mistakes(orphan, "kubectl label pod NAME app=quarantine --overwrite")


@orphan.mistake(
    "too-many",
    "Count the Pods that have no owner.",
    "You relabelled more than one Pod. Each was replaced; the ones that left run on, and nobody looks after them.",
    "Start again with reset(), and relabel exactly one: kubectl label pod NAME app=quarantine --overwrite",
)
def _(evidence: Evidence) -> bool:
    return len(orphans(evidence)) > 1


@orphan.mistake(
    "deleted",
    "You wanted to keep that Pod, only not in the family.",
    "A Pod from the start was deleted and replaced. It should run on, without its owner.",
    "Start again with reset(), then: kubectl label pod NAME app=quarantine --overwrite",
)
def _(evidence: Evidence) -> bool:
    return not pods(evidence.baseline) <= p.uids(evidence.now.pods) and not replicaset_gone(evidence)


@orphan.mistake(
    "stranger",
    "Which Pod has no owner, and since when does it exist?",
    "The Pod without an owner is a new one that you made. Take one of the three that are there.",
    "kubectl label pod NAME app=quarantine --overwrite, with one of blog-api's three names in place of NAME",
)
def _(evidence: Evidence) -> bool:
    return bool(strangers(evidence))


@orphan.mistake(
    "other-label",
    "Does the ReplicaSet look at that label? `kubectl get replicaset --output wide` shows its selector.",
    "A label that is not in the selector makes no difference: the Pod still has app=blog-api.",
    "kubectl label pod NAME app=quarantine --overwrite",
)
def _(evidence: Evidence) -> bool:
    before = {pod.uid: pod.labels for pod in evidence.baseline.pods}
    return any(
        before.get(pod.uid, pod.labels) != pod.labels and looked_for(pod, evidence.now) for pod in evidence.now.pods
    )


@orphan.mistake(
    "deployment-labelled",
    "Which object carries the new label?",
    "You labelled the Deployment or its ReplicaSet. Who belongs to whom is decided by the labels of the Pod.",
    "kubectl label pod NAME app=quarantine --overwrite",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    relabelled = {rs.uid: rs.labels for rs in evidence.baseline.replicasets}
    return (before is not None and after is not None and before.labels != after.labels) or any(
        relabelled.get(rs.uid, rs.labels) != rs.labels for rs in evidence.now.replicasets
    )


# ---- 6

node_lost = lab.exercise(
    "node-lost",
    "Lose a whole Node",
    start="three-nodes.yaml",
    hints=(
        "Give the cluster a minute to notice. Then compare the Pods with the Nodes that they are on.",
        (
            "Pods on a silent Node stay `Terminating`: nobody there can say that they have ended. "
            "`kubectl delete pod` has an option for exactly this."
        ),
        "`kubectl delete pod NAME --force`, for loner and for each Pod of blog-api that hangs on the lost Node.",
    ),
)


def lost_node(snapshot: Snapshot) -> str:
    """The Node that falls silent: the one that loner is on."""
    loner = snapshot.pod("loner")
    return str(loner.spec.get("nodeName", "")) if loner else ""


def stranded(evidence: Evidence) -> list[str]:
    """Everything that is still on the lost Node, as far as the cluster knows."""
    node = lost_node(evidence.baseline)
    return [pod.name for pod in evidence.now.pods if pod.spec.get("nodeName") == node]


def elsewhere(evidence: Evidence) -> frozenset[str]:
    """The UIDs of blog-api's Pods from the start that were not on the lost Node."""
    deployment, node = blog_api(evidence.baseline), lost_node(evidence.baseline)
    before = p.pods_of(deployment, evidence.baseline) if deployment else ()
    return p.uids(tuple(pod for pod in before if pod.spec.get("nodeName") != node))


node_lost.begins = lambda snapshot: (
    (loner := snapshot.pod("loner")) is not None
    and loner.ready
    and all(not p.unfinished(deployment, snapshot) for deployment in snapshot.deployments)
)
node_lost.loses_node = lost_node


@node_lost.goal("Nothing hangs on the lost Node any more", points=3)
def cleared_away(evidence: Evidence) -> Verdict:
    if not lost_node(evidence.baseline):
        return failed("nothing was running on a Node that could get lost")
    left = stranded(evidence)
    before = [pod.name for pod in evidence.baseline.pods if pod.spec.get("nodeName") == lost_node(evidence.baseline)]
    if left:
        gone = len(set(before) - set(left))
        return failed(f"still listed there: {', '.join(sorted(left))}", share=0.5 if 0 < gone < len(before) else 0)
    return passed("the Pods that nobody could confirm the end of are gone from the list")


@node_lost.goal("Three Pods of blog-api are ready, all of them on other Nodes", guard=True)
def served_elsewhere(evidence: Evidence) -> Verdict:
    verdict, deployment = three_again(evidence), blog_api(evidence.now)
    if verdict.outcome != "PASS" or deployment is None:
        return verdict
    here = [pod for pod in p.pods_of(deployment, evidence.now) if pod.name in stranded(evidence)]
    return waiting("the cluster has not given up the lost Node yet") if here else verdict


node_lost.goal("Nobody changed what was asked for", guard=True)(same_replicaset)


@node_lost.goal("The Pods on the other Nodes are the ones from the start", guard=True)
def others_kept(evidence: Evidence) -> Verdict:
    missing = len(elsewhere(evidence) - pods(evidence.now))
    return failed(f"{missing} that ran well are gone, too") if missing else passed("they never stopped")


common_mistakes(node_lost, "kubectl delete pod NAME --force, for what hangs on the lost Node")


@node_lost.mistake(
    "all-forced",
    "Which Pods were in trouble, and which were not? Compare their AGE and their NODE.",
    "You deleted Pods on healthy Nodes as well. With `--force` nobody waits until their programs have ended: requests "
    "that were under way may have got no answer.",
    "Start again with reset(), and delete by force only what hangs on the lost Node.",
)
def _(evidence: Evidence) -> bool:
    return not elsewhere(evidence) <= pods(evidence.now)


@node_lost.mistake(
    "not-forced",
    "Look at the STATUS of what is on the lost Node: how long has it been so?",
    "It has been told to go, and waits for the kubelet on its Node to say that it is gone. That kubelet is silent, and "
    "may be so for ever.",
    "If you know that the machine is gone: kubectl delete pod NAME --force",
)
def _(evidence: Evidence) -> bool:
    left = stranded(evidence)
    return any(pod.terminating for pod in evidence.now.pods if pod.name in left)

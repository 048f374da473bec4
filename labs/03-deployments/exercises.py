"""Deployments: write down what you ask for, change it in one place, and read how far the cluster has got."""

from collections.abc import Mapping

from driftlab.checker import (
    Deployment,
    Disturbance,
    Evidence,
    Exercise,
    Lab,
    Snapshot,
    Verdict,
    failed,
    passed,
    template_changes,
    waiting,
)
from driftlab.checker import predicates as p

lab = Lab(
    "03-deployments",
    title="Deployments: what you ask for",
    minutes=50,
    summary="Write a Deployment, apply it, change it; learn what can be changed where, and what the status tells.",
)


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


def recreated(evidence: Evidence) -> bool:
    return not p.same_object(blog_api(evidence.baseline), blog_api(evidence.now))


def the_same(evidence: Evidence) -> Deployment | None:
    """blog-api, if it is still the object from the start."""
    return None if recreated(evidence) else blog_api(evidence.now)


def recreated_instead(exercise: Exercise, instead: str) -> None:
    """A mistake that can be made in several exercises. ``instead`` is the command to use."""
    exercise.mistake(
        "recreated",
        "Look at the AGE of the Deployment, not only at what it asks for.",
        "The Deployment was deleted and made again. It has the same name, but its UID is new, and in between nobody "
        "asked for any Pod: all of them were stopped. A Deployment is changed, not replaced.",
        f"Start again with reset(), and leave the object alone: {instead}",
    )(recreated)


# ---- 1

write = lab.exercise(
    "write",
    "Write it down, and apply it",
    start="wish.yaml",
    hints=(
        "Three things have to be in the file: how many, of which image, and which labels each Pod gets.",
        (
            "Let kubectl write most of it: `create deployment … --dry-run=client --output yaml`, with `> "
            "blog-api.yaml` at the end of the line. Then open the file and add the second label where the Pods' "
            "labels are, in spec.template.metadata.labels, and give the file to `kubectl apply`."
        ),
        (
            "`kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3 --dry-run=client --output yaml > "
            "blog-api.yaml`, then add a line `tier: web` below the line `app: blog-api` that belongs to the template, "
            "indented as that is, then `kubectl apply --filename blog-api.yaml`"
        ),
    ),
)

LABELS = {"app": "blog-api", "tier": "web"}


def words(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items())) or "none"


@write.goal("A Deployment called blog-api asks for three Pods of blog-api:1.0", points=2)
def asked_for(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    number, image = deployment.replicas == 3, deployment.images == ("blog-api:1.0",)
    told = f"it asks for {deployment.replicas} × {', '.join(deployment.images)}"
    return passed(told) if number and image else failed(told, share=0.5 if number or image else 0)


@write.goal("Its template gives every Pod both labels")
def labelled(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    labels = p.pod_labels(deployment)
    told = f"the template's labels: {words(labels)}"
    return passed(told) if labels.items() >= LABELS.items() else failed(told)


@write.goal("Three such Pods are ready, and they are the Deployment's own")
def running(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("no Deployment called blog-api has any Pods")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    such = [
        pod
        for pod in p.pods_of(deployment, evidence.now)
        if pod.ready and p.images(pod) == ("blog-api:1.0",) and pod.labels.items() >= LABELS.items()
    ]
    told = f"ready Pods with image and labels as wished: {len(such)}"
    return passed(told) if len(such) == 3 else failed(told)


@write.goal("It was made with apply, so that apply can change it")
def made_with_apply(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if not p.was_applied(deployment):
        return failed("the Deployment has no note of any manifest that was applied")
    return passed("the Deployment remembers the manifest that was applied")


@write.mistake(
    "bare-pods",
    "Who owns the Pods that you made? `kubectl get pods --output yaml` has ownerReferences where there is an owner.",
    "You made Pods, not a Deployment. They run, but nobody counts them: what you delete stays gone, and there is no "
    "place at which you could change all three.",
    "Delete them, and write a Deployment: kubectl create deployment blog-api --image=blog-api:1.0 --replicas=3 "
    "--dry-run=client --output yaml > blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    return not evidence.now.deployments and any(p.unowned(pod) for pod in evidence.now.pods)


@write.mistake(
    "replicaset",
    "Which kind did you write? `kubectl get deployments,replicasets` tells.",
    "You wrote a ReplicaSet. It keeps the number of Pods right, but it cannot roll out a change: Pods that are there "
    "stay as they are when its template changes. A Deployment does that; it makes ReplicaSets itself.",
    "Delete the ReplicaSet, write kind: Deployment into the file, and apply it again.",
)
def _(evidence: Evidence) -> bool:
    return not evidence.now.deployments and any(rs.controller is None for rs in evidence.now.replicasets)


@write.mistake(
    "other-name",
    "Read the wish again: how is it to be called?",
    "There is a Deployment, but under another name. The name is in metadata.name, and it cannot be changed afterwards.",
    "Delete it, correct metadata.name in the file, and apply: kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    return bool(evidence.now.deployments) and blog_api(evidence.now) is None


@write.mistake(
    "label-outside",
    "There are three places for labels in the file. Which of them do the Pods get?",
    "The label tier=web is on the Deployment itself, in metadata.labels at the top. The Pods are made from "
    "spec.template, and get the labels in spec.template.metadata.labels.",
    "Add `tier: web` below spec.template.metadata.labels, then: kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and "tier" in deployment.labels and "tier" not in p.pod_labels(deployment)


@write.mistake(
    "one-replica",
    "How many did the wish say? And how many does spec.replicas say?",
    "Where a file says nothing about replicas, one Pod is asked for.",
    "Write `replicas: 3` into the file, directly below spec:, then: kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.replicas != 3


@write.mistake(
    "created",
    "It is all there. By which verb was it made?",
    "`kubectl create` makes an object, once; a second time it refuses. `kubectl apply` makes it or changes it, and "
    "notes on the object what it was given, so that the next time it knows what was taken out of the file.",
    "Apply the file: kubectl apply --filename blog-api.yaml. It says `configured`, and the Pods stay as they are.",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and not p.was_applied(deployment)


# ---- 2

apply = lab.exercise(
    "apply",
    "Change your mind, in one step",
    hints=(
        "Change the file, not the cluster. Only then tell the cluster about the file.",
        (
            "In blog-api.yaml, `replicas` becomes 4, and the container gets a list `env` with one entry: a `name` and "
            "a `value`. Look with `kubectl diff`, and when it shows both, apply the file once."
        ),
        (
            "`replicas: 4`, and below the line with the image, indented like the word image: `env: [{name: LOG_LEVEL, "
            "value: debug}]`. Then `kubectl diff --filename blog-api.yaml`, then `kubectl apply --filename "
            "blog-api.yaml`"
        ),
    ),
    watches=("configmaps", "secrets"),
)

FOUR, DEBUG = "four replicas", "LOG_LEVEL=debug"


def says(deployment: Deployment | None, evidence: Evidence) -> set[str]:
    """Which of the two wishes a Deployment holds, or the manifest of one."""
    if deployment is None:
        return set()
    levels = {p.environment(deployment, evidence.now, one["name"]).get("LOG_LEVEL") for one in p.containers(deployment)}
    return ({FOUR} if deployment.replicas == 4 else set()) | ({DEBUG} if "debug" in levels else set())


@apply.goal("The Deployment asks for four Pods with LOG_LEVEL=debug", points=2)
def new_wish(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    found = says(deployment, evidence)
    if len(found) == 2:
        return passed("it asks for both")
    if not found:
        return failed("it asks for neither of the two")
    return failed(f"of the two, it asks for {found.pop()} only", share=0.5)


@apply.goal("The cluster has followed: the Pods are as the newest template says")
def followed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if not says(deployment, evidence):
        return failed("there is nothing to follow yet: neither of the two is asked for")
    return p.settling(deployment, evidence.now) or passed(f"{deployment.replicas} Pods, all up to date")


@apply.goal("What was applied last says so, too")
def file_agrees(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    found = says(p.last_applied(deployment), evidence)
    told = " and ".join(sorted(found)) or "neither of the two"
    return passed(told) if len(found) == 2 else failed(f"the manifest that was applied last says {told}")


@apply.goal("It is the same Deployment, and was changed no more than once", guard=True)
def one_generation(evidence: Evidence) -> Verdict:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    if before is None or after is None:
        return failed("the Deployment from the start is gone")
    if after.generation == before.generation:
        return passed(f"its generation is still {after.generation}")
    told = f"generation {before.generation} became {after.generation}"
    return passed(told) if after.generation == before.generation + 1 else failed(told, share=0.5)


@apply.goal("Three Pods were ready at every moment", guard=True)
def never_fewer_than_three(evidence: Evidence) -> Verdict:
    least = p.least_ready(evidence, "blog-api")
    return passed(f"never fewer than {least}") if least >= 3 else failed(f"once there were only {least}")


recreated_instead(apply, "kubectl apply --filename blog-api.yaml changes the one that is there.")


@apply.mistake(
    "two-steps",
    "How often did the generation count?",
    "You changed the Deployment more than once. Each step was a state of its own that the cluster had to pursue. Put "
    "all that belongs together into the file first: then it is one change, one generation.",
    "Start again with reset(), write both into the file, and then once: kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    return before is not None and after is not None and after.generation > before.generation + 1


@apply.mistake(
    "by-hand",
    "What does the file say now, and what does the cluster say? `kubectl diff` compares.",
    "The cluster has it, the file has not: `edit`, `set env`, `scale` and `patch` do not change what was applied last. "
    "Whoever applies the old file next takes your replicas back without knowing.",
    "Start again with reset(), write both into blog-api.yaml, then: kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    deployment = the_same(evidence)
    return deployment is not None and bool(says(deployment, evidence) - says(p.last_applied(deployment), evidence))


@apply.mistake(
    "half",
    "Two things were to change. Which one do you see in `kubectl get deployment blog-api --output yaml`?",
    "Only one of the two has arrived.",
    "Start again with reset(), write replicas: 4 and LOG_LEVEL into the file, then: kubectl apply --filename "
    "blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    deployment = the_same(evidence)
    return deployment is not None and len(says(deployment, evidence)) == 1


@apply.mistake(
    "another-one",
    "How many Deployments are there now?",
    "You applied a file with another name: that made a second Deployment, and left the first as it was. Apply finds "
    "what it has to change by kind and name.",
    "Delete the second one, write name: blog-api into the file, then: kubectl apply --filename blog-api.yaml",
)
def _(evidence: Evidence) -> bool:
    return len(evidence.now.deployments) > 1


# ---- 3

not_the_pod = lab.exercise(
    "pod-is-not-the-place",
    "A Pod is not the place",
    hints=(
        "Where does a new Pod's image come from?",
        (
            "From the Deployment's template. `kubectl set image` changes it there: it takes the kind and the name of "
            "the object, and then CONTAINER=IMAGE. The container is called blog-api, like the Deployment."
        ),
        "`kubectl set image deployment/blog-api blog-api=blog-api:1.1`",
    ),
)


OLD, NEW = ("blog-api:1.0",), ("blog-api:1.1",)


def one_changed_by_hand(snapshot: Snapshot) -> bool:
    """Three ready Pods, one of which has got another image since it was made, and runs it."""
    deployment = blog_api(snapshot)
    if deployment is None or p.unfinished(deployment, snapshot):
        return False
    changed = [pod for pod in snapshot.pods if p.images(pod) == NEW]
    return len(changed) == 1 and changed[0].ready and p.restarts(changed[0]) > 0


not_the_pod.begins = one_changed_by_hand


@not_the_pod.goal("The template asks for blog-api:1.1", points=2)
def template_changed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    told = f"the template asks for {', '.join(deployment.images)}"
    return passed(told) if deployment.images == NEW else failed(told)


@not_the_pod.goal("Three Pods are ready, all of them as the template says")
def all_in_line(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    pods = p.pods_of(deployment, evidence.now)
    odd = [pod.name for pod in pods if p.images(pod) != deployment.images]
    if odd:
        return failed(f"of {len(pods)} Pods, {len(odd)} run something else than the template says")
    if deployment.images != NEW:
        return failed(f"all Pods are alike, and run {', '.join(deployment.images)}")
    if len(pods) != 3:
        return failed(f"there are {len(pods)} Pods, not three")
    return passed("three Pods, one template")


@not_the_pod.goal("It is the Deployment from the start", guard=True)
def same_deployment(evidence: Evidence) -> Verdict:
    if recreated(evidence):
        return failed("the Deployment from the start is gone")
    others = [one.name for one in evidence.now.deployments if one.name != "blog-api"]
    return failed(f"there is another Deployment beside it: {others[0]}") if others else passed("the same UID")


@not_the_pod.proof("A Pod that is lost comes back as 1.1")
def comes_back(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    lost, known = evidence.now.pods[0], p.uids(evidence.now.pods)
    disturbance.delete_pod(lost.name)
    after = disturbance.until(lambda now: bool(p.uids(p.living(now.pods)) - known))
    if after is None:
        return failed("a Pod was deleted, and nothing came in its place")
    new = next(pod for pod in p.living(after.pods) if pod.uid not in known)
    told = f"this check has deleted {lost.name}; {new.name} took its place, with {', '.join(p.images(new))}"
    return passed(told) if p.images(new) == NEW else failed(told)


recreated_instead(not_the_pod, "kubectl set image deployment/blog-api blog-api=blog-api:1.1")


@not_the_pod.mistake(
    "second-deployment",
    "How many Deployments are there now, and which Pods does each have?",
    "You made a second Deployment for the new version. The first still asks for its three Pods of 1.0, and will do so "
    "for ever.",
    "Delete the second one, then: kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return len(evidence.now.deployments) > 1


@not_the_pod.mistake(
    "replicaset-edited",
    "How many ReplicaSets are there, and which of them does the Deployment want?",
    "You changed the template of the ReplicaSet. The Deployment compared it with its own, found no ReplicaSet that "
    "agrees with it, and made another one, with 1.0. A note on the technician's clipboard does not change the note on "
    "the wall.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    if before is None or after is None or not p.asks_for_the_same(before, after):
        return False
    known = {rs.uid: rs for rs in evidence.baseline.replicasets}
    return any(not p.asks_for_the_same(known.get(rs.uid, rs), rs) for rs in evidence.now.replicasets)


@not_the_pod.mistake(
    "pods-changed",
    "All Pods run 1.1 now. Delete one, and look at what comes in its place.",
    "You changed the Pods. Their template still says 1.0, so that is what every replacement runs: after a crash, a "
    "drained Node, or a scale-up. The change lasts as long as these very Pods.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    edited = deployment is not None and not p.replaced_not_edited(deployment, evidence)
    return edited and any(p.images(pod) == NEW for pod in evidence.now.pods)


@not_the_pod.mistake(
    "restarted",
    "The Pods are new. Which image do they run?",
    "A restart makes all Pods anew from the template, and that says 1.0 still. The colleague's change went with the "
    "Pod that had it.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), the_same(evidence)
    return (
        before is not None
        and after is not None
        and before.generation != after.generation
        and after.images == before.images
    )


@not_the_pod.mistake(
    "undone",
    "All Pods are alike again. Which image do they run?",
    "You deleted the Pod that was different; its replacement was made from the template, and that says 1.0. So they "
    "agree, but on the version that was to be replaced.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    after = the_same(evidence)
    return (
        after is not None
        and after.images == OLD
        and not any(p.images(pod) == NEW for pod in p.living(evidence.now.pods))
    )


# ---- 4

selector = lab.exercise(
    "selector",
    "Another name, another selector",
    hints=(
        "Neither the name nor the selector of a Deployment can be changed. So which object will have the new ones?",
        (
            "Write blog.yaml like blog-api.yaml, with another name and `blog` in every place where the label app is "
            "set or looked for. Apply it, wait until it is complete, and only then delete the old Deployment."
        ),
        (
            "In blog.yaml, `name: blog` at the top, and `app: blog` in three places (metadata, selector, template); "
            "the container keeps its name. Then `kubectl apply --filename blog.yaml`, then `kubectl rollout status "
            "deployment/blog`, and at last `kubectl delete deployment blog-api`"
        ),
    ),
)


@selector.goal("A Deployment called blog finds its Pods by app=blog", points=2)
def finds_by_new_label(evidence: Evidence) -> Verdict:
    before, blog = blog_api(evidence.baseline), evidence.now.deployment("blog")
    if before is None or blog is None:
        return failed("there is no Deployment called blog")
    labels = p.looked_for(blog)
    if labels.get("app") != "blog":
        return failed(f"its selector says {words(labels)}")
    if different := unlike(before, blog):
        return failed(f"its selector is right; its template is not that of blog-api: {different}", share=0.5)
    return passed(f"its selector says {words(labels)}")


def unlike(before: Deployment, after: Deployment) -> str:
    """In what the Pods would differ, but for their labels; empty where in nothing."""
    if p.changed_in_template(before, after) <= {"labels", "annotations"}:
        return ""
    old, new = ({"spec": one.spec["template"]["spec"]} for one in (before, after))
    return "; ".join(template_changes(old, new)) or "its spec differs"


@selector.goal("Three Pods of it are ready")
def new_ones_ready(evidence: Evidence) -> Verdict:
    blog = evidence.now.deployment("blog")
    if blog is None:
        return failed("there is no Deployment called blog")
    if blog.replicas != 3:
        return failed(f"it asks for {blog.replicas} replicas")
    return p.settling(blog, evidence.now) or passed("3 of 3 Pods are ready")


@selector.goal("The Deployment blog-api and its Pods are gone")
def old_ones_gone(evidence: Evidence) -> Verdict:
    if blog_api(evidence.now) is not None:
        return failed("there is still a Deployment called blog-api")
    old = p.uids(evidence.baseline.pods)
    left = [pod for pod in evidence.now.pods if pod.uid in old]
    if any(orphaned(evidence)) or any(pod.controller is None for pod in left):
        return failed(f"the Deployment is gone, but {len(left)} of its Pods run on")
    return waiting(f"{len(left)} of its Pods are still there") if left else passed("nothing of it is left")


def orphaned(evidence: Evidence) -> list[str]:
    """ReplicaSets from the start that have lost their owner, and were left to themselves."""
    known = {rs.uid for rs in evidence.baseline.replicasets}
    return [rs.name for rs in evidence.now.replicasets if rs.uid in known and rs.controller is None]


@selector.goal("Old and new together, three Pods were ready at every moment", points=2, guard=True)
def no_gap(evidence: Evidence) -> Verdict:
    least = least_ready_of_all(evidence)
    return passed(f"never fewer than {least}") if least >= 3 else failed(f"once there were only {least}")


def least_ready_of_all(evidence: Evidence) -> int:
    """The fewest Pods of any ReplicaSet that were ready at any moment. Raises EvidenceMissing."""
    return p.least_ready_of(evidence, lambda pod: pod.controller is not None)


@selector.mistake(
    "relabelled",
    "Who owns the Pods that you relabelled?",
    "You gave the Pods the new label. The old Deployment's ReplicaSet no longer finds them, lets go of them, and makes "
    "three others; the new label has no owner who looks for it.",
    "Start again with reset(), and write a second Deployment: its Pods get their label from its template.",
)
def _(evidence: Evidence) -> bool:
    known = p.uids(evidence.baseline.pods)
    return any(pod.uid in known and pod.labels.get("app") != "blog-api" for pod in evidence.now.pods)


@selector.mistake(
    "gap",
    "How many Pods were ready in the worst moment? `timeline` draws it.",
    "The old Deployment went before the new one was complete. With it went its Pods, and until the new ones were ready "
    "nobody could read the blog.",
    "Start again with reset(). First apply the new one, then kubectl rollout status deployment/blog, and only then "
    "delete the old one.",
)
def _(evidence: Evidence) -> bool:
    return least_ready_of_all(evidence) < 3


@selector.mistake(
    "orphans",
    "List the ReplicaSets. Does each of them have an owner?",
    "You deleted the Deployment and left what it owned. Its ReplicaSet goes on counting, and no Deployment tells it to "
    "stop.",
    "Delete the ReplicaSet of blog-api as well: kubectl delete replicaset --selector app=blog-api",
)
def _(evidence: Evidence) -> bool:
    return bool(orphaned(evidence))


@selector.mistake(
    "same-selector",
    "Print the selector of the new Deployment. By which label does it look for its Pods?",
    "It has a new name, but it looks for the old label. The name is only a name: what a Deployment counts as its own "
    "is decided by the selector.",
    "Delete it, and write `app: blog` into selector and template of the file; then apply it again.",
)
def _(evidence: Evidence) -> bool:
    blog = evidence.now.deployment("blog")
    return blog is not None and p.looked_for(blog).get("app") != "blog"


@selector.mistake(
    "another-template",
    "Compare what the Pods of both are made from, line by line.",
    "Name and labels are new, as they should be. But the template differs in something else: a container's name, its "
    "image, its readiness probe. That happens where a file is written anew, or where each blog-api in it is replaced.",
    "Take the old manifest as it is (kubectl apply view-last-applied deployment/blog-api), and change name and labels "
    "only. Where the old one is gone, start again with reset().",
)
def _(evidence: Evidence) -> bool:
    before, blog = blog_api(evidence.baseline), evidence.now.deployment("blog")
    return before is not None and blog is not None and bool(unlike(before, blog))


@selector.mistake(
    "both",
    "How many Pods run now, and how many did you want?",
    "The new one is there, and the old one is as well: it goes on asking for Pods until you delete it, even where it "
    "asks for none at all.",
    "kubectl delete deployment blog-api",
)
def _(evidence: Evidence) -> bool:
    return blog_api(evidence.now) is not None and evidence.now.deployment("blog") is not None


@selector.mistake(
    "deployment-labelled",
    "Which object carries the new label?",
    "You labelled the Deployment itself. Its selector still looks for app=blog-api, at Pods.",
    "Write a second Deployment with the new name, selector and template label, and delete the old one when it is "
    "complete.",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    return before is not None and after is not None and before.labels != after.labels


# ---- 5

spec_and_status = lab.exercise(
    "spec-and-status",
    "Four notes on the wall: which are complete?",
    start="four.yaml",
    hints=(
        "READY counts Pods that work, whichever template they were made from. Which column counts those of the newest?",
        (
            "Compare spec.replicas with UP-TO-DATE and AVAILABLE in `kubectl get deployments`. Where all three "
            "numbers are the same, and no other Pod is left, the Deployment is complete. Then label each: `kubectl "
            "label deployment NAME rollout=VALUE`."
        ),
        (
            "`kubectl label deployment archive articles rollout=complete --overwrite`, then "
            "`kubectl label deployment comments search rollout=incomplete --overwrite`"
        ),
    ),
)

ANSWERS = {"archive": "complete", "articles": "complete", "comments": "incomplete", "search": "incomplete"}


def as_promised(snapshot: Snapshot) -> bool:
    """All four look ready; comments is paused before its rollout, search waits for an image that does not exist."""
    named = {deployment.name: deployment for deployment in snapshot.deployments}
    if not ANSWERS.keys() <= named.keys():
        return False
    seen = all(one.status.get("observedGeneration") == one.generation for one in named.values())
    ready = all(int(one.status.get("readyReplicas", 0)) == one.replicas for one in named.values())
    whole = all(not p.unfinished(named[name], snapshot) for name, answer in ANSWERS.items() if answer == "complete")
    updated = [int(named[name].status.get("updatedReplicas", 0)) for name in ("comments", "search")]
    no_image = any(p.reasons(pod) & p.CANNOT_PULL for pod in snapshot.pods)
    return seen and ready and whole and updated == [0, 1] and no_image


spec_and_status.begins = as_promised


def answers(evidence: Evidence) -> dict[str, str]:
    """What the learner's labels say of the four."""
    return {
        one.name: one.labels["rollout"]
        for one in evidence.now.deployments
        if one.name in ANSWERS and "rollout" in one.labels
    }


@spec_and_status.goal("Each of the four carries the right label", points=4)
def read_rightly(evidence: Evidence) -> Verdict:
    given = answers(evidence)
    right = sum(given.get(name) == answer for name, answer in ANSWERS.items())
    if right == len(ANSWERS):
        return passed("two are complete, two are not")
    if len(given) < len(ANSWERS):
        return failed(f"{len(given)} of the four Deployments carry a label rollout")
    # Who guesses has half of them right: that earns nothing.
    return failed(f"{right} of the four labels are right", share=max(0, right - 2) / 4)


@spec_and_status.goal("Nobody changed what is asked for", guard=True)
def nothing_changed(evidence: Evidence) -> Verdict:
    changed = spec_changed(evidence)
    return failed(f"{changed[0]} is not what it was: look at its generation") if changed else passed("as at the start")


def spec_changed(evidence: Evidence) -> list[str]:
    """Which of the four have another spec than at the start, or are other objects, or gone."""
    now = {one.name: one for one in evidence.now.deployments}
    return [
        one.name
        for one in evidence.baseline.deployments
        if one.name not in now or not p.spec_untouched(one, now[one.name], evidence.recording)
    ]


@spec_and_status.mistake(
    "mended",
    "Compare the generations with those at the start.",
    "You changed a spec: by resuming, scaling, another image, or a label inside the template. Here you only read, and "
    "write down what you have read. A label in a Deployment's own metadata is not part of its spec, so its generation "
    "stands still.",
    "Start again with reset(), then: kubectl label deployment NAME rollout=complete, or rollout=incomplete",
)
def _(evidence: Evidence) -> bool:
    return bool(spec_changed(evidence))


@spec_and_status.mistake(
    "pods-labelled",
    "Which objects carry your labels?",
    "You labelled Pods or ReplicaSets. The question is about the Deployments.",
    "kubectl label deployment NAME rollout=complete, or rollout=incomplete; once for each of the four",
)
def _(evidence: Evidence) -> bool:
    return any("rollout" in one.labels for one in (*evidence.now.pods, *evidence.now.replicasets))


@spec_and_status.mistake(
    "other-words",
    "Look at your labels: `kubectl get deployments --label-columns rollout`.",
    "Some label has a value that is neither `complete` nor `incomplete`.",
    "kubectl label deployment NAME rollout=incomplete --overwrite",
)
def _(evidence: Evidence) -> bool:
    return bool(set(answers(evidence).values()) - set(ANSWERS.values()))


@spec_and_status.mistake(
    "by-ready",
    "All four have as many ready Pods as they ask for. Ready with which version?",
    "You went by READY. It counts Pods that work, old ones included: so users are served while a rollout hangs. "
    "UP-TO-DATE counts the Pods that were made from the newest template.",
    "Where UP-TO-DATE is less than what spec.replicas asks for, it is incomplete: kubectl label deployment comments "
    "search rollout=incomplete --overwrite",
)
def _(evidence: Evidence) -> bool:
    given = answers(evidence)
    return given.get("comments") == given.get("search") == "complete"


@spec_and_status.mistake(
    "seen-is-done",
    "For which of them has the controller seen the newest spec, and for which has it done what that says?",
    "observedGeneration says that the controller has read the newest spec, no more. comments is paused: the controller "
    "knows what is asked for and does not roll it out; search waits for Pods that cannot start.",
    "kubectl label deployment comments search rollout=incomplete --overwrite",
)
def _(evidence: Evidence) -> bool:
    given = answers(evidence)
    return "complete" in (given.get("comments"), given.get("search"))


@spec_and_status.mistake(
    "zero-is-broken",
    "How many does that one ask for?",
    "A Deployment that asks for none and has none is exactly as asked: 0/0 is complete.",
    "kubectl label deployment archive rollout=complete --overwrite",
)
def _(evidence: Evidence) -> bool:
    return answers(evidence).get("archive") == "incomplete"

"""Pod or Deployment: observe or change, execution unit or controller; four acts and twelve situations."""

from collections.abc import Mapping
from typing import Any

from driftlab.checker import (
    Deployment,
    Disturbance,
    Evidence,
    Exercise,
    Lab,
    Object,
    Pod,
    Question,
    Recording,
    Snapshot,
    Verdict,
    answers,
    failed,
    passed,
    waiting,
)
from driftlab.checker import predicates as p

lab = Lab(
    "08-pod-or-deployment",
    title="Pod or Deployment?",
    minutes=50,
    summary="Look or change? Pod, Job or Deployment? Four acts in the cluster, then twelve situations.",
)


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- what several exercises ask


def left_alone(evidence: Evidence) -> Verdict:
    """The Deployment that serves readers is a bystander."""
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return failed("there is no Deployment called blog-api any more")
    if not p.same_object(before, after):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if not p.spec_untouched(before, after, evidence.recording):
        return failed(f"what it asks for was changed: generation {before.generation} became {after.generation}")
    if p.running_images(after, evidence.now) - set(after.images):
        return failed("one of its Pods runs another image than its template says")
    told = passed(f"the same Deployment, and its spec is as it was (generation {after.generation})")
    return p.settling(after, evidence.now) or told


def meddled_with(evidence: Evidence) -> bool:
    return left_alone(evidence).outcome == "FAIL"


def command_line(of: Object, snapshot: Snapshot) -> tuple[str, ...]:
    """What the first container runs: first the program, as the image has it where nobody says another one."""
    return p.command_line(of, snapshot, entrypoint=["/blog-api"])


def ends(pod: Pod) -> list[Mapping[str, Any]]:
    """How the Pod's containers have come to an end so far, as far as the Pod still tells."""
    statuses = pod.status.get("containerStatuses") or ()
    told = [status.get(when, {}).get("terminated") for status in statuses for when in ("state", "lastState")]
    return [end for end in told if end]


def states_since(evidence: Evidence) -> list[Pod]:
    """Every state of every Pod that was not there at the start. Raises EvidenceMissing where there is a gap."""
    evidence.recording.require("pods")
    known = p.uids(evidence.baseline.pods)
    changes = evidence.recording.of_kind("pods")
    return [Pod(change.raw) for change in changes if change.uid not in known and not change.ours]


def bare(snapshot: Snapshot) -> list[Pod]:
    """Pods that nobody looks after, and that are not on their way out."""
    return [pod for pod in p.living(snapshot.pods) if p.unowned(pod)]


# ---- 1

look_inside = lab.exercise(
    "look-inside",
    "A look inside blog-api:1.2",
    hints=(
        "You want one Pod, once, that stays as it is when it has ended. Nobody has to look after it.",
        (
            "`kubectl run` makes a bare Pod, and its flag --restart sets the restartPolicy. `kubectl logs` tells what "
            "the program said; write the name down before you delete the Pod."
        ),
        (
            "`kubectl run look --image=blog-api:1.2 --restart=Never`, then `kubectl logs look`, then "
            "`kubectl create configmap notes --from-literal=variable=DATABASE_URL`, then `kubectl delete pod look`"
        ),
    ),
    watches=("configmaps", "secrets"),
)

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


@look_inside.goal("A bare Pod called look has run blog-api:1.2 once, and has ended", points=2)
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


@look_inside.goal("Your note names the variable", points=2)
def noted(evidence: Evidence) -> Verdict:
    written = note(evidence)
    if not written:
        return failed("there is no ConfigMap called notes with a key called variable")
    if not looks(evidence):
        return failed("the note is there; nobody has looked at blog-api:1.2 yet")
    if written != VARIABLE:
        return failed(f"the note says {written!r}; that is not the name in the log")
    return passed(f"{written}: that is what the program asks for")


@look_inside.goal("look is gone, and nothing came back")
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


look_inside.goal("blog-api, which serves readers, was left alone", guard=True)(left_alone)


@look_inside.mistake(
    "on-the-deployment",
    "Who else uses the object that you have just changed?",
    "You tried the new version on blog-api itself: on what readers are served by. A look changes nothing that "
    "somebody else relies on.",
    "Start again with reset(), and look at a Pod of your own: kubectl run look --image=blog-api:1.2 --restart=Never",
)
def _(evidence: Evidence) -> bool:
    return meddled_with(evidence)


@look_inside.mistake(
    "deployment",
    "What does `kubectl get deployments` say?",
    "You made a Deployment. It asks for a Pod that stays up, so the program is started again and again, and a Pod "
    "that you delete comes back. You wanted one look.",
    "Delete that Deployment (not blog-api), then: kubectl run look --image=blog-api:1.2 --restart=Never",
)
def _(evidence: Evidence) -> bool:
    known = {one.uid for one in evidence.baseline.deployments}
    return any(one.uid not in known for one in evidence.now.deployments)


@look_inside.mistake(
    "restarts",
    "Look at the column RESTARTS.",
    "A Pod's restartPolicy is Always if you say nothing else: the kubelet starts the container again whenever it has "
    "ended. For one look you want a Pod that stays as it is when it has ended.",
    "kubectl delete pod look, then: kubectl run look --image=blog-api:1.2 --restart=Never",
)
def _(evidence: Evidence) -> bool:
    seen = looks(evidence)
    return bool(seen) and all(p.started_again(pod, MISSING) for pod in seen)


@look_inside.mistake(
    "wrong-note",
    "Read the last line of the log once more, letter by letter.",
    "The note should hold the name of the variable and nothing else, written as the program writes it.",
    "kubectl delete configmap notes, then: kubectl create configmap notes --from-literal=variable=DATABASE_URL",
)
def _(evidence: Evidence) -> bool:
    return note(evidence) not in ("", VARIABLE)


@look_inside.mistake(
    "no-note",
    "The Pod is gone, and its log with it. What did it say?",
    "Nothing is written down yet. If you do not remember the name, run the Pod once more: it costs nothing.",
    "kubectl create configmap notes --from-literal=variable=DATABASE_URL",
)
def _(evidence: Evidence) -> bool:
    return bool(looks(evidence)) and evidence.now.pod("look") is None and not note(evidence)


@look_inside.mistake(
    "left-behind",
    "You have seen what you wanted to see. What is still there?",
    "A bare Pod that has ended stays until somebody deletes it. Nobody else will: it has no owner.",
    "kubectl delete pod look",
)
def _(evidence: Evidence) -> bool:
    look = evidence.now.pod("look")
    return look is not None and not look.terminating and bool(note(evidence))


# ---- 2

task = lab.exercise(
    "task",
    "A task that has to end",
    hints=(
        "When may this program stop? Which controller is content when a Pod has ended?",
        (
            "`kubectl create job NAME --image=IMAGE -- COMMAND`. Behind the two dashes stands the whole command: first "
            "the program, /blog-api, then what it should do, migrate."
        ),
        "`kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate`",
    ),
    watches=("jobs", "cronjobs", "configmaps", "secrets"),
)

TASK_IMAGE = ("blog-api:1.1",)


def migrates(of: Object, snapshot: Snapshot) -> bool:
    return "migrate" in command_line(of, snapshot)


def job(snapshot: Snapshot) -> Object | None:
    return next((one for one in snapshot.objects("jobs") if one.name == "migrate"), None)


def concluded(of: Object) -> str:
    """``Complete`` or ``Failed`` once the Job is over: https://kubernetes.io/docs/concepts/workloads/controllers/job/"""
    for condition in of.status.get("conditions") or ():
        if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
            return str(condition["type"])
    return ""


def pods_of_job(of: Object, snapshot: Snapshot) -> list[Pod]:
    return [pod for pod in snapshot.pods if pod.controller == of.uid]


def also_migrating(evidence: Evidence) -> list[str]:
    """What else there is that runs the migration: Deployments, CronJobs, and Pods that belong to no Job."""
    now, jobs = evidence.now, {one.uid for one in evidence.now.objects("jobs")}
    others = [(f"the CronJob {one.name}", one) for one in scheduled(evidence)]
    others += [(f"the Deployment {one.name}", one) for one in now.deployments]
    others += [(f"the Pod {pod.name}", pod) for pod in p.living(now.pods) if pod.controller not in jobs]
    return [name for name, one in others if migrates(one, now)]


def scheduled(evidence: Evidence) -> list[Object]:
    """The CronJobs that make Jobs by themselves: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"""
    return [one for one in evidence.now.objects("cronjobs") if not one.spec.get("suspend") and not one.terminating]


@task.goal("A Job called migrate has brought the migration to its end", points=3)
def migrated(evidence: Evidence) -> Verdict:
    made = job(evidence.now)
    if made is None:
        others = also_migrating(evidence)
        return failed(f"{others[0]} runs it, and no Job does" if others else "there is no Job called migrate")
    if p.images(made) != TASK_IMAGE:
        return failed(f"the Job runs {p.images(made)[0]}")
    line = " ".join(command_line(made, evidence.now))
    if not migrates(made, evidence.now):
        return failed("its Pod was not told to migrate: it serves, and does not end", share=0.5)
    if concluded(made) == "Complete":
        return passed("its Pod ended with exit code 0, and the Job is complete")
    tries = pods_of_job(made, evidence.now)
    if concluded(made) == "Failed" or made.status.get("failed") or any(p.restarts(pod) for pod in tries):
        return failed(f"the Job has tried {line!r} and has not succeeded", share=0.5)
    if any(end.get("reason") == "StartError" for pod in tries for end in ends(pod)):
        return failed(f"the container could not be started with {line!r}", share=0.5)
    if made.spec.get("suspend"):
        return failed("the Job is suspended: it makes no Pod")
    return waiting("the Job is there; its Pod has not ended yet")


@task.goal("Only this Job runs it, and it runs it once")
def once(evidence: Evidence) -> Verdict:
    if others := also_migrating(evidence):
        return failed(f"{others[0]} runs the migration")
    finished = [one for one in evidence.now.objects("jobs") if migrates(one, evidence.now)]
    ended = sum(int(one.status.get("succeeded", 0)) for one in finished)
    if ended > 1 or len(finished) > 1:
        return failed(f"{len(finished)} Jobs have brought it to its end {ended} times")
    made = job(evidence.now)
    if made is None or not migrates(made, evidence.now):
        return failed("no Job has brought it to its end")
    if int(made.spec.get("completions") or 1) > 1:
        return failed(f"the Job asks for it {made.spec['completions']} times")
    return passed("one Pod has succeeded, and no other one will be made") if ended else waiting("it has not ended yet")


task.goal("blog-api, which serves readers, was left alone", guard=True)(left_alone)


@task.mistake(
    "on-the-deployment",
    "What do readers see while blog-api's Pods are busy with something else?",
    "You told blog-api's own Pods to migrate. Its template says what readers are served by; a task is no part of it.",
    "Start again with reset(), then: kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    return meddled_with(evidence)


@task.mistake(
    "deployment",
    "Look at the columns STATUS and RESTARTS for half a minute: is it over?",
    "You made a Deployment. The only restartPolicy that its Pods may have is Always: however well the program ends, "
    "the kubelet starts its container again. So the migration runs again and again, and will do so for ever.",
    "Delete that Deployment, then: kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    return any(migrates(one, evidence.now) for one in evidence.now.deployments)


@task.mistake(
    "cron-job",
    "Wait until the next minute has begun, and count the Jobs.",
    "A CronJob makes a Job whenever its schedule says so, again and again. This migration is to be done once.",
    "kubectl delete cronjob, with its name; its Jobs go with it. Then: kubectl create job migrate "
    "--image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    return any(migrates(one, evidence.now) for one in scheduled(evidence))


def bare_migrations(evidence: Evidence) -> list[Pod]:
    return [pod for pod in bare(evidence.now) if migrates(pod, evidence.now)]


@task.mistake(
    "restarts-for-ever",
    "Look at the column RESTARTS: how often has the migration run by now?",
    "A Pod's restartPolicy is Always if you say nothing else: the kubelet starts the container again although it has "
    "ended with exit code 0. That is right for a server, and wrong for a task.",
    "kubectl delete pod, with its name, then: kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    return any(p.started_again(pod, 0) for pod in bare_migrations(evidence))


@task.mistake(
    "bare-pod",
    "It has run. But who would have tried again if its Node had died half-way?",
    "You ran the migration in a Pod without an owner. It went well this time; a Pod that is lost is not replaced, and "
    "the migration must be done for certain.",
    "kubectl delete pod, with its name, then: kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    return bool(bare_migrations(evidence))


@task.mistake(
    "wrong-command",
    "`kubectl describe pods` says what the container was told to run, and what came of it.",
    "With `kubectl create job`, what stands behind the two dashes is the whole command, so the first word must be a "
    "program. The image holds only one: /blog-api.",
    "kubectl delete job migrate, then: kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    made = job(evidence.now)
    return made is not None and command_line(made, evidence.now)[:1] != ("/blog-api",)


@task.mistake(
    "server",
    "What does the log of the Job's Pod say? Does it look like something that ends?",
    "The Job runs blog-api as it always runs: as a server. A server does not end, so the Job is never complete.",
    "kubectl delete job migrate, then: kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    made = job(evidence.now)
    return made is not None and not migrates(made, evidence.now)


@task.mistake(
    "twice",
    "Count the Jobs, and the Pods that have ended.",
    "The migration has run more than once. Two Jobs are two tasks: the name decides nothing, each of them runs.",
    "Start again with reset(), then: kubectl create job migrate --image=blog-api:1.1 -- /blog-api migrate",
)
def _(evidence: Evidence) -> bool:
    return len([one for one in evidence.now.objects("jobs") if migrates(one, evidence.now)]) > 1


# ---- 3

stays = lab.exercise(
    "service-that-stays",
    "A service that has to stay up",
    hints=(
        "First the new ones, then the old one. What has to be true before the old one may go?",
        (
            "`kubectl create deployment` gives its Pods the label app=NAME, which is what the Service looks for. Wait "
            "with `kubectl rollout status`; the bare Pod goes last."
        ),
        (
            "`kubectl create deployment blog-api --image=blog-api:1.0 --replicas=2`, then "
            "`kubectl rollout status deployment/blog-api`, then `kubectl delete pod blog-api`"
        ),
    ),
    start="bare-service.yaml",
    watches=("services",),
)
stays.begins = lambda snapshot: any(pod.ready for pod in snapshot.pods)

SERVED_BY = {"app": "blog-api"}.items()  #: the labels that the Service looks for


def serves(pod: Pod) -> bool:
    return pod.labels.items() >= SERVED_BY


def least_serving(evidence: Evidence, recording: Recording) -> int:
    """The fewest ready Pods that the Service could send readers to. Raises EvidenceMissing where there is a gap."""
    recording.require("pods", "deployments")
    return p.least_ready_of(evidence, serves, recording)


def strangers(evidence: Evidence) -> list[Pod]:
    """Living Pods that do not belong to the Deployment blog-api."""
    deployment = blog_api(evidence.now)
    own = p.uids(p.pods_of(deployment, evidence.now)) if deployment else frozenset()
    return [pod for pod in evidence.now.pods if pod.uid not in own]


@stays.goal("A Deployment called blog-api keeps two Pods or more ready", points=2)
def deployed(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api")
    if deployment.images != ("blog-api:1.0",):
        return failed(f"its template asks for {', '.join(deployment.images)}")
    if not p.pod_labels(deployment).items() >= SERVED_BY:
        return failed("the Service does not look for the labels that its Pods carry")
    if deployment.replicas < 2:
        return failed(f"it asks for {deployment.replicas} replicas", share=0.5)
    if deployment.paused:
        return failed("its rollout is paused")
    return p.settling(deployment, evidence.now) or passed(f"{deployment.replicas} Pods are ready")


@stays.goal("Nobody is served by a Pod without an owner any more")
def no_bare_pod(evidence: Evidence) -> Verdict:
    if blog_api(evidence.now) is None:
        known = p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods)
        return failed("the bare Pod serves readers" if known else "the bare Pod is gone; no Deployment serves instead")
    left = strangers(evidence)
    if any(not pod.terminating for pod in left):
        return failed(f"the Pod {left[0].name} is still there, and the Deployment does not own it")
    return waiting(f"{left[0].name} is terminating") if left else passed("all Pods belong to the Deployment")


@stays.goal("At every moment somebody served", points=2, guard=True)
def uninterrupted(evidence: Evidence) -> Verdict:
    if least_serving(evidence, evidence.recording) == 0:
        return failed("there was a moment when no Pod that the Service looks for was ready")
    return passed("one ready Pod or more at every moment")


@stays.goal("The Service is as it was", guard=True)
def same_service(evidence: Evidence) -> Verdict:
    before, after = (
        {one.uid: p.looked_for(one) for one in snapshot.objects("services") if one.name == "blog-api"}
        for snapshot in (evidence.baseline, evidence.now)
    )
    return passed("it looks for app=blog-api, as before") if before == after else failed("it was changed or replaced")


@stays.proof("A Pod that is lost comes back")
def comes_back(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    return replaced(disturbance, evidence)


def replaced(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    """Delete a Pod of blog-api, and see whether another one like it takes its place."""
    deployment = blog_api(evidence.now)
    assert deployment is not None  # what is proved is tried only once everything else is right
    lost = p.pods_of(deployment, evidence.now)[0]
    disturbance.delete_pod(lost.name)

    def healed(now: Snapshot) -> bool:
        there = blog_api(now)
        return there is not None and lost.uid not in p.uids(now.pods) and not p.unfinished(there, now)

    if disturbance.until(healed) is None:
        return failed("one of its Pods was deleted, and no ready one took its place")
    return passed("one of its Pods was deleted, and another one took its place")


def before_any_deployment(recording: Recording) -> Recording:
    """Its part up to the first Deployment. What the API numbers can be ordered; clocks only nearly."""
    first = next((change.version for change in recording.of_kind("deployments")), None)
    return recording if first is None else recording.until(first)


@stays.mistake(
    "service-changed",
    "Look for what the Service looks for: `kubectl describe service blog-api`.",
    "The Service was changed or made again. It chooses Pods by their labels, so it need not know who makes them: the "
    "Deployment's Pods only have to carry app=blog-api.",
    "Start again with reset(), and leave the Service alone: kubectl create deployment blog-api --image=blog-api:1.0 "
    "--replicas=2",
)
def _(evidence: Evidence) -> bool:
    return same_service(evidence).outcome == "FAIL"


@stays.mistake(
    "deleted-first",
    "Who answered readers between the two commands?",
    "The bare Pod went first. Nobody brings a Pod without an owner back, so until the Deployment's Pods were ready, "
    "nobody served.",
    "Start again with reset(), and in this order: create the Deployment, wait for kubectl rollout status, then: "
    "kubectl delete pod blog-api",
)
def _(evidence: Evidence) -> bool:
    return least_serving(evidence, before_any_deployment(evidence.recording)) == 0


@stays.mistake(
    "deleted-too-early",
    "The Deployment was there. Were its Pods?",
    "A Deployment that has been created is a wish that has been written down. Its Pods need a moment until they are "
    "ready, and in that moment no other Pod was left.",
    "Start again with reset(), create the Deployment, then: kubectl rollout status deployment/blog-api. "
    "Only when that has ended: kubectl delete pod blog-api",
)
def _(evidence: Evidence) -> bool:
    return least_serving(evidence, evidence.recording) == 0


@stays.mistake(
    "more-bare-pods",
    "Ask each Pod for its owner: what happens when one of them is lost?",
    "You ran more Pods by hand. Two Pods without an owner are not safer than one: each of them is gone for good when "
    "it goes.",
    "kubectl create deployment blog-api --image=blog-api:1.0 --replicas=2. When it is ready, delete the bare Pods",
)
def _(evidence: Evidence) -> bool:
    known = p.uids(evidence.baseline.pods)
    return any(pod.uid not in known for pod in bare(evidence.now))


@stays.mistake(
    "other-name",
    "What is your Deployment called, and which label do its Pods carry?",
    "`kubectl create deployment NAME` gives its Pods the label app=NAME. The Service looks for app=blog-api, so under "
    "another name nobody finds them.",
    "Delete the Deployment with the other name, then: kubectl create deployment blog-api --image=blog-api:1.0 "
    "--replicas=2",
)
def _(evidence: Evidence) -> bool:
    return any(one.name != "blog-api" for one in evidence.now.deployments)


@stays.mistake(
    "one-replica",
    "How many Pods may you lose before nobody serves?",
    "Your Deployment asks for one Pod. It would be replaced, but until the next one is ready nobody would serve.",
    "kubectl scale deployment blog-api --replicas=2",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.replicas < 2


@stays.mistake(
    "both-left",
    "Count the Pods that serve, and ask each for its owner.",
    "The Deployment serves, and so does the bare Pod from the start. Now it is not needed any more.",
    "kubectl delete pod blog-api",
)
def _(evidence: Evidence) -> bool:
    return bool(p.uids(evidence.baseline.pods) & p.uids(evidence.now.pods)) and blog_api(evidence.now) is not None


# ---- 4

monday = lab.exercise(
    "observe-or-change",
    "Monday morning: the right object",
    hints=(
        "For each thing that you see, ask: who asks for this, and is what they ask for right?",
        (
            "What Pods are made from, and how many there are, is written in the Deployment: `kubectl set image` and "
            "`kubectl scale` change it there. A Pod without an owner goes when you delete it. What has ended well "
            "needs nothing."
        ),
        (
            "`kubectl set image deployment/blog-api blog-api=blog-api:1.1`, then "
            "`kubectl scale deployment/blog-api --replicas=3`, then `kubectl delete pod blog-api-extra`"
        ),
    ),
    start="monday.yaml",
    watches=("jobs",),
)

RIGHT = ("blog-api:1.1",)


def in_trouble(snapshot: Snapshot) -> bool:
    """One Pod was mended by hand, one cannot start, one was run by hand, and the task is done."""
    deployment, extra = blog_api(snapshot), snapshot.pod("blog-api-extra")
    if deployment is None or extra is None:
        return False
    pods = p.pods_of(deployment, snapshot)
    mended = [pod for pod in pods if pod.ready and p.images(pod) == RIGHT]
    stuck = [pod for pod in pods if not pod.ready and p.reasons(pod) & p.CANNOT_PULL]
    seen = int(deployment.status.get("readyReplicas", 0)) == 1  # what `kubectl get` shows
    # once its finalizer is gone, the Job has counted it
    done = [pod for pod in snapshot.pods if pod.phase == "Succeeded" and not pod.metadata.get("finalizers")]
    return len(mended) == len(stuck) == len(done) == 1 and seen and extra.ready


monday.begins = in_trouble


@monday.goal("The Deployment asks for three Pods of blog-api:1.1, and has them", points=3)
def mended(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if not p.same_object(blog_api(evidence.baseline), deployment):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if deployment.images != RIGHT:
        ready = len([pod for pod in p.pods_of(deployment, evidence.now) if pod.ready])
        return failed(f"{ready} of its Pods are ready, and its template asks for {deployment.images[0]}")
    if deployment.replicas != 3:
        return failed(f"the image is the right one; it asks for {deployment.replicas} replicas", share=0.5)
    if deployment.paused:
        return failed("its rollout is paused", share=0.5)
    if verdict := p.settling(deployment, evidence.now):
        return verdict
    if p.running_images(deployment, evidence.now) != set(RIGHT):
        return failed("one of its Pods runs another image than its template says", share=0.5)
    return passed("three Pods are ready, and all are made from its template")


@monday.goal("No Pod is left that nobody asks for")
def nothing_by_hand(evidence: Evidence) -> Verdict:
    left = [pod for pod in evidence.now.pods if p.unowned(pod)]
    if any(not pod.terminating for pod in left):
        return failed(f"the Pod {left[0].name} has no owner")
    return waiting(f"{left[0].name} is terminating") if left else passed("every Pod has an owner")


@monday.goal("The finished Job is as it was, and so is its Pod", guard=True)
def job_left_alone(evidence: Evidence) -> Verdict:
    before, after = job(evidence.baseline), job(evidence.now)
    if before is None or after is None or before.uid != after.uid:
        return failed("the Job migrate is gone, or another one has its name")
    pods = {pod.uid for pod in pods_of_job(before, evidence.baseline)}
    if not pods <= p.uids(p.living(evidence.now.pods)):
        return failed("the Pod of the Job is gone, and its log with it")
    others = [one.name for one in evidence.now.objects("jobs") if one.uid != after.uid]
    return failed(f"there is another Job, {others[0]}") if others else passed("it has ended well, and is left alone")


@monday.proof("A Pod that is lost comes back as blog-api:1.1")
def comes_back_right(disturbance: Disturbance, evidence: Evidence) -> Verdict:
    return replaced(disturbance, evidence)


@monday.mistake(
    "recreated",
    "Look at the AGE of the Deployment.",
    "You deleted the Deployment and made another one with its name. That takes all its Pods away at once, and its "
    "history with them. What it asks for can be changed while it stays.",
    "Start again with reset(), then: kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return p.was_recreated(evidence, "blog-api")


@monday.mistake(
    "job-touched",
    "What does `Completed` mean: is that a trouble?",
    "The Job was done, and its Pod had ended with exit code 0. That is how a task should look. It needed nothing: "
    "neither another run nor to be cleared away.",
    "Start again with reset(), leave the Job alone, then: kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return job_left_alone(evidence).outcome == "FAIL"


@monday.mistake(
    "by-hand",
    "Who asks for the Pod that you have just made?",
    "You ran another Pod by hand. It serves, but it is one more Pod that nobody looks after, and the Deployment still "
    "has its trouble.",
    "Delete the Pods that have no owner, then: kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    known = p.uids(evidence.baseline.pods)
    return any(pod.uid not in known for pod in bare(evidence.now))


@monday.mistake(
    "pods-mended",
    "Everything is ready. Now delete one of these Pods, and look again.",
    "You changed the image of a Pod itself. It runs, but its successor will be made from the template, and that still "
    "asks for blog-api:9.9. Your colleague had done the same on Friday.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and not p.replaced_not_edited(deployment, evidence)


@monday.mistake(
    "pods-deleted",
    "What are the new Pods made from?",
    "You deleted Pods of the Deployment. Others came, from the same template, so with the same fault; and the one "
    "that was mended by hand, if you deleted it, has lost its mending.",
    "kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None or after.images == RIGHT:
        return False
    return not p.uids(p.pods_of(before, evidence.baseline)) <= p.uids(p.living(evidence.now.pods))


@monday.mistake(
    "two-replicas",
    "Count the Pods that serve. How many should there be?",
    "The image is mended. What your colleague wanted with blog-api-extra was a third Pod, and how many there are is "
    "the Deployment's to know as well.",
    "kubectl scale deployment/blog-api --replicas=3",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.images == RIGHT and deployment.replicas != 3


@monday.mistake(
    "extra-kept",
    "Ask every Pod for its owner.",
    "The Deployment is as it should be. blog-api-extra still runs beside it: nobody counts it, nobody updates it, "
    "and nobody would replace it.",
    "kubectl delete pod blog-api-extra",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.images == RIGHT and bool(bare(evidence.now))


# ---- 5

QUESTIONS = (
    Question(
        key="q1",
        text="Now and then a reader sees an error page. All three Pods of blog-api are Running and Ready, and nobody "
        "knows yet why it happens.",
        options={
            "delete": "I delete the three Pods, so that fresh ones take over",
            "observe": "I read the Pods' logs, and change nothing yet",
            "deployment": "I restart all of them: kubectl rollout restart deployment/blog-api",
        },
        answer="observe",
        because="As long as you do not know the cause, you do not know what to change. And a log goes with its Pod: "
        "whoever deletes or restarts first throws the evidence away.",
    ),
    Question(
        key="q2",
        text="Version 1.1 is built, and three Pods run blog-api:1.0. Readers should get the new version, without a "
        "moment when nobody serves them.",
        options={
            "deployment": "I set the new image in the Deployment's Pod template",
            "pod": "I set the new image in each of the three Pods",
            "delete": "I delete the Pods one by one, so that they come back as 1.1",
        },
        answer="deployment",
        because="The template says what Pods are made from. Change it there, and the Deployment swaps them step by "
        "step; whatever you change in a Pod itself, its successor does not know.",
    ),
    Question(
        key="q3",
        text="Before the release, a table of the database gets a new column. The program for it needs a minute, and "
        "then it is done; but done it must be, even if a Node dies meanwhile.",
        options={
            "deployment": "A Deployment with one replica: it sees to it that the program runs",
            "pod": "A bare Pod with restartPolicy Never",
            "job": "A Job",
        },
        answer="job",
        because="It has to end, and to end well. A Job makes another Pod where one fails or is lost, until one has "
        "succeeded; if six tries more (backoffLimit) do not help, it says Failed, so that you know. A Deployment would "
        "run it again for ever, and a bare Pod that is lost is not replaced.",
    ),
    Question(
        key="q4",
        text="You wonder whether blog-api:1.1 starts with another PORT. You want to look for a minute, and nobody "
        "else should notice anything of it.",
        options={
            "deployment": "I set PORT on the Deployment blog-api, and take it away afterwards",
            "job": "I make a Job, which tries it again until it works",
            "pod": "I run a bare Pod, look at it, and delete it",
        },
        answer="pod",
        because="What may vanish at any moment needs nobody who brings it back: one execution unit is enough, and no "
        "object that others rely on is touched.",
    ),
    Question(
        key="q5",
        text="Tonight a famous author writes for the blog. There should be five Pods instead of three.",
        options={
            "pod": "I run two more Pods with the label app=blog-api",
            "replicaset": "I scale the ReplicaSet to five: it is the one that makes Pods",
            "deployment": "I scale the Deployment to five",
        },
        answer="deployment",
        because="How many there should be is written in the Deployment. It puts a ReplicaSet that says something else "
        "right again, and nobody looks after Pods that you run beside it.",
    ),
    Question(
        key="q6",
        text="One of the three Pods hangs, and you have already read and kept its log. The other two are fine; you "
        "want a fresh one in its place, and nothing else.",
        options={
            "delete": "I delete this one Pod",
            "deployment": "I restart all of them: kubectl rollout restart deployment/blog-api",
            "scale": "I scale the Deployment to two, and then to three again",
        },
        answer="delete",
        because="What is asked for is right; one execution unit is not. Delete it, and its ReplicaSet makes another. "
        "A restart replaces the healthy ones, too, and scaling down may choose one of them.",
    ),
    Question(
        key="q7",
        text="A chat bot has to answer day and night. One copy of it is enough.",
        options={
            "pod": "A bare Pod: one copy is one Pod, and restartPolicy Always restarts it",
            "deployment": "A Deployment with one replica",
            "job": "A Job with one completion",
        },
        answer="deployment",
        because="The restartPolicy restarts a container inside its Pod; it does not bring back a Pod that was deleted, "
        "or whose Node is lost. A Deployment does, with one replica as with ten.",
    ),
    Question(
        key="q8",
        text="Ten thousand pictures have to be made smaller, three at a time. When the last one is done, nothing "
        "should be running any more.",
        options={
            "job": "A Job with parallelism 3",
            "deployment": "A Deployment with three replicas",
            "pod": "Three bare Pods, each with a third of the pictures",
        },
        answer="job",
        because="Work that ends is a Job's, also where several Pods share it. In a Deployment, what has finished "
        "would be started again, and nobody replaces a bare Pod that is lost half-way.",
    ),
    Question(
        key="q9",
        text="Since the rollout an hour ago, readers get errors. The version before was good, and they need it back "
        "now.",
        options={
            "deployment": "I take the Deployment's last rollout back",
            "delete": "I delete the Pods of the new version, so that the old ones come back",
            "replicaset": "I scale the old ReplicaSet up, and the new one to zero",
        },
        answer="deployment",
        because="A release changes what is asked for, and so does taking it back: the Deployment's history has "
        "the old template. Whatever you do to its Pods or ReplicaSets, it puts right again, with the bad version.",
    ),
    Question(
        key="q10",
        text="The Pods of test-api are not needed any more. You have deleted them twice, and each time there were new "
        "ones at once.",
        options={
            "delete": "I delete them again, all at once and with --force",
            "deployment": "I delete the Deployment that asks for them",
            "replicaset": "I delete the ReplicaSet that makes them",
        },
        answer="deployment",
        because="There are new ones because somebody asks for them. Delete the Deployment, and all that it owns goes "
        "with it; delete less, and it is made again.",
    ),
    Question(
        key="q11",
        text="A new Pod has been Pending for ten minutes. A colleague proposes to scale up: perhaps another one finds "
        "a place.",
        options={
            "deployment": "I scale the Deployment up",
            "delete": "I delete the Pod: the next one may be luckier",
            "observe": "I read what the scheduler says, at the end of kubectl describe pod",
        },
        answer="observe",
        because="The scheduler writes into the Pod's Events what it did not find. Read that first; what to change, "
        "and on which object, follows from it.",
    ),
    Question(
        key="q12",
        text="One of the three Pods answers strangely, and its log says nothing. You want to keep this very Pod and "
        "examine it in peace, while three others serve.",
        options={
            "delete": "I delete it, and examine the one that comes instead",
            "deployment": "I scale the Deployment to one, so that only this one is left",
            "pod": "I change this Pod's label, so that its ReplicaSet lets go of it",
        },
        answer="pod",
        because="This is about one execution unit, so the act is one on the Pod. Without the label it leaves its owner "
        "and the Service, and runs on; its ReplicaSet makes another one.",
    ),
)

situations = lab.quiz(
    "situations",
    "Twelve situations",
    questions=QUESTIONS,
    hints=(
        (
            "For each situation, ask two things. Do I want to know something, or to change something? And if something "
            "should run: when may it stop?"
        ),
        (
            "To know: look, and change nothing. To change what runs: on the Deployment. Never to stop: a Deployment. "
            "To stop when it is done: a Job. To vanish when I have looked: a bare Pod. And one Pod alone is meant only "
            "where the situation speaks of one."
        ),
        (
            "In a terminal: `kubectl create configmap answers "
            + " ".join(f"--from-literal={question.key}={question.answer}" for question in QUESTIONS)
            + "` (if there are answers already, first: `kubectl delete configmap answers`)"
        ),
    ),
)


def wrongly(evidence: Evidence, option: str) -> int:
    """How often this option was chosen where it is not the right one."""
    given = answers(evidence)
    return sum(given.get(question.key) == option != question.answer for question in QUESTIONS)


def chosen_too_often(exercise: Exercise, name: str, option: str, nudge: str, pointer: str, answer: str) -> None:
    """A mistake of the quiz: three times or more the same wrong choice. A pattern, not a slip."""
    exercise.mistake(name, nudge, pointer, answer)(lambda evidence: wrongly(evidence, option) >= 3)


chosen_too_often(
    situations,
    "deletes-pods",
    "delete",
    "What is different after a Pod was deleted: what runs, or what is asked for?",
    "You like to delete Pods. Their successors are made from the same template, so whatever is wrong there comes back; "
    "and what the old ones could have told you is gone.",
    "Delete a Pod only where that one Pod is the trouble, and you need nothing from it any more. Otherwise look first, "
    "or change the Deployment",
)
chosen_too_often(
    situations,
    "always-deployment",
    "deployment",
    "Does each of these have to stay up for ever? And did you always know already what to change?",
    "You choose the Deployment where there is nothing to change yet, or where something has to end. A Deployment never "
    "ends, and a change of its template is a release.",
    "Look where a cause is unknown; a Job where the work ends; a bare Pod for a look; and an act on one Pod where that "
    "one Pod is meant",
)
chosen_too_often(
    situations,
    "always-pod",
    "pod",
    "For each Pod that you would run or change by hand: who notices when it is gone?",
    "You choose the Pod itself where something has to last, or to be done for certain. Nobody replaces a Pod without "
    "an owner, and nobody remembers what was changed in a single Pod.",
    "A Deployment for what has to stay up, a Job for what has to be done, and the Deployment's template or replicas "
    "for every change that should last",
)
chosen_too_often(
    situations,
    "replicasets",
    "replicaset",
    "Who owns the ReplicaSet?",
    "A ReplicaSet that belongs to a Deployment is told by it what to do. Whatever you change there does not last, and "
    "what you delete is made again.",
    "Wherever you chose the ReplicaSet, the Deployment is the object that the wish is written in",
)


@situations.mistake(
    "not-offered",
    "One of your answers is a word that the question does not offer.",
    "Each question has a few short keys, such as observe or job; a typing mistake counts as another answer.",
    "Fill in the form, or type `kubectl delete configmap answers` and make it again with the keys that the check names",
)
def _(evidence: Evidence) -> bool:
    given = answers(evidence)
    return any(given.get(question.key, question.answer) not in question.options for question in QUESTIONS)


@situations.mistake(
    "unanswered",
    "You have begun. How many of the twelve are still open?",
    "What is answered is judged already; what is open is not wrong, only open. No answer costs anything here.",
    "Answer the rest as well, in the form: a question without an answer says “not answered yet”",
)
def _(evidence: Evidence) -> bool:
    return 0 < len(answers(evidence).keys() & {question.key for question in QUESTIONS}) < len(QUESTIONS)

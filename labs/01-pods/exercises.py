"""Pods: what runs. One or more containers that share network and storage, and are managed as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from driftlab.checker import Evidence, Exercise, Lab, Pod, Snapshot, Verdict, failed, passed, waiting
from driftlab.checker import predicates as p

lab = Lab(
    "01-pods",
    title="Pods: what runs",
    minutes=40,
    summary="Run a Pod, give it company, let it crash, delete it, edit it: what a Pod is, and what it is not.",
)

VARIABLE = "DATABASE_URL"
#: What an environment may come from.
SOURCES = ("configmaps", "secrets")


# ---- what several exercises ask


@dataclass(frozen=True)
class Program:
    """blog-api in one container. ``words``: what it is told to do; none means to serve."""

    words: tuple[str, ...]
    environment: p.Environment
    image: str
    mounts: tuple[Mapping[str, Any], ...]

    @property
    def port(self) -> str:
        return self.environment.get("PORT") or "8080"


def programs(pod: Pod, snapshot: Snapshot) -> list[Program]:
    """Those of all containers that run side by side."""
    made = []
    for one, image in zip(p.containers(pod), p.images(pod), strict=True):
        line = p.command_line(pod, snapshot, one["name"], entrypoint=["/blog-api"])
        words = line[1:] if line[:1] == ("/blog-api",) else line
        made.append(
            Program(words, p.environment(pod, snapshot, one["name"]), image, tuple(one.get("volumeMounts") or ()))
        )
    return made


def statuses(pod: Pod) -> list[Mapping[str, Any]]:
    return [*(pod.status.get("initContainerStatuses") or ()), *(pod.status.get("containerStatuses") or ())]


def same(before: Pod | None, after: Pod | None) -> bool:
    """One and the same Pod: the same UID, and not on its way out."""
    return before is not None and after is not None and before.uid == after.uid and not after.terminating


def bare(evidence: Evidence, name: str) -> Pod | Verdict:
    """The Pod of this name, if it is there to stay and nobody owns it; else what is to be said of that."""
    pod = evidence.now.pod(name)
    if pod is None:
        return failed(f"there is no Pod called {name}")
    if not p.unowned(pod):
        return failed(f"{name} belongs to a controller; it should be a Pod of its own")
    return waiting(f"{name} is on its way out") if pod.terminating else pod


def without_node(pod: Pod) -> bool:
    """Has the scheduler found no Node for it?"""
    return p.condition(pod, "PodScheduled").get("status") == "False"


def runs(pod: Pod) -> Verdict:
    """Is every container of it up and ready, with the image that the Pod names now?"""
    if pod.ready and all(
        p.image_name(status["image"]).endswith(image)
        for container, image in zip(p.containers(pod), p.images(pod), strict=True)
        for status in statuses(pod)
        if status["name"] == container["name"]
    ):
        return passed(f"{pod.name} runs and is ready")
    if without_node(pod):
        return failed(f"the scheduler has found no Node for {pod.name}")
    for status in statuses(pod):
        state, last = status.get("state") or {}, (status.get("lastState") or {}).get("terminated")
        end = state.get("terminated") or last
        if end and end["exitCode"]:
            return failed(f"the container {status['name']} ended with exit code {end['exitCode']}")
        if str(state.get("waiting", {}).get("reason", "")).endswith(("ImagePull", "ImagePullBackOff")):
            return failed(f"the image of the container {status['name']} cannot be had")
    return waiting(f"{pod.name} is not ready yet")


def untouched(evidence: Evidence, name: str) -> Verdict:
    before, after = evidence.baseline.pod(name), evidence.now.pod(name)
    if before is None or after is None:
        return failed(f"there is no Pod called {name} any more")
    if not same(before, after):
        return failed(f"this is another Pod called {name}, or it is on its way out")
    if before.labels != after.labels or p.images(before) != p.images(after):
        return failed(f"{name} was changed")
    return passed(f"{name} is as it was")


def crashed(snapshot: Snapshot, name: str) -> bool:
    """Has its container been started again?"""
    pod = snapshot.pod(name)
    return pod is not None and p.restarts(pod) > 0


def ready(snapshot: Snapshot, name: str) -> bool:
    pod = snapshot.pod(name)
    return pod is not None and pod.ready


# ---- what several exercises are mistaken for


def no_deployments(exercise: Exercise, instead: str) -> None:
    """``instead`` is the command to use."""
    exercise.mistake(
        "deployment",
        "What does `kubectl get deployments` say?",
        "A Deployment makes Pods of its own, under names of its own, and others when these are gone. This lab is about "
        "Pods that nobody looks after.",
        f'Begin again: reset("{exercise.name}"). Then: {instead}',
    )(lambda evidence: bool(evidence.now.deployments))


def image_of(evidence: Evidence, name: str) -> tuple[str, ...]:
    """The images of the Pod with this name; nothing where there is none."""
    pod = evidence.now.pod(name)
    return p.images(pod) if pod else ()


# ---- 1

run = lab.exercise(
    "run",
    "Run a Pod, and read its log",
    hints=(
        "One command makes a Pod, another one prints what its program says.",
        (
            "`kubectl run NAME --image=IMAGE` makes it, `kubectl logs NAME` prints its log: the port stands behind "
            "“listening on”. `kubectl label pod NAME KEY=VALUE` writes a label on it."
        ),
        "`kubectl run blog --image=blog-api:1.0`, then `kubectl logs blog`, then `kubectl label pod blog port=8080`",
    ),
    watches=SOURCES,
)
run.begins = lambda snapshot: ready(snapshot, "example")


@run.goal("A Pod called blog runs blog-api:1.0", points=2)
def blog_runs(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.0",):
        return failed(f"blog runs {', '.join(p.images(pod))}")
    return runs(pod)


@run.goal("Its label port tells where it listens")
def port_is_told(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    told = pod.labels.get("port")
    if told is None:
        return failed("blog has no label called port")
    if told != programs(pod, evidence.now)[0].port:
        return failed(f"the label says {told}; the log says something else")
    return passed(f"the label says {told}, as the log does")


run.goal("The Pod example was left alone", guard=True)(lambda evidence: untouched(evidence, "example"))
no_deployments(run, "kubectl run blog --image=blog-api:1.0")


@run.mistake(
    "other-image",
    "`kubectl describe pod blog` says from which image it was made.",
    "It is not the image that was asked for: blog should run blog-api:1.0.",
    "kubectl set image pod/blog blog=blog-api:1.0",
)
def _(evidence: Evidence) -> bool:
    return image_of(evidence, "blog") not in ((), ("blog-api:1.0",))


@run.mistake(
    "labelled-example",
    "Which Pod carries the new label? `kubectl get pods --show-labels` knows.",
    "You labelled example, which belongs to a colleague. The label belongs on your own Pod.",
    'Begin again: reset("run"). Then: kubectl run blog --image=blog-api:1.0 and kubectl label pod blog port=8080',
)
def _(evidence: Evidence) -> bool:
    before, after = evidence.baseline.pod("example"), evidence.now.pod("example")
    return before is not None and after is not None and before.labels != after.labels


@run.mistake(
    "other-port",
    "Whose log did you read?",
    "The port on the label is not the one in the log of blog. Each Pod has a log of its own: `kubectl logs blog`.",
    "kubectl label pod blog port=8080 --overwrite",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and pod.labels.get("port") not in (None, programs(pod, evidence.now)[0].port)


@run.mistake(
    "not-labelled",
    "It runs. What does its program say?",
    "`kubectl logs blog` prints its log. The port stands behind “listening on”; write it on the Pod as the label port.",
    "kubectl label pod blog port=8080",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and "port" not in pod.labels


# ---- 2

FILE = '"env": [{"name": "REQUEST_LOG", "value": "/var/log/blog/requests.log"}]'
MOUNT = '"volumeMounts": [{"name": "notes", "mountPath": "/var/log/blog"}]'
SERVER = f'{{"name": "server", "image": "blog-api:1.0", {FILE}, {MOUNT}}}'
VISITOR = f'{{"name": "visitor", "image": "blog-api:1.0", "args": ["visit"], {FILE}, {MOUNT}}}'
PAIR = f'{{"spec": {{"volumes": [{{"name": "notes", "emptyDir": {{}}}}], "containers": [{SERVER}, {VISITOR}]}}}}'

sidecar = lab.exercise(
    "sidecar",
    "Two containers, one Pod",
    start="alone.yaml",
    hints=(
        "A container is one item in the list containers. The second one has the same parts as the first, and args.",
        (
            "Its name is visitor, its image blog-api:1.0, its args are [visit]. It needs the same env and the same "
            "volumeMounts as server: what both mount, both see."
        ),
        (
            f"In place of the comment, as far in as the first container: `- {VISITOR}`. Or all in one line, once pair "
            f"is deleted: `kubectl run pair --image=blog-api:1.0 --overrides='{PAIR}'`"
        ),
    ),
    watches=SOURCES,
)
sidecar.begins = lambda snapshot: ready(snapshot, "pair")


def visits(one: Program) -> bool:
    return one.words == ("visit",)


def server_and_visitor(evidence: Evidence) -> tuple[Program, Program] | Verdict:
    """Both, where the Pod pair has them; else what is to be said."""
    pod = bare(evidence, "pair")
    if isinstance(pod, Verdict):
        return pod
    known = programs(pod, evidence.now)
    if len(known) == 1:
        return failed("the Pod pair has one container")
    servers, visitors = [one for one in known if not one.words], [one for one in known if visits(one)]
    if len(servers) != 1 or len(visitors) != 1 or len(known) != 2:
        return failed(f"of its {len(known)} containers, {len(servers)} serve and {len(visitors)} visit")
    return servers[0], visitors[0]


def file(one: Program) -> tuple[str, str] | None:
    """Where its request log is: in which volume, and where in it. None where no volume holds it."""
    path = PurePosixPath(one.environment.get("REQUEST_LOG") or "/")
    over = [mount for mount in one.mounts if path.is_relative_to(mount["mountPath"])]
    if not over:
        return None
    mount = max(over, key=lambda mount: len(mount["mountPath"]))
    part = mount.get("subPath") or p.expand(mount.get("subPathExpr") or "", one.environment.values.get)
    return mount["name"], str(PurePosixPath(part, path.relative_to(mount["mountPath"])))


def mounted(one: Program) -> set[str]:
    return {mount["name"] for mount in one.mounts} - set(tokens(one))


def tokens(one: Program) -> list[str]:
    """Every container is given its service account's token in a volume: that one does not count."""
    return [mount["name"] for mount in one.mounts if mount["mountPath"].startswith("/var/run/secrets/kubernetes.io/")]


@sidecar.goal("The Pod pair has two containers, one serves and one visits", points=2)
def two_containers(evidence: Evidence) -> Verdict:
    both = server_and_visitor(evidence)
    if isinstance(both, Verdict):
        return both
    pod = evidence.now.pod("pair")
    if {one.image for one in both} != {"blog-api:1.0"}:
        return failed(f"they run {', '.join(sorted({one.image for one in both}))}")
    return runs(pod) if pod else failed("there is no Pod called pair")


@sidecar.goal("The visitor reaches the server over localhost")
def over_localhost(evidence: Evidence) -> Verdict:
    both = server_and_visitor(evidence)
    if isinstance(both, Verdict):
        return both
    if both[0].port != both[1].port:
        return failed(f"the server listens on {both[0].port}, the visitor asks on {both[1].port}")
    return passed(f"one Pod, one network: localhost:{both[0].port} is the same for both")


@sidecar.goal("Both use the same file in a shared volume", points=2)
def one_file(evidence: Evidence) -> Verdict:
    both = server_and_visitor(evidence)
    if isinstance(both, Verdict):
        return both
    server, visitor = both
    place = file(server)
    if place is None:
        return failed("the server's request log is in no volume any more")
    if not mounted(server) & mounted(visitor):
        return failed("there is no volume that both of them mount")
    if file(visitor) != place:
        return failed("both mount the volume, but the visitor does not read the server's file in it", share=0.5)
    return passed(f"{place[1]} in the volume {place[0]}")


no_deployments(sidecar, "run the cell with the whole manifest: its kind is Pod")


@sidecar.mistake(
    "two-pods",
    "How many Pods does `kubectl get pods` show, and how many containers has each?",
    "The visitor is in a Pod of its own. There its localhost is its own, too, and nobody listens on it.",
    'Begin again: reset("sidecar"). The visitor is a second item in the list containers of the Pod pair.',
)
def _(evidence: Evidence) -> bool:
    others = [pod for pod in evidence.now.pods if pod.name != "pair"]
    return any(visits(one) for pod in others for one in programs(pod, evidence.now))


@sidecar.mistake(
    "second-server",
    "Read the log of the second container. What does it try to do, and who has done that already?",
    "It is told nothing, so it serves, like the first. But both share one network, and there port 8080 is taken.",
    "Give the second container args: [visit]",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("pair")
    return pod is not None and sum(not one.words for one in programs(pod, evidence.now)) > 1


def pair_of(evidence: Evidence) -> tuple[Program, Program] | None:
    both = server_and_visitor(evidence)
    return None if isinstance(both, Verdict) else both


@sidecar.mistake(
    "no-volume",
    "`kubectl logs pair --container visitor` says what it finds in the shared volume.",
    "A volume belongs to the Pod, but a container sees it only where it mounts it. The visitor has no mount.",
    "Give the visitor volumeMounts: [{name: notes, mountPath: /var/log/blog}]",
)
def _(evidence: Evidence) -> bool:
    both = pair_of(evidence)
    return both is not None and not mounted(both[1])


@sidecar.mistake(
    "two-volumes",
    "Each container has a folder now. Is it the same one? Compare the mounts in `kubectl describe pod pair`.",
    "The visitor mounts another volume than the server. Two volumes are two folders, whatever their paths.",
    "Let the visitor mount the volume called notes, at /var/log/blog",
)
def _(evidence: Evidence) -> bool:
    both = pair_of(evidence)
    return both is not None and not mounted(both[0]) & mounted(both[1])


@sidecar.mistake(
    "other-file",
    "The volume is shared. Does the visitor know which file in it is meant?",
    "Programs learn such things from their environment: the server has a variable REQUEST_LOG, and the visitor reads "
    "the file that its own variable of that name says.",
    "Give the visitor env: [{name: REQUEST_LOG, value: /var/log/blog/requests.log}]",
)
def _(evidence: Evidence) -> bool:
    both = pair_of(evidence)
    return both is not None and file(both[0]) != file(both[1])


# ---- 3

restart = lab.exercise(
    "restart",
    "Once, and until it is done",
    start="crashing.yaml",
    hints=(
        "Both Pods differ from the one that crashes in one field of their spec: restartPolicy.",
        (
            "`kubectl run` has a flag for it: --restart=Never, --restart=OnFailure, or --restart=Always. What the "
            "program is to do stands at the end, behind two dashes."
        ),
        (
            "`kubectl run once --image=blog-api:1.2 --restart=Never` and "
            "`kubectl run migrate --image=blog-api:1.0 --restart=OnFailure -- migrate`"
        ),
    ),
    watches=SOURCES,
)
restart.begins = lambda snapshot: (
    crashed(snapshot, "crashing") and (too_big := snapshot.pod("too-big")) is not None and without_node(too_big)
)


WELL, BADLY = 0, 1  #: the exit codes with which blog-api ends


@restart.goal("once was started once, failed, and is left as it is", points=2)
def once_failed(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "once")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.2",) or programs(pod, evidence.now)[0].words:
        return failed("once does not run the server of blog-api:1.2")
    policy = p.restart_policy(pod)
    if p.started_again(pod, BADLY):
        return failed(f"its restartPolicy is {policy}; its container has been restarted {p.restarts(pod)} times")
    if pod.phase == "Failed" and p.restarts(pod) == 0:
        return passed("phase Failed, no restart")
    return failed("its program goes on running") if pod.ready else waiting(f"its phase is still {pod.phase}")


@restart.goal("migrate has done its task, and would have been tried again", points=2)
def migrate_succeeded(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "migrate")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.0",):
        return failed(f"migrate runs {', '.join(p.images(pod))}")
    told = programs(pod, evidence.now)[0].words
    if told != ("migrate",):
        return failed(
            f"its program is told “{' '.join(told)}”" if told else "its program is told nothing, so it serves"
        )
    if not p.started_again(pod, BADLY):
        return failed(f"it has one try only: its restartPolicy is {p.restart_policy(pod)}", share=0.5)
    if p.started_again(pod, WELL):
        return failed(f"its restartPolicy is {p.restart_policy(pod)}, so it is never done")
    return passed("phase Succeeded") if pod.phase == "Succeeded" else waiting(f"its phase is still {pod.phase}")


@restart.goal("crashing is still the Pod from the start", guard=True)
def crashing_stays(evidence: Evidence) -> Verdict:
    verdict, pod = untouched(evidence, "crashing"), evidence.now.pod("crashing")
    return passed(f"the same Pod; restarts so far: {p.restarts(pod)}") if pod and verdict.share == 1 else verdict


no_deployments(restart, "kubectl run, with --restart")


@restart.mistake(
    "deleted",
    "Which Pod has the AGE that you expect?",
    "The Pod crashing is not the one from the start any more. It should have gone on crashing.",
    'Begin again: reset("restart"), and leave crashing alone.',
)
def _(evidence: Evidence) -> bool:
    return not same(evidence.baseline.pod("crashing"), evidence.now.pod("crashing"))


@restart.mistake(
    "always",
    "Look at RESTARTS. What would a restartPolicy of Always do with a program that has ended?",
    "Always is what a Pod gets where nobody says otherwise. It means always: also a program that has ended well is "
    "started again.",
    "kubectl delete pod once migrate, then again with --restart=Never for once and --restart=OnFailure for migrate",
)
def _(evidence: Evidence) -> bool:
    return any(pod and p.started_again(pod, WELL) for pod in map(evidence.now.pod, ("once", "migrate")))


@restart.mistake(
    "not-once",
    "once is to be started once. What does its restartPolicy say about a program that fails?",
    "OnFailure starts a container again whenever its program fails, and this one always fails.",
    "kubectl delete pod once, then: kubectl run once --image=blog-api:1.2 --restart=Never",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("once")
    return pod is not None and p.started_again(pod, BADLY) and not p.started_again(pod, WELL)


@restart.mistake(
    "mended",
    "once was meant to fail. Does it?",
    f"You gave it the variable {VARIABLE}, so it runs. Well mended, but here we want to see what becomes of a failure.",
    "kubectl delete pod once, then: kubectl run once --image=blog-api:1.2 --restart=Never",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("once")
    return pod is not None and any(one.environment.has(VARIABLE) for one in programs(pod, evidence.now))


@restart.mistake(
    "serves",
    "`kubectl logs migrate` says what its program does.",
    "Nobody told it to migrate, so it serves, and a server never ends by itself.",
    "kubectl delete pod migrate, then: kubectl run migrate --image=blog-api:1.0 --restart=OnFailure -- migrate",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("migrate")
    return pod is not None and not programs(pod, evidence.now)[0].words


@restart.mistake(
    "one-try",
    "It went well this time. And if the database had not answered for a moment?",
    "With Never the task has one try. The text asks for a Pod that tries again if it fails, and stops when it is done.",
    "kubectl delete pod migrate, then: kubectl run migrate --image=blog-api:1.0 --restart=OnFailure -- migrate",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("migrate")
    return pod is not None and not p.started_again(pod, BADLY)


# ---- 4

gone = lab.exercise(
    "gone",
    "Delete it, and make it again",
    start="bare.yaml",
    hints=(
        "Before you delete something that nobody has written down, write it down.",
        (
            "Its image and its label team are in `kubectl describe pod blog`. `kubectl run` takes labels with "
            "--labels=KEY=VALUE."
        ),
        "`kubectl delete pod blog`, then `kubectl run blog --image=blog-api:1.1 --labels=team=readers`",
    ),
)
gone.begins = lambda snapshot: ready(snapshot, "blog")


@gone.goal("The Pod from the start is gone")
def first_is_gone(evidence: Evidence) -> Verdict:
    before = {pod.uid for pod in evidence.baseline.pods}
    left = [pod for pod in evidence.now.pods if pod.uid in before]
    if any(pod.terminating for pod in left):
        return waiting("it is on its way out")
    return failed("the Pod from the start is still there") if left else passed("its UID is nowhere any more")


@gone.goal("Another Pod has its name and its label team, and does its work", points=2)
def another_blog(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    if same(evidence.baseline.pod("blog"), pod):
        return failed("this is the Pod from the start")
    if p.images(pod) != ("blog-api:1.1",):
        return failed(f"the old one ran blog-api:1.1, this one runs {', '.join(p.images(pod))}")
    verdict = runs(pod)
    if verdict.share == 1 and pod.labels.get("team") != "readers":
        return failed("it runs, but it does not carry the label team of the old one", share=0.5)
    return verdict


no_deployments(gone, "kubectl delete pod blog, and kubectl run blog --image=blog-api:1.1 --labels=team=readers")


@gone.mistake(
    "restarted",
    "Compare the UID with the one from before.",
    "The container was started again, but it is the same Pod. Here the Pod itself has to go.",
    "kubectl delete pod blog, then: kubectl run blog --image=blog-api:1.1 --labels=team=readers",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return same(evidence.baseline.pod("blog"), pod) and pod is not None and p.restarts(pod) > 0


@gone.mistake(
    "beside",
    "Which of these Pods was there at the start?",
    "You made another Pod beside the one from the start. That one has to go first: a name can be had once at a time.",
    "kubectl delete pod blog, then: kubectl run blog --image=blog-api:1.1 --labels=team=readers",
)
def _(evidence: Evidence) -> bool:
    return same(evidence.baseline.pod("blog"), evidence.now.pod("blog")) and len(evidence.now.pods) > 1


@gone.mistake(
    "only-deleted",
    "How long would you wait for it to come back?",
    "Nobody brings it back: no controller was looking after it. If there is to be one, somebody has to make it.",
    "kubectl run blog --image=blog-api:1.1 --labels=team=readers",
)
def _(evidence: Evidence) -> bool:
    return evidence.now.pod("blog") is None


@gone.mistake(
    "other-image",
    "Is it the same version as before?",
    "The old Pod ran blog-api:1.1. This one runs another image.",
    "kubectl set image pod/blog blog=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return image_of(evidence, "blog") not in ((), ("blog-api:1.1",))


@gone.mistake(
    "other-label",
    "`kubectl get pods --show-labels`: what did the old one carry?",
    "The old Pod had a label team, by which people find it. The new one lacks it.",
    "kubectl label pod blog team=readers --overwrite",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and pod.labels.get("team") != "readers"


# ---- 5

edit = lab.exercise(
    "edit",
    "What can be edited, and what cannot",
    start="two-pods.yaml",
    hints=(
        "One of the two wishes is granted to a Pod that runs, the other is refused.",
        (
            "`kubectl set image` works on a Pod as it is. For a new environment variable the Pod has to be deleted and "
            "made again; `kubectl run` has a flag --env."
        ),
        (
            "`kubectl set image pod/blog blog=blog-api:1.1`, then `kubectl delete pod orders` and "
            "`kubectl run orders --image=blog-api:1.2 --env=DATABASE_URL=postgres://db`"
        ),
    ),
    watches=SOURCES,
)
edit.begins = lambda snapshot: ready(snapshot, "blog") and crashed(snapshot, "orders")


@edit.goal("blog runs blog-api:1.1, and is the same Pod", points=2)
def edited_in_place(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "blog")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.1",):
        return failed(f"blog runs {', '.join(p.images(pod))}")
    verdict = runs(pod)
    if verdict.share == 1 and not same(evidence.baseline.pod("blog"), pod):
        return failed("blog-api:1.1 runs, but in another Pod: its UID is not the one from the start", share=0.5)
    return passed(f"the same UID; restarts: {p.restarts(pod)}") if verdict.share == 1 else verdict


@edit.goal(f"orders runs blog-api:1.2, with a {VARIABLE}", points=2)
def replaced(evidence: Evidence) -> Verdict:
    pod = bare(evidence, "orders")
    if isinstance(pod, Verdict):
        return pod
    if p.images(pod) != ("blog-api:1.2",):
        return failed(f"orders runs {', '.join(p.images(pod))}")
    found = p.environment(pod, evidence.now)
    if found.missing:
        return failed(f"its environment refers to something that is not there: {found.missing[0]}")
    if not found.has(VARIABLE):
        return failed(f"its environment has no {VARIABLE}")
    return runs(pod)


no_deployments(edit, "kubectl set image pod/blog …, and for orders kubectl delete and kubectl run")


@edit.mistake(
    "blog-replaced",
    "Look at the AGE of blog.",
    "blog was deleted and made again. A new image does not ask for that: the kubelet starts it within the Pod.",
    'Begin again: reset("edit"). Then: kubectl set image pod/blog blog=blog-api:1.1',
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("blog")
    return pod is not None and not same(evidence.baseline.pod("blog"), pod)


@edit.mistake(
    "other-version",
    "Which version was asked for, and which one does blog run?",
    "blog has another image than at the start, but not blog-api:1.1.",
    "kubectl set image pod/blog blog=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return image_of(evidence, "blog") not in ((), ("blog-api:1.0",), ("blog-api:1.1",))


@edit.mistake(
    "older",
    "orders runs now. Is it the version that was asked for?",
    "You went back to a version that does not need the variable. That helps for a night, but orders should run 1.2.",
    "kubectl delete pod orders, then: kubectl run orders --image=blog-api:1.2 --env=DATABASE_URL=postgres://db",
)
def _(evidence: Evidence) -> bool:
    return image_of(evidence, "orders") not in ((), ("blog-api:1.2",))


@edit.mistake(
    "made-again-as-it-was",
    "It is a new Pod, and it crashes like the old one. What does its log say?",
    f"The new Pod has no variable {VARIABLE} either. It has to be there when the Pod is made.",
    "kubectl delete pod orders, then: kubectl run orders --image=blog-api:1.2 --env=DATABASE_URL=postgres://db",
)
def _(evidence: Evidence) -> bool:
    pod = evidence.now.pod("orders")
    new = pod is not None and not same(evidence.baseline.pod("orders"), pod)
    return new and pod is not None and not p.environment(pod, evidence.now).has(VARIABLE)

"""What the exercises of this lab share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftlab.checker import Evidence, Pod, Snapshot, Verdict, failed, mistake, passed, waiting
from driftlab.checker import predicates as p

VARIABLE = "DATABASE_URL"


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
no_deployments = [mistake("deployment")(lambda evidence: bool(evidence.now.deployments))]


def image_of(evidence: Evidence, name: str) -> tuple[str, ...]:
    """The images of the Pod with this name; nothing where there is none."""
    pod = evidence.now.pod(name)
    return p.images(pod) if pod else ()

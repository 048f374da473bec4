"""What the exercises of this lab share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftlab.checker import Decided, Evidence, Pod, Snapshot, Verdict, failed, mistake, passed, require, waiting
from driftlab.checker import predicates as p

VARIABLE = "DATABASE_URL"


def pod_now(evidence: Evidence, name: str) -> Pod:
    """The Pod of this name, which a goal requires."""
    return p.require_pod(evidence.now, name)


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


def program(evidence: Evidence, name: str) -> Program:
    """That of the first container of the Pod with this name."""
    return programs(pod_now(evidence, name), evidence.now)[0]


def statuses(pod: Pod) -> list[Mapping[str, Any]]:
    return [*(pod.status.get("initContainerStatuses") or ()), *(pod.status.get("containerStatuses") or ())]


def same(before: Pod | None, after: Pod | None) -> bool:
    """One and the same Pod: the same UID, and not on its way out."""
    return before is not None and after is not None and before.uid == after.uid and not after.terminating


def bare(evidence: Evidence, name: str) -> Pod:
    """The Pod of this name. A goal requires that it is there to stay, and that nobody owns it."""
    pod = pod_now(evidence, name)
    if not p.unowned(pod):
        raise Decided(failed("has-an-owner", name=name))
    if pod.terminating:
        raise Decided(waiting("on-its-way-out", name=name))
    return pod


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
        return passed("runs-and-ready", name=pod.name)
    if without_node(pod):
        return failed("no-node", name=pod.name)
    for status in statuses(pod):
        state, last = status.get("state") or {}, (status.get("lastState") or {}).get("terminated")
        end = state.get("terminated") or last
        if end and end["exitCode"]:
            return failed("container-ended", container=status["name"], code=end["exitCode"])
        if str(state.get("waiting", {}).get("reason", "")).endswith(("ImagePull", "ImagePullBackOff")):
            return failed("no-such-image", container=status["name"])
    return waiting("not-ready-yet", name=pod.name)


def untouched(evidence: Evidence, name: str) -> Pod:
    """The Pod of this name. A goal requires that it is the one from the start, and was not changed."""
    gone = failed("pod-gone", name=name)
    before, after = require(evidence.baseline.pod(name), gone), require(evidence.now.pod(name), gone)
    if not same(before, after):
        raise Decided(failed("another-pod", name=name))
    if before.labels != after.labels or p.images(before) != p.images(after):
        raise Decided(failed("was-changed", name=name))
    return after


# ---- what several exercises are mistaken for
no_deployments = [mistake("deployment")(lambda evidence: evidence.now.deployments)]


def has_other_image(evidence: Evidence, name: str, *images: str) -> bool:
    """Does the Pod of this name run none of these?"""
    return p.images(pod_now(evidence, name)) not in [(image,) for image in images]

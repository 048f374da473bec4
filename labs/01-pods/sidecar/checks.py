"""Two containers, one Pod."""

from pathlib import PurePosixPath

from driftlab.checker import Decided, Evidence, Snapshot, Verdict, failed, goal, mistake, passed
from driftlab.checker import predicates as p

from ..common import Program, bare, no_deployments, pod_now, programs, runs


def begins(snapshot: Snapshot) -> bool:
    return p.require_pod(snapshot, "pair").ready


def visits(one: Program) -> bool:
    return one.words == ("visit",)


def server_and_visitor(evidence: Evidence) -> tuple[Program, Program]:
    """Both, which a goal requires in the Pod pair."""
    known = programs(bare(evidence, "pair"), evidence.now)
    if len(known) == 1:
        raise Decided(failed("one-container"))
    servers, visitors = [one for one in known if not one.words], [one for one in known if visits(one)]
    if len(servers) != 1 or len(visitors) != 1 or len(known) != 2:
        raise Decided(failed("other-programs", number=len(known), serve=len(servers), visit=len(visitors)))
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


@goal(points=2)
def two_containers(evidence: Evidence) -> Verdict:
    images = sorted({one.image for one in server_and_visitor(evidence)})
    if images != ["blog-api:1.0"]:
        return failed("other-images", images=images)
    return runs(bare(evidence, "pair"))


@goal
def over_localhost(evidence: Evidence) -> Verdict:
    server, visitor = server_and_visitor(evidence)
    if server.port != visitor.port:
        return failed("other-port", server=server.port, visitor=visitor.port)
    return passed("one-network", port=server.port)


@goal(points=2)
def one_file(evidence: Evidence) -> Verdict:
    server, visitor = server_and_visitor(evidence)
    place = file(server)
    if place is None:
        return failed("log-in-no-volume")
    if not mounted(server) & mounted(visitor):
        return failed("no-volume-of-both")
    if file(visitor) != place:
        return failed("other-file", share=0.5)
    return passed("same-file", file=place[1], volume=place[0])


shared_mistakes = no_deployments


@mistake
def two_pods(evidence: Evidence) -> bool:
    others = [pod for pod in evidence.now.pods if pod.name != "pair"]
    return any(visits(one) for pod in others for one in programs(pod, evidence.now))


second_server = mistake(
    lambda evidence: sum(not one.words for one in programs(pod_now(evidence, "pair"), evidence.now)) > 1
)
no_volume = mistake(lambda evidence: not mounted(server_and_visitor(evidence)[1]))


@mistake
def two_volumes(evidence: Evidence) -> bool:
    server, visitor = server_and_visitor(evidence)
    return not mounted(server) & mounted(visitor)


@mistake
def other_file(evidence: Evidence) -> bool:
    server, visitor = server_and_visitor(evidence)
    return file(server) != file(visitor)

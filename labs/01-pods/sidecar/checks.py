"""Two containers, one Pod."""

from pathlib import PurePosixPath

from driftlab.checker import Evidence, Snapshot, Verdict, failed, goal, mistake, passed
from driftlab.checker import predicates as p

from ..common import Program, bare, no_deployments, programs, ready, runs


def begins(snapshot: Snapshot) -> bool:
    return ready(snapshot, "pair")


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


@goal("The Pod pair has two containers, one serves and one visits", points=2)
def two_containers(evidence: Evidence) -> Verdict:
    both = server_and_visitor(evidence)
    if isinstance(both, Verdict):
        return both
    pod = evidence.now.pod("pair")
    if {one.image for one in both} != {"blog-api:1.0"}:
        return failed(f"they run {', '.join(sorted({one.image for one in both}))}")
    return runs(pod) if pod else failed("there is no Pod called pair")


@goal("The visitor reaches the server over localhost")
def over_localhost(evidence: Evidence) -> Verdict:
    both = server_and_visitor(evidence)
    if isinstance(both, Verdict):
        return both
    if both[0].port != both[1].port:
        return failed(f"the server listens on {both[0].port}, the visitor asks on {both[1].port}")
    return passed(f"one Pod, one network: localhost:{both[0].port} is the same for both")


@goal("Both use the same file in a shared volume", points=2)
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


shared_mistakes = no_deployments


@mistake
def two_pods(evidence: Evidence) -> bool:
    others = [pod for pod in evidence.now.pods if pod.name != "pair"]
    return any(visits(one) for pod in others for one in programs(pod, evidence.now))


@mistake
def second_server(evidence: Evidence) -> bool:
    pod = evidence.now.pod("pair")
    return pod is not None and sum(not one.words for one in programs(pod, evidence.now)) > 1


def pair_of(evidence: Evidence) -> tuple[Program, Program] | None:
    both = server_and_visitor(evidence)
    return None if isinstance(both, Verdict) else both


@mistake
def no_volume(evidence: Evidence) -> bool:
    both = pair_of(evidence)
    return both is not None and not mounted(both[1])


@mistake
def two_volumes(evidence: Evidence) -> bool:
    both = pair_of(evidence)
    return both is not None and not mounted(both[0]) & mounted(both[1])


@mistake
def other_file(evidence: Evidence) -> bool:
    both = pair_of(evidence)
    return both is not None and file(both[0]) != file(both[1])

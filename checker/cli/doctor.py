"""What on this machine is in the way of a lab, and the command that mends it.

Every trouble of a host that the engines are known to suffer from is named here before a
user meets it. What only a container engine needs is a note, not a problem, where the
embedded engine can do the work.
"""

import os
import shlex
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.findings import Finding, Gravity
from driftlab.clusters.findings import ok as _ok
from driftlab.clusters.host import paths, processes

if TYPE_CHECKING:
    from driftlab.clusters.cluster import Cluster

DISK_BUILD, DISK_RUN = 4 << 30, 1 << 30
MEMORY = 1 << 30


def examine() -> list[Finding]:
    """Every finding on this machine; a probe that breaks is a finding, too."""
    findings: list[Finding] = []
    for probe in PROBES:
        try:
            findings += probe()
        except Exception as error:
            findings.append(Finding(Gravity.NOTE, f"{probe.__name__.strip('_')} could not be examined: {error}"))
    return findings


def _python() -> Iterator[Finding]:
    yield _ok(f"Python {sys.version.split()[0]}")


def _programs() -> Iterator[Finding]:
    from driftlab.clusters.embedded.engine import PROGRAMS
    from driftlab.clusters.kubernetes.kubectl import kubectl_path
    from driftlab.clusters.programs import at_hand

    try:
        yield _ok(f"kubectl: {kubectl_path()}")
    except DriftlabError as error:
        yield Finding(Gravity.PROBLEM, error.message, error.next_step)
    missing = []
    for name in PROGRAMS:
        try:
            if not at_hand(name):
                missing.append(name)
        except DriftlabError as error:
            yield Finding(Gravity.PROBLEM, error.message, error.next_step)
    if not missing:
        yield _ok("the embedded engine's programs are here")
        return
    yield Finding(
        Gravity.NOTE,
        f"not here yet: {', '.join(missing)}. The first start downloads them, or builds them (about ten minutes)",
        "driftlab up",
    )
    free = shutil.disk_usage(_existing(paths.cache_folder())).free
    if free < DISK_BUILD:
        yield Finding(
            Gravity.NOTE,
            f"only {free / 1e9:.1f} GB free for the cache: enough to download, too little to build (4 GB)",
            "export DRIFTLAB_CACHE=/a/folder/on/a/larger/disk",
        )


def _disk() -> Iterator[Finding]:
    for what, variable, folder in (
        ("state", "DRIFTLAB_STATE", paths.state_folder()),
        ("cache", "DRIFTLAB_CACHE", paths.cache_folder()),
    ):
        place = _existing(folder)
        if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
            yield Finding(
                Gravity.PROBLEM,
                f"the {what} folder {folder} cannot be written",
                f"export {variable}=/a/folder/of/yours",
            )
            continue
        free = shutil.disk_usage(place).free
        if free < DISK_RUN:
            yield Finding(
                Gravity.PROBLEM,
                f"only {free / 1e9:.1f} GB free in {place}",
                f"export {variable}=/a/folder/on/a/larger/disk",
            )
        else:
            yield _ok(f"{what} folder {folder}: {free / 1e9:.0f} GB free")


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _memory() -> Iterator[Finding]:
    available = psutil.virtual_memory().available
    limit = _first_number(Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
    if limit is not None:
        available = min(available, limit)
    if available < MEMORY:
        yield Finding(
            Gravity.PROBLEM,
            f"only {available / 1e6:.0f} MB of memory available; a cluster needs about 650 MB",
            _memory_back(),
        )
    else:
        yield _ok(f"{available / 1e9:.1f} GB of memory available")


def _memory_back() -> str:
    """The command that ends a cluster of ours, if one runs; else the one that shows what takes most."""
    for cluster in _own_clusters():
        if any(cluster.status().components.values()):
            return f"driftlab down --keep --engine {cluster.engine} --cluster {cluster.name}"
    return "ps -A -m -o pid,rss,command | head" if sys.platform == "darwin" else "ps aux --sort=-%mem | head"


def _first_number(*paths: Path) -> int | None:
    for path in paths:
        try:
            return int(path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    return None


def _ports() -> Iterator[Finding]:
    try:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
        yield _ok("ports on 127.0.0.1 can be had")
    except OSError as error:
        yield Finding(Gravity.PROBLEM, f"no port on 127.0.0.1 can be had: {error}", "sudo ip link set lo up")
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo("localhost", None)}
    except OSError:
        addresses = set()
    if not addresses & {"127.0.0.1", "::1"}:
        yield Finding(
            Gravity.PROBLEM,
            "the name localhost does not mean this machine",
            "echo '127.0.0.1 localhost' | sudo tee -a /etc/hosts",
        )


def _proxies() -> Iterator[Finding]:
    names = [
        name
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        if os.environ.get(name)
    ]
    if not names:
        return
    exempt = {part.strip() for name in ("NO_PROXY", "no_proxy") for part in os.environ.get(name, "").split(",")}
    if "*" in exempt or {"127.0.0.1", "localhost"} <= exempt:
        yield _ok(f"{names[0]} is set, and leaves loopback alone")
    else:
        yield Finding(
            Gravity.PROBLEM,
            f"{names[0]} is set and NO_PROXY does not exempt this machine's own addresses: "
            "JupyterLab and other clients would ask the proxy for the cluster",
            "export NO_PROXY=localhost,127.0.0.1,::1 no_proxy=localhost,127.0.0.1,::1",
        )


def _homes() -> "Iterator[tuple[type[Cluster], Path]]":
    """Each engine that makes clusters, and where it keeps them."""
    from driftlab.clusters.registry import ENGINES, engine_class

    for engine in (engine_class(name) for name in ENGINES):
        if engine.automatic:
            yield engine, engine(engine.default_name).home / "clusters"


def _own_clusters() -> Iterator["Cluster"]:
    """Those that the kit has made, whether they run or not."""
    for engine, home in _homes():
        for folder in sorted(home.iterdir()) if home.exists() else ():
            if engine.may_be_called(folder.name):
                yield engine(folder.name)


def _clusters() -> Iterator[Finding]:
    """Clusters of ours that are broken, and processes of clusters that are no more."""
    own = list(_own_clusters())
    yield from map(_cluster, own)
    for engine, home in _homes():
        names = [cluster.name for cluster in own if cluster.engine == engine.engine]
        for process in processes.mentioning(home):
            words = " ".join(process.info["cmdline"])
            name = words.split(f"{home}{os.sep}", 1)[1].split(os.sep, 1)[0]
            if name not in names:
                yield Finding(
                    Gravity.NOTE,
                    f"process {process.pid} belongs to a cluster that is no more",
                    f"driftlab down --engine {engine.engine} --cluster {name}",
                )


def _cluster(cluster: "Cluster") -> Finding:
    status, which = cluster.status(), f"--engine {cluster.engine} --cluster {cluster.name}"
    if status.phase == "broken":
        what = f"the cluster {cluster.name!r} ({cluster.engine}) is broken: {status.detail}"
        return Finding(Gravity.NOTE, what, f"driftlab up {which}, or: driftlab down {which}")
    if status.phase == "stopped":
        what = f"the cluster {cluster.name!r} ({cluster.engine}) is stopped; its state is kept"
        return Finding(Gravity.NOTE, what, f"driftlab down {which}")
    return _ok(f"the cluster {cluster.name!r} ({cluster.engine}) is {status.phase}")


def _chosen_context() -> Iterator[Finding]:
    """The cluster of somebody else's that was used last, where it was one."""
    from driftlab.checker.sessions.selection import last_chosen
    from driftlab.clusters.registry import open_cluster

    last = last_chosen()
    if last.get("engine") != "existing" or not last.get("name"):
        return
    status = open_cluster("existing", last["name"], images=()).status()
    if status.phase == "ready":
        yield _ok(f"the cluster of the context {status.name!r} answers: {status.server}")
    else:
        yield Finding(
            Gravity.PROBLEM,
            f"the cluster of the context {status.name!r} cannot be used: {status.detail}",
            f"kubectl --context {shlex.quote(status.name)} version, or another one: driftlab up --engine embedded",
        )


def _kind() -> Iterator[Finding]:
    from driftlab.clusters.kind.host import examine as examine_for_kind

    yield from examine_for_kind()


PROBES: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _programs,
    _disk,
    _memory,
    _ports,
    _proxies,
    _clusters,
    _chosen_context,
    _kind,
)

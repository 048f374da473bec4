"""Find what on this machine prevents a lab, and the command that fixes it.

All problems of hosts that are known to affect the engines are checked here, before a user meets them. What only one
engine needs is a note, not a problem, if another engine can run.
"""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.findings import Finding, Severity
from driftlab.clusters.findings import ok as _ok
from driftlab.clusters.host import paths, processes
from driftlab.clusters.host.paths import nearest_existing_folder
from driftlab.clusters.settings import CACHE, STATE

if TYPE_CHECKING:
    from driftlab.clusters.cluster import Cluster

MIN_DISK_BYTES = 1 << 30
MIN_MEMORY_BYTES = 1 << 30


def examine() -> list[Finding]:
    """All findings on this machine. A probe that raises an exception is also a finding."""
    findings: list[Finding] = []
    for probe in PROBES:
        try:
            findings += probe()
        except Exception as error:
            findings.append(Finding(Severity.NOTE, f"{probe.__name__.strip('_')} could not be examined: {error}"))
    return findings


def _python() -> Iterator[Finding]:
    yield _ok(f"Python {sys.version.split()[0]}")


def _kubectl() -> Iterator[Finding]:
    from driftlab.clusters.kubernetes.kubectl import kubectl_path

    try:
        yield _ok(f"kubectl: {kubectl_path()}")
    except DriftlabError as error:
        yield Finding(Severity.PROBLEM, error.message, error.next_step)


def _disk() -> Iterator[Finding]:
    for purpose, variable, folder in (
        ("state", STATE.name, paths.state_folder()),
        ("cache", CACHE.name, paths.cache_folder()),
    ):
        existing = nearest_existing_folder(folder)
        if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
            yield Finding(
                Severity.PROBLEM,
                f"the {purpose} folder {folder} cannot be written",
                f"export {variable}=/a/folder/of/yours",
            )
            continue
        free = shutil.disk_usage(existing).free
        if free < MIN_DISK_BYTES:
            yield Finding(
                Severity.PROBLEM,
                f"only {free / 1e9:.1f} GB free in {existing}",
                f"export {variable}=/a/folder/on/a/larger/disk",
            )
        else:
            yield _ok(f"{purpose} folder {folder}: {free / 1e9:.0f} GB free")


def _memory() -> Iterator[Finding]:
    available = psutil.virtual_memory().available
    limit = _first_number(Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
    if limit is not None:
        available = min(available, limit)
    if available < MIN_MEMORY_BYTES:
        yield Finding(
            Severity.PROBLEM,
            f"only {available / 1e6:.0f} MB of memory available; a cluster needs about 650 MB",
            _free_memory_command(),
        )
    else:
        yield _ok(f"{available / 1e9:.1f} GB of memory available")


def _free_memory_command() -> str:
    """The command that stops a running cluster of the kit; if there is none, one that lists the largest processes."""
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
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
        yield _ok("ports on 127.0.0.1 can be had")
    except OSError as error:
        yield Finding(Severity.PROBLEM, f"no port on 127.0.0.1 can be had: {error}", "sudo ip link set lo up")
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo("localhost", None)}
    except OSError:
        addresses = set()
    if not addresses & {"127.0.0.1", "::1"}:
        yield Finding(
            Severity.PROBLEM,
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
            Severity.PROBLEM,
            f"{names[0]} is set and NO_PROXY does not exempt this machine's own addresses: "
            "JupyterLab and other clients would ask the proxy for the cluster",
            "export NO_PROXY=localhost,127.0.0.1,::1 no_proxy=localhost,127.0.0.1,::1",
        )


def _homes() -> "Iterator[tuple[type[Cluster], Path]]":
    """Each engine that creates clusters, with the folder of its clusters."""
    from driftlab.clusters.registry import engines

    for engine in engines():
        if engine.automatic:
            yield engine, engine(engine.default_name).home / "clusters"


def _own_clusters() -> Iterator["Cluster"]:
    """The clusters that the kit created, running or not."""
    for engine, home in _homes():
        for folder in sorted(home.iterdir()) if home.exists() else ():
            if engine.is_valid_name(folder.name):
                yield engine(folder.name)


def _clusters() -> Iterator[Finding]:
    """Broken clusters of the kit, and processes of deleted clusters."""
    own = list(_own_clusters())
    yield from map(_cluster, own)
    for engine, home in _homes():
        names = [cluster.name for cluster in own if cluster.engine == engine.engine]
        for process in processes.processes_naming(home):
            command_line = " ".join(process.info["cmdline"])
            name = command_line.split(f"{home}{os.sep}", 1)[1].split(os.sep, 1)[0]
            if name not in names:
                yield Finding(
                    Severity.NOTE,
                    f"process {process.pid} belongs to a cluster that is no more",
                    f"driftlab down --engine {engine.engine} --cluster {name}",
                )


def _cluster(cluster: "Cluster") -> Finding:
    status, options = cluster.status(), f"--engine {cluster.engine} --cluster {cluster.name}"
    if status.phase == "broken":
        text = f"the cluster {cluster.name!r} ({cluster.engine}) is broken: {status.detail}"
        return Finding(Severity.NOTE, text, f"driftlab up {options}, or: driftlab down {options}")
    if status.phase == "stopped":
        text = f"the cluster {cluster.name!r} ({cluster.engine}) is stopped; its state is kept"
        return Finding(Severity.NOTE, text, f"driftlab down {options}")
    return _ok(f"the cluster {cluster.name!r} ({cluster.engine}) is {status.phase}")


def _engines() -> Iterator[Finding]:
    """The findings of each engine."""
    from driftlab.checker.sessions.selection import last_chosen
    from driftlab.clusters.registry import engines

    last = last_chosen()
    for engine in engines():
        yield from engine.diagnose(last.get("name", "") if last.get("engine") == engine.engine else "")


PROBES: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _kubectl,
    _disk,
    _memory,
    _ports,
    _proxies,
    _clusters,
    _engines,
)

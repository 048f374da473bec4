"""What on this machine is in the way of a lab, and the command that mends it.

Every trouble of a host that the engines are known to suffer from is named here before a
user meets it. What only a container engine needs is a note, not a problem, where the
embedded engine can do the work.
"""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from clusters import folders, processes
from clusters.errors import DriftlabError

DISK_BUILD, DISK_RUN = 4 << 30, 1 << 30
MEMORY = 1 << 30


class Gravity(StrEnum):
    OK = "ok"
    NOTE = "note"  #: a lab can be done all the same
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    gravity: Gravity
    what: str
    mend: str = ""


def examine() -> list[Finding]:
    """Every finding on this machine; a probe that breaks is a finding, too."""
    findings: list[Finding] = []
    for probe in PROBES:
        try:
            findings += probe()
        except Exception as error:
            findings.append(Finding(Gravity.NOTE, f"{probe.__name__.strip('_')} could not be examined: {error}"))
    return findings


def _ok(what: str) -> Finding:
    return Finding(Gravity.OK, what)


def _python() -> Iterator[Finding]:
    yield _ok(f"Python {sys.version.split()[0]}")


def _programs() -> Iterator[Finding]:
    from clusters.embedded.engine import PROGRAMS
    from clusters.kubectl import kubectl_path
    from clusters.programs import explicit
    from clusters.programs.cache import Cache
    from clusters.programs.pins import PROGRAMS as PINS

    try:
        yield _ok(f"kubectl: {kubectl_path()}")
    except DriftlabError as error:
        yield Finding(Gravity.PROBLEM, error.message, error.next_step)
    cache = Cache(folders.cache_folder() / "programs")
    missing = []
    for name in PROGRAMS:
        try:
            if not explicit.path(PINS[name]) and not cache.holds(PINS[name]):
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
    free = shutil.disk_usage(_existing(folders.cache_folder())).free
    if free < DISK_BUILD:
        yield Finding(
            Gravity.NOTE,
            f"only {free / 1e9:.1f} GB free for the cache: enough to download, too little to build (4 GB)",
            "export DRIFTLAB_CACHE=/a/folder/on/a/larger/disk",
        )


def _disk() -> Iterator[Finding]:
    for what, variable, folder in (
        ("state", "DRIFTLAB_STATE", folders.state_folder()),
        ("cache", "DRIFTLAB_CACHE", folders.cache_folder()),
    ):
        place = _existing(folder)
        if not os.access(place, os.W_OK):
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
            "close other programs",
        )
    else:
        yield _ok(f"{available / 1e9:.1f} GB of memory available")


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


def _clusters() -> Iterator[Finding]:
    """Clusters of ours that are broken, and processes of clusters that are no more."""
    home = folders.state_folder() / "embedded" / "clusters"
    from clusters.embedded.engine import EmbeddedCluster

    known = sorted(home.iterdir()) if home.exists() else []
    for folder in known:
        status = EmbeddedCluster(folder.name).status()
        mend = f"driftlab down --cluster {folder.name}"
        if status.phase == "broken":
            yield Finding(
                Gravity.NOTE,
                f"the cluster {folder.name!r} is broken: {status.detail}",
                f"driftlab up --cluster {folder.name}, or: {mend}",
            )
        elif status.phase == "stopped":
            yield Finding(Gravity.NOTE, f"the cluster {folder.name!r} is stopped; its state is kept", mend)
        else:
            yield _ok(f"the cluster {folder.name!r} is {status.phase}")
    names = {folder.name for folder in known}
    for process in processes.mentioning(home):
        words = " ".join(process.info["cmdline"])
        name = words.split(f"{home}{os.sep}", 1)[1].split(os.sep, 1)[0]
        if name not in names:
            yield Finding(
                Gravity.NOTE,
                f"process {process.pid} belongs to a cluster that is no more",
                f"driftlab down --cluster {name}",
            )


def _container_engine() -> Iterator[Finding]:
    found = next((name for name in ("docker", "podman", "nerdctl") if shutil.which(name)), None)
    if found is None:
        yield Finding(Gravity.NOTE, "no container engine (docker, podman, nerdctl): labs use the embedded engine")
        return
    try:
        processes.run([found, "info"], timeout_s=10)
        yield _ok(f"{found} answers")
    except DriftlabError as error:
        denied = "permission denied" in error.output.lower()
        yield Finding(
            Gravity.NOTE,
            f"{found} is installed, but "
            + ("you may not use it" if denied else "does not answer")
            + ": labs use the embedded engine",
            "sudo usermod -aG docker $USER && newgrp docker" if denied else f"sudo systemctl start {found}",
        )


def _inotify() -> Iterator[Finding]:
    for name, least in (("max_user_watches", 65536), ("max_user_instances", 512)):
        value = _first_number(Path(f"/proc/sys/fs/inotify/{name}"))
        if value is not None and value < least:
            yield Finding(
                Gravity.NOTE,
                f"fs.inotify.{name} is {value}: too low for kind clusters; the embedded engine does not mind",
                f"sudo sysctl fs.inotify.{name}={least}",
            )


def _cgroups() -> Iterator[Finding]:
    if sys.platform == "linux" and not Path("/sys/fs/cgroup/cgroup.controllers").exists():
        yield Finding(
            Gravity.NOTE,
            "this machine uses cgroup v1: kubelets of Kubernetes 1.35 and later, and so kind clusters, refuse it; "
            "no matter for the embedded engine",
            "boot with systemd.unified_cgroup_hierarchy=1",
        )


PROBES: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _programs,
    _disk,
    _memory,
    _ports,
    _proxies,
    _clusters,
    _container_engine,
    _inotify,
    _cgroups,
)

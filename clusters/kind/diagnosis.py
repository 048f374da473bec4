"""Check this machine for known problems of kind clusters. All are notes, because the embedded engine needs no kind.

https://kind.sigs.k8s.io/docs/user/known-issues/
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from driftlab.clusters.errors import DriftlabError, EngineUnavailable
from driftlab.clusters.findings import Finding, note, ok
from driftlab.clusters.kind.containers import ContainerEngine
from driftlab.clusters.kind.machine import MEMORY_FOR_THREE, cgroup_v2, cgroup_v2_command
from driftlab.clusters.kind.node_image import image, image_archive, registry_answers
from driftlab.clusters.programs import installed
from driftlab.clusters.programs.pins import PROGRAMS

#: Minimum limits, because kubelets and Pods watch many files: https://kind.sigs.k8s.io/docs/user/known-issues/
INOTIFY = {"max_user_watches": 65536, "max_user_instances": 512}
IMAGES_BYTES = 5 << 30
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def examine() -> Iterator[Finding]:
    """Findings about kind clusters on this machine, in the order in which a start would meet the problems."""
    if importlib.util.find_spec("pytest_kind") is None:
        yield note("kind clusters need the extra of the kit that drives them", "pip install 'driftlab[kind]'")
    yield from _kind()
    yield from _limits()
    try:
        engine = ContainerEngine.find()
    except EngineUnavailable as error:
        yield note(f"{error.message}: labs use the embedded engine", error.next_step)
        return
    yield ok(f"{engine.program} answers")
    yield from _disk_space(engine)
    yield from _node_image(engine)
    yield from _proxy()


def _kind() -> Iterator[Finding]:
    program = PROGRAMS["kind"]
    found = shutil.which("kind")
    if found and installed.path(program) is None:
        yield note(
            f"{found} is older than {program.minimum_version}, or does not say: the kit takes one of its own",
            "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
        )


def _limits() -> Iterator[Finding]:
    for name, minimum in INOTIFY.items():
        try:
            value = int(Path(f"/proc/sys/fs/inotify/{name}").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        if value < minimum:
            yield note(
                f"fs.inotify.{name} is {value}: too low for kind clusters", f"sudo sysctl fs.inotify.{name}={minimum}"
            )
    if sys.platform == "linux" and not cgroup_v2():
        yield note(
            "this machine uses cgroup v1, which kubelets of Kubernetes 1.35 and later refuse",
            cgroup_v2_command(),
        )
    memory = psutil.virtual_memory().total
    if memory < MEMORY_FOR_THREE:
        yield note(
            f"{memory / 1e9:.1f} GB of memory: kind clusters get one Node instead of three",
            "export DRIFTLAB_KIND_WORKERS=2, if you want three all the same",
        )
    if Path("/proc/net").exists() and not Path("/proc/net/if_inet6").exists():
        yield ok("IPv6 is off; kind clusters of the kit use IPv4 only")


#: The template with which ``info`` prints an engine's image folder. nerdctl has none: containerd's default is used.
ROOTS = {"docker": "{{.DockerRootDir}}", "podman": "{{.Store.GraphRoot}}"}


def _disk_space(engine: ContainerEngine) -> Iterator[Finding]:
    template = ROOTS.get(engine.program)
    folder = engine.run("info", "--format", template, timeout_s=10).strip() if template else "/var/lib/containerd"
    root = Path(folder or "/")
    if root.exists() and shutil.disk_usage(root).free < IMAGES_BYTES:
        free = shutil.disk_usage(root).free / 1e9
        yield note(f"only {free:.1f} GB free in {root}: too little for kind's images", f"{engine.program} system prune")


def _node_image(engine: ContainerEngine) -> Iterator[Finding]:
    wanted, archive = image(), image_archive()
    if engine.has_image(wanted):
        yield ok(f"the node image {wanted.partition('@')[0]} is here")
        yield from _privileged(engine, wanted)
    elif archive is not None:
        if archive.is_file():
            yield ok(f"the node image will be loaded from {archive}")
        else:
            yield note(f"DRIFTLAB_KIND_IMAGE_ARCHIVE names {archive}, which is not a file", "correct it, or unset it")
    elif registry_answers():
        yield note(f"the node image {wanted.partition('@')[0]} is not here yet: the first start pulls about 400 MB",
                   f"{engine.program} pull {wanted}")  # fmt: skip
    else:
        yield note(
            f"the node image {wanted.partition('@')[0]} is not here, and no registry answers",
            "export DRIFTLAB_KIND_IMAGE_ARCHIVE=/a/file/with/the/image, or use the embedded engine: "
            "export DRIFTLAB_ENGINE=embedded",
        )


def _privileged(engine: ContainerEngine, wanted: str) -> Iterator[Finding]:
    """Nodes are privileged containers, which some hosts refuse."""
    try:
        engine.run("run", "--rm", "--privileged", "--network=none", "--entrypoint=/bin/true", wanted, timeout_s=30)
    except DriftlabError as error:
        reason = (error.output.strip().splitlines()[-1:] or [error.message])[0]
        yield note(
            f"privileged containers, which kind's Nodes are, do not run here: {reason[:300]}",
            "in a container or a sandbox: give it more rights, or use the embedded engine: "
            "export DRIFTLAB_ENGINE=embedded",
        )


def _proxy() -> Iterator[Finding]:
    """A proxy on the host's loopback, to which a Node, with its own network, cannot connect.

    kind passes the proxy variables to its Nodes: https://kind.sigs.k8s.io/docs/user/quick-start/#configure-kind-to-use-a-proxy
    """
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        if urlsplit(os.environ.get(name, "")).hostname in LOOPBACK:
            yield note(
                f"{name} names a proxy on loopback, which the Nodes of kind clusters cannot reach: "
                "they would pull no images but those of the labs",
                f"export {name}=the proxy by an address of this machine that containers reach",
            )

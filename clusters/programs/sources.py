"""The Go sources that programs are built from: the modules that ``go.mod`` pins, and the kit's node program.

``k8s.io/kubernetes`` is copied and patched (``embedded/node/patches``), and ``go.mod`` replaces the module by the copy.
All programs are built from the copy, so that no package is compiled twice.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from driftlab.clusters.programs import ObtainFailed, last_error_line, patches
from driftlab.clusters.programs.pins import KUBERNETES

#: The folder of our Go module, with its go.mod and go.sum.
MODULE = Path(__file__).resolve().parent.parent
NODE = MODULE / "embedded" / "node"
PATCHES = NODE / "patches"

#: The application that is compiled into the node program; go.mod names the same folder.
APPLICATION = MODULE.parent / "labs" / "blog-api"

KUBERNETES_MODULE = f"k8s.io/kubernetes@v{KUBERNETES}"

#: Variables for Go commands that run in the source tree, with the user's own caches.
ENVIRONMENT = {"GOWORK": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}

#: The parts of Kubernetes that are compiled: a third of the module.
COPIED = {"LICENSE", "cmd", "go.mod", "pkg", "plugin", "third_party"}
NOT_COMPILED = shutil.ignore_patterns("*_test.go", "testdata", "__pycache__")


def our_files() -> Iterator[Path]:
    """The files in this tree that the node program is built from."""
    yield MODULE / "go.mod"
    yield MODULE / "go.sum"
    for folder in (NODE, APPLICATION):
        for parent, folders, names in os.walk(folder):
            ignored = NOT_COMPILED(parent, [*folders, *names])
            folders[:] = sorted(set(folders) - ignored)
            yield from (Path(parent, name) for name in sorted(set(names) - ignored))


def digest() -> str:
    """A digest of all that the node program is built from: our files, and with ``go.mod`` the pinned modules."""
    combined = hashlib.sha256()
    for path in our_files():
        combined.update(f"{path.relative_to(MODULE.parent).as_posix()}\0".encode())
        combined.update(hashlib.sha256(path.read_bytes()).digest())
    return combined.hexdigest()[:12]


def copy_our_files(folder: Path) -> Path:
    """Copy our files into ``folder`` with their relative paths; returns the folder of the copied ``go.mod``."""
    for path in our_files():
        target = folder / path.relative_to(MODULE.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return folder / MODULE.name


def fetch_kubernetes(go: Path) -> Path:
    """Download Kubernetes into the user's own Go module cache, and return the cache's path. Raises ObtainFailed."""
    env = {**os.environ, **ENVIRONMENT}
    try:
        for arguments in (["mod", "download", KUBERNETES_MODULE.split("@", maxsplit=1)[0]], ["env", "GOMODCACHE"]):
            result = subprocess.run([go, *arguments], cwd=MODULE, env=env, capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        raise ObtainFailed(
            f"the sources of Kubernetes could not be fetched: {last_error_line(error.stderr.splitlines())}"
        ) from error
    return Path(result.stdout.strip())


def copy_kubernetes(modules: Path, target: Path) -> None:
    """Copy the parts of Kubernetes that are compiled from the Go module cache ``modules``, and patch them.

    Raises PatchRefused.
    """
    original = modules / KUBERNETES_MODULE

    def ignored(folder: str, names: list[str]) -> set[str]:
        return NOT_COMPILED(folder, names) | (set(names) - COPIED if Path(folder) == original else set())

    # copyfile does not copy the files' modes, which are read-only in Go's cache
    shutil.copytree(original, target, ignore=ignored, copy_function=shutil.copyfile)
    for path in sorted(PATCHES.glob("*.patch")):
        patches.apply(patches.read(path), target)


def patched_go_mod(copy: str) -> str:
    """The text of a ``go.mod`` that uses the patched Kubernetes in the folder ``copy``."""
    pinned = (MODULE / "go.mod").read_text(encoding="utf-8")
    # quoted, because the folder's name may contain spaces; a JSON string is a valid Go string
    return f"{pinned}\nreplace k8s.io/kubernetes => {json.dumps(copy)}\n"

"""The Go sources that programs are built from: the modules that ``go.mod`` pins, and our own node program.

``k8s.io/kubernetes`` is copied and patched (``embedded/node/patches``), and ``go.mod`` replaces the module by the copy.
All programs are built with it, so that no package is compiled twice.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from driftlab.clusters.programs import WayFailed, last_words, patches
from driftlab.clusters.programs.pins import KUBERNETES

#: The module: here are its go.mod and go.sum.
MODULE = Path(__file__).resolve().parent.parent
NODE = MODULE / "embedded" / "node"
PATCHES = NODE / "patches"

#: The application that the node program has in it: go.mod names the same place.
APPLICATION = MODULE.parent / "labs" / "blog-api"

KUBERNETES_MODULE = f"k8s.io/kubernetes@v{KUBERNETES}"

#: For a Go that works in the tree, with the user's own caches.
ENVIRONMENT = {"GOWORK": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}

#: What is compiled: a third of the module.
COPIED = {"LICENSE", "cmd", "go.mod", "pkg", "plugin", "third_party"}
NOT_COMPILED = shutil.ignore_patterns("*_test.go", "testdata", "__pycache__")


def our_files() -> Iterator[Path]:
    """Everything of ours that the node program is made from."""
    yield MODULE / "go.mod"
    yield MODULE / "go.sum"
    for folder in (NODE, APPLICATION):
        for place, folders, names in os.walk(folder):
            left_out = NOT_COMPILED(place, [*folders, *names])
            folders[:] = sorted(set(folders) - left_out)
            yield from (Path(place, name) for name in sorted(set(names) - left_out))


def digest() -> str:
    """Changes when another node program would be built: by a change of ours, or of what is pinned."""
    found = hashlib.sha256()
    for path in our_files():
        found.update(f"{path.relative_to(MODULE.parent).as_posix()}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:12]


def copy_ours(folder: Path) -> Path:
    """Copy what is ours into ``folder``, as it lies in the tree; the place of its ``go.mod``."""
    for path in our_files():
        target = folder / path.relative_to(MODULE.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return folder / MODULE.name


def fetched(go: Path) -> Path:
    """The cache of modules of the user's own Go, with Kubernetes in it. Raises WayFailed."""
    environment = {**os.environ, **ENVIRONMENT}
    try:
        for words in (["mod", "download", KUBERNETES_MODULE.split("@", maxsplit=1)[0]], ["env", "GOMODCACHE"]):
            done = subprocess.run([go, *words], cwd=MODULE, env=environment, capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        raise WayFailed(
            f"the sources of Kubernetes could not be fetched: {last_words(error.stderr.splitlines())}"
        ) from error
    return Path(done.stdout.strip())


def copy_kubernetes(modules: Path, target: Path) -> None:
    """Copy what is compiled of Kubernetes from Go's module cache in ``modules``, and patch it. Raises PatchRefused."""
    original = modules / KUBERNETES_MODULE

    def left_out(place: str, names: list[str]) -> set[str]:
        return NOT_COMPILED(place, names) | (set(names) - COPIED if Path(place) == original else set())

    # not the files' modes: those in Go's cache are read-only
    shutil.copytree(original, target, ignore=left_out, copy_function=shutil.copyfile)
    for path in sorted(PATCHES.glob("*.patch")):
        patches.apply(patches.read(path), target)


def patched(copy: str) -> str:
    """The text of a ``go.mod`` that takes Kubernetes from the folder ``copy``."""
    pinned = (MODULE / "go.mod").read_text(encoding="utf-8")
    # a JSON string is a Go string: the folder's name may hold spaces
    return f"{pinned}\nreplace k8s.io/kubernetes => {json.dumps(copy)}\n"

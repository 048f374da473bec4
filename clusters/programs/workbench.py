"""Run Go's tools on our Go sources in the tree, for those who work on them.

    python -m driftlab.clusters.programs.workbench lint            gofmt and go vet
    python -m driftlab.clusters.programs.workbench test [FLAG ...] go test
    python -m driftlab.clusters.programs.workbench go build ...    any Go command, with the -modfile that it needs
    python -m driftlab.clusters.programs.workbench                 print the path of that go.mod

The tools work on the tree itself. Only Kubernetes is a patched copy, which is kept in the kit's cache.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host.files import locked, make_folder, write_atomically
from driftlab.clusters.host.paths import cache_folder
from driftlab.clusters.host.progress import SILENT
from driftlab.clusters.programs import ObtainFailed, sources, toolchain
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.programs.patches import PatchRefused

PACKAGES = ("./embedded/node/...", "blog-api/...")


def prepare(go: Path, folder: Path) -> Path:
    """Write a ``go.mod`` to ``folder`` that uses a patched copy of Kubernetes. Raises ObtainFailed, PatchRefused."""
    changes = b"\0".join(path.read_bytes() for path in sorted(sources.PATCHES.glob("*.patch")))
    copy = folder / f"{sources.KUBERNETES_MODULE.rsplit('/', 1)[1]}-{hashlib.sha256(changes).hexdigest()[:12]}"
    with locked(folder / ".lock"):
        if not copy.exists():
            partial = folder / ".partial"
            if partial.exists():
                remove_tree(partial)
            sources.copy_kubernetes(sources.fetch_kubernetes(go), partial)
            partial.replace(copy)
        modfile = folder / "go.mod"
        for path, text in (
            (modfile, sources.patched_go_mod(str(copy))),
            (folder / "go.sum", (sources.MODULE / "go.sum").read_text(encoding="utf-8")),
        ):
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                write_atomically(path, text)
    return modfile


def run(go: Path, modfile: Path, arguments: Sequence[str]) -> int:
    """Run a Go command in the tree's module, and return its exit code."""
    command = [str(go), arguments[0], f"-modfile={modfile}", *arguments[1:]]
    return subprocess.run(
        command, cwd=sources.MODULE, env={**os.environ, **sources.ENVIRONMENT}, check=False
    ).returncode


def unformatted(go: Path) -> str:
    """The files that gofmt would change, one per line. Raises ObtainFailed if there is no gofmt."""
    program = go.with_name("gofmt") if go.with_name("gofmt").exists() else shutil.which("gofmt")
    if not program:
        raise ObtainFailed(f"there is no gofmt beside {go}")
    folders = [sources.NODE, sources.APPLICATION]
    return subprocess.run([program, "-l", *folders], capture_output=True, text=True, check=True).stdout


def main(arguments: Sequence[str]) -> int:
    try:
        folder = make_folder(cache_folder() / "workbench")
        go = toolchain.find(folder, SILENT)
        modfile = prepare(go, folder)
        if not arguments:
            print(modfile)
            return 0
        if arguments[0] == "go" and arguments[1:]:
            return run(go, modfile, arguments[1:])
        if arguments[0] == "test":
            # tests mostly wait: many packages at a time, however few cores there are
            return run(go, modfile, ["test", "-p=8", *arguments[1:], *PACKAGES])
        if arguments[0] == "lint":
            if files := unformatted(go):
                print(f"gofmt would change:\n{files}", end="")
                return 1
            return run(go, modfile, ["vet", *PACKAGES])
    except (DriftlabError, ObtainFailed, PatchRefused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

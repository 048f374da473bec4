"""Go's own tools on our Go sources in the tree, for those who work on them.

    python -m driftlab.clusters.programs.workbench lint            gofmt and go vet
    python -m driftlab.clusters.programs.workbench test [FLAG ...] go test
    python -m driftlab.clusters.programs.workbench go build ...    any command, with what it needs in front
    python -m driftlab.clusters.programs.workbench                 the go.mod for ``go build -modfile``

The tree itself is looked at, not a copy: only Kubernetes is a patched copy, which is kept in the kit's cache.
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
from driftlab.clusters.programs import WayFailed, sources, toolchain
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.programs.patches import PatchRefused

PACKAGES = ("./embedded/node/...", "blog-api/...")


def prepare(go: Path, folder: Path) -> Path:
    """A ``go.mod`` in ``folder`` that takes Kubernetes from a patched copy. Raises WayFailed, PatchRefused."""
    changes = b"\0".join(path.read_bytes() for path in sorted(sources.PATCHES.glob("*.patch")))
    copy = folder / f"{sources.KUBERNETES_MODULE.rsplit('/', 1)[1]}-{hashlib.sha256(changes).hexdigest()[:12]}"
    with locked(folder / ".lock"):
        if not copy.exists():
            partial = folder / ".partial"
            if partial.exists():
                remove_tree(partial)
            sources.copy_kubernetes(sources.fetched(go), partial)
            partial.replace(copy)
        modfile = folder / "go.mod"
        for path, text in (
            (modfile, sources.patched(str(copy))),
            (folder / "go.sum", (sources.MODULE / "go.sum").read_text(encoding="utf-8")),
        ):
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                write_atomically(path, text)
    return modfile


def run(go: Path, modfile: Path, words: Sequence[str]) -> int:
    """The exit code of a command of Go in the tree's module."""
    command = [str(go), words[0], f"-modfile={modfile}", *words[1:]]
    return subprocess.run(
        command, cwd=sources.MODULE, env={**os.environ, **sources.ENVIRONMENT}, check=False
    ).returncode


def unformatted(go: Path) -> str:
    """The files that gofmt would change, one a line."""
    program = go.with_name("gofmt") if go.with_name("gofmt").exists() else shutil.which("gofmt")
    if not program:
        raise WayFailed(f"there is no gofmt beside {go}")
    folders = [sources.NODE, sources.APPLICATION]
    return subprocess.run([program, "-l", *folders], capture_output=True, text=True, check=True).stdout


def main(words: Sequence[str]) -> int:
    try:
        folder = make_folder(cache_folder() / "workbench")
        go = toolchain.find(folder, SILENT)
        modfile = prepare(go, folder)
        if not words:
            print(modfile)
            return 0
        if words[0] == "go" and words[1:]:
            return run(go, modfile, words[1:])
        if words[0] == "test":
            return run(go, modfile, [*words, *PACKAGES])
        if words[0] == "lint":
            if listed := unformatted(go):
                print(f"gofmt would change:\n{listed}", end="")
                return 1
            return run(go, modfile, ["vet", *PACKAGES])
    except (DriftlabError, WayFailed, PatchRefused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

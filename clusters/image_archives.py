"""Build the images of the labs' applications: one static program in one layer, without a base image to pull.

An application is a folder with ``main.go`` and ``behaviour.json`` (``labs/blog-api``). All its versions share the
layer; the variable ``APP_VERSION`` tells the program its version. The archive is in Docker's format, which
can be copied to Nodes directly, so that the image store of a container engine is not needed.
"""

import hashlib
import io
import json
import platform
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from driftlab.clusters.host.files import locked, make_folder
from driftlab.clusters.host.paths import cache_folder
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs.build import compile_program
from driftlab.clusters.programs.pins import system_and_machine


def archives(catalogues: Sequence[Path], progress: Progress) -> list[Path]:
    """The image archive of each application among ``catalogues`` (those with a ``main.go`` beside them).

    The archives are in the cache, and built if they are missing. Raises DriftlabError if one cannot be built.
    """
    return [_archive(catalogue.parent, progress) for catalogue in catalogues if (catalogue.parent / "main.go").exists()]


def _archive(folder: Path, progress: Progress) -> Path:
    sources = sorted(path for path in folder.rglob("*") if path.suffix in (".go", ".mod", ".json"))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in [*sources, Path(__file__)])).hexdigest()[:16]
    home = make_folder(cache_folder() / "images")
    _, machine = system_and_machine()
    target = home / f"{folder.name}-{machine}-{digest}.tar"
    with locked(home / ".lock"):
        if not target.exists():
            with (
                tempfile.TemporaryDirectory(dir=home, prefix=".partial-") as work,
                progress.step(f"Building the image of {folder.name}"),
            ):
                program = compile_program(folder, Path(work), progress)
                archive = Path(work) / "archive.tar"
                write_archive(json.loads((folder / "behaviour.json").read_text(encoding="utf-8")), program, archive)
                archive.replace(target)
    return target


def write_archive(behaviour: dict[str, Any], program: Path, target: Path) -> None:
    """Write the images of all versions in ``behaviour`` to a reproducible archive in Docker's format."""
    layer = _tar({program.name: (program.read_bytes(), 0o755)})
    layer_id = hashlib.sha256(layer).hexdigest()
    files = {f"{layer_id}/layer.tar": (layer, 0o644)}
    manifest = []
    for version in behaviour["versions"]:
        config = json.dumps(
            {
                "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
                "os": "linux",
                "config": {
                    "Entrypoint": [f"/{program.name}"],
                    "Env": [f"APP_VERSION={version}"],
                    "ExposedPorts": {f"{behaviour['port']}/tcp": {}},
                    "User": "65532:65532",
                },
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_id}"]},
                "created": "1970-01-01T00:00:00Z",
                "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "driftlab"}],
            }
        ).encode()
        name = f"{hashlib.sha256(config).hexdigest()}.json"
        files[name] = (config, 0o644)
        tags = [f"docker.io/library/{behaviour['image']}:{version}"]
        manifest.append({"Config": name, "RepoTags": tags, "Layers": [f"{layer_id}/layer.tar"]})
    files["manifest.json"] = (json.dumps(manifest).encode(), 0o644)
    target.write_bytes(_tar(files))


def _tar(files: dict[str, tuple[bytes, int]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (content, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()

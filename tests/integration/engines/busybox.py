"""The image busybox:1.36 for kind clusters without a registry: made of this machine's static busybox, never pulled."""

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

import pytest

from driftlab.clusters import programs
from driftlab.clusters.host import processes
from driftlab.clusters.kind.containers import ContainerEngine
from driftlab.clusters.kind.engine import KindCluster, registry_answers

IMAGE = "busybox:1.36"
PROGRAM = Path("/bin/busybox")
ACCOUNTS = {
    "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n",
    "etc/group": b"root:x:0:\nnobody:x:65534:\n",
}


def bring(cluster: KindCluster, folder: Path) -> None:
    """Load the image into the Nodes; where a registry answers instead, they pull it. Skips where neither is there."""
    if not _is_static(PROGRAM):
        if not registry_answers():
            pytest.skip("no registry answers, and no static busybox is here: apt-get install busybox-static")
        return
    archive = folder / "busybox.tar"
    _write_archive(archive)
    kind = programs.obtain(["kind"])["kind"]
    processes.run(
        [kind, "load", "image-archive", "--name", cluster.own_name, archive],
        env=ContainerEngine.find().environment,
        timeout_s=180,
    )


def _is_static(program: Path) -> bool:
    """Does it run where no C library is? Debian's package busybox names a loader in its head, busybox-static none."""
    if not program.is_file():
        return False
    with program.open("rb") as file:
        head = file.read(4096)
    return head.startswith(b"\x7fELF") and b"/ld-" not in head


def _write_archive(target: Path) -> None:
    """In Docker's format, which ``kind load image-archive`` hands to the Nodes as it is: one layer, one tag."""
    layer = _layer()
    layer_id = hashlib.sha256(layer).hexdigest()
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Cmd": ["sh"], "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_id}"]},
    }
    manifest = [
        {"Config": "config.json", "RepoTags": [f"docker.io/library/{IMAGE}"], "Layers": [f"{layer_id}/layer.tar"]}
    ]
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive:
        _add(archive, f"{layer_id}/layer.tar", layer)
        _add(archive, "config.json", json.dumps(config).encode())
        _add(archive, "manifest.json", json.dumps(manifest).encode())


def _layer() -> bytes:
    """The program, a link to it for each of its applets, and the folders and accounts that the public image has."""
    applets = subprocess.run([PROGRAM, "--list"], capture_output=True, text=True, check=True, timeout=30).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for folder, mode in {"bin": 0o755, "etc": 0o755, "home": 0o755, "root": 0o700, "tmp": 0o1777}.items():
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, mode
            archive.addfile(member)
        _add(archive, "bin/busybox", PROGRAM.read_bytes(), 0o755)
        for applet in sorted({*applets} - {"busybox"}):
            member = tarfile.TarInfo(f"bin/{applet}")
            member.type, member.linkname, member.mode = tarfile.LNKTYPE, "bin/busybox", 0o755
            archive.addfile(member)
        for name, content in ACCOUNTS.items():
            _add(archive, name, content)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))

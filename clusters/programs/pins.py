"""The programs, their pinned versions, and the URLs of their official releases."""

import platform
import re
from dataclasses import dataclass

from driftlab.clusters import __version__
from driftlab.clusters.settings import Setting, program_path

KUBERNETES = "1.36.3"
ETCD = "3.6.8"
KIND = "0.33.0"

#: The kit's own program is published with the kit's releases.
RELEASES = "https://github.com/driftlab/driftlab/releases/download"


@dataclass(frozen=True)
class Release:
    """An official download.

    ``checksum`` is the URL of its SHA-256: either the digest alone, or lines as ``sha256sum`` prints them.
    ``member`` is the program's path inside an archive.
    """

    url: str
    checksum: str
    member: str | None = None


@dataclass(frozen=True)
class Program:
    """One program. ``package`` is the Go package that it is built from (see ``clusters/go.mod``).

    ``minimum_version``: an installed program of this version or later may be used; if empty, only the pinned one.
    ``ours``: its sources are in this tree, and may have changed since ``version``.
    """

    name: str
    version: str
    package: str
    minimum_version: str = ""
    ours: bool = False

    @property
    def edition(self) -> str:
        """Identifies the content of the program: ``version``, and for our own program the digest of its sources."""
        if not self.ours:
            return self.version
        from driftlab.clusters.programs import sources

        return f"{self.version}-{sources.digest()}"

    @property
    def executable(self) -> str:
        """The file name that ``go build`` gives it: the last part of its package that is not a version."""
        return re.sub(r"/v\d+$", "", self.package).rsplit("/", 1)[-1]

    @property
    def path_setting(self) -> Setting:
        """The environment variable with a path of the user's own for it."""
        return program_path(self.name)

    def release(self, target: tuple[str, str] | None = None) -> Release | None:
        """The official download for this machine, or for ``target``; None if there is none for it."""
        system, machine = target or system_and_machine()
        if self.name.startswith("kube-"):
            if system != "linux":  # the control plane is released for Linux only
                return None
            url = f"https://dl.k8s.io/v{self.version}/bin/{system}/{machine}/{self.name}"
            return Release(url, f"{url}.sha256")
        if self.name == "etcd":
            base = f"https://github.com/etcd-io/etcd/releases/download/v{self.version}"
            folder = f"etcd-v{self.version}-{system}-{machine}"
            archive = f"{folder}.tar.gz" if system == "linux" else f"{folder}.zip"
            return Release(f"{base}/{archive}", f"{base}/SHA256SUMS", f"{folder}/etcd")
        if self.name == "kind":
            url = f"https://github.com/kubernetes-sigs/kind/releases/download/v{self.version}/kind-{system}-{machine}"
            return Release(url, f"{url}.sha256sum")
        # the name has the digest of the sources: there is no download for changed sources
        url = f"{RELEASES}/v{self.version}/{self.name}-{self.edition}-{system}-{machine}"
        return Release(url, f"{url}.sha256")


PROGRAMS = {
    program.name: program
    for program in (
        Program("etcd", ETCD, "go.etcd.io/etcd/server/v3"),
        Program("kube-apiserver", KUBERNETES, "k8s.io/kubernetes/cmd/kube-apiserver"),
        Program("kube-controller-manager", KUBERNETES, "k8s.io/kubernetes/cmd/kube-controller-manager"),
        Program("kube-scheduler", KUBERNETES, "k8s.io/kubernetes/cmd/kube-scheduler"),
        Program("driftlab-node", __version__, "driftlab/clusters/embedded/node", ours=True),
        Program("kind", KIND, "sigs.k8s.io/kind", minimum_version=KIND),
    )
}


def system_and_machine() -> tuple[str, str]:
    """The operating system and the architecture, as Go names them: ``("linux", "amd64")``."""
    machine = platform.machine().lower()
    return platform.system().lower(), {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)

"""Which programs, in which versions, and where their makers publish them."""

import platform
from dataclasses import dataclass

KUBERNETES = "1.36.3"
ETCD = "3.6.8"
KWOK = "0.8.0"
KIND = "0.33.0"


@dataclass(frozen=True)
class Release:
    """An official download.

    ``checksum`` says where its SHA-256 is published: a URL whose text begins with it or
    has it in a line with the file's name, or the GitHub API's description of a release,
    which has it as an asset's ``digest``. ``member`` is its path inside an archive.
    """

    url: str
    checksum: str
    member: str | None = None


@dataclass(frozen=True)
class Program:
    """One program. ``package`` is the Go package that it is built from (see ``go.mod`` beside this file).

    ``least``: one that is installed on the machine already will do from this version on; empty: none will.
    """

    name: str
    version: str
    package: str
    least: str = ""

    @property
    def variable(self) -> str:
        return "DRIFTLAB_PROGRAM_" + self.name.upper().replace("-", "_")

    def release(self) -> Release | None:
        """The official download for this machine, or None where its makers publish none."""
        system, machine = system_and_machine()
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
        return Release(
            f"https://github.com/kubernetes-sigs/kwok/releases/download/v{self.version}/{self.name}-{system}-{machine}",
            f"https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v{self.version}",
        )


PROGRAMS = {
    program.name: program
    for program in (
        Program("etcd", ETCD, "go.etcd.io/etcd/server/v3"),
        Program("kube-apiserver", KUBERNETES, "k8s.io/kubernetes/cmd/kube-apiserver"),
        Program("kube-controller-manager", KUBERNETES, "k8s.io/kubernetes/cmd/kube-controller-manager"),
        Program("kube-scheduler", KUBERNETES, "k8s.io/kubernetes/cmd/kube-scheduler"),
        Program("kwok", KWOK, "sigs.k8s.io/kwok/cmd/kwok"),
        Program("kwokctl", KWOK, "sigs.k8s.io/kwok/cmd/kwokctl"),
        Program("kind", KIND, "sigs.k8s.io/kind", least=KIND),
    )
}


def system_and_machine() -> tuple[str, str]:
    """As Go names them: ``("linux", "amd64")``."""
    machine = platform.machine().lower()
    return platform.system().lower(), {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)

"""The container engine of kind's Nodes: Docker, Podman or nerdctl, found in the same way as kind does.

It is used through its command line. The kit recognises its own clusters by their network: each cluster has one, with
the kit's label and the path of the state folder. With nerdctl, clusters have no network of their own: there, the
record in the cluster's folder shows that a cluster is the kit's.
"""

import ipaddress
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftlab.clusters.cluster import OURS
from driftlab.clusters.errors import CommandFailed, EngineUnavailable
from driftlab.clusters.host import processes

KIND_LABEL = "io.x-k8s.kind.cluster"  #: kind's own, on every container of a cluster
OWNER = "driftlab.dev/state"  #: a label on the network: the state folder in which the cluster was created


@dataclass(frozen=True)
class Container:
    """A Node of a kind cluster. ``address`` is empty if it does not run."""

    name: str
    id: str
    running: bool
    address: str
    networks: tuple[str, ...]


#: The engines that kind supports, in the order in which it tries them, with the beginning of their ``-v`` output, by
#: which kind recognises a ``docker`` that is really Podman. kind v0.33.0: DetectNodeProvider, IsAvailable.
VERSION_PREFIXES = {
    "docker": "Docker version",
    "nerdctl": "nerdctl version",
    "finch": "finch version",
    "podman": "podman version",
}
#: Engines that ``KIND_EXPERIMENTAL_PROVIDER`` can name; kind does not try the last one by itself.
PROVIDERS = (*VERSION_PREFIXES, "nerdctl.lima")
#: The commands that start an engine.
START = {
    "docker": "sudo systemctl start docker",
    "nerdctl": "sudo systemctl start containerd",
    "nerdctl.lima": "limactl start",
    "finch": "finch vm start",
    "podman": "podman machine start",
}
#: The commands that allow the user to use an engine.
ALLOW = {
    "docker": "sudo usermod -aG docker $USER && newgrp docker",
    "nerdctl": "containerd-rootless-setuptool.sh install",
}


@dataclass(frozen=True)
class ContainerEngine:
    """One of Docker, Podman, nerdctl.

    Nothing is remembered about it. Every method raises CommandFailed if a command fails, and EngineUnavailable if the
    reason is that the engine does not answer any more.
    """

    program: str

    @classmethod
    def find(cls, current: str = "") -> "ContainerEngine":
        """The first engine that answers, in kind's order; or ``current``, the one in which a cluster already exists.

        ``current`` is not asked whether it answers: the next command finds out. Raises EngineUnavailable, with the
        command that fixes it.
        """
        wanted = current or os.environ.get("KIND_EXPERIMENTAL_PROVIDER", "")
        if wanted in PROVIDERS:
            if not shutil.which(wanted):
                raise EngineUnavailable(
                    f"{wanted} is not here",
                    next_step=f"install {wanted} again: the cluster is in it"
                    if current
                    else "unset KIND_EXPERIMENTAL_PROVIDER, or install what it names",
                )
            if current:
                return cls(wanted)
            candidates: Iterable[ContainerEngine] = [cls(wanted)]
        else:  # kind, too, ignores an unknown name
            candidates = (engine for engine in map(cls, VERSION_PREFIXES) if engine._is_genuine())
        problems: list[EngineUnavailable] = []
        for engine in candidates:
            try:
                engine.raise_if_silent()
            except EngineUnavailable as error:
                problems.append(error)
            else:
                return engine
        if problems:
            raise problems[0]
        raise EngineUnavailable(
            "there is no container engine (docker, podman or nerdctl)",
            next_step="https://docs.docker.com/engine/install, or use the embedded engine, which needs none",
        )

    def _is_genuine(self) -> bool:
        try:
            lines = self._run("-v", timeout_s=8).splitlines()
        except CommandFailed:
            return False
        return len(lines) == 1 and lines[0].startswith(VERSION_PREFIXES[self.program])

    def raise_if_silent(self) -> None:
        """Raise EngineUnavailable if the engine does not answer."""
        try:
            self._run("version", timeout_s=8)
        except CommandFailed as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: CommandFailed) -> EngineUnavailable:
        refused = "permission denied" in error.output.lower()
        problem = "you may not use it" if refused else "does not answer"
        next_step = START[self.program]
        host = os.environ.get("DOCKER_HOST") if self.program == "docker" else None
        if host:
            next_step = f"unset DOCKER_HOST, or start what it names: {host}"
        elif refused:
            next_step = ALLOW.get(self.program, next_step)
        return EngineUnavailable(f"{self.program} is here, but {problem}", output=error.output, next_step=next_step)

    @property
    def environment(self) -> dict[str, str]:
        """The variable that makes kind use this engine."""
        return {"KIND_EXPERIMENTAL_PROVIDER": self.program}

    @property
    def own_networks(self) -> bool:
        """Whether kind can put a cluster into a network of our choice. With nerdctl, all are in the network "kind"."""
        return self.program in ("docker", "podman")

    def network_environment(self, network: str) -> dict[str, str]:
        """The variables that make kind use this engine, and put the Nodes into ``network``."""
        if not self.own_networks:
            return self.environment
        family = "PODMAN" if self.program == "podman" else "DOCKER"
        return {**self.environment, f"KIND_EXPERIMENTAL_{family}_NETWORK": network}

    def run(self, *arguments: str | Path, timeout_s: float = 60) -> str:
        """Run a command of the engine, and return its output. Asks whether the engine answers only if it fails."""
        try:
            return self._run(*arguments, timeout_s=timeout_s)
        except CommandFailed:
            self.raise_if_silent()
            raise

    def _run(self, *arguments: str | Path, timeout_s: float = 60) -> str:
        return processes.run(
            [self.program, *arguments], timeout_s=timeout_s, next_step="driftlab doctor, then: driftlab up"
        )

    # ---- Nodes

    def nodes(self, cluster: str) -> list[Container]:
        """The containers of a kind cluster, also if the kit did not create it, sorted by name."""
        ids = self.run("ps", "--all", "--quiet", "--filter", f"label={KIND_LABEL}={cluster}").split()
        if not ids:
            return []
        try:
            documents: list[dict[str, Any]] = json.loads(self.run("inspect", *ids))
        except CommandFailed:  # one of them was deleted meanwhile
            return self.nodes(cluster)
        return sorted((_container(document) for document in documents), key=lambda container: container.name)

    def names(self) -> list[str]:
        """The names of all containers in the engine."""
        return self.run("ps", "--all", "--format", "{{.Names}}").replace(",", " ").split()

    def start(self, nodes: Sequence[Container], addresses: Sequence[str]) -> None:
        """Start ``nodes`` so that each gets its previous address in ``addresses``, a list in the same order.

        Docker assigns addresses in ascending order, so the Nodes are started in the order of theirs.
        """
        ordered = sorted(zip(addresses, nodes, strict=True), key=lambda pair: ipaddress.ip_address(pair[0]))
        for address, node in ordered:
            if self.program == "podman":  # it would assign an address that has not been used yet
                for network in node.networks:
                    self.run("network", "disconnect", network, node.id)
                    self.run("network", "connect", "--ip", address, network, node.id)
            self.run("start", node.id)

    def stop(self, nodes: Sequence[Container], grace_s: int = 3) -> None:
        if nodes:
            self.run("stop", "--time", str(grace_s), *(node.id for node in nodes))

    def remove(self, nodes: Sequence[Container]) -> None:
        """Delete containers with their volumes."""
        if nodes:
            self.run("rm", "--force", "--volumes", *(node.id for node in nodes))

    def remove_volumes(self, is_node: Callable[[str], bool]) -> None:
        """Delete the volumes of Nodes. With Podman, kind creates them separately, with the Node's name as a label."""
        if self.program != "podman":
            return
        volumes: list[dict[str, Any]] = json.loads(self.run("volume", "ls", "--format", "json") or "[]")
        names = [volume["Name"] for volume in volumes if any(map(is_node, volume.get("Labels") or {}))]
        if names:
            self.run("volume", "rm", *names)

    # ---- networks

    def create_network(self, name: str, owner: Path) -> None:
        labels = {**OURS, OWNER: str(owner)}
        arguments = [argument for key, value in labels.items() for argument in ("--label", f"{key}={value}")]
        self.run("network", "create", *arguments, name)

    def network_owner(self, name: str) -> str | None:
        """The state folder on the network's label; empty if it has no such label, None if there is no network."""
        try:
            document = json.loads(self._run("network", "inspect", name))[0]
        except CommandFailed as error:
            if "not found" in error.output or "no such network" in error.output.lower():
                return None
            self.raise_if_silent()
            raise
        labels = document.get("Labels") or document.get("labels") or {}
        return str(labels.get(OWNER, ""))

    def remove_network(self, name: str) -> None:
        self.run("network", "rm", name)

    # ---- images

    def name_for_kind(self, image: str) -> str:
        """The name under which kind finds ``image``: Podman loads an archive's short name as ``localhost/…``."""
        loaded = f"localhost/{image}"
        return loaded if self.program == "podman" and self.has_image(loaded) else image

    def has_image(self, image: str) -> bool:
        try:
            self._run("image", "inspect", image)
        except CommandFailed:
            return False
        return True

    def load(self, archive: Path) -> None:
        self.run("load", "--input", archive, timeout_s=300)


def _container(document: dict[str, Any]) -> Container:
    networks: dict[str, dict[str, Any]] = document.get("NetworkSettings", {}).get("Networks") or {}
    address = next((network["IPAddress"] for network in networks.values() if network.get("IPAddress")), "")
    return Container(
        name=str(document["Name"]).lstrip("/"),
        id=str(document["Id"]),
        running=bool(document["State"]["Running"]),
        address=address,
        networks=tuple(networks),
    )

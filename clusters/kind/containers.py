"""The container engine that kind's Nodes live in: Docker, Podman or nerdctl, found as kind finds it.

Its command line is all that is used; what is ours in it is told by the network that a
cluster of ours has to itself, which carries our label and the state folder's path.
nerdctl's clusters have none: there, our own record is what tells.
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
OWNER = "driftlab.dev/state"  #: on the network: the state folder of whoever made the cluster


@dataclass(frozen=True)
class Container:
    """A Node of a kind cluster. ``address`` is empty where it does not run."""

    name: str
    id: str
    running: bool
    address: str
    networks: tuple[str, ...]


#: Those that kind knows, in the order in which it tries them, with what each says of itself when asked for its
#: version: a ``docker`` that is Podman by another name is none. kind v0.33.0: DetectNodeProvider, IsAvailable.
SAYS = {
    "docker": "Docker version",
    "nerdctl": "nerdctl version",
    "finch": "finch version",
    "podman": "podman version",
}
#: Not looked for, but taken where ``KIND_EXPERIMENTAL_PROVIDER`` names it.
NAMED = (*SAYS, "nerdctl.lima")
START = {
    "docker": "sudo systemctl start docker",
    "nerdctl": "sudo systemctl start containerd",
    "nerdctl.lima": "limactl start",
    "finch": "finch vm start",
    "podman": "podman machine start",
}
ALLOW = {
    "docker": "sudo usermod -aG docker $USER && newgrp docker",
    "nerdctl": "containerd-rootless-setuptool.sh install",
}


@dataclass(frozen=True)
class ContainerEngine:
    """One of Docker, Podman, nerdctl. Every method raises CommandFailed where it does not answer."""

    program: str

    @classmethod
    def find(cls, holding: str = "") -> "ContainerEngine":
        """The first that answers of those that kind would take; or ``holding``, the one that a cluster is in already.

        Raises EngineUnavailable, with what would mend it.
        """
        wanted = holding or os.environ.get("KIND_EXPERIMENTAL_PROVIDER", "")
        if wanted in NAMED:
            if not shutil.which(wanted):
                raise EngineUnavailable(
                    f"{wanted} is not here",
                    next_step=f"install {wanted} again: the cluster is in it"
                    if holding
                    else "unset KIND_EXPERIMENTAL_PROVIDER, or install what it names",
                )
            there: Iterable[ContainerEngine] = [cls(wanted)]
        else:  # as kind does with a name that it does not know
            there = (engine for engine in map(cls, SAYS) if engine._says_what_it_is())
        problems: list[EngineUnavailable] = []
        for engine in there:
            try:
                engine.run("version", timeout_s=8)
            except CommandFailed as error:
                problems.append(engine._does_not_answer(error))
            else:
                return engine
        if problems:
            raise problems[0]
        raise EngineUnavailable(
            "there is no container engine (docker, podman or nerdctl)",
            next_step="https://docs.docker.com/engine/install, or use the embedded engine, which needs none",
        )

    def _says_what_it_is(self) -> bool:
        try:
            said = self.run("-v", timeout_s=8).splitlines()
        except CommandFailed:
            return False
        return len(said) == 1 and said[0].startswith(SAYS[self.program])

    def _does_not_answer(self, error: CommandFailed) -> EngineUnavailable:
        refused = "permission denied" in error.output.lower()
        what = "you may not use it" if refused else "does not answer"
        next_step = START[self.program]
        host = os.environ.get("DOCKER_HOST") if self.program == "docker" else None
        if host:
            next_step = f"unset DOCKER_HOST, or start what it names: {host}"
        elif refused:
            next_step = ALLOW.get(self.program, next_step)
        return EngineUnavailable(f"{self.program} is here, but {what}", output=error.output, next_step=next_step)

    @property
    def environment(self) -> dict[str, str]:
        """What tells kind to use this one."""
        return {"KIND_EXPERIMENTAL_PROVIDER": self.program}

    @property
    def own_networks(self) -> bool:
        """Whether kind puts a cluster into the network that we name: with nerdctl, all share the one called "kind"."""
        return self.program in ("docker", "podman")

    def network_environment(self, network: str) -> dict[str, str]:
        """What tells kind which network to put the Nodes into."""
        if not self.own_networks:
            return self.environment
        family = "PODMAN" if self.program == "podman" else "DOCKER"
        return {**self.environment, f"KIND_EXPERIMENTAL_{family}_NETWORK": network}

    def run(self, *words: str | Path, timeout_s: float = 60) -> str:
        return processes.run(
            [self.program, *words], timeout_s=timeout_s, next_step="driftlab doctor, then: driftlab up"
        )

    # ---- Nodes

    def nodes(self, cluster: str) -> list[Container]:
        """The containers of a kind cluster, whoever made it, in the order of their names."""
        ids = self.run("ps", "--all", "--quiet", "--filter", f"label={KIND_LABEL}={cluster}").split()
        if not ids:
            return []
        try:
            documents: list[dict[str, Any]] = json.loads(self.run("inspect", *ids))
        except CommandFailed:  # one of them has gone meanwhile
            return self.nodes(cluster)
        return sorted((_container(document) for document in documents), key=lambda one: one.name)

    def names(self) -> list[str]:
        """What all containers are called, whoever made them."""
        return self.run("ps", "--all", "--format", "{{.Names}}").replace(",", " ").split()

    def start(self, nodes: Sequence[Container], addresses: Sequence[str]) -> None:
        """Start Nodes so that each gets the address again that it had: Docker hands them out in order.

        ``addresses``: those that the ``nodes`` had, in the same order.
        """
        ordered = sorted(zip(addresses, nodes, strict=True), key=lambda pair: ipaddress.ip_address(pair[0]))
        for address, node in ordered:
            if self.program == "podman":  # it goes on to the next one that was never used
                for network in node.networks:
                    self.run("network", "disconnect", network, node.id)
                    self.run("network", "connect", "--ip", address, network, node.id)
            self.run("start", node.id)

    def stop(self, nodes: Sequence[Container], patience_s: int = 3) -> None:
        if nodes:
            self.run("stop", "--time", str(patience_s), *(node.id for node in nodes))

    def remove(self, nodes: Sequence[Container]) -> None:
        """Delete containers with their volumes."""
        if nodes:
            self.run("rm", "--force", "--volumes", *(node.id for node in nodes))

    def remove_volumes(self, of: Callable[[str], bool]) -> None:
        """Delete the volumes of Nodes: with Podman, kind makes them itself, labelled with the Node's name."""
        if self.program != "podman":
            return
        volumes: list[dict[str, Any]] = json.loads(self.run("volume", "ls", "--format", "json") or "[]")
        names = [one["Name"] for one in volumes if any(map(of, one.get("Labels") or {}))]
        if names:
            self.run("volume", "rm", *names)

    # ---- networks

    def create_network(self, name: str, owner: Path) -> None:
        labels = {**OURS, OWNER: str(owner)}
        words = [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
        self.run("network", "create", *words, name)

    def network_owner(self, name: str) -> str | None:
        """Whose network this is: a state folder, empty where it is not ours, None where there is none."""
        try:
            document = json.loads(self.run("network", "inspect", name))[0]
        except CommandFailed as error:
            if "not found" in error.output or "no such network" in error.output.lower():
                return None
            raise
        labels = document.get("Labels") or document.get("labels") or {}
        return str(labels.get(OWNER, ""))

    def remove_network(self, name: str) -> None:
        self.run("network", "rm", name)

    # ---- images

    def name_for_kind(self, image: str) -> str:
        """Podman loads what has a short name to localhost, and finds it there; kind would look elsewhere."""
        loaded = f"localhost/{image}"
        return loaded if self.program == "podman" and self.has_image(loaded) else image

    def has_image(self, image: str) -> bool:
        try:
            self.run("image", "inspect", image)
        except CommandFailed:
            return False
        return True

    def load(self, archive: Path) -> None:
        self.run("load", "--input", archive, timeout_s=300)


def _container(document: dict[str, Any]) -> Container:
    networks: dict[str, dict[str, Any]] = document.get("NetworkSettings", {}).get("Networks") or {}
    address = next((one["IPAddress"] for one in networks.values() if one.get("IPAddress")), "")
    return Container(
        name=str(document["Name"]).lstrip("/"),
        id=str(document["Id"]),
        running=bool(document["State"]["Running"]),
        address=address,
        networks=tuple(networks),
    )

"""The kind engine: a cluster whose Nodes are containers, created by pytest-kind's KindCluster.

Each cluster has a network of its own, which the kit creates first. Its labels identify the owner even if the creation
is interrupted, and the Nodes can keep their addresses when the machine restarts. With nerdctl, all clusters share one
network: there, containers with the cluster's name are the kit's if there is a record of the cluster.
"""

import hashlib
import importlib.util
import re
import sys
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import psutil
import yaml

from driftlab.clusters import __version__, programs
from driftlab.clusters.cluster import LEARNER_ROLES, MAX_HOST_NAME, Availability, Status, api_server_ready
from driftlab.clusters.errors import (
    ClusterNotOurs,
    ClusterNotReady,
    CommandFailed,
    DriftlabError,
    EngineUnavailable,
    UsageError,
)
from driftlab.clusters.findings import Finding
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import make_folder, write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.image_archives import archives
from driftlab.clusters.kind import settings
from driftlab.clusters.kind.containers import Container, ContainerEngine
from driftlab.clusters.kind.learner import KIT_NAMESPACE, create_learner
from driftlab.clusters.kind.machine import cgroup_v2, cgroup_v2_command, workers
from driftlab.clusters.kind.node_image import ensure_image, image, image_archive, registry_answers
from driftlab.clusters.kind.nodes import create_nodes
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.managed import ManagedCluster
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.waiting import poll, wait_for

HERE = Path(__file__).parent

#: kind waits 30 s for a Node to start, which cannot be changed. A busy machine needs longer, so we retry.
TOO_SLOW, ATTEMPTS = "could not find a log line", 4

#: The length of our suffix of the cluster's name, and the longest suffix that kind adds to that.
MARK_LENGTH, LONGEST_SUFFIX = 6, "-control-plane"


class KindCluster(ManagedCluster):
    engine = "kind"
    rank = 1
    max_name_length = MAX_HOST_NAME - len(LONGEST_SUFFIX) - len("-") - MARK_LENGTH
    more_nodes_step = "driftlab down && DRIFTLAB_KIND_WORKERS=2 driftlab up"
    learner_group = f"system:serviceaccounts:{KIT_NAMESPACE}"

    def available(self) -> Availability:
        if importlib.util.find_spec("pytest_kind") is None:
            return Availability(False, "the extra is not installed", "pip install 'driftlab[kind]'")
        if sys.platform == "linux" and not settings.IMAGE.value and not cgroup_v2():
            return Availability(
                False,
                "this machine uses cgroup v1, which kubelets of Kubernetes 1.35 and later refuse",
                f"{cgroup_v2_command()}; or use the embedded engine: export DRIFTLAB_ENGINE=embedded",
            )
        try:
            self._container_engine()
        except EngineUnavailable as error:
            return Availability(False, error.message, error.next_step)
        return Availability(True)

    @classmethod
    def diagnose(cls, last_used: str = "") -> Iterator[Finding]:
        del last_used
        from driftlab.clusters.kind.diagnosis import examine

        yield from examine()

    def requirements_available(self) -> Availability:
        wanted = image()
        try:
            has_image = self._container_engine().has_image(wanted) or image_archive() is not None
        except DriftlabError as error:
            return Availability(False, error.message, error.next_step)
        if has_image or registry_answers():
            return Availability(True)
        return Availability(
            False,
            f"the node image {wanted.partition('@')[0]} is not here, and no registry answers",
            "export DRIFTLAB_KIND_IMAGE_ARCHIVE=/a/file/with/the/image",
        )

    # ---- names and records

    @property
    def own_name(self) -> str:
        """The name of the cluster in kind. All users of a machine share the container names, so it must be unique."""
        mark = hashlib.sha256(str(state_folder()).encode()).hexdigest()[:MARK_LENGTH]
        return f"{self.name}-{mark}"

    def _container_engine(self) -> ContainerEngine:
        """The engine in which the cluster was created; if there is none yet, the one that kind would use."""
        program = self.recorded().get("program", "")
        return ContainerEngine.find(program) if program else self._answering

    @cached_property
    def _answering(self) -> ContainerEngine:
        """The container engine for a new cluster, asked once from the choice of this object to the end of its ``up``.

        Forgotten then, because another one may answer by the next ``up``.
        """
        return ContainerEngine.find()

    def digest(self) -> str:
        sources = [*HERE.glob("*.py"), LEARNER_ROLES, *self.images]
        parts = [__version__, image(), *(path.read_text(encoding="utf-8") for path in sorted(sources))]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    # ---- the interface

    def status(self) -> Status:
        def status(phase: str, detail: str = "", running: dict[str, bool] | None = None) -> Status:
            return Status(self.engine, self.name, phase, detail, self._server(), running or {})

        if not self.record.exists():
            return status("absent")
        try:
            nodes = self._container_engine().nodes(self.own_name)
        except DriftlabError as error:
            return status("broken", error.message)
        running = {node.name.removeprefix(f"{self.own_name}-"): node.running for node in nodes}
        if not nodes or not self.recorded().get("complete"):
            return status("broken", "it was not made to the end" if nodes else "its containers are gone", running)
        if not any(running.values()):
            return status("stopped", running=running)
        if not all(running.values()):
            stopped = ", ".join(name for name, runs in running.items() if not runs)
            return status("broken", f"not running: {stopped}", running)
        if not api_server_ready(self):
            return status("broken", "the API server does not answer", running)
        return status("ready", running=running)

    def prepare(self, progress: Progress) -> None:
        del progress
        workers()  # raises UsageError for an invalid DRIFTLAB_KIND_WORKERS before anything is changed

    def stop(self) -> None:
        with self.exclusively():
            if self.record.exists():
                engine = self._container_engine()
                engine.stop([node for node in self._own_nodes(engine) if node.running])

    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        try:
            super().up(progress, confirmed=confirmed)
        finally:
            self.__dict__.pop("_answering", None)

    def down(self) -> None:
        try:
            super().down()
        except EngineUnavailable:
            if self.record.exists():
                raise  # without a record, no cluster was created
        finally:
            self.__dict__.pop("_answering", None)

    def lose_node(self, name: str) -> None:
        self._container_engine().run("kill", self._node(name).id)

    def return_node(self, name: str) -> None:
        node = self._node(name)
        self._container_engine().start([node], [self.recorded()["addresses"][node.id]])
        wait_for(self._nodes_ready, f"the Node {name}", timeout_s=180)

    def _node(self, name: str) -> Container:
        nodes = {node.name: node for node in self._own_nodes(self._container_engine())}
        if name not in nodes:
            raise UsageError(f"There is no Node called {name!r}.", next_step="choose one of: " + ", ".join(nodes))
        return nodes[name]

    # ---- creating

    def raise_if_not_ours(self) -> None:
        """Also raised if a container or a network that the kit did not create has a name that the cluster needs."""
        super().raise_if_not_ours()
        engine = self._container_engine()
        nodes = engine.nodes(self.own_name)
        ours = {node.name for node in self._ours(engine, nodes)}
        needed = {name for name in engine.names() if self._names_a_node(name)}
        foreign = sorted(({node.name for node in nodes} | needed) - ours)
        owner = engine.network_owner(self.own_name) if engine.own_networks else None
        if foreign or owner not in (None, str(state_folder())):
            conflict = f"the containers {', '.join(foreign)}" if foreign else f"the network {self.own_name}"
            raise ClusterNotOurs(
                f"The name {self.own_name!r} is taken by what the kit did not make: {conflict}.",
                next_step="choose another name: driftlab up --cluster NAME",
            )

    def _names_a_node(self, container: str) -> bool:
        return bool(re.fullmatch(rf"{re.escape(self.own_name)}-(control-plane|worker\d*)", container))

    def create(self, progress: Progress) -> None:
        engine = self._container_engine()
        kind = programs.obtain(["kind"], progress)["kind"]
        applications = archives(self.images, progress)
        make_folder(self.folder)
        self.write_record(program=engine.program)
        ensure_image(engine, progress)
        if engine.own_networks:
            engine.create_network(self.own_name, state_folder())
        self._create_nodes(engine, kind, progress)
        with progress.step("Loading the images of the labs"):
            for archive in applications:
                processes.run(
                    [kind, "load", "image-archive", "--name", self.own_name, archive],
                    env=engine.environment,
                    timeout_s=120,
                )
        with progress.step("Waiting for the Nodes"):
            self.create_learner_roles()
            write_atomically(self.folder / "learner.token", create_learner(self.client))
            wait_for(self._nodes_ready, "Nodes that are ready", timeout_s=180, every_s=0.2)
        self.write_record(addresses={node.id: node.address for node in engine.nodes(self.own_name)})

    def _create_nodes(self, engine: ContainerEngine, kind: Path, progress: Progress) -> None:
        for attempt in range(ATTEMPTS):
            try:
                create_nodes(engine, self.own_name, self.folder, kind, progress)
                return
            except CommandFailed as error:
                if TOO_SLOW not in error.output:
                    raise
                if attempt == ATTEMPTS - 1:
                    raise ClusterNotReady(
                        f"A Node took longer to start than the 30 s that kind gives it, {ATTEMPTS} times: "
                        "this machine is busy.",
                        command=error.command,
                        output=error.output,
                        next_step="try again later; or with one Node: DRIFTLAB_KIND_WORKERS=0 driftlab up",
                    ) from error
                progress.say("A Node took longer to start than kind waits for it; trying again.")
                engine.remove(self._own_nodes(engine))

    def _nodes_ready(self) -> bool:
        """Whether all Nodes are ready, all but one of several have no taints, and the default ServiceAccount exists."""
        try:
            nodes = self.client.get("/api/v1/nodes")["items"]
            account_exists = self._exists("/api/v1/namespaces/default/serviceaccounts/default")
        except (ApiRefused, DriftlabError):
            return False
        ready = [
            any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))
            for node in nodes
        ]
        without_taints = [node for node in nodes if not node["spec"].get("taints")]
        return account_exists and all(ready) and len(without_taints) >= max(1, len(nodes) - 1)

    # ---- repairing and removing

    def _is_ours(self, engine: ContainerEngine) -> bool:
        """Whether the kit created the cluster of this name in the container engine."""
        if engine.own_networks:
            return engine.network_owner(self.own_name) == str(state_folder())
        return self.record.exists()

    def _own_nodes(self, engine: ContainerEngine) -> list[Container]:
        return self._ours(engine, engine.nodes(self.own_name))

    def _ours(self, engine: ContainerEngine, nodes: list[Container]) -> list[Container]:
        """Those of the ``nodes`` with our cluster's name in kind that the kit created."""
        if not engine.own_networks:
            return nodes if self.record.exists() else []
        return [node for node in nodes if node.networks == (self.own_name,)]

    def repair(self) -> None:
        engine, record = self._container_engine(), self.recorded()
        if not record.get("complete"):
            raise ClusterNotReady("its creation was interrupted")
        if not self.kubeconfig.exists():
            raise ClusterNotReady("its kubeconfig is gone")
        nodes = self._own_nodes(engine)
        addresses: dict[str, str] = record["addresses"]
        if {node.id for node in nodes} != set(addresses):
            raise ClusterNotReady("containers of it are gone")
        stopped = [node for node in nodes if not node.running]
        engine.start(stopped, [addresses[node.id] for node in stopped])
        wait_for(lambda: api_server_ready(self), "the API server", timeout_s=90, every_s=0.2)
        wait_for(self._nodes_ready, "Nodes that are ready", timeout_s=120, every_s=0.2)

    def remove(self) -> None:
        engine = self._container_engine()
        processes.end(self._processes())
        if self._is_ours(engine):
            # a container that kind requested before it was killed may appear late: look again for a second
            quiet_since = time.monotonic()
            for _ in poll(timeout_s=30):
                if nodes := self._own_nodes(engine):
                    engine.remove(nodes)
                    quiet_since = time.monotonic()
                elif self.recorded().get("complete") or time.monotonic() - quiet_since > 1:
                    break
            engine.remove_volumes(self._names_a_node)
            if engine.own_networks:
                engine.remove_network(self.own_name)
        if self.folder.exists():
            remove_tree(self.folder)
        self.__dict__.pop("client", None)

    def _processes(self) -> list[psutil.Process]:
        return processes.started_by_kit(self.folder, {"kind"})

    def _server(self) -> str:
        try:
            document = yaml.safe_load(self.kubeconfig.read_text(encoding="utf-8"))
            return str(document["clusters"][0]["cluster"]["server"])
        except (OSError, yaml.YAMLError, KeyError, IndexError, TypeError):
            return ""


ENGINE = KindCluster

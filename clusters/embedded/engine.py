"""The embedded engine: upstream Kubernetes, from etcd to the kubelet, as plain processes.

etcd, kube-apiserver, kube-controller-manager and kube-scheduler are upstream's programs. ``driftlab-node`` (``node/``)
runs upstream's kubelet for every Node, with a container runtime and a network in memory. All listen on loopback only,
and keep their files in one folder.
"""

import hashlib
import json
import secrets
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from pathlib import Path

import psutil
import yaml

from driftlab.clusters import __version__, programs
from driftlab.clusters.cluster import (
    LEARNER_GROUP,
    LEARNER_ROLES,
    MAX_HOST_NAME,
    Availability,
    Status,
    api_server_ready,
)
from driftlab.clusters.embedded import health, images
from driftlab.clusters.embedded.configuration import COMPONENTS, NODES, PORTS, Configuration
from driftlab.clusters.embedded.diagnosis import examine
from driftlab.clusters.embedded.ports import free_ports
from driftlab.clusters.embedded.supervisor import STORE, ComponentsEnded, Supervisor
from driftlab.clusters.errors import ClusterNotReady, DriftlabError, UsageError
from driftlab.clusters.findings import Finding
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import make_folder, write_atomically
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.managed import ManagedCluster
from driftlab.clusters.programs import sources
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.programs.pins import KUBERNETES
from driftlab.clusters.waiting import wait_for

HERE = Path(__file__).parent
STORAGE_CLASS = HERE / "storage-class.yaml"
PROGRAMS = COMPONENTS  #: each component is a program of the same name

#: The annotation of a Node that the node program stops, as if its machine had lost power.
LOST = "driftlab.dev/lost"

#: Components that are started after the API server answers.
STARTED_LATER = ("kube-controller-manager", "kube-scheduler")

#: How often, at most, to wait for the cluster; in between, components that have ended are restarted.
MAX_ATTEMPTS = 4


class EmbeddedCluster(ManagedCluster):
    engine = "embedded"
    rank = 2
    max_name_length = MAX_HOST_NAME - len(f"-worker{NODES}")

    #: The file of an audit policy; with it, the API server writes an audit log.
    audit_policy: Path | None = None

    def available(self) -> Availability:
        if sys.platform not in ("linux", "darwin"):
            return Availability(
                False, "it needs Linux or macOS", "on Windows, use WSL 2: https://learn.microsoft.com/windows/wsl"
            )
        return Availability(True)

    @classmethod
    def diagnose(cls, last_used: str = "") -> Iterator[Finding]:
        del last_used
        yield from examine()

    @property
    def _added_images(self) -> Path:
        return self.folder / "added-images.json"

    # ---- the interface

    def status(self) -> Status:
        def status(phase: str, detail: str = "", running: dict[str, bool] | None = None) -> Status:
            return Status(self.engine, self.name, phase, detail, self._server(), running or {})

        if not self.folder.exists():
            return status("absent")
        alive = self._alive()
        running = {component: component in alive for component in COMPONENTS}
        if not any(running.values()):
            return status("stopped", running=running)
        if not all(running.values()):
            ended = ", ".join(component for component, runs in running.items() if not runs)
            return status("broken", f"not running: {ended}", running)
        if not self.kubeconfig.exists() or not api_server_ready(self):
            return status("broken", "the API server does not answer", running)
        return status("ready", running=running)

    def stop(self) -> None:
        with self.exclusively(SILENT):
            self._supervisor.stop()

    def lose_node(self, name: str) -> None:
        self._annotate_node(name, "true")

    def return_node(self, name: str) -> None:
        self._annotate_node(name, None)
        wait_for(self._nodes_ready, f"the Node {name}", timeout_s=60)

    def _annotate_node(self, name: str, value: str | None) -> None:
        try:
            self.client.patch(f"/api/v1/nodes/{name}", {"metadata": {"annotations": {LOST: value}}})
        except ApiRefused as refusal:
            if refusal.status != 404:
                raise
            raise UsageError(f"There is no Node called {name!r}.", next_step="kubectl get nodes") from refusal

    def knows_image(self, reference: str) -> bool:
        return images.find(json.loads((self.folder / "images.json").read_text(encoding="utf-8")), reference) is not None

    def add_image(self, image: images.Image) -> None:
        """Let Pods run another image, described by an entry as in ``images.yaml``. Raises CatalogueInvalid.

        No component is restarted: the node program reads its catalogue again when it has changed.
        """
        with self.exclusively(SILENT):
            path, new = self._added_images, self._added_images.with_suffix(".new")
            before = json.loads(path.read_text(encoding="utf-8"))["images"] if path.exists() else []
            write_atomically(new, json.dumps({"images": [image, *before]}))
            try:
                images.load([new])
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
            self._write_images()

    # ---- creating and repairing

    def prepare(self, progress: Progress) -> None:
        self._programs = programs.obtain(PROGRAMS, progress)
        make_folder(self.home)

    def create(self, progress: Progress) -> None:
        for attempt in range(3):
            try:
                with progress.step("Starting the control plane"):
                    # a slow import, which is needed when the API server answers
                    threading.Thread(target=import_module, args=("kubernetes.client",), daemon=True).start()
                    self._write_files()
                    self._start(COMPONENTS, timeout_s=60)
                with progress.step("Waiting for the Nodes"):
                    self.create_learner_roles()
                    self._add_storage_class()
                    self._wait_until_working(timeout_s=90)
                return
            except DriftlabError:
                if attempt == 2:
                    raise
                progress.say("The control plane did not come up; once more, with other ports.")
                self.remove()

    def _write_files(self) -> None:
        make_folder(self.folder)
        self.write_record()
        self._write_images()
        token = secrets.token_urlsafe(32)
        write_atomically(self.folder / "learner.token", token)
        write_atomically(self.folder / "tokens.csv", f'{token},learner,learner,"{LEARNER_GROUP}"\n')
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        configuration = Configuration(self.folder, self.name, ports, self.audit_policy)
        for name, text in configuration.files().items():
            write_atomically(self.folder / name, text)
        processes.run([self._programs["driftlab-node"], *configuration.pki_arguments()], timeout_s=30)
        write_atomically(self.kubeconfig, configuration.owner_kubeconfig())

    def _write_images(self) -> None:
        added = [self._added_images] if self._added_images.exists() else []
        catalogue = images.load([*added, *self.images, images.PUBLIC])
        write_atomically(self.folder / "images.json", json.dumps(catalogue))

    def _add_storage_class(self) -> None:
        document = yaml.safe_load(STORAGE_CLASS.read_text(encoding="utf-8"))
        self.client.apply(f"/apis/storage.k8s.io/v1/storageclasses/{document['metadata']['name']}", document)

    def _start(self, components: Collection[str], timeout_s: float = 30) -> None:
        """Start ``components``: first etcd, the API server and the node program, which wait for each other.

        The controller manager and the scheduler are started after the API server answers. Before, the controller
        manager would end after 10 s, and the scheduler would retry at longer and longer intervals.
        """
        arguments = self._configuration().arguments()
        for component in COMPONENTS:
            if component in components and component not in STARTED_LATER:
                self._supervisor.start(component, self._programs[component], arguments[component])
        wait_for(self._api_server_ready, "the API server", timeout_s)
        for component in STARTED_LATER:
            if component in components:
                self._supervisor.start(component, self._programs[component], arguments[component])

    def repair(self) -> None:
        """Start the components that do not run; if that does not help, restart all. Raises DriftlabError."""
        if not self.recorded().get("complete"):
            raise ClusterNotReady("its creation was interrupted")
        if not self.kubeconfig.exists():
            raise ClusterNotReady("its kubeconfig is gone")
        for _ in range(2):
            try:
                self._restart_ended()
                self._wait_until_working(timeout_s=40)
                return
            except DriftlabError as error:
                problem = error
                self._supervisor.stop()
        raise problem

    def _restart_ended(self) -> None:
        alive = self._alive()
        processes.end([process for process in self._supervisor.processes() if process not in alive.values()])
        self._start(set(COMPONENTS) - set(alive))

    def _wait_until_working(self, timeout_s: float) -> None:
        """Wait until Pods can be created, scheduled and controlled. Components that end meanwhile are restarted.

        Raises ClusterNotReady; without waiting if etcd or the API server has ended, or a port is in use.
        """
        for attempt in range(MAX_ATTEMPTS):
            try:
                wait_for(self._nodes_ready, f"{NODES} Nodes that are ready", timeout_s)
                wait_for(self._controller_manager_ready, "kube-controller-manager", timeout_s)
                wait_for(self._scheduler_ready, "kube-scheduler", timeout_s)
                return
            except ComponentsEnded as error:
                if attempt == MAX_ATTEMPTS - 1 or error.names & STORE:
                    raise
                self._restart_ended()

    def _api_server_ready(self) -> bool:
        if api_server_ready(self):
            return True
        self._supervisor.raise_if_component_exited(STORE)
        return False

    def _nodes_ready(self) -> bool:
        if api_server_ready(self) and health.can_run_pods(self.client, NODES):
            return True
        self._supervisor.raise_if_component_exited()
        return False

    def _controller_manager_ready(self) -> bool:
        return self._is_healthy("kube-controller-manager", health.controllers_run)

    def _scheduler_ready(self) -> bool:
        return self._is_healthy("kube-scheduler", health.scheduler_ready)

    def _is_healthy(self, component: str, check: Callable[[int, Path], bool]) -> bool:
        configuration = self._configuration()
        if check(configuration.ports[component], configuration.pki / "ca.crt"):
            return True
        self._supervisor.raise_if_component_exited()
        return False

    # ---- processes and configuration

    @cached_property
    def _supervisor(self) -> Supervisor:
        return Supervisor(self.folder)

    def _alive(self) -> dict[str, psutil.Process]:
        return self._supervisor.alive()

    def _configuration(self) -> Configuration:
        """The configuration that this cluster was created with. Raises ClusterNotReady if its record is damaged."""
        try:
            ports = json.loads((self.folder / "ports.json").read_text(encoding="utf-8"))
            return Configuration(self.folder, self.name, {name: int(ports[name]) for name in PORTS}, self.audit_policy)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClusterNotReady(f"its ports are not known any more: {error}") from error

    def digest(self) -> str:
        parts = [__version__, KUBERNETES, sources.digest()]
        files = [*self.images, *HERE.glob("*.*"), LEARNER_ROLES]
        parts += [path.read_text(encoding="utf-8") for path in sorted(files)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _server(self) -> str:
        with suppress(ClusterNotReady):
            return self._configuration().server
        return ""

    def remove(self) -> None:
        self._supervisor.kill()
        if self.folder.exists():
            remove_tree(self.folder)
        self.__dict__.pop("client", None)


ENGINE = EmbeddedCluster

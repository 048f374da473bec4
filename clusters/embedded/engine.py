"""The embedded engine: upstream from etcd to kubelet, as plain processes.

etcd, kube-apiserver, kube-controller-manager and kube-scheduler are upstream's own; ``driftlab-node`` (``node/``) holds
the kubelets of all Nodes, upstream's too, with a container runtime and a network in memory. Everything listens on
loopback only and lives in one folder.
"""

import hashlib
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import yaml

from driftlab.clusters import __version__, programs
from driftlab.clusters.cluster import LEARNER_ROLES, LEARNERS, LONGEST_HOST_NAME, Availability, Cluster, Status, answers
from driftlab.clusters.embedded import health, images
from driftlab.clusters.embedded.configuration import COMPONENTS, NODES, PORTS, Configuration
from driftlab.clusters.embedded.ports import free_ports
from driftlab.clusters.embedded.supervisor import STORE, ComponentsEnded, Supervisor
from driftlab.clusters.errors import ClusterNotOurs, ClusterNotReady, DriftlabError, UsageError
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import make_folder, write_atomically
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.programs import sources
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.programs.pins import KUBERNETES
from driftlab.clusters.waiting import wait_for

HERE = Path(__file__).parent
STORAGE_CLASS = HERE / "storage-class.yaml"
PROGRAMS = COMPONENTS  #: a program each, of the same name

#: The annotation of a Node that is to be lost; the node program watches it.
LOST = "driftlab.dev/lost"

#: Components that are started when the API server answers.
FOLLOW = ("kube-controller-manager", "kube-scheduler")

#: So many times components are started that have ended while the others came up.
STARTS = 4


class EmbeddedCluster(Cluster):
    engine = "embedded"
    longest_name = LONGEST_HOST_NAME - len(f"-worker{NODES}")
    owns_nodes = True

    #: Where the API server is to note who did what, by an audit policy of Kubernetes: a file, or nothing.
    audit_policy: Path | None = None

    @classmethod
    def available(cls) -> Availability:
        if sys.platform not in ("linux", "darwin"):
            return Availability(
                False, "it needs Linux or macOS", "on Windows, use WSL 2: https://learn.microsoft.com/windows/wsl"
            )
        return Availability(True)

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig.yaml"

    @property
    def _added_images(self) -> Path:
        return self.folder / "added-images.json"

    @property
    def _record(self) -> Path:
        """Says that the cluster in this folder is ours, and what it was made from. Written before anything else."""
        return self.folder / "driftlab.json"

    # ---- the interface

    def status(self) -> Status:
        def say(phase: str, detail: str = "", running: dict[str, bool] | None = None) -> Status:
            return Status(self.engine, self.name, phase, detail, self._server(), running or {})

        if not self.folder.exists():
            return say("absent")
        alive = self._alive()
        running = {component: component in alive for component in COMPONENTS}
        if not any(running.values()):
            return say("stopped", running=running)
        if not all(running.values()):
            down = ", ".join(component for component, runs in running.items() if not runs)
            return say("broken", f"not running: {down}", running)
        if not self.kubeconfig.exists() or not answers(self):
            return say("broken", "the API server does not answer", running)
        return say("ready", running=running)

    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        del confirmed  # it is the kit's own
        with self.exclusively(progress):
            if self._is_current() and self.status().phase == "ready":
                return
            self.refuse_where_unavailable()
            found = programs.obtain(PROGRAMS, progress)
            make_folder(self.home)
            if self.folder.exists() and not self._record.exists():
                raise ClusterNotOurs(
                    f"{self.folder} exists, and the kit did not make it.",
                    next_step=f"look at it, and move it away: mv {self.folder} /tmp",
                )
            if self.folder.exists() and not self._is_current():
                progress.say(f"The cluster {self.name!r} was made by another version of the kit; it is replaced.")
                self._remove()
            if self.folder.exists():
                try:
                    with progress.step("Starting the cluster again"):
                        self._mend(found)
                    return
                except DriftlabError as error:
                    progress.say(f"The cluster {self.name!r} could not be mended and is replaced: {error.message}")
                    self._remove()
            self._create(found, progress)

    def stop(self) -> None:
        with self.exclusively(SILENT):
            self._supervisor.stop()

    def down(self) -> None:
        with self.exclusively(SILENT):
            if self.folder.exists() and not self._record.exists() and any(self.folder.iterdir()):
                raise ClusterNotOurs(f"{self.folder} was not made by the kit.", next_step="delete it yourself")
            self._remove()

    def learner(self) -> dict[str, Any]:
        return {"token": (self.folder / "learner.token").read_text(encoding="utf-8").strip()}

    def lose_node(self, name: str) -> None:
        self._annotate_node(name, "true")

    def return_node(self, name: str) -> None:
        self._annotate_node(name, None)
        wait_for(self._settled, f"the Node {name}", timeout_s=60)

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
        """Let Pods run one more image, an entry as in ``images.yaml``. Raises CatalogueInvalid.

        Nothing is started again: the node program reads its catalogue once more when it has changed.
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

    # ---- making and mending

    def _create(self, found: dict[str, Path], progress: Progress) -> None:
        try:
            for attempt in range(3):
                try:
                    with progress.step("Starting the control plane"):
                        threading.Thread(target=import_module, args=("kubernetes.client",), daemon=True).start()
                        self._install(found)
                        self._start(found, COMPONENTS, timeout_s=60)
                    with progress.step("Waiting for the Nodes"):
                        self.grant_learners()
                        self._add_storage_class()
                        self._settle(found, timeout_s=90)
                    break
                except DriftlabError:
                    if attempt == 2:
                        raise
                    progress.say("The control plane did not come up; once more, with other ports.")
                    self._remove()
            document = json.loads(self._record.read_text(encoding="utf-8"))
            write_atomically(self._record, json.dumps({**document, "complete": True}))
        except BaseException:
            self._remove()
            raise

    def _install(self, found: dict[str, Path]) -> None:
        make_folder(self.folder)
        write_atomically(self._record, json.dumps({"digest": self._digest(), "made": time.time(), "complete": False}))
        self._write_images()
        token = secrets.token_urlsafe(32)
        write_atomically(self.folder / "learner.token", token)
        write_atomically(self.folder / "tokens.csv", f'{token},learner,learner,"{LEARNERS}"\n')
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        configuration = Configuration(self.folder, self.name, ports, self.audit_policy)
        for name, text in configuration.files().items():
            write_atomically(self.folder / name, text)
        processes.run([found["driftlab-node"], *configuration.pki_arguments()], timeout_s=30)
        write_atomically(self.kubeconfig, configuration.owners_kubeconfig())

    def _write_images(self) -> None:
        added = [self._added_images] if self._added_images.exists() else []
        catalogue = images.load([*added, *self.images, images.PUBLIC])
        write_atomically(self.folder / "images.json", json.dumps(catalogue))

    def _add_storage_class(self) -> None:
        document = yaml.safe_load(STORAGE_CLASS.read_text(encoding="utf-8"))
        self.client.apply(f"/apis/storage.k8s.io/v1/storageclasses/{document['metadata']['name']}", document)

    def _start(self, found: dict[str, Path], components: Collection[str], timeout_s: float = 30) -> None:
        """Start ``components``: first the store, the API server and the Nodes, who wait for each other by themselves.

        The controllers and the scheduler follow when the API server answers: before that, the ones would give up after
        10 s, and the other would ask ever more rarely.
        """
        arguments = self._configuration().arguments()
        for component in COMPONENTS:
            if component in components and component not in FOLLOW:
                self._supervisor.start(component, found[component], arguments[component])
        wait_for(self._serves, "the API server", timeout_s)
        for component in FOLLOW:
            if component in components:
                self._supervisor.start(component, found[component], arguments[component])

    def _mend(self, found: dict[str, Path]) -> None:
        """Start what does not run; where that is not enough, everything once more. Raises DriftlabError."""
        if not json.loads(self._record.read_text(encoding="utf-8")).get("complete"):
            raise ClusterNotReady("its creation was interrupted")
        if not self.kubeconfig.exists():
            raise ClusterNotReady("its kubeconfig is gone")
        for _ in range(2):
            try:
                self._start_what_has_ended(found)
                self._settle(found, timeout_s=40)
                return
            except DriftlabError as error:
                problem = error
                self._supervisor.stop()
        raise problem

    def _start_what_has_ended(self, found: dict[str, Path]) -> None:
        alive = self._alive()
        processes.end([process for process in self._supervisor.processes() if process not in alive.values()])
        self._start(found, set(COMPONENTS) - set(alive))

    def _settle(self, found: dict[str, Path], timeout_s: float) -> None:
        """Wait until Pods can be created and controllers act on them. What has ended meanwhile is started again.

        Raises ClusterNotReady; at once where the API server or its store has ended, or a port is taken.
        """
        for start in range(STARTS):
            try:
                wait_for(self._settled, f"{NODES} Nodes that are ready", timeout_s)
                wait_for(self._controls, "kube-controller-manager", timeout_s)
                wait_for(self._schedules, "kube-scheduler", timeout_s)
                return
            except ComponentsEnded as error:
                if start == STARTS - 1 or error.names & STORE:
                    raise
                self._start_what_has_ended(found)

    def _serves(self) -> bool:
        if answers(self):
            return True
        self._supervisor.refuse_to_wait_for_the_dead(STORE)
        return False

    def _settled(self) -> bool:
        if answers(self) and health.can_run_pods(self.client, NODES):
            return True
        self._supervisor.refuse_to_wait_for_the_dead()
        return False

    def _controls(self) -> bool:
        return self._says_well("kube-controller-manager", health.controls)

    def _schedules(self) -> bool:
        return self._says_well("kube-scheduler", health.schedules)

    def _says_well(self, component: str, well: Callable[[int, Path], bool]) -> bool:
        configuration = self._configuration()
        if well(configuration.ports[component], configuration.pki / "ca.crt"):
            return True
        self._supervisor.refuse_to_wait_for_the_dead()
        return False

    # ---- what is there

    @cached_property
    def _supervisor(self) -> Supervisor:
        return Supervisor(self.folder)

    def _alive(self) -> dict[str, psutil.Process]:
        return self._supervisor.alive()

    def _configuration(self) -> Configuration:
        """As this cluster was made. Raises ClusterNotReady where that is no longer known."""
        try:
            ports = json.loads((self.folder / "ports.json").read_text(encoding="utf-8"))
            return Configuration(self.folder, self.name, {name: int(ports[name]) for name in PORTS}, self.audit_policy)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ClusterNotReady(f"its ports are not known any more: {error}") from error

    def _digest(self) -> str:
        """Changes when a cluster made by this version of the kit would be another one."""
        parts = [__version__, KUBERNETES, sources.digest()]
        made_from = [*self.images, *HERE.glob("*.*"), LEARNER_ROLES]
        parts += [path.read_text(encoding="utf-8") for path in sorted(made_from)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _is_current(self) -> bool:
        try:
            return bool(json.loads(self._record.read_text(encoding="utf-8"))["digest"] == self._digest())
        except (OSError, ValueError, KeyError):
            return False

    def _server(self) -> str:
        with suppress(ClusterNotReady):
            return self._configuration().server
        return ""

    def _remove(self) -> None:
        self._supervisor.kill()
        if self.folder.exists():
            remove_tree(self.folder)
        self.__dict__.pop("client", None)

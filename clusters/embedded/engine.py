"""The embedded engine: etcd, kube-apiserver, kube-controller-manager and kube-scheduler as plain processes.

``kwokctl`` (binary runtime) writes their certificates and starts them; ``kwok`` plays
Nodes and Pods by the Stages of ``stages.py``; ``node_api.py`` answers ``kubectl logs``.
Everything listens on loopback only and lives in one folder.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from http.client import HTTPException, HTTPSConnection
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import yaml

from clusters import __version__, processes, programs
from clusters.client import ApiRefused, Document
from clusters.cluster import LEARNERS, LONGEST_HOST_NAME, Availability, Cluster, Status, answers, wait_for
from clusters.embedded import images, stages
from clusters.embedded.node_api import LISTENS
from clusters.errors import ClusterNotOurs, ClusterNotReady, ClusterUnreachable, DriftlabError, UsageError
from clusters.folders import make_folder, write_atomically
from clusters.kubectl import kubectl_path
from clusters.programs.cache import remove_tree
from clusters.programs.pins import KUBERNETES
from clusters.progress import SILENT, Progress

HERE = Path(__file__).parent
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kwokctl")
COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller", "node-api")

#: Every port that the components of one cluster listen on. All are chosen here: kwokctl itself gives
#: everybody the same ones, so two users who create clusters at the same moment would share an etcd.
PORTS = (
    "kubeApiserverPort",
    "etcdPort",
    "etcdPeerPort",
    "kubeControllerManagerPort",
    "kubeSchedulerPort",
    "kwokControllerPort",
    "node",
)

#: What a component writes into its log when somebody else listens where it was told to; and etcd, when it gives up.
TAKEN, GIVES_UP = "address already in use", re.compile('"level":"(fatal|panic)"')

#: Where they are chosen from.
PORT_RANGE = range(20000, 32000)

#: Worker Nodes, and what each can hold: small enough for a request to be too big.
NODES, CPUS, MEMORY = 3, "2", "4Gi"

#: The label of Nodes that kwok plays.
PLAYED = ("driftlab.dev/kubelet", "simulated")

#: So many times more Pods that stand still are looked at, after a kwok has taken over.
LOOKS = 4

#: An annotation that Pods get and lose at once, when a new kwok has to look at them.
TOUCHED = "driftlab.dev/touched"

#: Percent of new memory before Go collects garbage; Go itself would take 100.
GOGC = "40"

#: Those without which there is nothing to go on with.
STORE = frozenset({"etcd", "kube-apiserver"})

#: So many times components are started that have ended: a busy API server is too slow for those that begin with it.
STARTS = 4


class ComponentsEnded(ClusterNotReady):
    """Components have ended that should run. ``names``: which."""

    def __init__(self, names: Collection[str], folder: Path) -> None:
        super().__init__(
            f"{', '.join(sorted(names))} ended at once.", next_step=f"look into {folder / 'logs'}; then: driftlab up"
        )
        self.names = frozenset(names)


class EmbeddedCluster(Cluster):
    engine = "embedded"
    longest_name = LONGEST_HOST_NAME - len(f"-worker{NODES}")
    owns_nodes = True

    #: Where the API server is to note who did what, by an audit policy of Kubernetes: a file, or nothing.
    audit_policy: Path | None = None

    _looked_for_the_dead = 0.0  #: when, by the monotonic clock

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

    def up(self, progress: Progress = SILENT) -> None:
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
            self._stop()

    def down(self) -> None:
        with self.exclusively(SILENT):
            if self.folder.exists() and not self._record.exists() and any(self.folder.iterdir()):
                raise ClusterNotOurs(f"{self.folder} was not made by the kit.", next_step="delete it yourself")
            self._remove()

    def learner(self) -> dict[str, Any]:
        return {"token": (self.folder / "learner.token").read_text(encoding="utf-8").strip()}

    def lose_node(self, name: str) -> None:
        # kwok plays the Nodes that carry the label: without it, no heartbeat, and its Pods are left as they are
        self._label_node(name, None)

    def return_node(self, name: str) -> None:
        self._label_node(name, PLAYED[1])
        wait_for(self._settled, f"the Node {name}", timeout_s=60)

    def _label_node(self, name: str, value: str | None) -> None:
        try:
            self.client.patch(f"/api/v1/nodes/{name}", {"metadata": {"labels": {PLAYED[0]: value}}})
        except ApiRefused as refusal:
            if refusal.status != 404:
                raise
            raise UsageError(f"There is no Node called {name!r}.", next_step="kubectl get nodes") from refusal

    def knows_image(self, reference: str) -> bool:
        return images.find(json.loads((self.folder / "images.json").read_text(encoding="utf-8")), reference) is not None

    def add_image(self, image: images.Image) -> None:
        """Let Pods run one more image, an entry as in ``images.yaml``; Pods that run go on running.

        kwok reads its Stages when it starts, so it is started again. Raises CatalogueInvalid.
        """
        with self.exclusively(SILENT):
            path, new = self._added_images, self._added_images.with_suffix(".new")
            before = json.loads(path.read_text(encoding="utf-8"))["images"] if path.exists() else []
            write_atomically(new, json.dumps({"images": [image, *before]}))
            images.load([new])
            new.replace(path)
            self._write_stages()
            processes.end([self._alive()[name] for name in ("kwok-controller", "node-api") if name in self._alive()])
            self._mend(programs.obtain(PROGRAMS))

    # ---- making and mending

    def _create(self, found: dict[str, Path], progress: Progress) -> None:
        try:
            for attempt in range(3):
                try:
                    with progress.step("Starting the control plane"):
                        threading.Thread(target=import_module, args=("kubernetes.client",), daemon=True).start()
                        self._install(found)
                        wait_for(self._can_add_nodes, "the API server", timeout_s=60, every_s=0.1)
                    with progress.step("Adding the Nodes"):
                        self.grant_learners()
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
        self._write_stages()
        token = secrets.token_urlsafe(32)
        write_atomically(self.folder / "learner.token", token)
        write_atomically(self.folder / "tokens.csv", f'{token},learner,learner,"{LEARNERS}"\n')
        ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
        write_atomically(self.folder / "node.port", str(ports["node"]))
        config = self.folder / "kwokctl.yaml"
        write_atomically(config, yaml.safe_dump_all(self._configuration(found, ports)))
        create = ("--config", str(config), "create", "cluster", "--kubeconfig=", "--timeout=90s")
        self._kwokctl(found, *create, hopeless=self._hopeless)

    def _write_stages(self) -> None:
        added = [self._added_images] if self._added_images.exists() else []
        catalogue = images.load([*added, *self.images, images.PUBLIC])
        write_atomically(self.folder / "images.json", json.dumps(catalogue))
        # JSON is YAML, and is read several times faster
        documents = (json.dumps(stage) for stage in stages.stages(catalogue))
        write_atomically(self.folder / "stages.yaml", "\n---\n".join(documents))

    def _configuration(self, found: dict[str, Path], ports: dict[str, int]) -> list[dict[str, Any]]:
        pki = self.folder / "pki"

        def more(component: str, **arguments: str) -> dict[str, Any]:
            extra = [{"key": key.replace("_", "-"), "value": value} for key, value in arguments.items()]
            # collect garbage earlier than Go would: a third less memory for a little more work
            return {"name": component, "extraArgs": extra, "extraEnvs": [{"name": "GOGC", "value": GOGC}]}

        return [
            {
                "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
                "kind": "KwokctlConfiguration",
                "options": {
                    "runtime": "binary",
                    "kubeVersion": f"v{KUBERNETES}",
                    "bindAddress": "127.0.0.1",
                    **{name: port for name, port in ports.items() if name != "node"},
                    "securePort": True,
                    "kubeAuthorization": True,
                    "kubeAdmission": True,
                    "heartbeatFactor": 1,
                    "nodeLeaseDurationSeconds": 40,
                    "kubeApiserverBinary": str(found["kube-apiserver"]),
                    "kubeControllerManagerBinary": str(found["kube-controller-manager"]),
                    "kubeSchedulerBinary": str(found["kube-scheduler"]),
                    "etcdBinary": str(found["etcd"]),
                    "kwokControllerBinary": str(found["kwok"]),
                    "kubectlBinary": str(kubectl_path()),
                    **({"kubeAuditPolicy": str(self.audit_policy)} if self.audit_policy else {}),
                },
                "components": [
                    {
                        "name": "node-api",
                        "binary": sys.executable,
                        "workDir": str(self.folder),
                        "links": ["kube-apiserver"],
                        "args": [
                            "-m", "clusters.embedded.node_api",
                            f"--port={ports['node']}",
                            f"--server=https://127.0.0.1:{ports['kubeApiserverPort']}",
                            f"--pki={pki}",
                            f"--images={self.folder / 'images.json'}",
                        ],
                    }
                ],
                "componentsPatches": [
                    # whatever ends, etcd's data is with the system; if that ends, too, a throwaway cluster may be lost
                    {"name": "etcd", "extraArgs": [{"key": "unsafe-no-fsync", "value": "true"}]},
                    more(
                        "kube-apiserver",
                        token_auth_file=str(self.folder / "tokens.csv"),
                        kubelet_client_certificate=str(pki / "admin.crt"),
                        kubelet_client_key=str(pki / "admin.key"),
                        kubelet_preferred_address_types="InternalDNS",
                        # a throwaway cluster has no use for either, and both cost start-up time and memory
                        profiling="false",
                    ),
                    more("kube-controller-manager", leader_elect="false", profiling="false"),
                    more("kube-scheduler", leader_elect="false", profiling="false"),
                    more(
                        "kwok-controller",
                        config=str(self.folder / "stages.yaml"),
                        manage_all_nodes="false",
                        manage_nodes_with_label_selector="=".join(PLAYED),
                    ),
                ],
            },
            # kwokctl adds Stages of its own where it is given none; ours are too many for it to carry about.
            {
                "apiVersion": "kwok.x-k8s.io/v1alpha1",
                "kind": "Stage",
                "metadata": {"name": "none"},
                "spec": {
                    "resourceRef": {"apiGroup": "v1", "kind": "Node"},
                    "selector": {"matchLabels": {"driftlab.dev/never": "never"}},
                    "steps": [{"delete": False}],
                },
            },
        ]  # fmt: skip

    def _can_add_nodes(self) -> bool:
        """An API server that starts accepts Nodes well before it calls itself ready."""
        try:
            self._add_nodes()
        except (ApiRefused, ClusterUnreachable):
            self._refuse_to_wait_for_the_dead(STORE)  # what else has ended is started again when this is there
            return False
        return True

    def _refuse_to_wait_for_the_dead(self, needed: Collection[str] = COMPONENTS) -> None:
        """Raise ComponentsEnded where one that is needed has: on a port that somebody else took, for one.

        Whoever waits asks many times a second; an answer is looked for once a second.
        """
        if time.monotonic() - self._looked_for_the_dead < 1:
            return
        self._looked_for_the_dead = time.monotonic()
        ended = set(needed) - set(self._alive())
        if ended:
            raise ComponentsEnded(ended, self.folder)

    def _add_nodes(self) -> None:
        node_port = int((self.folder / "node.port").read_text(encoding="utf-8"))
        template = (HERE / "node.yaml").read_text(encoding="utf-8")
        for number in range(1, NODES + 1):
            name = f"{self.name}-worker{number if number > 1 else ''}"
            values = {
                "name": name,
                "number": number,
                "cpu": CPUS,
                "memory": MEMORY,
                "port": node_port,
                "version": KUBERNETES,
            }
            document = yaml.load(template.format_map(values), Loader=images.LOADER)  # noqa: S506 safe, in C
            document["metadata"]["labels"][PLAYED[0]] = PLAYED[1]
            try:
                self.client.post("/api/v1/nodes", document)
            except ApiRefused as refusal:
                if refusal.reason != "AlreadyExists":
                    raise

    def _settled(self) -> bool:
        """Nodes ready and without taints, and the default ServiceAccount there: Pods can be created and scheduled."""
        if not answers(self):
            self._refuse_to_wait_for_the_dead()
            return False
        nodes = self.client.get("/api/v1/nodes")["items"]
        ready = [
            node
            for node in nodes
            if not node["spec"].get("taints")
            and any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))
        ]
        if len(ready) >= NODES and self._exists("/api/v1/namespaces/default/serviceaccounts/default"):
            return True
        self._refuse_to_wait_for_the_dead()
        return False

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
                self._stop()
        raise problem

    def _start_what_has_ended(self, found: dict[str, Path]) -> None:
        alive = self._alive()
        processes.end([process for process in self._processes() if process not in alive.values()])
        for component in COMPONENTS:
            if component not in alive:
                self._pid_file(component).unlink(missing_ok=True)
                self._log(component).unlink(missing_ok=True)  # what it says tells of this start only
        self._kwokctl(found, "start", "cluster", hopeless=self._hopeless)
        wait_for(lambda: answers(self), "the API server", timeout_s=20)
        if "kwok-controller" not in alive:
            self._hand_over_nodes()

    def _settle(self, found: dict[str, Path], timeout_s: float) -> None:
        """Wait until Pods can be created and controllers act on them. What has ended meanwhile is started again.

        Raises ClusterNotReady; at once where the API server or its store has ended, or a port is taken.
        """
        for start in range(STARTS):
            try:
                wait_for(self._settled, f"{NODES} Nodes that are ready", timeout_s)
                wait_for(self._controls, "kube-controller-manager", timeout_s)
                wait_for(self._tells_logs, "node-api", timeout_s)
                return
            except ComponentsEnded as error:
                if start == STARTS - 1 or error.names & STORE or self._hopeless():
                    raise
                self._start_what_has_ended(found)

    def _tells_logs(self) -> bool:
        """Has node-api its port? It starts slowly, and nobody else waits for it."""
        with suppress(OSError):
            if LISTENS in self._log("node-api").read_text(encoding="utf-8", errors="replace"):
                return True
        self._refuse_to_wait_for_the_dead()
        return False

    def _controls(self) -> bool:
        """Do the controllers run? The one process of all of them ends where the API server is not there in 10 s.

        A cluster that is started again has its Nodes, and looks well, before that is certain.
        """
        documents = yaml.load_all((self.folder / "kwokctl.yaml").read_text("utf-8"), Loader=images.LOADER)
        port = next(documents)["options"]["kubeControllerManagerPort"]
        itself = ssl._create_unverified_context()  # noqa: S323 on loopback, with a certificate of its own making
        connection = HTTPSConnection("127.0.0.1", port, timeout=2, context=itself)
        try:
            connection.request("GET", "/healthz?verbose")
            told = connection.getresponse().read()
        except (OSError, HTTPException):
            self._refuse_to_wait_for_the_dead()
            return False
        finally:
            connection.close()
        return b"]deployment-controller ok" in told

    def _hand_over_nodes(self) -> None:
        """Let a kwok that was just started play the Nodes, and all Pods on them, of the one before it.

        By itself it would wait until the other's Leases have expired. A Node that it is told of once more, it asks
        for at once.
        """
        leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
        for lease in self.client.get(leases)["items"]:
            self.client.delete(f"{leases}/{lease['metadata']['name']}")
        selector = "=".join(PLAYED)
        played = {
            node["metadata"]["name"] for node in self.client.get("/api/v1/nodes", labelSelector=selector)["items"]
        }

        def taken() -> bool:
            missing = played - {lease["metadata"]["name"] for lease in self.client.get(leases)["items"]}
            for name in missing:
                self._label_node(name, None)
                self._label_node(name, PLAYED[1])
            return not missing

        wait_for(taken, "kwok to take over the Nodes", timeout_s=40, every_s=0.5)
        self._touch_pods(played)

    def _touch_pods(self, nodes: Collection[str]) -> None:
        """Let kwok look at each Pod twice more, and again at those that stand still.

        It looks through the Pods of a Node when it asks for the Node's Lease. For good it passes by those that it
        comes to before it has seen that the Lease is its own, and of several looks at once at the same Pod the last
        is lost now and then: on a busy machine sometimes even that of a change which came when all was quiet.
        """

        def played() -> dict[str, Document]:
            return {
                f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}": pod
                for pod in self.client.get("/api/v1/pods")["items"]
                if pod["spec"].get("nodeName") in nodes and pod["status"].get("phase") not in ("Succeeded", "Failed")
            }

        self._touch(list(played()))
        for _ in range(LOOKS):
            before = {
                path: pod["metadata"]["resourceVersion"] for path, pod in played().items() if _is_being_created(pod)
            }
            if not before:
                return
            time.sleep(2)  # no stage on the way to a started container takes longer
            now = played()
            self._touch(
                [path for path in before if path in now and now[path]["metadata"]["resourceVersion"] == before[path]]
            )

    def _touch(self, paths: Collection[str]) -> None:
        """A change makes kwok look at a Pod: an annotation comes, and goes."""
        for value, pause_s in (("true", 0.5), (None, 1)) if paths else ():
            time.sleep(pause_s)
            for path in paths:
                with suppress(ApiRefused):  # it may be gone by now
                    self.client.patch(path, {"metadata": {"annotations": {TOUCHED: value}}})

    def _hopeless(self) -> str:
        """Why there is nothing to wait for, if so; kwokctl would start what ends again and again, for minutes."""
        for component in COMPONENTS:
            try:
                told = self._log(component).read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if TAKEN in told:
                return f"was given up: somebody else took the port of {component}"
            if component == "etcd" and GIVES_UP.search(told):
                return "was given up: etcd cannot go on with its data"
        return ""

    def _kwokctl(self, found: dict[str, Path], *words: str, hopeless: Callable[[], str] = lambda: "") -> None:
        # kubectl, which kwokctl calls, keeps a cache of its own
        own = {
            "KWOK_WORKDIR": str(self.home),
            "KUBECACHEDIR": str(self.folder / "kubectl-cache"),
            "KUBECONFIG": os.devnull,
        }
        processes.run(
            [found["kwokctl"], *words, "--name", self.name],
            env=own,
            timeout_s=120,
            next_step=f"look into {self.folder / 'logs'}, then: driftlab down && driftlab up",
            hopeless=hopeless,
        )

    # ---- what is there

    def _digest(self) -> str:
        """Changes when a cluster made by this version of the kit would be another one."""
        parts = [__version__, KUBERNETES, str(Path(sys.executable))]
        sources = [*self.images, *HERE.glob("*.*"), *(HERE / "stages").iterdir(), HERE.parent / "learner-roles.yaml"]
        parts += [path.read_text(encoding="utf-8") for path in sorted(sources)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _is_current(self) -> bool:
        try:
            return bool(json.loads(self._record.read_text(encoding="utf-8"))["digest"] == self._digest())
        except (OSError, ValueError, KeyError):
            return False

    def _server(self) -> str:
        try:
            document = yaml.load(self.kubeconfig.read_text(encoding="utf-8"), Loader=images.LOADER)  # noqa: S506
            return str(document["clusters"][0]["cluster"]["server"])
        except (OSError, yaml.YAMLError, KeyError, IndexError, TypeError):
            return ""

    def _processes(self) -> list[psutil.Process]:
        return processes.started(self.folder, {*PROGRAMS, *COMPONENTS})

    def _alive(self) -> dict[str, psutil.Process]:
        """The components that run, and are not merely stopped or dead."""
        alive = {}
        for process in self._processes():
            words = process.info["cmdline"]
            name = "node-api" if "clusters.embedded.node_api" in words else Path(words[0]).name
            if name in COMPONENTS and process.info["status"] not in (psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED):
                alive[name] = process
        return alive

    def _pid_file(self, component: str) -> Path:
        name = Path(sys.executable).stem if component == "node-api" else component
        return self.folder / "pids" / f"{name}.pid"

    def _log(self, component: str) -> Path:
        return self.folder / "logs" / f"{self._pid_file(component).stem}.log"

    def _stop(self) -> None:
        everything = self._processes()
        etcd = [process for process in everything if Path(process.info["cmdline"][0]).name == "etcd"]
        processes.end([process for process in everything if process not in etcd])
        processes.end(etcd, patience_s=3)
        shutil.rmtree(self.folder / "pids", ignore_errors=True)
        (self.folder / "pids").mkdir(exist_ok=True) if self.folder.exists() else None

    def _remove(self) -> None:
        # kwokctl may be about to start one more: look again until there is nothing
        for _ in range(20):
            found = self._processes()
            if not found:
                break
            processes.end(found)
        if self.folder.exists():
            remove_tree(self.folder)
        self.__dict__.pop("client", None)


def _is_being_created(pod: Document) -> bool:
    """Is it still on the way to its first container?"""
    statuses = pod["status"].get("containerStatuses", [])
    reasons = {status.get("state", {}).get("waiting", {}).get("reason") for status in statuses}
    return pod["status"].get("phase") == "Pending" and reasons <= {"ContainerCreating", "PodInitializing"}


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, and that no connection is given by chance until the components are up.

    A system gives its connections ports of a range of their own, on Linux from 32768 on:
    https://docs.kernel.org/networking/ip-sysctl.html. These are below.
    """
    chosen: list[int] = []
    while len(chosen) < count:
        port = secrets.choice(PORT_RANGE)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            chosen += [port] if port not in chosen else []
    return chosen

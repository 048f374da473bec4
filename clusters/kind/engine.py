"""The kind engine: a cluster whose Nodes are containers, created by pytest-kind's KindCluster.

One cluster has one network to itself, made by us before kind puts its Nodes there:
its labels say whose it is, whatever happens to the process that creates it, and its
addresses can be kept over a restart of the machine. Where kind puts them elsewhere
(nerdctl), what carries the cluster's name is ours where our record says so.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import socket
import sys
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

import psutil
import yaml

from driftlab.clusters import __version__, programs
from driftlab.clusters.application import archives
from driftlab.clusters.cluster import LEARNER_ROLES, LONGEST_HOST_NAME, Availability, Cluster, Status, answers
from driftlab.clusters.errors import (
    ClusterNotOurs,
    ClusterNotReady,
    CommandFailed,
    DriftlabError,
    EngineUnavailable,
    UsageError,
)
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import make_folder, write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kind.containers import Container, ContainerEngine
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.waiting import wait_for

HERE = Path(__file__).parent

#: The node image of the Kubernetes version that the labs teach, built for the kind that we pin:
#: https://github.com/kubernetes-sigs/kind/releases/tag/v0.33.0
IMAGE = "docker.io/kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed"

#: Where it is pulled from, and how long, in seconds, an answer is waited for.
REGISTRY = ("registry-1.docker.io", 443)
REGISTRY_S = 3.0

#: Less memory than this, in bytes: one Node instead of three.
MEMORY_FOR_THREE = 4 << 30
MOST_WORKERS = 8

#: kind gives a Node 30 s to start and no setting for it: too little for a machine that is busy, so it is tried again.
TOO_SLOW, ATTEMPTS = "could not find a log line", 4

#: The learner is a ServiceAccount here: a running API server takes no tokens of our own making.
KIT = "driftlab"

#: What we put behind the cluster's name, and what kind puts behind that.
MARK_LENGTH, LONGEST_SUFFIX = 6, "-control-plane"


def image() -> str:
    """The node image: ours, or the one that ``DRIFTLAB_KIND_IMAGE`` names."""
    return os.environ.get("DRIFTLAB_KIND_IMAGE") or IMAGE


def image_archive() -> Path | None:
    """A file with the node image, for rooms without a registry: ``DRIFTLAB_KIND_IMAGE_ARCHIVE``."""
    named = os.environ.get("DRIFTLAB_KIND_IMAGE_ARCHIVE")
    return Path(named).expanduser() if named else None


def registry_answers() -> bool:
    """A look at the usual registry, bounded in time. With a proxy the daemon's word would be needed: believed."""
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy")):
        return True
    try:
        socket.create_connection(REGISTRY, timeout=REGISTRY_S).close()
    except OSError:
        return False
    return True


def bring_image(engine: ContainerEngine, progress: Progress = SILENT) -> None:
    """See to it that the node image is here. Raises CommandFailed with what to do where it cannot be had."""
    if engine.has_image(image()):
        return
    archive = image_archive()
    if archive is not None:
        with progress.step(f"Loading the node image from {archive.name}"):
            try:
                engine.load(archive)
            except CommandFailed as error:
                raise CommandFailed(
                    f"The node image could not be loaded from {archive}.",
                    command=error.command,
                    output=error.output,
                    next_step="get the file again, or: unset DRIFTLAB_KIND_IMAGE_ARCHIVE",
                ) from error
        if not engine.has_image(image()):
            raise CommandFailed(
                f"{archive} was loaded, but the image {image()} was not in it.",
                next_step="export DRIFTLAB_KIND_IMAGE=the name of the image that is in it",
            )
        return
    with progress.step("Pulling the node image (about 400 MB)"):
        try:
            engine.run("pull", "--quiet", image(), timeout_s=1800)
        except CommandFailed as error:
            raise CommandFailed(
                f"The node image {image()} is not here, and could not be pulled.",
                command=error.command,
                output=error.output,
                next_step="with a network: try again. Without one: export DRIFTLAB_KIND_IMAGE_ARCHIVE=/a/file, "
                "or use the engine that needs no images: driftlab up --engine embedded",
            ) from error


class KindCluster(Cluster):
    engine = "kind"
    longest_name = LONGEST_HOST_NAME - len(LONGEST_SUFFIX) - len("-") - MARK_LENGTH
    owns_nodes = True
    learners = f"system:serviceaccounts:{KIT}"

    @classmethod
    def available(cls) -> Availability:
        if importlib.util.find_spec("pytest_kind") is None:
            return Availability(False, "the extra is not installed", "pip install 'driftlab[kind]'")
        if sys.platform == "linux" and not os.environ.get("DRIFTLAB_KIND_IMAGE") and not cgroup_v2():
            return Availability(
                False,
                "this machine uses cgroup v1, which kubelets of Kubernetes 1.35 and later refuse",
                f"{boot_with_cgroup_v2()}; or use the embedded engine: export DRIFTLAB_ENGINE=embedded",
            )
        try:
            ContainerEngine.find()
        except EngineUnavailable as error:
            return Availability(False, error.message, error.next_step)
        return Availability(True)

    @classmethod
    def supplied(cls) -> Availability:
        wanted = image()
        try:
            here = ContainerEngine.find().has_image(wanted) or image_archive() is not None
        except DriftlabError as error:
            return Availability(False, error.message, error.next_step)
        if here or registry_answers():
            return Availability(True)
        return Availability(
            False,
            f"the node image {wanted.partition('@')[0]} is not here, and no registry answers",
            "export DRIFTLAB_KIND_IMAGE_ARCHIVE=/a/file/with/the/image",
        )

    # ---- names and records

    @property
    def own_name(self) -> str:
        """As kind knows it. Container names are the machine's, so another user's cluster may not have the same."""
        mark = hashlib.sha256(str(state_folder()).encode()).hexdigest()[:MARK_LENGTH]
        return f"{self.name}-{mark}"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig.yaml"

    @property
    def _record(self) -> Path:
        """Says that this cluster is ours, and what it was made from. Written before anything else."""
        return self.folder / "driftlab.json"

    def _known(self) -> dict[str, Any]:
        try:
            document = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def _containers(self) -> ContainerEngine:
        """Where the cluster is, whatever kind would take by now; where there is none yet, what kind would take."""
        return ContainerEngine.find(self._known().get("program", ""))

    def _digest(self) -> str:
        """Changes when a cluster made by this version of the kit would be another one."""
        sources = [*HERE.glob("*.py"), LEARNER_ROLES, *self.images]
        parts = [__version__, image(), *(path.read_text(encoding="utf-8") for path in sorted(sources))]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _is_current(self) -> bool:
        return self._known().get("digest") == self._digest()

    # ---- the interface

    def status(self) -> Status:
        def say(phase: str, detail: str = "", running: dict[str, bool] | None = None) -> Status:
            return Status(self.engine, self.name, phase, detail, self._server(), running or {})

        if not self._record.exists():
            return say("absent")
        try:
            nodes = self._containers().nodes(self.own_name)
        except DriftlabError as error:
            return say("broken", error.message)
        running = {node.name.removeprefix(f"{self.own_name}-"): node.running for node in nodes}
        if not nodes or not self._known().get("complete"):
            return say("broken", "it was not made to the end" if nodes else "its containers are gone", running)
        if not any(running.values()):
            return say("stopped", running=running)
        if not all(running.values()):
            down = ", ".join(name for name, runs in running.items() if not runs)
            return say("broken", f"not running: {down}", running)
        if not answers(self):
            return say("broken", "the API server does not answer", running)
        return say("ready", running=running)

    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        del confirmed  # it is the kit's own
        with self.exclusively(progress):
            if self._is_current() and self.status().phase == "ready":
                return
            self.refuse_where_unavailable()
            engine = self._containers()
            workers()
            self._refuse_what_is_not_ours(engine)
            if self._record.exists() and not self._is_current():
                progress.say(f"The cluster {self.name!r} was made by another version of the kit; it is replaced.")
                self._remove(engine)
            if self._record.exists():
                try:
                    with progress.step("Starting the cluster again"):
                        self._mend(engine)
                    return
                except DriftlabError as error:
                    progress.say(f"The cluster {self.name!r} could not be mended and is replaced: {error.message}")
                    self._remove(engine)
            self._create(engine, progress)

    def stop(self) -> None:
        with self.exclusively():
            if self._record.exists():
                engine = self._containers()
                engine.stop([node for node in self._own_nodes(engine) if node.running])

    def down(self) -> None:
        with self.exclusively():
            if self.folder.exists() and not self._record.exists() and any(self.folder.iterdir()):
                raise ClusterNotOurs(f"{self.folder} was not made by the kit.", next_step="delete it yourself")
            try:
                engine = self._containers()
            except EngineUnavailable:
                if self._record.exists():
                    raise
                return  # nothing was ever made
            self._remove(engine)

    def learner(self) -> dict[str, Any]:
        return {"token": (self.folder / "learner.token").read_text(encoding="utf-8").strip()}

    def lose_node(self, name: str) -> None:
        self._containers().run("kill", self._node(name).id)

    def return_node(self, name: str) -> None:
        node = self._node(name)
        self._containers().start([node], [self._known()["addresses"][node.id]])
        wait_for(self._settled, f"the Node {name}", timeout_s=180)

    def _node(self, name: str) -> Container:
        nodes = {node.name: node for node in self._own_nodes(self._containers())}
        if name not in nodes:
            raise UsageError(f"There is no Node called {name!r}.", next_step="choose one of: " + ", ".join(nodes))
        return nodes[name]

    # ---- making

    def _refuse_what_is_not_ours(self, engine: ContainerEngine) -> None:
        if self.folder.exists() and not self._record.exists() and any(self.folder.iterdir()):
            raise ClusterNotOurs(
                f"{self.folder} exists, and the kit did not make it.",
                next_step=f"look at it, and move it away: mv {self.folder} /tmp",
            )
        ours = {node.name for node in self._own_nodes(engine)}
        needed = {name for name in engine.names() if self._names_a_node(name)}
        strangers = sorted(({node.name for node in engine.nodes(self.own_name)} | needed) - ours)
        owner = engine.network_owner(self.own_name) if engine.own_networks else None
        if strangers or owner not in (None, str(state_folder())):
            what = f"the containers {', '.join(strangers)}" if strangers else f"the network {self.own_name}"
            raise ClusterNotOurs(
                f"The name {self.own_name!r} is taken by what the kit did not make: {what}.",
                next_step="choose another name: driftlab up --cluster NAME",
            )

    def _names_a_node(self, container: str) -> bool:
        return bool(re.fullmatch(rf"{re.escape(self.own_name)}-(control-plane|worker\d*)", container))

    def _create(self, engine: ContainerEngine, progress: Progress) -> None:
        found = programs.obtain(["kind"], progress)
        applications = archives(self.images, progress)
        make_folder(self.folder)
        record = {"digest": self._digest(), "program": engine.program, "made": time.time(), "complete": False}
        write_atomically(self._record, json.dumps(record))
        try:
            bring_image(engine, progress)
            if engine.own_networks:
                engine.create_network(self.own_name, state_folder())
            for attempt in range(ATTEMPTS):
                try:
                    self._drive(engine, found["kind"], progress)
                    break
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
                    progress.say("A Node took longer to start than kind waits for it; once more.")
                    engine.remove(self._own_nodes(engine))
            with progress.step("Loading the images of the labs"):
                for archive in applications:
                    processes.run(
                        [found["kind"], "load", "image-archive", "--name", self.own_name, archive],
                        env=engine.environment,
                        timeout_s=120,
                    )
            with progress.step("Waiting for the Nodes"):
                self._make_learner()
                wait_for(self._settled, "Nodes that are ready", timeout_s=180, every_s=0.2)
            nodes = engine.nodes(self.own_name)
            write_atomically(
                self._record,
                json.dumps({**self._known(), "complete": True, "addresses": {one.id: one.address for one in nodes}}),
            )
        except BaseException:
            self._remove(engine)
            raise

    def _drive(self, engine: ContainerEngine, kind: Path, progress: Progress) -> None:
        config = self.folder / "kind.yaml"
        write_atomically(config, yaml.safe_dump(_configuration(workers())))
        module, paths = processes.own_module("driftlab.clusters.kind.drive")
        command = [
            *module,
            "--name", self.own_name,
            "--image", engine.name_for_kind(image()),
            "--kubeconfig", str(self.folder / "kubeconfig.yaml"),
            "--kind", str(kind),
            "--kubectl", str(kubectl_path()),
            "--config", str(config),
        ]  # fmt: skip
        with progress.step("Starting the Nodes", total=len(STEPS), unit="steps") as step:

            def line(text: str) -> None:
                for number, said in enumerate(STEPS):
                    if said in text:
                        step.advance_to(number + 1)

            environment = {**engine.network_environment(self.own_name), **paths}
            tail, code = processes.follow(command, self.folder, environment, line, silence_s=600)
        if code:
            raise CommandFailed(
                "kind could not create the cluster.",
                command=command,
                output="\n".join(tail),
                next_step="driftlab doctor, or use the other engine: driftlab up --engine embedded",
            )

    def _make_learner(self) -> None:
        core = "/api/v1"
        here = f"{core}/namespaces/{KIT}"
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/service-account-token",
            "metadata": {"name": "learner", "annotations": {"kubernetes.io/service-account.name": "learner"}},
        }
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "learner"}}
        self.client.apply(here, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": KIT}})
        self.client.apply(f"{here}/serviceaccounts/learner", account)
        self.client.apply(f"{here}/secrets/learner", secret)
        self.grant_learners()
        token = ""

        def there() -> bool:
            nonlocal token
            token = self.client.get(f"{here}/secrets/learner").get("data", {}).get("token", "")
            return bool(token)

        wait_for(there, "the learner's token", timeout_s=60)
        write_atomically(self.folder / "learner.token", b64decode(token).decode())

    def _settled(self) -> bool:
        """Every Node is ready, and one that Pods can go to is there."""
        try:
            nodes = self.client.get("/api/v1/nodes")["items"]
            there = self._exists("/api/v1/namespaces/default/serviceaccounts/default")
        except (ApiRefused, DriftlabError):
            return False
        ready = [
            any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))
            for node in nodes
        ]
        open_to_all = [node for node in nodes if not node["spec"].get("taints")]
        return there and all(ready) and len(open_to_all) >= max(1, len(nodes) - 1)

    # ---- mending and removing

    def _is_ours(self, engine: ContainerEngine) -> bool:
        """Whether what carries the cluster's name in the container engine is of our making."""
        if engine.own_networks:
            return engine.network_owner(self.own_name) == str(state_folder())
        return self._record.exists()

    def _own_nodes(self, engine: ContainerEngine) -> list[Container]:
        if not engine.own_networks:
            return engine.nodes(self.own_name) if self._record.exists() else []
        return [node for node in engine.nodes(self.own_name) if node.networks == (self.own_name,)]

    def _mend(self, engine: ContainerEngine) -> None:
        """Start what does not run. Raises DriftlabError where that does not make it well."""
        known = self._known()
        if not known.get("complete"):
            raise ClusterNotReady("its creation was interrupted")
        if not self.kubeconfig.exists():
            raise ClusterNotReady("its kubeconfig is gone")
        nodes = self._own_nodes(engine)
        addresses: dict[str, str] = known["addresses"]
        if {node.id for node in nodes} != set(addresses):
            raise ClusterNotReady("containers of it are gone")
        asleep = [node for node in nodes if not node.running]
        engine.start(asleep, [addresses[node.id] for node in asleep])
        wait_for(lambda: answers(self), "the API server", timeout_s=90, every_s=0.2)
        wait_for(self._settled, "Nodes that are ready", timeout_s=120, every_s=0.2)

    def _remove(self, engine: ContainerEngine) -> None:
        processes.end(self._processes())
        if self._is_ours(engine):
            # a container that a dying kind had asked for may still be on its way: look until there is none
            deadline = time.monotonic() + 30
            quiet_since = time.monotonic()
            while time.monotonic() < deadline:
                nodes = self._own_nodes(engine)
                if nodes:
                    engine.remove(nodes)
                    quiet_since = time.monotonic()
                elif self._known().get("complete") or time.monotonic() - quiet_since > 1:
                    break
            engine.remove_volumes(self._names_a_node)
            if engine.own_networks:
                engine.remove_network(self.own_name)
        if self.folder.exists():
            remove_tree(self.folder)
        self.__dict__.pop("client", None)

    def _processes(self) -> list[psutil.Process]:
        return processes.started(self.folder, {"kind"})

    def _server(self) -> str:
        try:
            document = yaml.safe_load(self.kubeconfig.read_text(encoding="utf-8"))
            return str(document["clusters"][0]["cluster"]["server"])
        except (OSError, yaml.YAMLError, KeyError, IndexError, TypeError):
            return ""


#: What kind says on the way, in its order.
STEPS = (
    "Ensuring node image",
    "Preparing nodes",
    "Writing configuration",
    "Starting control-plane",
    "Installing CNI",
    "Installing StorageClass",
    "Joining worker nodes",
)


def workers() -> int:
    """How many workers: two, so that a Node can be lost; none where memory is short; or ``DRIFTLAB_KIND_WORKERS``.

    Raises UsageError where that is not a number that one machine can bear.
    """
    named = os.environ.get("DRIFTLAB_KIND_WORKERS")
    if not named:
        return 2 if psutil.virtual_memory().total >= MEMORY_FOR_THREE else 0
    if not named.isdecimal() or int(named) > MOST_WORKERS:
        raise UsageError(
            f"DRIFTLAB_KIND_WORKERS is {named!r}, not a number from 0 to {MOST_WORKERS}.",
            next_step="unset DRIFTLAB_KIND_WORKERS",
        )
    return int(named)


def _configuration(count: int) -> dict[str, Any]:
    """kind's configuration: https://kind.sigs.k8s.io/docs/user/configuration/."""
    return {
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "kind": "Cluster",
        "networking": {"apiServerAddress": "127.0.0.1"},
        "nodes": [{"role": "control-plane"}, *({"role": "worker"} for _ in range(count))],
    }


def boot_with_cgroup_v2() -> str:
    """The command by which this machine boots with cgroup v2; where none is known, the one that does without.

    https://docs.kernel.org/admin-guide/cgroup-v2.html, https://systemd.io/CGROUP_DELEGATION/
    """
    where = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))  # not in everybody's PATH
    setting = "systemd.unified_cgroup_hierarchy=1"
    if shutil.which("grubby", path=where):
        return f"sudo grubby --update-kernel=ALL --args={setting} && sudo reboot"
    if shutil.which("update-grub", path=where):
        change = f"""sudo sed -i 's/^GRUB_CMDLINE_LINUX="/&{setting} /' /etc/default/grub"""
        return f"{change} && sudo update-grub && sudo reboot"
    return "export DRIFTLAB_ENGINE=embedded"


def cgroup_v2() -> bool:
    return Path("/sys/fs/cgroup/cgroup.controllers").exists()

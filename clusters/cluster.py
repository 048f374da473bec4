"""The interface of every engine."""

import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import yaml

from driftlab.clusters.errors import ClusterNotReady, ClusterUnreachable, EngineUnavailable, UsageError
from driftlab.clusters.host.files import lock_if_free, locked, write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kubernetes.cleanup import clear
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document
from driftlab.clusters.waiting import wait_for

LEARNER_ROLES = Path(__file__).parent / "kubernetes" / "learner-roles.yaml"

#: Every object that the kit may delete again carries this label.
OURS = {"app.kubernetes.io/managed-by": "driftlab"}
OURS_SELECTOR = "app.kubernetes.io/managed-by=driftlab"

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"  #: the taint of a Node that takes no Pods of learners

#: What a cluster of ours may be called: it becomes a folder, and a part of the names of Nodes.
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LONGEST_HOST_NAME = 63  #: on Linux; and the value of a label, which a Node has its name in, may be as long

LEARNERS = "driftlab:learners"  #: the group that a learner's kubeconfig authenticates as, where we can name it


@dataclass(frozen=True)
class Availability:
    """Whether an engine can run on this machine; where not, why, and what would change that."""

    yes: bool
    reason: str = ""
    next_step: str = ""

    def __bool__(self) -> bool:
        return self.yes


@dataclass(frozen=True)
class Status:
    """How a cluster is, without touching it.

    ``phase`` is ``absent``, ``stopped`` (state kept, nothing runs), ``broken``
    (something that should run does not, or does not answer) or ``ready``.
    """

    engine: str
    name: str
    phase: str
    detail: str = ""
    server: str = ""
    components: dict[str, bool] = field(default_factory=dict)


class Cluster(ABC):
    """One throwaway cluster: ``up``, use, ``down``.

    A cluster is only ever deleted by the kit that made it, and on leaving a ``with``
    block only where ``owned`` was asked for: by default it stays.
    """

    engine: ClassVar[str]
    automatic: ClassVar[bool] = True  #: may ``auto`` take it, without being asked?
    default_name: ClassVar[str] = "driftlab"  #: what a cluster is called that nobody has named
    longest_name: ClassVar[int] = LONGEST_HOST_NAME  #: the engine puts something behind it to name its Nodes
    leaving: ClassVar[str] = "Deleting the cluster"  #: what ``down`` does, in words
    stopping: ClassVar[str] = "Stopping the cluster"  #: what ``stop`` does
    owns_nodes: ClassVar[bool] = False  #: may its Nodes be lost, on purpose?
    learners: ClassVar[str] = LEARNERS  #: the group to which the rights of ``learner-roles.yaml`` are given
    why: str = ""  #: in one line, why this engine was taken

    def __init__(self, name: str = "driftlab", *, owned: bool = False, images: Sequence[Path] = ()) -> None:
        self.name, self.owned, self.images = name, owned, tuple(images)

    @classmethod
    @abstractmethod
    def available(cls) -> Availability:
        """Can this engine run here? Never raises, never waits for the network."""

    @classmethod
    def supplied(cls) -> Availability:
        """Can what it needs be had here? Asked of an engine that can run, before ``auto`` takes it. Never raises.

        What is in the way of an engine that somebody named is found by trying: they may know better.
        """
        return Availability(True)

    @classmethod
    def may_be_called(cls, name: str) -> bool:
        """Can a cluster of this engine have that name?"""
        return bool(NAME.fullmatch(name)) and len(name) <= cls.longest_name

    @abstractmethod
    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        """Create the cluster, or mend and start what is there; quick where it is ready already.

        ``confirmed``: what somebody has typed who was asked whether this cluster is meant. Raises DriftlabError; an
        interrupted or failed creation leaves nothing behind. Raises ConfirmationNeeded where that is to be asked.
        """

    @abstractmethod
    def status(self) -> Status: ...

    @abstractmethod
    def stop(self) -> None:
        """End its processes and keep its state: the next ``up`` goes on from there."""

    @abstractmethod
    def down(self) -> None:
        """Delete it with all it holds, if there is one. Raises ClusterNotOurs where it is not ours."""

    @property
    def home(self) -> Path:
        """What the kit keeps of all clusters of this engine."""
        return state_folder() / self.engine

    @property
    def folder(self) -> Path:
        """What the kit keeps of this cluster on disk."""
        return self.home / "clusters" / self.name

    @property
    @abstractmethod
    def kubeconfig(self) -> Path:
        """The owner's kubeconfig: all rights. Learners get ``learner_kubeconfig``."""

    @abstractmethod
    def learner(self) -> dict[str, Any]:
        """The ``user`` part of a kubeconfig that authenticates as a member of the group ``learners``."""

    def namespace_for(self, lab: str) -> str:
        """The namespace in which a lab takes place, given the name that the lab would like."""
        return lab

    def identified_by(self, namespace: str) -> str:
        """The path of the object by whose UID this cluster is told from others, for work in ``namespace``."""
        del namespace
        return "/api/v1/namespaces/kube-system"

    def lose_node(self, name: str) -> None:
        """Let a Node fall silent, as if its machine had lost power. Raises UsageError where we cannot."""
        del name
        self.refuse_to_lose_nodes()

    def return_node(self, name: str) -> None:
        """Bring a Node back that was lost, and wait until Pods can go to it again.

        Raises UsageError where we cannot, and ClusterNotReady where it does not come.
        """
        del name
        self.refuse_to_lose_nodes()

    def refuse_to_lose_nodes(self) -> None:
        """Raise UsageError where Nodes of this cluster are not ours to lose, or too few."""
        if not self.owns_nodes:
            raise UsageError(
                f"This needs a Node that may be lost, and those of the cluster {self.name!r} are not ours.",
                next_step="use the engine kind or embedded for it",
            )
        nodes = self.client.get("/api/v1/nodes")["items"]
        taints = [{taint["key"] for taint in node["spec"].get("taints", ())} for node in nodes]
        if sum(CONTROL_PLANE not in keys for keys in taints) < 2:
            raise UsageError(
                f"This needs a Node that may be lost, and the cluster {self.name!r} has only one for Pods.",
                next_step="DRIFTLAB_KIND_WORKERS=2 driftlab up, or use the engine embedded",
            )

    def wait_ready(self, timeout_s: float = 60) -> None:
        """Wait until ``status`` says ready. Raises ClusterNotReady with the last status."""
        deadline = time.monotonic() + timeout_s
        while (status := self.status()).phase != "ready":
            if time.monotonic() > deadline:
                raise ClusterNotReady(
                    f"The cluster {self.name!r} ({self.engine}) was not ready after {timeout_s:g} s: "
                    f"{status.detail or status.phase}.",
                    next_step="driftlab down && driftlab up",
                )
            time.sleep(0.1)

    def reset(self) -> None:
        """As new: every namespace that the kit made, and all that is in them, is deleted."""
        for namespace in self.client.get("/api/v1/namespaces", labelSelector=OURS_SELECTOR)["items"]:
            self.delete_namespace(namespace["metadata"]["name"])

    def __enter__(self) -> Self:
        self.up()
        self.wait_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.owned:
            self.down()

    @cached_property
    def client(self) -> Client:
        """The API as its owner."""
        return Client(self.kubeconfig)

    def create_namespace(self, name: str) -> None:
        """A namespace of ours in which learners may work; nothing happens where it is there already."""
        self.client.apply(
            f"/api/v1/namespaces/{name}",
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": OURS}},
        )
        self.client.apply(
            f"/apis/rbac.authorization.k8s.io/v1/namespaces/{name}/rolebindings/driftlab-learners",
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": {"name": "driftlab-learners", "labels": OURS},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "driftlab-learner"},
                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": self.learners}],
            },
        )
        # A Pod is refused until its namespace has the ServiceAccount that it runs as.
        wait_for(
            lambda: self._exists(f"/api/v1/namespaces/{name}/serviceaccounts/default"),
            f"the ServiceAccount default of the namespace {name}",
        )

    def delete_namespace(self, name: str) -> None:
        """Delete a namespace of ours and wait until it is gone. Nothing happens where there is none."""
        try:
            namespace = self.client.get(f"/api/v1/namespaces/{name}")
            if OURS.items() <= namespace["metadata"].get("labels", {}).items():
                # Pods would be given 30 s each to say goodbye.
                self.client.delete(f"/api/v1/namespaces/{name}/pods", gracePeriodSeconds="0")
                self.client.delete(f"/api/v1/namespaces/{name}")
                wait_for(lambda: not self._exists(f"/api/v1/namespaces/{name}"), f"the end of the namespace {name}")
        except ApiRefused as refusal:
            if refusal.status != 404:
                raise

    def clear(self, namespace: str) -> None:
        """Delete what learners have put into a namespace of ours."""
        clear(self.client, namespace)

    def _exists(self, path: str) -> bool:
        try:
            self.client.get(path)
        except ApiRefused as refusal:
            if refusal.status == 404:
                return False
            raise
        return True

    def grant_learners(self) -> None:
        """Create the roles in ``learner-roles.yaml``, which the namespaces of ours refer to."""
        for document in yaml.safe_load_all(LEARNER_ROLES.read_text(encoding="utf-8")):
            plural = {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"}[document["kind"]]
            document["metadata"]["labels"] = OURS
            for subject in document.get("subjects", ()):
                subject["name"] = self.learners
            self.client.apply(f"/apis/rbac.authorization.k8s.io/v1/{plural}/{document['metadata']['name']}", document)

    def learner_kubeconfig(self, namespace: str) -> Path:
        """A kubeconfig for learners whose commands go to ``namespace`` by themselves."""
        owner: Document = yaml.safe_load(self.kubeconfig.read_text(encoding="utf-8"))
        server = dict(owner["clusters"][0]["cluster"])
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.name,
            "clusters": [{"name": self.name, "cluster": server}],
            "users": [{"name": "learner", "user": self.learner()}],
            "contexts": [
                {"name": self.name, "context": {"cluster": self.name, "user": "learner", "namespace": namespace}}
            ],
        }
        path = self.folder / "learner" / f"{namespace}.kubeconfig"
        write_atomically(path, json.dumps(document, indent=2))
        return path

    def refuse_where_unavailable(self) -> None:
        """Raise EngineUnavailable where this engine cannot run here."""
        if not (availability := self.available()):
            raise EngineUnavailable(
                f"The engine {self.engine} cannot run here: {availability.reason}.", next_step=availability.next_step
            )

    @contextmanager
    def exclusively(self, progress: Progress = SILENT) -> Iterator[None]:
        """One process at a time may create, mend or delete clusters of this engine; others wait, and say so."""
        path = self.home / ".lock"
        with lock_if_free(path) as free:
            if free:
                yield
                return
        with progress.step("Waiting for another process that is at work on a cluster"), locked(path):
            yield


def answers(cluster: Cluster) -> bool:
    """Does the API server say that it is ready? A kubeconfig that cannot be used gets no answer."""
    try:
        return cluster.client.text("/readyz") == "ok"
    except (ApiRefused, ClusterUnreachable):
        return False

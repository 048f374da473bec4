"""The base class of all engines' clusters."""

import json
import re
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
from driftlab.clusters.findings import Finding
from driftlab.clusters.host.files import lock_if_free, locked, write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kubernetes.cleanup import clear
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document
from driftlab.clusters.waiting import poll, wait_for

LEARNER_ROLES = Path(__file__).parent / "kubernetes" / "learner-roles.yaml"

#: The label on every object that the kit may delete again.
OURS = {"app.kubernetes.io/managed-by": "driftlab"}
OURS_SELECTOR = "app.kubernetes.io/managed-by=driftlab"

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"  #: the taint of a Node on which learners' Pods do not run

#: Valid names of clusters: a name becomes a folder, and a part of the Nodes' names.
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
MAX_HOST_NAME = 63  #: the limit of Linux, and of the values of labels: a Node has its name in a label

LEARNER_GROUP = "driftlab:learners"  #: the group of learners in clusters where the kit can choose its name


@dataclass(frozen=True)
class Availability:
    """Whether an engine can run on this machine; if not, the reason and the next step."""

    available: bool
    reason: str = ""
    next_step: str = ""

    def __bool__(self) -> bool:
        return self.available


@dataclass(frozen=True)
class Status:
    """The state of a cluster.

    ``phase`` is ``absent``, ``stopped`` (its data exists, no process runs), ``broken`` (a part of it does not run or
    does not answer) or ``ready``.
    """

    engine: str
    name: str
    phase: str
    detail: str = ""
    server: str = ""
    components: dict[str, bool] = field(default_factory=dict)


class Cluster(ABC):
    """One throwaway cluster: ``up``, use, ``down``.

    The kit deletes only clusters that it created. At the end of a ``with`` block, a cluster keeps running, unless it
    was opened with ``owned=True``: then it is deleted.
    """

    engine: ClassVar[str]
    rank: ClassVar[int] = 0  #: ``auto`` tries the engine with the lowest rank first
    automatic: ClassVar[bool] = True  #: whether ``auto`` may choose it
    uses_contexts: ClassVar[bool] = False  #: whether its clusters are contexts of the user's kubeconfig
    default_name: ClassVar[str] = "driftlab"  #: the name of a cluster that is opened without a name
    max_name_length: ClassVar[int] = MAX_HOST_NAME  #: an engine that adds a suffix to name its Nodes has a lower limit
    down_step: ClassVar[str] = "Deleting the cluster"  #: the name of the progress step of ``down``
    stop_step: ClassVar[str] = "Stopping the cluster"  #: the name of the progress step of ``stop``
    owns_nodes: ClassVar[bool] = False  #: whether ``lose_node`` may stop its Nodes
    more_nodes_step: ClassVar[str] = "driftlab down && driftlab up"  #: the command that gives a cluster more Nodes
    learner_group: ClassVar[str] = LEARNER_GROUP  #: the group that gets the rights in ``learner-roles.yaml``
    selection_reason: str = ""  #: why this engine was chosen, in one line

    def __init__(self, name: str = "driftlab", *, owned: bool = False, images: Sequence[Path] = ()) -> None:
        self.name, self.owned, self.images = name, owned, tuple(images)

    @abstractmethod
    def available(self) -> Availability:
        """Whether this engine can run here. Never raises, never waits for the network.

        The object may keep what it finds for its next ``up``, so that ``up`` does not ask again.
        """

    def requirements_available(self) -> Availability:
        """Whether what the engine needs, such as an image, is here or can be fetched. Never raises.

        ``auto`` checks this before it chooses an engine that can run. It is not checked for an engine that the user
        names, because the check can be wrong: then ``up`` tries it.
        """
        return Availability(True)

    @classmethod
    def diagnose(cls, last_used: str = "") -> Iterator[Finding]:
        """Findings about the engine on this machine, for ``driftlab doctor``. Changes nothing.

        ``last_used``: the name of the cluster that was used last, if it is this engine's.
        """
        del last_used
        yield from ()

    @classmethod
    def is_valid_name(cls, name: str) -> bool:
        """Whether a cluster of this engine can be called ``name``."""
        return bool(NAME.fullmatch(name)) and len(name) <= cls.max_name_length

    @abstractmethod
    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        """Create the cluster, or repair and start it if it exists. Returns at once if it is ready.

        ``confirmed``: the user's answer to a ConfirmationNeeded, which is raised if the user must confirm that this
        cluster is meant. Raises DriftlabError. An interrupted or failed creation leaves nothing behind.
        """

    @abstractmethod
    def status(self) -> Status: ...

    @abstractmethod
    def stop(self) -> None:
        """End the cluster's processes and keep its data for the next ``up``."""

    @abstractmethod
    def down(self) -> None:
        """Delete the cluster and its data, if it exists. Raises ClusterNotOurs if the kit did not create it."""

    @property
    def home(self) -> Path:
        """The kit's folder for all clusters of this engine."""
        return state_folder() / self.engine

    @property
    def folder(self) -> Path:
        """The kit's folder for this cluster."""
        return self.home / "clusters" / self.name

    @property
    @abstractmethod
    def kubeconfig(self) -> Path:
        """The owner's kubeconfig, with all rights. Learners get ``learner_kubeconfig``."""

    @abstractmethod
    def learner(self) -> dict[str, Any]:
        """The ``user`` part of a kubeconfig for a member of the group ``learner_group``."""

    def namespace_for(self, lab: str) -> str:
        """The name of the namespace of a lab whose preferred name is ``lab``."""
        return lab

    def identity_path(self, namespace: str) -> str:
        """The API path of an object whose UID identifies this cluster, for work in ``namespace``."""
        del namespace
        return "/api/v1/namespaces/kube-system"

    def lose_node(self, name: str) -> None:
        """Stop a Node as if its machine had lost power. Raises UsageError if this cluster cannot do that."""
        del name
        self.raise_if_nodes_cannot_be_lost()

    def return_node(self, name: str) -> None:
        """Start a lost Node again, and wait until Pods can run on it.

        Raises UsageError if this cluster cannot do that, and ClusterNotReady if the Node does not become ready.
        """
        del name
        self.raise_if_nodes_cannot_be_lost()

    def raise_if_nodes_cannot_be_lost(self) -> None:
        """Raise UsageError if the cluster's Nodes are not the kit's, or there are fewer than two for Pods."""
        if not self.owns_nodes:
            raise UsageError(
                f"This needs a Node that may be lost, and those of the cluster {self.name!r} are not ours.",
                next_step="use a cluster that the kit creates: driftlab up --engine auto",
            )
        nodes = self.client.get("/api/v1/nodes")["items"]
        taints = [{taint["key"] for taint in node["spec"].get("taints", ())} for node in nodes]
        if sum(CONTROL_PLANE not in keys for keys in taints) < 2:
            raise UsageError(
                f"This needs a Node that may be lost, and the cluster {self.name!r} has only one for Pods.",
                next_step=self.more_nodes_step,
            )

    def wait_ready(self, timeout_s: float = 60) -> None:
        """Wait until the phase of ``status`` is ready. Raises ClusterNotReady with the last status."""
        for _ in poll(timeout_s, every_s=0.1):
            if (status := self.status()).phase == "ready":
                return
        raise ClusterNotReady(
            f"The cluster {self.name!r} ({self.engine}) was not ready after {timeout_s:g} s: "
            f"{status.detail or status.phase}.",
            next_step="driftlab down && driftlab up",
        )

    def reset(self) -> None:
        """Delete every namespace that the kit created, with all objects in it."""
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
        """The API client of the cluster's owner."""
        return Client(self.kubeconfig)

    def create_namespace(self, name: str) -> None:
        """Create a namespace in which learners may work, if it does not exist yet."""
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
                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": self.learner_group}],
            },
        )
        # the API server refuses Pods until the namespace has the ServiceAccount that they run as
        wait_for(
            lambda: self._exists(f"/api/v1/namespaces/{name}/serviceaccounts/default"),
            f"the ServiceAccount default of the namespace {name}",
        )

    def delete_namespace(self, name: str) -> None:
        """Delete a namespace of ours, if it exists, and wait until it is gone."""
        try:
            namespace = self.client.get(f"/api/v1/namespaces/{name}")
            if OURS.items() <= namespace["metadata"].get("labels", {}).items():
                # without a grace period, which is 30 s for each Pod by default
                self.client.delete(f"/api/v1/namespaces/{name}/pods", gracePeriodSeconds="0")
                self.client.delete(f"/api/v1/namespaces/{name}")
                wait_for(lambda: not self._exists(f"/api/v1/namespaces/{name}"), f"the end of the namespace {name}")
        except ApiRefused as refusal:
            if refusal.status != 404:
                raise

    def clear(self, namespace: str) -> None:
        """Delete what learners have created in a namespace of ours."""
        clear(self.client, namespace)

    def _exists(self, path: str) -> bool:
        try:
            self.client.get(path)
        except ApiRefused as refusal:
            if refusal.status == 404:
                return False
            raise
        return True

    def create_learner_roles(self) -> None:
        """Create the roles in ``learner-roles.yaml``, to which the RoleBindings in our namespaces refer."""
        for document in yaml.safe_load_all(LEARNER_ROLES.read_text(encoding="utf-8")):
            plural = {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"}[document["kind"]]
            document["metadata"]["labels"] = OURS
            for subject in document.get("subjects", ()):
                subject["name"] = self.learner_group
            self.client.apply(f"/apis/rbac.authorization.k8s.io/v1/{plural}/{document['metadata']['name']}", document)

    def learner_kubeconfig(self, namespace: str) -> Path:
        """Write a kubeconfig for learners, with ``namespace`` as the default namespace, and return its path."""
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

    def raise_if_unavailable(self) -> None:
        """Raise EngineUnavailable if this engine cannot run here."""
        if not (availability := self.available()):
            raise EngineUnavailable(
                f"The engine {self.engine} cannot run here: {availability.reason}.", next_step=availability.next_step
            )

    @contextmanager
    def exclusively(self, progress: Progress = SILENT) -> Iterator[None]:
        """Hold the engine's lock: one process at a time may create, repair or delete its clusters.

        Another process waits, and shows that as a progress step.
        """
        path = self.home / ".lock"
        with lock_if_free(path) as free:
            if free:
                yield
                return
        with progress.step("Waiting for another process that is at work on a cluster"), locked(path):
            yield


def api_server_ready(cluster: Cluster) -> bool:
    """Whether the API server says that it is ready. False also if the kubeconfig is invalid."""
    try:
        return cluster.client.text("/readyz") == "ok"
    except (ApiRefused, ClusterUnreachable):
        return False

"""What a verdict rests on: the baseline, the present, and the recording between them.

This is the only module of the checker that reads the Kubernetes API for a verdict.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from checker.recording import UNRECORDED, Recording
from checker.views import Deployment, Event, Pod, ReplicaSet
from clusters.client import Reader
from clusters.errors import ClusterUnreachable

T = TypeVar("T", Deployment, Pod)

#: What a snapshot reads of a namespace: the field of ``Snapshot``, and where the API has it.
LISTS = {
    "deployments": "/apis/apps/v1/namespaces/{namespace}/deployments",
    "replicasets": "/apis/apps/v1/namespaces/{namespace}/replicasets",
    "pods": "/api/v1/namespaces/{namespace}/pods",
    "events": "/api/v1/namespaces/{namespace}/events",
}


@dataclass(frozen=True)
class Snapshot:
    """One namespace at one resourceVersion, as raw JSON.

    ``cluster`` is the UID of an object by which clusters are told apart, usually the
    namespace kube-system; ``taken`` is in seconds since the epoch.
    """

    cluster: str
    namespace: str
    resource_version: str
    taken: float
    raw: Mapping[str, list[dict[str, Any]]]

    @cached_property
    def deployments(self) -> tuple[Deployment, ...]:
        return tuple(map(Deployment, self.raw["deployments"]))

    @cached_property
    def replicasets(self) -> tuple[ReplicaSet, ...]:
        return tuple(map(ReplicaSet, self.raw["replicasets"]))

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        return tuple(map(Pod, self.raw["pods"]))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return tuple(map(Event, self.raw["events"]))

    def deployment(self, name: str) -> Deployment | None:
        return _named(self.deployments, name)

    def pod(self, name: str) -> Pod | None:
        return _named(self.pods, name)

    def to_dict(self) -> dict[str, Any]:
        return {
            "cluster": self.cluster,
            "namespace": self.namespace,
            "resource_version": self.resource_version,
            "taken": self.taken,
            "raw": dict(self.raw),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Snapshot":
        """Raises KeyError, TypeError or ValueError where ``document`` is not what ``to_dict`` gave."""
        raw = {name: document["raw"][name] for name in LISTS}
        for name, items in raw.items():
            if not isinstance(items, list) or not all(isinstance(item["metadata"]["uid"], str) for item in items):
                raise TypeError(f"{name} is not a list of objects")
        return cls(
            cluster=str(document["cluster"]),
            namespace=str(document["namespace"]),
            resource_version=str(document["resource_version"]),
            taken=float(document["taken"]),
            raw=raw,
        )


@dataclass(frozen=True)
class Evidence:
    """What goals judge: how things were at the start, how they are now, and what happened in between."""

    baseline: Snapshot
    now: Snapshot
    recording: Recording = UNRECORDED


def take_snapshot(reader: Reader, namespace: str, identity: str = "/api/v1/namespaces/kube-system") -> Snapshot:
    """Read a namespace: five requests, all of the same resourceVersion.

    The first list fixes the version; the others ask for exactly that one:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
    ``identity`` is the path of the object whose UID identifies the cluster. Raises
    ClusterUnreachable or ApiRefused.
    """
    cluster = _identity(reader, identity)
    raw: dict[str, list[dict[str, Any]]] = {}
    version = ""
    for name, path in LISTS.items():
        version, raw[name] = _listed(reader, path.format(namespace=namespace), version)
    return Snapshot(cluster, namespace, version, time.time(), raw)


def take_snapshots(reader: Reader, namespaces: Collection[str]) -> dict[str, Snapshot]:
    """Many namespaces of one cluster, for graders: read as lists of the whole cluster, all of one resourceVersion.

    Needs the right to list everywhere. Raises ClusterUnreachable or ApiRefused.
    """
    cluster = _identity(reader, "/api/v1/namespaces/kube-system")
    raw: dict[str, dict[str, list[dict[str, Any]]]] = {name: {kind: [] for kind in LISTS} for name in namespaces}
    version = ""
    for kind, path in LISTS.items():
        version, items = _listed(reader, path.replace("/namespaces/{namespace}", ""), version)
        for item in items:
            if item["metadata"]["namespace"] in raw:
                raw[item["metadata"]["namespace"]][kind].append(item)
    taken = time.time()
    return {name: Snapshot(cluster, name, version, taken, lists) for name, lists in raw.items()}


def _identity(reader: Reader, path: str) -> str:
    try:
        return str(reader.get(path)["metadata"]["uid"])
    except (LookupError, TypeError) as error:
        raise _not_an_api_server(path) from error


def _listed(reader: Reader, path: str, version: str) -> tuple[str, list[dict[str, Any]]]:
    """A list at ``version``, or, where that is empty, at the newest one: its version and its items."""
    query = {"resourceVersion": version, "resourceVersionMatch": "Exact"} if version else {}
    document = reader.get(path, **query)
    try:
        return version or str(document["metadata"]["resourceVersion"]), list(document["items"])
    except (LookupError, TypeError) as error:
        raise _not_an_api_server(path) from error


def _not_an_api_server(path: str) -> ClusterUnreachable:
    return ClusterUnreachable(
        f"What answers for the cluster gives something else than was asked for ({path}).", next_step="driftlab status"
    )


def _named(objects: Iterable[T], name: str) -> T | None:
    return next((one for one in objects if one.name == name), None)

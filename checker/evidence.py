"""What a verdict rests on: the baseline, the present, and the place of a recording between them.

This is the only module of the checker that reads the Kubernetes API for a verdict.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from checker.views import Deployment, Event, Pod, ReplicaSet
from clusters.client import Reader

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

    ``cluster`` is the UID of the namespace kube-system, by which clusters are told
    apart; ``taken`` is in seconds since the epoch.
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
        """Raises KeyError or TypeError where ``document`` is not what ``to_dict`` gave."""
        raw = {name: list(document["raw"][name]) for name in LISTS}
        return cls(
            cluster=str(document["cluster"]),
            namespace=str(document["namespace"]),
            resource_version=str(document["resource_version"]),
            taken=float(document["taken"]),
            raw=raw,
        )


@dataclass(frozen=True)
class Evidence:
    """What goals judge.

    ``recording`` will hold what happened between the two: until it does, goals prove
    what baseline and present can prove.
    """

    baseline: Snapshot
    now: Snapshot
    recording: None = None


def take_snapshot(reader: Reader, namespace: str) -> Snapshot:
    """Read a namespace: five requests, all of the same resourceVersion.

    The first list fixes the version; the others ask for exactly that one:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
    Raises ClusterUnreachable or ApiRefused.
    """
    cluster = reader.get("/api/v1/namespaces/kube-system")["metadata"]["uid"]
    raw: dict[str, list[dict[str, Any]]] = {}
    version = ""
    for name, path in LISTS.items():
        query = {"resourceVersion": version, "resourceVersionMatch": "Exact"} if version else {}
        document = reader.get(path.format(namespace=namespace), **query)
        version = version or document["metadata"]["resourceVersion"]
        raw[name] = document["items"]
    return Snapshot(cluster, namespace, version, time.time(), raw)


def _named(objects: Iterable[T], name: str) -> T | None:
    return next((one for one in objects if one.name == name), None)

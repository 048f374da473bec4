"""The evidence of a verdict: the baseline, the present state, and the recording between them."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from driftlab.checker.evidence.recording import UNRECORDED, Recording
from driftlab.checker.objects.views import Deployment, Event, Object, Pod, ReplicaSet, sets_replicas

T = TypeVar("T", Deployment, Pod)

#: The kinds that a snapshot reads by default: the field of ``Snapshot``, and the path in the API.
LISTS = {
    "deployments": "/apis/apps/v1/namespaces/{namespace}/deployments",
    "replicasets": "/apis/apps/v1/namespaces/{namespace}/replicasets",
    "pods": "/api/v1/namespaces/{namespace}/pods",
    "events": "/api/v1/namespaces/{namespace}/events",
}
#: The kinds that an exercise may watch instead of Events, in the baseline, the snapshot and the recording.
MORE_LISTS = {
    "jobs": "/apis/batch/v1/namespaces/{namespace}/jobs",
    "services": "/api/v1/namespaces/{namespace}/services",
    "endpointslices": "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices",
    "configmaps": "/api/v1/namespaces/{namespace}/configmaps",
    "secrets": "/api/v1/namespaces/{namespace}/secrets",
    "cronjobs": "/apis/batch/v1/namespaces/{namespace}/cronjobs",
    "horizontalpodautoscalers": "/apis/autoscaling/v2/namespaces/{namespace}/horizontalpodautoscalers",
    "statefulsets": "/apis/apps/v1/namespaces/{namespace}/statefulsets",
    "daemonsets": "/apis/apps/v1/namespaces/{namespace}/daemonsets",
}
ALL_LISTS = {**LISTS, **MORE_LISTS}
#: The kinds in every snapshot.
CORE = ("deployments", "replicasets", "pods")
#: The only part of ``fieldsV1`` that a recording keeps.
SETS_REPLICAS: Mapping[str, Any] = {"f:spec": {"f:replicas": {}}}


@dataclass(frozen=True)
class Snapshot:
    """One namespace at one resourceVersion, as raw JSON.

    ``cluster`` is the UID of an object that identifies the cluster, usually the namespace kube-system; ``taken`` is in
    seconds since the epoch.
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

    def objects(self, kind: str) -> tuple[Object, ...]:
        """The objects of a kind that the exercise ``watches``, such as ``jobs``. Raises KeyError for other kinds."""
        return tuple(map(Object, self.raw[kind]))

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
        """Raises KeyError, TypeError or ValueError if ``document`` is not from ``to_dict``."""
        raw = {kind: document["raw"][kind] for kind in ALL_LISTS if kind in CORE or kind in document["raw"]}
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
    """The evidence that goals judge: the state at the start, the state now, and the changes in between."""

    baseline: Snapshot
    now: Snapshot
    recording: Recording = UNRECORDED


def lean(item: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of an object without large fields that no goal needs, and without the values of a Secret.

    Of ``managedFields``, it keeps writers, times, and who manages ``spec.replicas``; of each value of a Secret, a
    digest that shows whether it changed.
    """
    fields = [
        {name: entry[name] for name in ("manager", "operation", "time", "subresource") if name in entry}
        | ({"fieldsV1": SETS_REPLICAS} if sets_replicas(entry) else {})
        for entry in item["metadata"].get("managedFields", ())
    ]
    result = {**item, "metadata": {**item["metadata"], "managedFields": fields}}
    if "type" in item and "data" in item:  # a Secret, recognized by its fields: items of a list do not have a kind
        values = (item["data"] or {}).items()
        result["data"] = {key: hashlib.sha256(str(value).encode()).hexdigest()[:16] for key, value in values}
        result["metadata"]["annotations"] = {}  # `kubectl apply` stores the values in one
    return result


def lists(watches: Collection[str] = ()) -> dict[str, str]:
    """The API paths of the kinds that are read: the core kinds, and ``watches`` or, if it is empty, Events.

    Raises KeyError for an unknown kind.
    """
    return {kind: ALL_LISTS[kind] for kind in (*CORE, *(watches or ("events",)))}


def _named(objects: Iterable[T], name: str) -> T | None:
    return next((found for found in objects if found.name == name), None)

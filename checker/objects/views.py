"""Typed views of the JSON of the API, without copies. Names and shapes are those of the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from driftlab.checker.objects.selectors import requirements, selects
from driftlab.checker.objects.templates import POD_TEMPLATE_HASH, image_name

REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True)
class Object:
    """A namespaced object. Two views show the same object if their UIDs are equal."""

    raw: Mapping[str, Any]

    @property
    def metadata(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.raw["metadata"]
        return found

    @property
    def name(self) -> str:
        return str(self.metadata["name"])

    @property
    def uid(self) -> str:
        return str(self.metadata["uid"])

    @property
    def generation(self) -> int:
        """``metadata.generation``, which grows with every change of the spec."""
        return int(self.metadata.get("generation", 0))

    @property
    def labels(self) -> Mapping[str, str]:
        return self.metadata.get("labels") or {}

    @property
    def created(self) -> datetime:
        return datetime.fromisoformat(self.metadata["creationTimestamp"])

    @property
    def terminating(self) -> bool:
        return bool(self.metadata.get("deletionTimestamp"))

    @property
    def controller(self) -> str | None:
        """The UID of the controller that owns it: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/"""
        for reference in self.metadata.get("ownerReferences") or ():
            if reference.get("controller"):
                return str(reference["uid"])
        return None

    @property
    def spec(self) -> Mapping[str, Any]:
        return self.raw.get("spec") or {}

    @property
    def status(self) -> Mapping[str, Any]:
        return self.raw.get("status") or {}


class PodController(Object):
    """A controller that finds its Pods by their labels, and keeps their number."""

    @property
    def replicas(self) -> int:
        return int(self.spec.get("replicas", 1))

    def matches(self, pod: "Pod") -> bool:
        """Whether the selector matches this Pod. An empty selector matches none: the API refuses it in controllers."""
        selector = self.spec.get("selector")
        return bool(requirements(selector)) and selects(selector, pod.labels)


class Deployment(PodController):
    @property
    def paused(self) -> bool:
        return bool(self.spec.get("paused"))

    @property
    def revision(self) -> str:
        return str((self.metadata.get("annotations") or {}).get(REVISION, ""))

    @property
    def images(self) -> tuple[str, ...]:
        """The images as short names: ``docker.io/library/blog-api:1.1`` is ``blog-api:1.1``."""
        return tuple(image_name(container["image"]) for container in self.spec["template"]["spec"]["containers"])


class ReplicaSet(PodController):
    @property
    def revision(self) -> str:
        """The number of the last rollout that created it or rolled back to it; empty if it has no Deployment."""
        return str((self.metadata.get("annotations") or {}).get(REVISION, ""))


class Pod(Object):
    @property
    def phase(self) -> str:
        return str(self.status.get("phase", ""))

    @property
    def ready(self) -> bool:
        """The condition Ready: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions"""
        conditions = self.status.get("conditions") or ()
        return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions) and not self.terminating


class Event(Object):
    @property
    def reason(self) -> str:
        return str(self.raw.get("reason") or "")

    @property
    def about(self) -> tuple[str, str, str]:
        """``(kind, name, uid)`` of the object that the Event is about."""
        about = self.raw.get("involvedObject") or {}
        return about.get("kind", ""), about.get("name", ""), about.get("uid", "")


def bare_template(template: Mapping[str, Any]) -> dict[str, Any]:
    """A ReplicaSet's template as in its Deployment: without ``pod-template-hash``."""
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {k: v for k, v in (metadata.get("labels") or {}).items() if k != POD_TEMPLATE_HASH}
    return {**template, "metadata": metadata}


def replicas_setters(raw: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The managers of ``spec.replicas``: (field manager, subresource) pairs; the subresource is ``scale`` or empty."""
    entries = raw["metadata"].get("managedFields") or ()
    return frozenset(
        (str(entry.get("manager")), str(entry.get("subresource") or "")) for entry in entries if sets_replicas(entry)
    )


def sets_replicas(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of ``metadata.managedFields`` manages ``spec.replicas``."""
    return "f:replicas" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})

"""What the contract's tests share: ``lab``, a namespace in which a learner runs blog-api, looks and waits."""

import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import yaml

from driftlab.clusters.kind.engine import KindCluster
from driftlab.clusters.kubernetes.cleanup import WORKLOADS
from driftlab.clusters.pytest_plugin import Namespace

from .busybox import bring

Document = dict[str, Any]

GROUPS = {
    "deployments": "/apis/apps/v1",
    "replicasets": "/apis/apps/v1",
    "jobs": "/apis/batch/v1",
    "endpointslices": "/apis/discovery.k8s.io/v1",
}

#: Far longer than anything takes: also on a loaded machine, also where names of registries time out.
PATIENCE_S = 150


class Lab:
    """One namespace, used as a learner would. Names of kinds are the API's plurals: ``pods``, ``deployments``."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace
        self.name, self.client, self.kubectl = namespace.name, namespace.client, namespace.kubectl

    # ---- making

    def container(self, image: str = "blog-api:1.0", name: str = "web", **more: Any) -> Document:
        return {"name": name, "image": image, "ports": [{"containerPort": 8080}], **more}

    def probe(self, path: str = "/readyz", **more: Any) -> Document:
        return {"httpGet": {"path": path, "port": 8080}, "periodSeconds": 1, **more}

    def pod(self, name: str = "web", *, spec: Mapping[str, Any] | None = None, **container: Any) -> Document:
        """Create a Pod of one container; ``spec`` is laid over the Pod's, the rest over the container's."""
        document = {
            "metadata": {"name": name, "labels": {"app": name}},
            "spec": {"containers": [self.container(**container)], **(spec or {})},
        }
        return self.client.post(self.path("pods"), document)

    def deployment(
        self,
        name: str = "web",
        *,
        replicas: int = 1,
        spec: Mapping[str, Any] | None = None,
        pod: Mapping[str, Any] | None = None,
        **container: Any,
    ) -> Document:
        """Create a Deployment; ``spec`` is laid over its own, ``pod`` over its Pods', the rest over the container's."""
        labels = {"app": name}
        template = {
            "metadata": {"labels": labels},
            "spec": {"containers": [self.container(**container)], **(pod or {})},
        }
        document = {
            "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **(spec or {})},
        }
        return self.client.post(self.path("deployments"), document)

    def rolled_out(self, name: str = "web", **options: Any) -> Document:
        """A new Deployment whose rollout is complete."""
        self.deployment(name, **options)
        return self.roll_out(name)

    def roll_out(self, name: str = "web") -> Document:
        """Wait for a Deployment's rollout: it, when it is complete. Old Pods may still be on their way out."""
        self.kubectl("rollout", "status", f"deployment/{name}", f"--timeout={PATIENCE_S}s", timeout_s=PATIENCE_S + 30)
        return self.get("deployments", name)

    # ---- looking

    def path(self, plural: str, name: str = "") -> str:
        within = "" if plural == "nodes" else f"/namespaces/{self.name}"
        return f"{GROUPS.get(plural, '/api/v1')}{within}/{plural}" + (f"/{name}" if name else "")

    def get(self, plural: str, name: str) -> Document:
        return self.client.get(self.path(plural, name))

    def items(self, plural: str, **labels: str) -> list[Document]:
        selector = {"labelSelector": ",".join(f"{key}={value}" for key, value in labels.items())} if labels else {}
        found: list[Document] = self.client.get(self.path(plural), **selector)["items"]
        return found

    def status(self, pod: Document) -> Document:
        """The status of a Pod's first container; empty before there is one. A kubelet sorts them by name."""
        name = pod["spec"]["containers"][0]["name"]
        return next((one for one in pod["status"].get("containerStatuses", []) if one["name"] == name), {})

    def waiting(self, pod: Document) -> str:
        """Why a Pod's first container waits, or an empty string."""
        return str(self.status(pod).get("state", {}).get("waiting", {}).get("reason", ""))

    def ready(self, pod: Document) -> bool:
        return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))

    def events(self, about: str) -> list[Document]:
        return [event for event in self.items("events") if event["involvedObject"]["name"] == about]

    def pods_of(self, deployment: str = "web") -> dict[str, Document]:
        """The Pods that are not on their way out, by name."""
        pods = self.items("pods", app=deployment)
        return {pod["metadata"]["name"]: pod for pod in pods if "deletionTimestamp" not in pod["metadata"]}

    def replicaset_of(self, deployment: str = "web") -> Document:
        """The ReplicaSet of the Deployment's present template."""
        revision = self.revision(self.get("deployments", deployment))
        return next(rs for rs in self.items("replicasets", app=deployment) if self.revision(rs) == revision)

    def revision(self, document: Document) -> str:
        return str(document["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision", ""))

    def image(self, document: Document) -> str:
        """The image of the first container in a template."""
        return str(document["spec"]["template"]["spec"]["containers"][0]["image"])

    # ---- waiting

    def wait(self, plural: str, name: str, met: Callable[[Document], Any], timeout_s: float = PATIENCE_S) -> Document:
        """The object, once ``met`` of it. Fails with its last state."""
        deadline = time.monotonic() + timeout_s
        while not met(found := self.get(plural, name)):
            if time.monotonic() > deadline:
                pytest.fail(f"waited {timeout_s} s in vain; {plural} {name} is now:\n{_yaml(found)}")
            time.sleep(0.1)
        return found

    def wait_list(
        self, plural: str, met: Callable[[list[Document]], Any], timeout_s: float = PATIENCE_S, **labels: str
    ) -> list[Document]:
        """All objects of a kind with ``labels``, once ``met`` of them."""
        deadline = time.monotonic() + timeout_s
        while not met(found := self.items(plural, **labels)):
            if time.monotonic() > deadline:
                pytest.fail(f"waited {timeout_s} s in vain; {plural} are now:\n{_yaml(found)}")
            time.sleep(0.1)
        return found

    def settled(self, count: int, *, without: Iterable[str] = (), **labels: str) -> dict[str, Document]:
        """The Pods by name, once there are exactly ``count``, all ready, and those named in ``without`` gone."""

        def met(pods: list[Document]) -> bool:
            names = {pod["metadata"]["name"] for pod in pods}
            return len(pods) == count and not names & set(without) and all(map(self.ready, pods))

        return {pod["metadata"]["name"]: pod for pod in self.wait_list("pods", met, **labels)}

    def event(self, about: str, reason: str, text: str = "", count: int = 1) -> Document:
        """The Event with that ``reason`` and ``text`` in its message, once it has happened ``count`` times."""

        def find(events: list[Document]) -> Document | None:
            return next(
                (
                    event
                    for event in events
                    if (event["involvedObject"]["name"], event["reason"]) == (about, reason)
                    and text in event["message"]
                    and (event.get("count") or 1) >= count
                ),
                None,
            )

        found = find(self.wait_list("events", find))
        assert found
        return found

    def gone(self, plural: str, name: str) -> None:
        self.wait_list(plural, lambda items: name not in {item["metadata"]["name"] for item in items})

    def history(self, plural: str, since: Document, until: Document) -> list[Document]:
        """Every state of the objects of a kind from ``since`` on, ``until`` (two such states) at least, in order."""
        return [since, *self.changes(plural, since, until["metadata"]["resourceVersion"])]

    def changes(self, plural: str, since: Document, until: str | None = None) -> list[Document]:
        """The states after ``since``, until the resourceVersion ``until`` or, without it, a deletion is among them.

        They are read from the API server's memory, so nothing is missed however slow the machine is.
        The last state of an object that was deleted carries ``deleted``.
        """
        first = since["metadata"]["resourceVersion"]
        for seconds in (1, 3, 8):
            query = f"?watch=true&resourceVersion={first}&timeoutSeconds={seconds}"
            changes = [json.loads(line) for line in self.client.text(self.path(plural) + query).splitlines()]
            assert all(change["type"] != "ERROR" for change in changes), changes
            states = [change["object"] | {"deleted": change["type"] == "DELETED"} for change in changes]
            if until == first or any(
                s["deleted"] if until is None else s["metadata"]["resourceVersion"] == until for s in states
            ):
                return states
        pytest.fail(f"{until or 'a deletion'} is not among the changes since {first}")


def _yaml(found: Document | list[Document]) -> str:
    for document in found if isinstance(found, list) else [found]:
        document["metadata"].pop("managedFields", None)
    return yaml.safe_dump(found, sort_keys=False)


@contextmanager
def opened(cluster: Any) -> Iterator[Lab]:
    """An empty namespace. In the end, nothing runs in it; it goes with the cluster.

    Its deletion would cost 0.2 s of CPU time: the namespace controller asks for each kind of object.
    """
    name = cluster.namespace_for(f"test-{secrets.token_hex(4)}")
    cluster.create_namespace(name)
    yield Lab(Namespace(cluster, name))
    for template in WORKLOADS:
        cluster.client.delete(template.format(namespace=name), gracePeriodSeconds="0", propagationPolicy="Background")


@pytest.fixture
def lab(cluster: Any) -> Iterator[Lab]:
    """A namespace for one test."""
    with opened(cluster) as made:
        yield made


@pytest.fixture(scope="module")
def shared_lab(cluster: Any) -> Iterator[Lab]:
    """A namespace for a module's tests: what they wait for happens there side by side."""
    with opened(cluster) as made:
        yield made


@pytest.fixture
def embedded(cluster: Any) -> None:
    """For what is only promised of the embedded engine."""
    if cluster.engine != "embedded":
        pytest.skip("a promise of the embedded engine only")


@pytest.fixture(scope="module")
def busybox(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The image busybox:1.36 is there: kind clusters are handed one where no registry has it."""
    if isinstance(cluster, KindCluster):
        bring(cluster, tmp_path_factory.mktemp("busybox"))

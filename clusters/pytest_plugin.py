"""pytest fixtures for tests against a throwaway cluster. pytest finds them when the kit is installed.

::

    def test_rollout(namespace):
        namespace.kubectl("create", "deployment", "web", "--image=nginx:1.27")
        namespace.kubectl("rollout", "status", "deployment/web", "--timeout=60s")

``cluster`` exists for the session, ``namespace`` for one test. ``lab_kind_cluster`` has the interface of
pytest-kind's ``kind_cluster``, and needs no container engine. The options begin with ``--lab-``, so that
they do not conflict with those of other plugins.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from driftlab.clusters.errors import DriftlabError

if TYPE_CHECKING:
    from driftlab.clusters.cluster import Cluster
    from driftlab.clusters.kubernetes.client import Client, Document


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("driftlab", "throwaway Kubernetes clusters")
    group.addoption("--lab-engine", default="auto", help="The engine of the fixture `cluster`: %(default)s by default.")
    group.addoption(
        "--lab-cluster", metavar="NAME", help="Use the cluster of this name, and leave it running. Default: a new one."
    )


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator["Cluster"]:
    """A ready cluster: a new one, which is deleted after the session, or the one that ``--lab-cluster`` names."""
    yield from ready_cluster(request.config.getoption("--lab-engine"), request.config.getoption("--lab-cluster"))


def ready_cluster(engine: str, name: str | None = None) -> Iterator["Cluster"]:
    """Start a cluster and yield it. A new one is deleted afterwards; one that is named by ``name`` keeps running.

    If the engine's clusters are contexts, a name is required: ``name``, or ``DRIFTLAB_CLUSTER`` as on the command line.
    """
    from driftlab.clusters.registry import open_cluster, uses_contexts
    from driftlab.clusters.settings import CLUSTER

    if uses_contexts(engine):
        name = name or CLUSTER.value
    new_name = f"test-{secrets.token_hex(3)}" if not uses_contexts(engine) else None
    try:
        cluster = open_cluster(engine, name or new_name, owned=name is None)
        cluster.up()
        cluster.wait_ready()
    except DriftlabError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield cluster
    finally:
        if cluster.owned:
            cluster.down()


@dataclass(frozen=True)
class Namespace:
    """A namespace for one test, with methods to work in it."""

    cluster: "Cluster"
    name: str

    @cached_property
    def kubeconfig(self) -> Path:
        """The kubeconfig of a learner, who has all rights on workloads in this namespace, and few others."""
        return self.cluster.learner_kubeconfig(self.name)

    @cached_property
    def client(self) -> "Client":
        """The API client of a learner."""
        from driftlab.clusters.kubernetes.client import Client

        return Client(self.kubeconfig)

    def kubectl(self, *arguments: str, stdin: str | None = None, timeout_s: float = 120) -> str:
        """Run kubectl as a learner, and return its output. Raises CommandFailed."""
        from driftlab.clusters.host import processes
        from driftlab.clusters.kubernetes.kubectl import NO_KUBERC, kubectl_path

        return processes.run(
            [kubectl_path(), *arguments],
            env={
                **NO_KUBERC,
                "KUBECONFIG": str(self.kubeconfig),
                "KUBECACHEDIR": str(self.cluster.folder / "kubectl-cache"),
            },
            stdin=stdin,
            timeout_s=timeout_s,
        )

    def list(self, path: str) -> "list[Document]":
        """The objects of a kind in the namespace: ``pods``, ``events``, ``apis/apps/v1/deployments``."""
        group, _, plural = path.rpartition("/")
        full_path = f"/{group or 'api/v1'}/namespaces/{self.name}/{plural}"
        items: list[Document] = self.cluster.client.get(full_path)["items"]
        return items


@pytest.fixture
def namespace(request: pytest.FixtureRequest, cluster: "Cluster") -> Iterator[Namespace]:
    """An empty namespace, deleted after the test. If the test fails, its report shows the namespace's objects."""
    name = cluster.namespace_for(f"test-{secrets.token_hex(4)}")
    cluster.create_namespace(name)
    test_namespace = Namespace(cluster, name)
    try:
        yield test_namespace
    finally:
        if request.node.stash.get(_FAILED, False):
            request.node.add_report_section("teardown", f"namespace {name}", _dump(test_namespace))
        cluster.delete_namespace(name)


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_FAILED] = True
    return report


def _dump(namespace: Namespace) -> str:
    commands: Sequence[Sequence[str]] = (
        ("get", "deployments,replicasets,pods", "--output=wide"),
        ("get", "events", "--sort-by=.metadata.creationTimestamp"),
    )
    parts = []
    for arguments in commands:
        try:
            parts.append(f"$ kubectl {' '.join(arguments)}\n{namespace.kubectl(*arguments)}")
        except DriftlabError as error:
            parts.append(str(error))
    return "\n".join(parts)

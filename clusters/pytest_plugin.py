"""pytest fixtures for tests against a throwaway cluster; installed with the kit, nothing to import.

::

    def test_rollout(namespace):
        namespace.kubectl("create", "deployment", "web", "--image=nginx:1.27")
        namespace.kubectl("rollout", "status", "deployment/web", "--timeout=60s")

``cluster`` lives for the session, ``namespace`` for one test, ``lab_kind_cluster`` has the shape of
pytest-kind's ``kind_cluster`` and runs without a container engine. Their options begin
with ``--lab-``, so they stand beside those of other plugins.
"""

import os
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
    from driftlab.clusters.drop_in import KindShaped
    from driftlab.clusters.kubernetes.client import Client, Document


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("driftlab", "throwaway Kubernetes clusters")
    group.addoption("--lab-engine", default="auto", help="The engine of the fixture `cluster`: %(default)s by default.")
    group.addoption(
        "--lab-cluster", metavar="NAME", help="Use the cluster of this name, and leave it running. Default: a new one."
    )


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator["Cluster"]:
    """A cluster that is ready: a new one that is deleted after the session, or the one that ``--lab-cluster`` names."""
    yield from opened(request.config.getoption("--lab-engine"), request.config.getoption("--lab-cluster"))


def opened(engine: str, name: str | None = None) -> Iterator["Cluster"]:
    """Open, bring up, and afterwards delete a cluster; one that has a ``name`` already is left as it is.

    One of somebody else's must have a name: by the option, or by ``DRIFTLAB_CLUSTER``, as at the command line.
    """
    from driftlab.clusters.registry import open_cluster

    if engine == "existing":
        name = name or os.environ.get("DRIFTLAB_CLUSTER")
    new = f"test-{secrets.token_hex(3)}" if engine != "existing" else None
    try:
        found = open_cluster(engine, name or new, owned=name is None)
        found.up()
        found.wait_ready()
    except DriftlabError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield found
    finally:
        if found.owned:
            found.down()


@dataclass(frozen=True)
class Namespace:
    """A namespace of a test's own, and what one does in it."""

    cluster: "Cluster"
    name: str

    @cached_property
    def kubeconfig(self) -> Path:
        """A learner's: full rights on workloads in this namespace, and little else."""
        return self.cluster.learner_kubeconfig(self.name)

    @cached_property
    def client(self) -> "Client":
        """The API as a learner."""
        from driftlab.clusters.kubernetes.client import Client

        return Client(self.kubeconfig)

    def kubectl(self, *words: str, stdin: str | None = None, timeout_s: float = 120) -> str:
        """Run kubectl as a learner; its output. Raises CommandFailed."""
        from driftlab.clusters.host import processes
        from driftlab.clusters.kubernetes.kubectl import AS_WRITTEN, kubectl_path

        return processes.run(
            [kubectl_path(), *words],
            env={
                **AS_WRITTEN,
                "KUBECONFIG": str(self.kubeconfig),
                "KUBECACHEDIR": str(self.cluster.folder / "kubectl-cache"),
            },
            stdin=stdin,
            timeout_s=timeout_s,
        )

    def list(self, path: str) -> "list[Document]":
        """The objects of a kind: ``pods``, ``events``, ``apis/apps/v1/deployments``."""
        group, _, plural = path.rpartition("/")
        where = f"/{group or 'api/v1'}/namespaces/{self.name}/{plural}"
        items: list[Document] = self.cluster.client.get(where)["items"]
        return items


@pytest.fixture
def namespace(request: pytest.FixtureRequest, cluster: "Cluster") -> Iterator[Namespace]:
    """An empty namespace, gone after the test. What was in it is shown where the test fails."""
    name = cluster.namespace_for(f"test-{secrets.token_hex(4)}")
    cluster.create_namespace(name)
    made = Namespace(cluster, name)
    try:
        yield made
    finally:
        if request.node.stash.get(_FAILED, False):
            request.node.add_report_section("teardown", f"namespace {name}", _dump(made))
        cluster.delete_namespace(name)


@pytest.fixture(scope="session")
def lab_kind_cluster() -> Iterator["KindShaped"]:
    """What pytest-kind's ``kind_cluster`` is to tests, on the embedded engine: no container engine is needed."""
    from driftlab.clusters.drop_in import KindShaped
    from driftlab.clusters.embedded.engine import EmbeddedCluster

    for found in opened("embedded"):
        assert isinstance(found, EmbeddedCluster)
        yield KindShaped(found)


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
    for words in commands:
        try:
            parts.append(f"$ kubectl {' '.join(words)}\n{namespace.kubectl(*words)}")
        except DriftlabError as error:
            parts.append(str(error))
    return "\n".join(parts)

"""The shape of pytest-kind's ``KindCluster``, on a cluster of ours: suites that use it run without a container engine.

::

    @pytest.fixture(scope="session")
    def kind_cluster(lab_kind_cluster):
        return lab_kind_cluster

What needs a container that really runs cannot be had, and says so.
"""

import logging
import os
import re
import subprocess
from contextlib import AbstractContextManager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from driftlab.clusters.embedded.engine import EmbeddedCluster
from driftlab.clusters.errors import DriftlabError, UsageError
from driftlab.clusters.kubernetes.kubectl import AS_WRITTEN, kubectl_path

#: What an image is taken for of which nothing is known: a server that answers where servers usually do.
SERVER: dict[str, Any] = {
    "kind": "server",
    "port": 8080,
    "routes": ["/", "/health", "/healthz", "/live", "/livez", "/metrics", "/ready", "/readyz", "/status", "/version"],
    "programs": ["sh", "bash", "sleep", "echo", "true", "false", "cat", "ls", "date", "env", "tail", "python3"],
}


class NeedsContainers(DriftlabError):
    """The embedded engine runs no containers."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} needs a container that really runs, and the embedded engine runs none.",
            next_step="use pytest-kind's own fixture for this test: kind_cluster",
        )


class KindShaped:
    """``cluster`` with the attributes and methods of a ``KindCluster``; its rights are the owner's."""

    def __init__(self, cluster: EmbeddedCluster) -> None:
        self.cluster = cluster

    @property
    def name(self) -> str:
        return self.cluster.name

    @property
    def kubeconfig_path(self) -> Path:
        return self.cluster.kubeconfig

    @property
    def kubectl_path(self) -> Path:
        return kubectl_path()

    def create(self, config_file: str | Path | None = None) -> None:
        """Nothing is left to be done: the fixture gives a cluster that is ready."""
        if config_file:
            logging.getLogger(__name__).warning("The embedded engine does not know kind's %s.", config_file)
        if self.cluster.status().phase != "ready":
            self.cluster.up()
            self.cluster.wait_ready()

    def delete(self) -> None:
        """The fixture deletes the cluster when the session is over; until then it stays."""

    def kubectl(self, *args: str, **kwargs: Any) -> str:
        """Run kubectl; its output. ``kwargs`` are those of ``subprocess.check_output``; raises CalledProcessError."""
        output: str = subprocess.check_output(
            [str(self.kubectl_path), *args],
            env={**os.environ, **AS_WRITTEN, "KUBECONFIG": str(self.kubeconfig_path)},
            encoding="utf-8",
            **kwargs,
        )
        return output

    @cached_property
    def api(self) -> Any:
        """A ``pykube.HTTPClient``. Raises AttributeError where pykube is not installed."""
        try:
            pykube = import_module("pykube")
        except ImportError as error:
            raise AttributeError("api needs pykube: pip install 'driftlab[kind]', or pykube-ng alone") from error
        return pykube.HTTPClient(pykube.KubeConfig.from_file(str(self.kubeconfig_path)))

    def load_docker_image(self, docker_image: str, **behaviour: Any) -> None:
        """Let Pods run ``docker_image``. No image is loaded: the engine is told how such a container behaves.

        ``behaviour``: fields of ``clusters/embedded/images.schema.json``, such as ``port=80,
        routes=["/"]``. Without it, an image that the engine does not know is taken for a
        server on port 8080. Pods that run go on running. Raises UsageError or CatalogueInvalid.
        """
        if not behaviour and self.cluster.knows_image(docker_image):
            return
        repository, _, tag = docker_image.partition("@")[0].rpartition(":")
        if "/" in tag or not repository:
            repository, tag = docker_image, "latest"
        if "@" in docker_image:
            raise UsageError("An image cannot be loaded by its digest.", next_step=f"give it a tag: {repository}:TAG")
        self.cluster.add_image({"image": repository, **SERVER, **behaviour, "tags": re.escape(tag)})

    def port_forward(
        self, service_or_pod_name: str, remote_port: int, *args: str, local_port: int | None = None, retries: int = 10
    ) -> AbstractContextManager[int]:
        """Raises NeedsContainers."""
        del remote_port, args, local_port, retries
        raise NeedsContainers(f"Forwarding a port to {service_or_pod_name}")

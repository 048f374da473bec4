"""The interface of pytest-kind's ``KindCluster`` on an embedded cluster: its test suites run without containers.

::

    @pytest.fixture(scope="session")
    def kind_cluster(lab_kind_cluster):
        return lab_kind_cluster

Methods that need a real container raise NeedsContainers.
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
from driftlab.clusters.kubernetes.kubectl import NO_KUBERC, kubectl_path

#: How the container of an unknown image behaves: a server that answers on the usual paths.
SERVER: dict[str, Any] = {
    "kind": "server",
    "port": 8080,
    "routes": ["/", "/health", "/healthz", "/live", "/livez", "/metrics", "/ready", "/readyz", "/status", "/version"],
    "programs": ["sh", "bash", "sleep", "echo", "true", "false", "cat", "ls", "date", "env", "tail", "python3"],
}


class NeedsContainers(DriftlabError):
    """The embedded engine runs no containers."""

    def __init__(self, feature: str) -> None:
        super().__init__(
            f"{feature} needs a container that really runs, and the embedded engine runs none.",
            next_step="use pytest-kind's own fixture for this test: kind_cluster",
        )


class KindShaped:
    """``cluster`` with the attributes and methods of a ``KindCluster``. Its kubeconfig has all rights."""

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
        """Start the cluster if it is not ready; that of the fixture is. Ignores ``config_file`` with a warning."""
        if config_file:
            logging.getLogger(__name__).warning("The embedded engine does not know kind's %s.", config_file)
        if self.cluster.status().phase != "ready":
            self.cluster.up()
            self.cluster.wait_ready()

    def delete(self) -> None:
        """Does nothing: the fixture deletes the cluster at the end of the session."""

    def kubectl(self, *args: str, **kwargs: Any) -> str:
        """Run kubectl and return its output. ``kwargs``: see ``subprocess.check_output``. Raises CalledProcessError."""
        output: str = subprocess.check_output(
            [str(self.kubectl_path), *args],
            env={**os.environ, **NO_KUBERC, "KUBECONFIG": str(self.kubeconfig_path)},
            encoding="utf-8",
            **kwargs,
        )
        return output

    @cached_property
    def api(self) -> Any:
        """A ``pykube.HTTPClient``. Raises AttributeError if pykube is not installed."""
        try:
            pykube = import_module("pykube")
        except ImportError as error:
            raise AttributeError("api needs pykube: pip install 'driftlab[kind]', or pykube-ng alone") from error
        return pykube.HTTPClient(pykube.KubeConfig.from_file(str(self.kubeconfig_path)))

    def load_docker_image(self, docker_image: str, **behaviour: Any) -> None:
        """Let Pods run ``docker_image``. No image is loaded: the image is added to the engine's catalogue.

        ``behaviour``: how its containers behave, in fields of ``clusters/embedded/images.schema.json``, such as
        ``port=80, routes=["/"]``. Without it, an unknown image is a server on port 8080. Running Pods are not
        restarted. Raises UsageError or CatalogueInvalid.
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

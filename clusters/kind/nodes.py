"""Create the Nodes of a kind cluster with pytest-kind's KindCluster, in a separate process."""

from pathlib import Path
from typing import Any

import yaml

from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.kind.containers import ContainerEngine
from driftlab.clusters.kind.machine import workers
from driftlab.clusters.kind.node_image import image
from driftlab.clusters.kubernetes.kubectl import kubectl_path

#: The steps that kind prints, in their order.
STEPS = (
    "Ensuring node image",
    "Preparing nodes",
    "Writing configuration",
    "Starting control-plane",
    "Installing CNI",
    "Installing StorageClass",
    "Joining worker nodes",
)


def create_nodes(engine: ContainerEngine, name: str, folder: Path, kind: Path, progress: Progress) -> None:
    """Create the cluster called ``name`` in kind, and write its kubeconfig to ``folder``. Raises CommandFailed."""
    config = folder / "kind.yaml"
    write_atomically(config, yaml.safe_dump(_configuration(workers())))
    module, paths = processes.module_command("driftlab.clusters.kind.drive")
    command = [
        *module,
        "--name", name,
        "--image", engine.name_for_kind(image()),
        "--kubeconfig", str(folder / "kubeconfig.yaml"),
        "--kind", str(kind),
        "--kubectl", str(kubectl_path()),
        "--config", str(config),
    ]  # fmt: skip
    with progress.step("Starting the Nodes", total=len(STEPS), unit="steps") as step:

        def on_line(text: str) -> None:
            for number, title in enumerate(STEPS):
                if title in text:
                    step.advance_to(number + 1)

        environment = {**engine.network_environment(name), **paths}
        tail, code = processes.follow(command, folder, environment, on_line, silence_s=600)
    if code:
        raise CommandFailed(
            "kind could not create the cluster.",
            command=command,
            output="\n".join(tail),
            next_step="driftlab doctor, or use the other engine: driftlab up --engine embedded",
        )


def _configuration(count: int) -> dict[str, Any]:
    """kind's configuration: https://kind.sigs.k8s.io/docs/user/configuration/."""
    return {
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "kind": "Cluster",
        "networking": {"apiServerAddress": "127.0.0.1"},
        "nodes": [{"role": "control-plane"}, *({"role": "worker"} for _ in range(count))],
    }

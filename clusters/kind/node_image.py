"""The node image: its name, whether it is available, and how to load or pull it."""

import os
import socket
from pathlib import Path

from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kind import settings
from driftlab.clusters.kind.containers import ContainerEngine

#: The node image of the Kubernetes version of the labs, built for the pinned version of kind:
#: https://github.com/kubernetes-sigs/kind/releases/tag/v0.33.0
IMAGE = "docker.io/kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed"

#: The registry of the node image, and the timeout of a connection to it in seconds.
REGISTRY = ("registry-1.docker.io", 443)
REGISTRY_TIMEOUT_S = 3.0


def image() -> str:
    """The node image: the one that ``DRIFTLAB_KIND_IMAGE`` names, else ours."""
    return settings.IMAGE.value or IMAGE


def image_archive() -> Path | None:
    """A file with the node image, for machines without a registry: ``DRIFTLAB_KIND_IMAGE_ARCHIVE``."""
    path = settings.IMAGE_ARCHIVE.value
    return Path(path).expanduser() if path else None


def registry_answers() -> bool:
    """Whether the registry accepts a connection. True behind a proxy, which only the container engine could test."""
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy")):
        return True
    try:
        socket.create_connection(REGISTRY, timeout=REGISTRY_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def ensure_image(engine: ContainerEngine, progress: Progress = SILENT) -> None:
    """Load or pull the node image if the engine does not have it. Raises CommandFailed with the next step."""
    if engine.has_image(image()):
        return
    archive = image_archive()
    if archive is not None:
        with progress.step(f"Loading the node image from {archive.name}"):
            try:
                engine.load(archive)
            except CommandFailed as error:
                raise CommandFailed(
                    f"The node image could not be loaded from {archive}.",
                    command=error.command,
                    output=error.output,
                    next_step="get the file again, or: unset DRIFTLAB_KIND_IMAGE_ARCHIVE",
                ) from error
        if not engine.has_image(image()):
            raise CommandFailed(
                f"{archive} was loaded, but the image {image()} was not in it.",
                next_step="export DRIFTLAB_KIND_IMAGE=the name of the image that is in it",
            )
        return
    with progress.step("Pulling the node image (about 400 MB)"):
        try:
            engine.run("pull", "--quiet", image(), timeout_s=1800)
        except CommandFailed as error:
            raise CommandFailed(
                f"The node image {image()} is not here, and could not be pulled.",
                command=error.command,
                output=error.output,
                next_step="with a network: try again. Without one: export DRIFTLAB_KIND_IMAGE_ARCHIVE=/a/file, "
                "or use the engine that needs no images: driftlab up --engine embedded",
            ) from error

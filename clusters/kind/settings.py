"""The environment variables of the kind engine."""

from driftlab.clusters.settings import Setting

IMAGE = Setting("DRIFTLAB_KIND_IMAGE", "kind: the node image", "the one of the Kubernetes version of the labs")
IMAGE_ARCHIVE = Setting(
    "DRIFTLAB_KIND_IMAGE_ARCHIVE", "kind: a file to load the node image from, for rooms without a registry"
)
WORKERS = Setting("DRIFTLAB_KIND_WORKERS", "kind: how many worker Nodes a cluster has", "2, or 0 if memory is short")

"""The environment variables of the existing engine."""

from driftlab.clusters.settings import Setting

NAMESPACE = Setting("DRIFTLAB_NAMESPACE", "existing: the one namespace to work in", "a namespace for each lab")
USER = Setting("DRIFTLAB_USER", "existing: the user whose namespaces these are", "your login name")
CONFIRM = Setting(
    "DRIFTLAB_CONFIRM", "existing: the name of the context, if it looks like production and is meant", "you are asked"
)

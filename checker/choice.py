"""Which cluster is meant: the one named here, else by the environment, else the one used last, else ``auto``."""

import json
import os

from clusters.cluster import Cluster
from clusters.folders import state_folder, write_atomically
from clusters.registry import open_cluster

NAME = "driftlab"


def chosen_cluster(engine: str | None = None, name: str | None = None) -> Cluster:
    """The cluster that is meant. Raises UnknownEngine or EngineUnavailable."""
    last = _last()
    name = name or os.environ.get("DRIFTLAB_CLUSTER") or last.get("name") or NAME
    engine = engine or os.environ.get("DRIFTLAB_ENGINE")
    if engine is None:
        engine = last["engine"] if last.get("name") == name and "engine" in last else "auto"
    return open_cluster(engine, name)


def remember(cluster: Cluster) -> None:
    """From now on this one is meant where none is named."""
    write_atomically(state_folder() / "cluster.json", json.dumps({"engine": cluster.engine, "name": cluster.name}))


def forget(cluster: Cluster) -> None:
    if _last() == {"engine": cluster.engine, "name": cluster.name}:
        (state_folder() / "cluster.json").unlink(missing_ok=True)


def _last() -> dict[str, str]:
    try:
        document = json.loads((state_folder() / "cluster.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}

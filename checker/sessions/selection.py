"""Which cluster is meant: the one named here, else by the environment, else the one used last or that is there."""

import json
import os

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.registry import engines, open_cluster, uses_contexts


def chosen_cluster(engine: str | None = None, name: str | None = None) -> Cluster:
    """The cluster that is meant. Raises UnknownEngine, EngineUnavailable, or UsageError where a name is none."""
    last = last_chosen()
    engine = engine or os.environ.get("DRIFTLAB_ENGINE") or None
    asked = engine is not None
    if name is None:  # an empty one was asked for, too: by a script whose variable is not set
        name = os.environ.get("DRIFTLAB_CLUSTER") or None
    # the name of a context is nobody else's, and nobody else's name is a context's
    if name is None and (engine is None or uses_contexts(engine) == uses_contexts(last.get("engine"))):
        name = last.get("name") or None
    if engine is None:
        engine = last["engine"] if last.get("name") == name and "engine" in last else _engine_of(name)
    cluster = open_cluster(engine, name)
    if not asked and engine != "auto":
        cluster.selection_reason = f"engine {engine}: as before"
    return cluster


def _engine_of(name: str | None) -> str:
    """The engine that has a cluster of this name already, even if only partly created; else ``auto``."""
    for kind in engines():
        wanted = kind.default_name if name is None else name
        if kind.automatic and kind.is_valid_name(wanted) and kind(wanted).folder.exists():
            return kind.engine
    return "auto"


def remember(cluster: Cluster) -> None:
    """From now on this one is meant where none is named."""
    write_atomically(state_folder() / "cluster.json", json.dumps({"engine": cluster.engine, "name": cluster.name}))


def forget(cluster: Cluster) -> None:
    if last_chosen() == {"engine": cluster.engine, "name": cluster.name}:
        (state_folder() / "cluster.json").unlink(missing_ok=True)


def last_chosen() -> dict[str, str]:
    """``engine`` and ``name`` of the cluster that was used last; empty where there was none."""
    try:
        document = json.loads((state_folder() / "cluster.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = document if isinstance(document, dict) else {}
    return {key: value for key, value in found.items() if isinstance(value, str)}

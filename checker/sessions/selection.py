"""Select the cluster: by argument, else by the environment, else the last one used, else an existing one."""

import json

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.registry import engines, open_cluster, uses_contexts
from driftlab.clusters.settings import CLUSTER, ENGINE


def chosen_cluster(engine: str | None = None, name: str | None = None) -> Cluster:
    """The selected cluster. Raises UnknownEngine, EngineUnavailable, or UsageError for an invalid name."""
    last = last_chosen()
    engine = engine or ENGINE.value or None
    engine_given = engine is not None
    if name is None:  # an empty name is not None: a script may pass an unset variable
        name = CLUSTER.value or None
    # names of contexts are valid only for engines with contexts, and other names only for the others
    if name is None and (engine is None or uses_contexts(engine) == uses_contexts(last.get("engine"))):
        name = last.get("name") or None
    if engine is None:
        engine = last["engine"] if last.get("name") == name and "engine" in last else _engine_of(name)
    cluster = open_cluster(engine, name)
    if not engine_given and engine != "auto":
        cluster.selection_reason = f"engine {engine}: as before"
    return cluster


def _engine_of(name: str | None) -> str:
    """The engine that already has a cluster of this name, even if only partly created; else ``auto``."""
    for engine in engines():
        candidate = engine.default_name if name is None else name
        if engine.automatic and engine.is_valid_name(candidate) and engine(candidate).folder.exists():
            return engine.engine
    return "auto"


def remember(cluster: Cluster) -> None:
    """Make it the default cluster of later commands."""
    write_atomically(state_folder() / "cluster.json", json.dumps({"engine": cluster.engine, "name": cluster.name}))


def forget(cluster: Cluster) -> None:
    if last_chosen() == {"engine": cluster.engine, "name": cluster.name}:
        (state_folder() / "cluster.json").unlink(missing_ok=True)


def last_chosen() -> dict[str, str]:
    """``engine`` and ``name`` of the last cluster that was used; empty if there is none."""
    try:
        document = json.loads((state_folder() / "cluster.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = document if isinstance(document, dict) else {}
    return {key: value for key, value in found.items() if isinstance(value, str)}

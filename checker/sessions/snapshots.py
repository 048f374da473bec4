"""Read snapshots of namespaces from a cluster: for one check, or for many learners at once."""

import time
from collections.abc import Collection
from typing import Any

from driftlab.checker.evidence.snapshot import LISTS, Snapshot, lean, lists
from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused, Document, Reader

#: How many objects of many namespaces are read at once.
PAGE = 500


def take_snapshot(
    reader: Reader,
    namespace: str,
    identity: str = "/api/v1/namespaces/kube-system",
    watches: Collection[str] = (),
) -> Snapshot:
    """Read a namespace: five requests, all of the same resourceVersion; one more for each kind but one in ``watches``.

    The first list fixes the version; the others ask for exactly that one:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
    Where the API server has forgotten that version meanwhile, all is read once more.
    ``identity`` is the path of the object whose UID identifies the cluster. Raises
    ClusterUnreachable or ApiRefused.
    """
    cluster = _identity(reader, identity)
    try:
        version, raw = _lists_of_one_version(reader, namespace, watches)
    except ApiRefused as refusal:
        if refusal.status != 410:
            raise
        version, raw = _lists_of_one_version(reader, namespace, watches)
    return Snapshot(cluster, namespace, version, time.time(), raw)


def _lists_of_one_version(
    reader: Reader, namespace: str, watches: Collection[str]
) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    raw: dict[str, list[dict[str, Any]]] = {}
    version = ""
    for name, path in lists(watches).items():
        within = path.format(namespace=namespace)
        of, raw[name] = _version_and_items(reader.get(within, **_at(version)), within)
        version = version or of
    return version, raw


def take_snapshots(reader: Reader, namespaces: Collection[str]) -> dict[str, Snapshot]:
    """Many namespaces of one cluster, for graders: read as lists of the whole cluster, all of one resourceVersion.

    Needs the right to list everywhere. Raises ClusterUnreachable or ApiRefused. Lists are read in pages, and kept
    ``lean``: there may be thousands of Pods.
    """
    cluster = _identity(reader, "/api/v1/namespaces/kube-system")
    raw: dict[str, dict[str, list[dict[str, Any]]]] = {name: {kind: [] for kind in LISTS} for name in namespaces}
    version = ""
    for kind, path in LISTS.items():
        everywhere = path.replace("/namespaces/{namespace}", "")
        query: dict[str, str] | None = _at(version)
        while query is not None:
            document = reader.get(everywhere, limit=str(PAGE), **query)
            of, items = _version_and_items(document, everywhere)
            version = version or of
            for item in items:
                if item["metadata"]["namespace"] in raw:
                    raw[item["metadata"]["namespace"]][kind].append(lean(item))
            more = document["metadata"].get("continue")
            query = {"continue": more} if more else None
    taken = time.time()
    return {name: Snapshot(cluster, name, version, taken, lists) for name, lists in raw.items()}


def _identity(reader: Reader, path: str) -> str:
    try:
        return str(reader.get(path)["metadata"]["uid"])
    except (LookupError, TypeError) as error:
        raise _not_an_api_server(path) from error


def _at(version: str) -> dict[str, str]:
    """What to ask for to get that version, or, where it is empty, the newest one."""
    return {"resourceVersion": version, "resourceVersionMatch": "Exact"} if version else {}


def _version_and_items(document: Document, path: str) -> tuple[str, list[dict[str, Any]]]:
    try:
        return str(document["metadata"]["resourceVersion"]), list(document["items"])
    except (LookupError, TypeError) as error:
        raise _not_an_api_server(path) from error


def _not_an_api_server(path: str) -> ClusterUnreachable:
    return ClusterUnreachable(
        f"What answers for the cluster gives something else than was asked for ({path}).", next_step="driftlab status"
    )

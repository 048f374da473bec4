"""Read snapshots of namespaces from a cluster: one for a check, or many for grading."""

import time
from collections.abc import Collection
from typing import Any

from driftlab.checker.evidence.snapshot import LISTS, Snapshot, lean, lists
from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused, Document, Reader

#: The maximum number of objects in one response, when many namespaces are read.
PAGE = 500


def take_snapshot(
    reader: Reader,
    namespace: str,
    identity: str = "/api/v1/namespaces/kube-system",
    watches: Collection[str] = (),
) -> Snapshot:
    """Read a namespace: five requests at the same resourceVersion, and one more for each further kind in ``watches``.

    The first list sets the version; the others request exactly that version:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
    If the API server no longer has that version, everything is read once more.
    ``identity`` is the path of the object whose UID identifies the cluster. Raises ClusterUnreachable or ApiRefused.
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
        list_path = path.format(namespace=namespace)
        list_version, raw[name] = _version_and_items(reader.get(list_path, **_exact_version(version)), list_path)
        version = version or list_version
    return version, raw


def take_snapshots(reader: Reader, namespaces: Collection[str]) -> dict[str, Snapshot]:
    """Read many namespaces of one cluster, for graders, from lists of the whole cluster, all of one resourceVersion.

    Needs the right to list all namespaces. Lists are read in pages, and objects are reduced by ``lean``, because there
    may be thousands of Pods. Raises ClusterUnreachable or ApiRefused.
    """
    cluster = _identity(reader, "/api/v1/namespaces/kube-system")
    raw: dict[str, dict[str, list[dict[str, Any]]]] = {name: {kind: [] for kind in LISTS} for name in namespaces}
    version = ""
    for kind, path in LISTS.items():
        list_path = path.replace("/namespaces/{namespace}", "")
        query: dict[str, str] | None = _exact_version(version)
        while query is not None:
            document = reader.get(list_path, limit=str(PAGE), **query)
            list_version, items = _version_and_items(document, list_path)
            version = version or list_version
            for item in items:
                if item["metadata"]["namespace"] in raw:
                    raw[item["metadata"]["namespace"]][kind].append(lean(item))
            next_page = document["metadata"].get("continue")
            query = {"continue": next_page} if next_page else None
    taken = time.time()
    return {name: Snapshot(cluster, name, version, taken, lists) for name, lists in raw.items()}


def _identity(reader: Reader, path: str) -> str:
    try:
        return str(reader.get(path)["metadata"]["uid"])
    except (LookupError, TypeError) as error:
        raise _not_an_api_server(path) from error


def _exact_version(version: str) -> dict[str, str]:
    """The query parameters for exactly that version; for the newest one if it is empty."""
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

"""Signs that a cluster is in production: then its owner must confirm that the labs are meant to use it."""

import re
from urllib.parse import urlsplit

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes import rbac as rights
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document

#: Words in the names of production clusters, and the most Nodes that a classroom's cluster would have.
PRODUCTION = frozenset({"prod", "production", "prd", "live"})
MAX_NODES = 10


def production_name(document: Document) -> str:
    """The reason if the name of the context, of its cluster or of its server looks like production; else empty."""
    cluster = document["clusters"][0]
    for whose, name in (
        ("its name", document["current-context"]),
        ("its cluster's name", cluster["name"]),
        ("its server's name", urlsplit(cluster["cluster"]["server"]).hostname or ""),
    ):
        words = {*re.findall(r"[a-z]+", name.lower()), *map(str.lower, re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name))}
        if found := sorted(words & PRODUCTION):
            return f"{whose} has {found[0]!r} in it"
    return ""


def many_nodes(client: Client) -> str:
    """The reason if the cluster has more than ``MAX_NODES`` Nodes; empty if not, or if we may not list them."""
    try:
        if not rights.allowed(client, "", rights.Right("", "nodes", ("list",)), "list"):
            return ""
        nodes = client.get("/api/v1/nodes", limit=str(MAX_NODES + 1))["items"]
    except (ApiRefused, ClusterUnreachable):
        return ""
    return f"it has more than {MAX_NODES} Nodes" if len(nodes) > MAX_NODES else ""

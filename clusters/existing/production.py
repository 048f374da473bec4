"""What makes a cluster look like one in production: then its owner is asked whether it is meant."""

import re
from urllib.parse import urlsplit

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes import rbac as rights
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document

#: Parts of names that production clusters have; and more Nodes than a classroom's would have.
PRODUCTION = frozenset({"prod", "production", "prd", "live"})
MOST_NODES = 10


def production_name(document: Document) -> str:
    """Which name says so, where one does: that of the context, of its cluster, or of the server."""
    cluster = document["clusters"][0]
    for what, name in (
        ("its name", document["current-context"]),
        ("its cluster's name", cluster["name"]),
        ("its server's name", urlsplit(cluster["cluster"]["server"]).hostname or ""),
    ):
        words = {*re.findall(r"[a-z]+", name.lower()), *map(str.lower, re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name))}
        if found := sorted(words & PRODUCTION):
            return f"{what} has {found[0]!r} in it"
    return ""


def many_nodes(client: Client) -> str:
    """Says so where there are many Nodes, as far as we may count them."""
    try:
        if not rights.allowed(client, "", rights.Right("", "nodes", ("list",)), "list"):
            return ""
        nodes = client.get("/api/v1/nodes", limit=str(MOST_NODES + 1))["items"]
    except (ApiRefused, ClusterUnreachable):
        return ""
    return f"it has more than {MOST_NODES} Nodes" if len(nodes) > MOST_NODES else ""

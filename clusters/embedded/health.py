"""Whether a cluster that was started does what Pods need."""

import ssl
from contextlib import suppress
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document


def can_run_pods(client: Client, nodes: int) -> bool:
    """Can Pods be created, scheduled and asked for their logs?

    The Nodes are ready and without taints, their kubelets answer the API server, the default ServiceAccount is there.
    """
    ready = [node["metadata"]["name"] for node in client.get("/api/v1/nodes")["items"] if _takes_pods(node)]
    if len(ready) < nodes:
        return False
    with suppress(ApiRefused, ClusterUnreachable):
        client.get("/api/v1/namespaces/default/serviceaccounts/default")
        return all(client.text(f"/api/v1/nodes/{name}/proxy/healthz") == "ok" for name in ready)
    return False


def _takes_pods(node: Document) -> bool:
    conditions = node["status"].get("conditions", ())
    return not node["spec"].get("taints") and any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def controls(port: int, authority: Path) -> bool:
    """Do the controllers run? ``port`` is the controller manager's; ``authority`` has signed its certificate.

    The one process of all of them ends where the API server is not there in 10 s. A cluster that is started again has
    its Nodes, and looks well, before that is certain.
    """
    return "]deployment-controller ok" in _text(port, authority, "/healthz?verbose")


def schedules(port: int, authority: Path) -> bool:
    """Does the scheduler, whose port that is, know what there is to schedule?"""
    return _text(port, authority, "/readyz") == "ok"


def _text(port: int, authority: Path, path: str) -> str:
    """What a component says of itself; nothing where it does not answer. Anybody on this machine may ask."""
    connection = HTTPSConnection(
        "127.0.0.1", port, timeout=2, context=ssl.create_default_context(cafile=str(authority))
    )
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode(errors="replace")
    except (OSError, HTTPException):
        return ""
    finally:
        connection.close()

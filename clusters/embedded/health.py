"""Check whether a started cluster can run Pods."""

import ssl
from contextlib import suppress
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document


def can_run_pods(client: Client, nodes: int) -> bool:
    """Whether Pods can be created and scheduled, and their logs be read.

    That is: ``nodes`` Nodes are ready and have no taints, their kubelets answer the API server, and the default
    ServiceAccount exists.
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


def controllers_run(port: int, authority: Path) -> bool:
    """Whether the controllers run. ``port`` is the controller manager's; ``authority`` is the CA of its certificate.

    The controller manager ends if the API server does not answer within 10 s. The Nodes of a restarted cluster can be
    ready before, so that they do not show it.
    """
    return "]deployment-controller ok" in _text(port, authority, "/healthz?verbose")


def scheduler_ready(port: int, authority: Path) -> bool:
    """Whether the scheduler at ``port`` is ready: it has listed the objects that it needs."""
    return _text(port, authority, "/readyz") == "ok"


def _text(port: int, authority: Path, path: str) -> str:
    """The body of a component's answer; empty if it does not answer. These paths need no authentication."""
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

"""The API client for the user of a context, whose credentials may come from a plugin, and may expire."""

import json
import shlex
import tempfile
import threading
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftlab.clusters.errors import ClusterUnreachable, CommandFailed
from driftlab.clusters.host import processes
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.kubernetes.client import REQUEST_TIMEOUT_S, ApiRefused, Client, Document
from driftlab.clusters.kubernetes.kubeconfig import KubeconfigInvalid

if TYPE_CHECKING:
    from driftlab.clusters.existing.engine import ExistingCluster

#: The name of a cluster's extension in a kubeconfig whose content is passed to the credential plugin.
PLUGIN_EXTENSION = "client.authentication.k8s.io/exec"

#: The timeout of a credential plugin, in seconds.
PLUGIN_TIMEOUT_S = 60


class CredentialsRefused(ApiRefused):
    """The cluster does not accept the credentials of the context any more."""

    def __init__(self, context: str, server: str) -> None:
        super().__init__(401, "Unauthorized", "")
        self.message = (
            f"The cluster at {server} does not accept the credentials of the context {context!r}: "
            "they have expired, or were withdrawn."
        )
        self.next_step = f"log in to the cluster again, until this works: {kubectl_command(context)} auth whoami"


class OwnersClient(Client):
    """The API client for the user of a context. Reads the credentials again if the cluster rejects them (401)."""

    def __init__(self, cluster: "ExistingCluster", document: Document, timeout_s: float = REQUEST_TIMEOUT_S) -> None:
        self.cluster, self.document = cluster, document
        self.renewal_lock = threading.Lock()
        self.generation = 0  #: how often the credentials were read again: by one thread, for all that got a 401
        self._connect(timeout_s)

    def _connect(self, timeout_s: float) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kubeconfig"
            write_atomically(path, json.dumps(with_credentials(self.document, self.cluster.name)))
            try:
                super().__init__(path, timeout_s=timeout_s)
            except ClusterUnreachable as error:
                raise KubeconfigInvalid(
                    f"The context {self.cluster.name!r} cannot be used: {error.__cause__}",
                    next_step=f"{kubectl_command(self.cluster.name)} auth whoami",
                ) from error

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Any, headers: dict[str, str]) -> bytes:
        generation = self.generation
        try:
            return super()._send(method, path, query, body, headers)
        except ClusterUnreachable as error:
            error.next_step = f"see whether it can be reached from here: {kubectl_command(self.cluster.name)} version"
            raise
        except ApiRefused as refusal:
            if refusal.status != 401:
                raise
        with self.renewal_lock:
            if self.generation == generation:
                self.document = self.cluster.refresh_context(self.document)
                self._connect(self.timeout_s)
                self.generation += 1
        try:
            return super()._send(method, path, query, body, headers)
        except ApiRefused as refusal:
            if refusal.status == 401:
                raise CredentialsRefused(self.cluster.name, self.server) from refusal
            raise


def with_credentials(document: Document, context: str) -> Document:
    """The kubeconfig ``document`` with the credentials that its credential plugin returns, instead of the plugin.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins.
    The plugin is run here, because the ``kubernetes`` package would run it without a timeout. Raises CommandFailed.
    """
    entry, cluster = document["users"][0], document["clusters"][0]["cluster"]
    plugin = entry["user"].get("exec")
    if not plugin:
        return document
    spec: Document = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        fields = {key: value for key, value in cluster.items() if key != "extensions"}
        extensions = [item["extension"] for item in cluster.get("extensions", ()) if item["name"] == PLUGIN_EXTENSION]
        spec["cluster"] = fields | ({"config": extensions[0]} if extensions else {})
    info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    command = [str(plugin.get("command")), *map(str, plugin.get("args") or ())]
    environment = {str(variable["name"]): str(variable["value"]) for variable in plugin.get("env") or ()}
    next_step = str(plugin.get("installHint") or f"{kubectl_command(context)} auth whoami")
    environment["KUBERNETES_EXEC_INFO"] = json.dumps(info)
    output = processes.run(command, env=environment, timeout_s=PLUGIN_TIMEOUT_S, next_step=next_step)
    try:
        status = json.loads(output)["status"]
        user = {"token": status["token"]} if status.get("token") else {}
        for name, plugin_field in (
            ("client-certificate-data", "clientCertificateData"),
            ("client-key-data", "clientKeyData"),
        ):
            if status.get(plugin_field):
                user[name] = b64encode(status[plugin_field].encode()).decode()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = "The program that fetches credentials gave none."
        raise CommandFailed(message, command=command, next_step=next_step) from error
    return {**document, "users": [{**entry, "user": user}]}


def kubectl_command(context: str) -> str:
    """The beginning of a command line for the owner's context, for messages."""
    return f"kubectl --context {shlex.quote(context)}"

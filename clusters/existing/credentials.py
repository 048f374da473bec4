"""The API as the user of a context, whose credentials may be fetched by a program, and may run out."""

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
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document
from driftlab.clusters.kubernetes.kubeconfig import KubeconfigInvalid

if TYPE_CHECKING:
    from driftlab.clusters.existing.engine import ExistingCluster

#: Where a kubeconfig keeps what is meant for the program that fetches credentials.
OF_THE_PLUGIN = "client.authentication.k8s.io/exec"

#: Seconds that a program which fetches credentials may take.
PATIENCE_S = 60


class CredentialsRefused(ApiRefused):
    """The cluster does not know the user of the context any more."""

    def __init__(self, context: str, server: str) -> None:
        super().__init__(401, "Unauthorized", "")
        self.message = (
            f"The cluster at {server} does not accept the credentials of the context {context!r}: "
            "they have expired, or were withdrawn."
        )
        self.next_step = f"log in to the cluster again, until this works: {kubectl(context)} auth whoami"


class OwnersClient(Client):
    """The API as the user of a context; who that is, is found out again where the cluster does not know them."""

    def __init__(self, cluster: "ExistingCluster", document: Document, timeout_s: float = 10) -> None:
        self.cluster, self.document = cluster, document
        self.renewing = threading.Lock()
        self.generation = 0
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
                    next_step=f"{kubectl(self.cluster.name)} auth whoami",
                ) from error

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Any, headers: dict[str, str]) -> bytes:
        generation = self.generation
        try:
            return super()._send(method, path, query, body, headers)
        except ClusterUnreachable as error:
            error.next_step = f"see whether it can be reached from here: {kubectl(self.cluster.name)} version"
            raise
        except ApiRefused as refusal:
            if refusal.status != 401:
                raise
        with self.renewing:
            if self.generation == generation:
                self.document = self.cluster.renewed(self.document)
                self._connect(self.timeout_s)
                self.generation += 1
        try:
            return super()._send(method, path, query, body, headers)
        except ApiRefused as refusal:
            if refusal.status == 401:
                raise CredentialsRefused(self.cluster.name, self.server) from refusal
            raise


def with_credentials(document: Document, context: str) -> Document:
    """The kubeconfig with what its credential plugin says in the plugin's place.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins;
    run here, and not by the ``kubernetes`` package, which would wait for ever. Raises CommandFailed.
    """
    entry, cluster = document["users"][0], document["clusters"][0]["cluster"]
    plugin = entry["user"].get("exec")
    if not plugin:
        return document
    spec: Document = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        known = {key: value for key, value in cluster.items() if key != "extensions"}
        own = [one["extension"] for one in cluster.get("extensions", ()) if one["name"] == OF_THE_PLUGIN]
        spec["cluster"] = known | ({"config": own[0]} if own else {})
    info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": spec}
    command = [str(plugin.get("command")), *map(str, plugin.get("args") or ())]
    environment = {str(one["name"]): str(one["value"]) for one in plugin.get("env") or ()}
    next_step = str(plugin.get("installHint") or f"{kubectl(context)} auth whoami")
    environment["KUBERNETES_EXEC_INFO"] = json.dumps(info)
    output = processes.run(command, env=environment, timeout_s=PATIENCE_S, next_step=next_step)
    try:
        said = json.loads(output)["status"]
        user = {"token": said["token"]} if said.get("token") else {}
        for name, theirs in (
            ("client-certificate-data", "clientCertificateData"),
            ("client-key-data", "clientKeyData"),
        ):
            if said.get(theirs):
                user[name] = b64encode(said[theirs].encode()).decode()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = "The program that fetches credentials gave none."
        raise CommandFailed(what, command=command, next_step=next_step) from error
    return {**document, "users": [{**entry, "user": user}]}


def kubectl(context: str) -> str:
    """How a command line begins that goes to the owner's context."""
    return f"kubectl --context {shlex.quote(context)}"

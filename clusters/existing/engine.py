"""The existing engine: somebody else's cluster, which its owner chooses by the name of a context.

The kit changes only its own namespaces, and deletes only what the kit or a learner has created there. The kubeconfig
is only read. Several learners can share a cluster: each has namespaces of their own (``DRIFTLAB_USER``), or one that
an administrator has created for them (``DRIFTLAB_NAMESPACE``). The kit and the learners use the credentials of the
context, and have no other rights than its user.
"""

import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from driftlab.clusters.cluster import OURS, OURS_SELECTOR, Availability, Cluster, Status
from driftlab.clusters.errors import (
    ClusterNotOurs,
    ClusterNotReady,
    ClusterUnreachable,
    ConfirmationNeeded,
    DriftlabError,
    UsageError,
)
from driftlab.clusters.existing.credentials import OwnersClient, kubectl_command
from driftlab.clusters.existing.names import LABEL, MAX_LENGTH, label, shared_namespace, user_label
from driftlab.clusters.existing.production import many_nodes, production_name
from driftlab.clusters.existing.settings import CONFIRM
from driftlab.clusters.findings import Finding, ok, problem
from driftlab.clusters.host.files import locked, write_atomically
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kubernetes import cleanup, rbac
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document
from driftlab.clusters.kubernetes.kubeconfig import Kubeconfig, default_files, read
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.waiting import wait_for

#: The label with a namespace's user. Names are not unique: ``a-b-c`` is lab ``a`` of ``b-c`` or lab ``a-b`` of ``c``.
USER_LABEL = "driftlab.dev/user"

#: The recorded fields of a namespace: its UID, whether the kit created it, its user, and the UIDs of objects to keep.
NAMESPACE_FIELDS = {"uid", "made", "user", "kept"}


class RightsMissing(DriftlabError):
    """The user of the context lacks rights that the labs need."""


class ExistingCluster(Cluster):
    """The cluster of the context called ``name``."""

    engine = "existing"
    rank = 3
    automatic = False
    uses_contexts = True
    default_name = ""
    down_step = "Deleting our namespaces; the cluster itself stays as it is"
    stop_step = "Nothing is stopped: this cluster is its owner's"

    def __init__(self, name: str = "", *, owned: bool = False, images: Sequence[Path] = ()) -> None:
        if not name:
            kubeconfig = read(default_files())
            raise UsageError(
                "The engine existing works on a cluster of yours only if you name its context.",
                next_step="driftlab up --engine existing --cluster CONTEXT, "
                f"where CONTEXT is one of: {kubeconfig.context_names}"
                if kubeconfig.contexts
                else "name a kubeconfig that has contexts: export KUBECONFIG=/a/file",
            )
        super().__init__(name, owned=owned, images=images)
        self.user = user_label()
        self.shared = shared_namespace()

    def available(self) -> Availability:
        return Availability(True)

    @classmethod
    def diagnose(cls, last_used: str = "") -> Iterator[Finding]:
        if not last_used:
            return
        status = cls(last_used).status()
        if status.phase == "ready":
            yield ok(f"the cluster of the context {status.name!r} answers: {status.server}")
        else:
            yield problem(
                f"the cluster of the context {status.name!r} cannot be used: {status.detail}",
                f"kubectl --context {shlex.quote(status.name)} version, or another one: driftlab up --engine embedded",
            )

    @classmethod
    def is_valid_name(cls, name: str) -> bool:
        del name  # the name of a context may be any text
        return True

    @property
    def folder(self) -> Path:
        # the name of a context may contain any character
        return self.home / "clusters" / label(self.name, max_length=48)

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig.json"

    # ---- the interface

    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        with self.exclusively(progress), progress.step(f"Looking at the cluster of the context {self.name}"):
            config = self.read_kubeconfig()
            document = config.context(self.name)
            server = document["clusters"][0]["cluster"]["server"]
            accepted = self._read_record().get("accepted") == server
            if not accepted:
                self._require_confirmation(production_name(document), confirmed)
            client = OwnersClient(self, document)
            client.get("/version")
            if not accepted:
                self._require_confirmation(many_nodes(client), confirmed)
            if self.shared:
                namespaces = {self.shared: self._adopt_namespace(client, self.shared)}
            else:
                namespaces = {}
                if not accepted:
                    self._require_rights(client, self.namespace_for("driftlab"), creating=True)
            self._write_kubeconfigs(document)
            with self._edit_record() as record:
                record.update(context=self.name, server=server, accepted=server, files=list(map(str, config.files)))
                record["namespaces"].update(namespaces)
            self.__dict__.pop("client", None)

    def status(self) -> Status:
        server = str(self._read_record().get("server", ""))
        if not server or not self.kubeconfig.exists():
            return Status(self.engine, self.name, "absent", "it has not been taken up")
        try:
            self.client.get("/version")
        except DriftlabError as error:
            return Status(self.engine, self.name, "broken", error.message, server)
        return Status(self.engine, self.name, "ready", server=server)

    def stop(self) -> None:
        """Does nothing: the cluster belongs to its owner, and the kit has started no processes."""

    def down(self) -> None:
        with self.exclusively(SILENT):
            try:
                self.reset()
            except ClusterUnreachable as error:
                error.next_step = f"when it answers again: driftlab down; if it never will: rm -r {self.folder}"
                raise
            if self.folder.exists() and not self._read_record()["namespaces"]:
                remove_tree(self.folder)
            self.__dict__.pop("client", None)

    def reset(self) -> None:
        """Delete every namespace that the kit created for this user, and clear the shared one."""
        for name, entry in self._read_record()["namespaces"].items():
            if entry["user"] == self.user:
                self.delete_namespace(name)
                with self._edit_record() as record:
                    record["namespaces"].pop(name, None)

    def learner(self) -> dict[str, Any]:
        """The user of the context, because the kit cannot add users to the cluster."""
        document = json.loads(self.kubeconfig.read_text(encoding="utf-8"))
        return dict(document["users"][0]["user"])

    @cached_property
    def client(self) -> Client:
        try:
            document = json.loads(self.kubeconfig.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ClusterUnreachable(
                f"The context {self.name!r} has not been taken up.",
                next_step=f"driftlab up --engine existing --cluster {shlex.quote(self.name)}",
            ) from error
        return OwnersClient(self, document)

    # ---- namespaces

    def namespace_for(self, lab: str) -> str:
        """``LAB-USER``; or the shared namespace, for every lab."""
        name = f"{lab}-{self.user}"
        return self.shared or (name if LABEL.fullmatch(name) else label(name, MAX_LENGTH))

    def identity_path(self, namespace: str) -> str:
        return f"/api/v1/namespaces/{namespace}"

    def create_namespace(self, name: str) -> None:
        if self.shared:
            if name != self.shared:
                raise ClusterNotOurs(
                    f"With DRIFTLAB_NAMESPACE={self.shared}, there is no other namespace of ours.",
                    next_step="unset DRIFTLAB_NAMESPACE",
                )
            entry = self._adopt_namespace(self.client, name)
        else:
            entry = self._ensure_namespace(name)
        with self._edit_record() as record:
            record["namespaces"][name] = entry
        wait_for(
            lambda: self._exists(f"/api/v1/namespaces/{name}/serviceaccounts/default"),
            f"the ServiceAccount default of the namespace {name}",
        )

    def delete_namespace(self, name: str) -> None:
        """Delete a namespace that the kit created for this user; clear the shared one. Does nothing for others."""
        entry = self._read_record()["namespaces"].get(name, {})
        namespace = find_namespace(self.client, name)
        if namespace is None or not is_ours(namespace) or namespace["metadata"]["uid"] != entry.get("uid"):
            return
        if not entry["made"]:
            self.clear(name)
        elif namespace["metadata"]["labels"].get(USER_LABEL) == self.user:
            with suppress(ClusterNotReady):  # faster than deleting the namespace, which gives each Pod 30 s to end
                self.clear(name)
            # with the UID, a new namespace of the same name is not deleted
            options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": entry["uid"]}}
            self.client.request("DELETE", f"/api/v1/namespaces/{name}", body=options)
            self._wait_for_end(name, entry["uid"])

    def clear(self, namespace: str) -> None:
        cleanup.clear(self.client, namespace, self._read_record()["namespaces"].get(namespace, {}).get("kept", ()))

    def _ensure_namespace(self, name: str) -> Document:
        """Create this user's namespace if need be. Returns its record entry. Raises RightsMissing, ClusterNotOurs."""
        recorded = self._read_record()["namespaces"].get(name)
        if not recorded:
            self._require_rights(self.client, name, creating=True)
        namespace = find_namespace(self.client, name)
        if namespace and namespace["metadata"].get("deletionTimestamp"):
            self._wait_for_end(name, namespace["metadata"]["uid"])
            namespace = None
        if namespace is None:
            metadata = {"name": name, "labels": {**OURS, USER_LABEL: self.user}}
            try:
                body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
                namespace = self.client.post("/api/v1/namespaces", body)
            except ApiRefused as refusal:
                if refusal.reason != "AlreadyExists":  # created by another process of ours meanwhile
                    raise
                namespace = self.client.get(f"/api/v1/namespaces/{name}")
        user = namespace["metadata"].get("labels", {}).get(USER_LABEL)
        if not is_ours(namespace) or user != self.user:
            raise ClusterNotOurs(
                f"There is a namespace {name} on this cluster already, and it is not the kit's for {self.user!r}.",
                next_step="call yourself something else: export DRIFTLAB_USER=NAME",
            )
        return {"uid": namespace["metadata"]["uid"], "made": True, "user": self.user, "kept": []}

    def _adopt_namespace(self, client: Client, name: str) -> Document:
        """The record's entry of the shared namespace, with the UIDs of the objects in it.

        Raises RightsMissing, UsageError if there is no such namespace, and ClusterNotOurs if it lacks the kit's label
        or contains workloads of others.
        """
        recorded: Document | None = self._read_record()["namespaces"].get(name)
        if not recorded:
            self._require_rights(client, name, creating=False)
        namespace = find_namespace(client, name)
        context = kubectl_command(self.name)
        mark = f"{context} label namespace {name} {OURS_SELECTOR}"
        if namespace is None:
            raise UsageError(
                f"There is no namespace {name} on this cluster.",
                next_step=f"its administrator can make one: {context} create namespace {name} && {mark}",
            )
        if not is_ours(namespace):
            manager = namespace["metadata"].get("labels", {}).get("app.kubernetes.io/managed-by")
            raise ClusterNotOurs(
                f"The namespace {name} is not marked as one that the kit may use"
                + (f": it is managed by {manager}." if manager else "."),
                next_step="name another one: DRIFTLAB_NAMESPACE" if manager else f"its owner can do that: {mark}",
            )
        if recorded and recorded["uid"] == namespace["metadata"]["uid"]:
            return recorded
        present = list(cleanup.contents(client, name))
        busy = [
            f"{template.rsplit('/', 1)[1]}/{item['metadata']['name']}"
            for template, item in present
            if template in cleanup.WORKLOADS and not cleanup.is_kept(template, item)
        ]
        if busy:
            raise ClusterNotOurs(
                f"Something runs in the namespace {name} that is not of the kit's doing: {', '.join(busy[:5])}"
                + (f", and {len(busy) - 5} more." if len(busy) > 5 else "."),
                next_step=f"if it is not needed, delete it yourself: {context} --namespace {name} delete {busy[0]}",
            )
        kept = [item["metadata"]["uid"] for _, item in present]
        return {"uid": namespace["metadata"]["uid"], "made": False, "user": self.user, "kept": kept}

    def _wait_for_end(self, name: str, uid: str) -> None:
        def deleted() -> bool:
            namespace = find_namespace(self.client, name)
            return namespace is None or namespace["metadata"]["uid"] != uid

        wait_for(deleted, f"the end of the namespace {name}", timeout_s=120, every_s=0.2)

    def _require_rights(self, client: Client, namespace: str, *, creating: bool) -> None:
        """Raise RightsMissing with all missing rights and the commands with which an administrator can grant them."""
        missing = rbac.missing(client, namespace, [*(rbac.NAMESPACE_RIGHTS if creating else ()), *rbac.NEEDED])
        if not missing:
            return
        name = self.namespace_for("driftlab")
        commands = [f"kubectl create namespace {name}", f"kubectl label namespace {name} {OURS_SELECTOR}"]
        binding = f"kubectl create rolebinding driftlab-{self.user} --namespace={name} --clusterrole=edit"
        commands = [*(commands if creating else ()), f"{binding} {rbac.subject(client)}"]
        raise RightsMissing(
            f"The user of the context {self.name!r} lacks rights in the namespace {namespace}: {'; '.join(missing)}.",
            next_step="give this to the administrator of the cluster:\n    "
            + "\n    ".join(commands)
            + (f"\nand then: export DRIFTLAB_NAMESPACE={name}" if creating else ""),
        )

    # ---- the context, and the confirmation to use it

    def read_kubeconfig(self) -> Kubeconfig:
        """The user's kubeconfig. If it does not have the context, the files are read that had it at the last ``up``."""
        default = read(default_files())
        if self.name not in default.contexts:
            recorded = read(map(Path, self._read_record().get("files", ())))
            if self.name in recorded.contexts:
                return recorded
        return default

    def refresh_context(self, document: Document) -> Document:
        """Read the context again, which may have new credentials, and update our copies.

        Returns ``document`` if the context is gone, or names another server.
        """
        try:
            current = self.read_kubeconfig().context(self.name)
        except UsageError:
            return document
        if current["clusters"][0]["cluster"]["server"] != document["clusters"][0]["cluster"]["server"]:
            return document
        if self.kubeconfig.exists():
            self._write_kubeconfigs(current)
        return current

    def _write_kubeconfigs(self, document: Document) -> None:
        """Write our copy of the context, and update the learners' kubeconfigs that exist."""
        write_atomically(self.kubeconfig, json.dumps(document, indent=2))
        for path in (self.folder / "learner").glob("*.kubeconfig"):
            self.learner_kubeconfig(path.stem)

    def _require_confirmation(self, suspicion: str, typed: str) -> None:
        """Raise ConfirmationNeeded if there is a ``suspicion`` and the user has not confirmed the context's name."""
        answer = typed or CONFIRM.value
        if suspicion and answer != self.name:
            source = "You typed" if typed else "DRIFTLAB_CONFIRM says"
            raise ConfirmationNeeded(
                f"The context {self.name!r} looks like production: {suspicion}. "
                "The kit would make namespaces there, and learners would run Pods in them."
                + (f" {source} {answer!r}, which is not its name." if answer else ""),
                phrase=self.name,
            )

    # ---- the record

    def _read_record(self) -> Document:
        """The record of this cluster; empty if it is damaged or there is none. Invalid entries are left out."""
        try:
            document = json.loads((self.folder / "driftlab.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            document = {}
        record: Document = document if isinstance(document, dict) else {}
        entries = record.get("namespaces")
        entries = entries.items() if isinstance(entries, dict) else ()
        record["namespaces"] = {
            name: entry for name, entry in entries if isinstance(entry, dict) and entry.keys() >= NAMESPACE_FIELDS
        }
        return record

    @contextmanager
    def _edit_record(self) -> Iterator[Document]:
        """Yields the record to be changed, and writes it afterwards. Only one process at a time can change it."""
        with locked(self.home / ".record.lock"):
            document = self._read_record()
            yield document
            write_atomically(self.folder / "driftlab.json", json.dumps(document))


def find_namespace(client: Client, name: str) -> Document | None:
    try:
        return client.get(f"/api/v1/namespaces/{name}")
    except ApiRefused as refusal:
        if refusal.status == 404:
            return None
        raise


def is_ours(namespace: Document) -> bool:
    return OURS.items() <= (namespace["metadata"].get("labels") or {}).items()


ENGINE = ExistingCluster

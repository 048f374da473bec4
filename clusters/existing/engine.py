"""The existing engine: a cluster of somebody else's, by the context that its owner names.

Nothing is touched but the namespaces of ours, and nothing is deleted but what the kit or
a learner has put there. The kubeconfig is only read. Several learners can share a cluster:
each has namespaces of their own (``DRIFTLAB_USER``), or the one that an administrator has
made for them (``DRIFTLAB_NAMESPACE``). What the user of the context may not do, the kit
cannot either: learners work with the same credentials.
"""

import json
import os
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
from driftlab.clusters.existing.credentials import OwnersClient, kubectl
from driftlab.clusters.existing.names import LABEL, LONGEST, label, shared_namespace, user_label
from driftlab.clusters.existing.production import many_nodes, production_name
from driftlab.clusters.host.files import locked, write_atomically
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.kubernetes import cleanup as clearing
from driftlab.clusters.kubernetes import rbac as rights
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document
from driftlab.clusters.kubernetes.kubeconfig import Kubeconfig, read, usual_files
from driftlab.clusters.programs.cache import remove_tree
from driftlab.clusters.waiting import wait_for

#: Whose namespace it is: names alone could meet (lab ``a`` of ``b-c``, lab ``a-b`` of ``c``).
USER = "driftlab.dev/user"

#: What is noted of a namespace of ours: its UID, whether we made it, for whom, and the UIDs of what was there before.
NOTED = {"uid", "made", "user", "kept"}


class RightsMissing(DriftlabError):
    """The user of the context may not do all that the labs need."""


class ExistingCluster(Cluster):
    """The cluster that the context called ``name`` leads to."""

    engine = "existing"
    automatic = False
    default_name = ""
    leaving = "Deleting our namespaces; the cluster itself stays as it is"
    stopping = "Nothing is stopped: this cluster is its owner's"

    def __init__(self, name: str = "", *, owned: bool = False, images: Sequence[Path] = ()) -> None:
        if not name:
            known = read(usual_files())
            raise UsageError(
                "The engine existing works on a cluster of yours only where you name its context.",
                next_step=f"driftlab up --engine existing --cluster CONTEXT, where CONTEXT is one of: {known.listed}"
                if known.contexts
                else "name a kubeconfig that has contexts: export KUBECONFIG=/a/file",
            )
        super().__init__(name, owned=owned, images=images)
        self.user = user_label()
        self.shared = shared_namespace()

    @classmethod
    def available(cls) -> Availability:
        return Availability(True)

    @classmethod
    def may_be_called(cls, name: str) -> bool:
        del name  # a context is called as its owner likes
        return True

    @property
    def folder(self) -> Path:
        # the name of a context may hold any sign
        return self.home / "clusters" / label(self.name, longest=48)

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig.json"

    # ---- the interface

    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        with self.exclusively(progress), progress.step(f"Looking at the cluster of the context {self.name}"):
            config = self.sought()
            document = config.context(self.name)
            server = document["clusters"][0]["cluster"]["server"]
            accepted = self._kept().get("accepted") == server
            if not accepted:
                self._confirm(production_name(document), confirmed)
            client = OwnersClient(self, document)
            client.get("/version")
            if not accepted:
                self._confirm(many_nodes(client), confirmed)
            if self.shared:
                taken = {self.shared: self._taken_up(client, self.shared)}
            else:
                taken = {}
                if not accepted:
                    self._demand(client, self.namespace_for("driftlab"), making=True)
            self._copy(document)
            with self._record() as record:
                record.update(context=self.name, server=server, accepted=server, files=list(map(str, config.files)))
                record["namespaces"].update(taken)
            self.__dict__.pop("client", None)

    def status(self) -> Status:
        server = str(self._kept().get("server", ""))
        if not server or not self.kubeconfig.exists():
            return Status(self.engine, self.name, "absent", "it has not been taken up")
        try:
            self.client.get("/version")
        except DriftlabError as error:
            return Status(self.engine, self.name, "broken", error.message, server)
        return Status(self.engine, self.name, "ready", server=server)

    def stop(self) -> None:
        """Nothing: the cluster is its owner's, and none of its processes are ours."""

    def down(self) -> None:
        with self.exclusively(SILENT):
            try:
                self.reset()
            except ClusterUnreachable as error:
                error.next_step = f"when it answers again: driftlab down; if it never will: rm -r {self.folder}"
                raise
            if self.folder.exists() and not self._kept()["namespaces"]:
                remove_tree(self.folder)
            self.__dict__.pop("client", None)

    def reset(self) -> None:
        """Every namespace that was made for this user is deleted, and the shared one cleared."""
        for name, entry in self._kept()["namespaces"].items():
            if entry["user"] == self.user:
                self.delete_namespace(name)
                with self._record() as record:
                    record["namespaces"].pop(name, None)

    def learner(self) -> dict[str, Any]:
        """The user of the context: nobody else is known to the cluster."""
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
        """``LAB-USER``, or the shared namespace for every lab."""
        wanted = f"{lab}-{self.user}"
        return self.shared or (wanted if LABEL.fullmatch(wanted) else label(wanted, LONGEST))

    def identified_by(self, namespace: str) -> str:
        return f"/api/v1/namespaces/{namespace}"

    def create_namespace(self, name: str) -> None:
        if self.shared:
            if name != self.shared:
                raise ClusterNotOurs(
                    f"With DRIFTLAB_NAMESPACE={self.shared}, there is no other namespace of ours.",
                    next_step="unset DRIFTLAB_NAMESPACE",
                )
            entry = self._taken_up(self.client, name)
        else:
            entry = self._made(name)
        with self._record() as record:
            record["namespaces"][name] = entry
        wait_for(
            lambda: self._exists(f"/api/v1/namespaces/{name}/serviceaccounts/default"),
            f"the ServiceAccount default of the namespace {name}",
        )

    def delete_namespace(self, name: str) -> None:
        """Delete a namespace that was made for this user; the shared one is cleared. Others are left alone."""
        entry = self._kept()["namespaces"].get(name, {})
        namespace = find_namespace(self.client, name)
        if namespace is None or not is_ours(namespace) or namespace["metadata"]["uid"] != entry.get("uid"):
            return
        if not entry["made"]:
            self.clear(name)
        elif namespace["metadata"]["labels"].get(USER) == self.user:
            with suppress(ClusterNotReady):  # quicker than the cluster's own way, which gives each Pod 30 s
                self.clear(name)
            # should another of that name have taken its place meanwhile, that one is not meant
            only = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": entry["uid"]}}
            self.client.request("DELETE", f"/api/v1/namespaces/{name}", body=only)
            self._wait_for_end(name, entry["uid"])

    def clear(self, namespace: str) -> None:
        clearing.clear(self.client, namespace, self._kept()["namespaces"].get(namespace, {}).get("kept", ()))

    def _made(self, name: str) -> Document:
        """What is to be noted of a namespace for this user alone, which is made where it is not there."""
        known = self._kept()["namespaces"].get(name)
        if not known:
            self._demand(self.client, name, making=True)
        namespace = find_namespace(self.client, name)
        if namespace and namespace["metadata"].get("deletionTimestamp"):
            self._wait_for_end(name, namespace["metadata"]["uid"])
            namespace = None
        if namespace is None:
            metadata = {"name": name, "labels": {**OURS, USER: self.user}}
            try:
                body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
                namespace = self.client.post("/api/v1/namespaces", body)
            except ApiRefused as refusal:
                if refusal.reason != "AlreadyExists":  # another process of ours, a moment ago
                    raise
                namespace = self.client.get(f"/api/v1/namespaces/{name}")
        whose = namespace["metadata"].get("labels", {}).get(USER)
        if not is_ours(namespace) or whose != self.user:
            raise ClusterNotOurs(
                f"There is a namespace {name} on this cluster already, and it is not the kit's for {self.user!r}.",
                next_step="call yourself something else: export DRIFTLAB_USER=NAME",
            )
        return {"uid": namespace["metadata"]["uid"], "made": True, "user": self.user, "kept": []}

    def _taken_up(self, client: Client, name: str) -> Document:
        """What is to be noted of the shared namespace. Raises where its owner has not marked it, or it is in use."""
        known: Document | None = self._kept()["namespaces"].get(name)
        if not known:
            self._demand(client, name, making=False)
        namespace = find_namespace(client, name)
        context = kubectl(self.name)
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
        if known and known["uid"] == namespace["metadata"]["uid"]:
            return known
        present = list(clearing.contents(client, name))
        busy = [
            f"{template.rsplit('/', 1)[1]}/{item['metadata']['name']}"
            for template, item in present
            if template in clearing.WORKLOADS and not clearing.stays(template, item)
        ]
        if busy:
            raise ClusterNotOurs(
                f"Something runs in the namespace {name} that is not of the kit's doing: {', '.join(busy[:5])}"
                + (f", and {len(busy) - 5} more." if len(busy) > 5 else "."),
                next_step=f"delete it yourself, where it is not needed: {context} --namespace {name} delete {busy[0]}",
            )
        kept = [item["metadata"]["uid"] for _, item in present]
        return {"uid": namespace["metadata"]["uid"], "made": False, "user": self.user, "kept": kept}

    def _wait_for_end(self, name: str, uid: str) -> None:
        def gone() -> bool:
            namespace = find_namespace(self.client, name)
            return namespace is None or namespace["metadata"]["uid"] != uid

        wait_for(gone, f"the end of the namespace {name}", timeout_s=120, every_s=0.2)

    def _demand(self, client: Client, namespace: str, *, making: bool) -> None:
        """Raises RightsMissing with all rights that are missing, and what an administrator can do about it."""
        missing = rights.missing(client, namespace, [*(rights.MAKING if making else ()), *rights.NEEDED])
        if not missing:
            return
        name = self.namespace_for("driftlab")
        commands = [f"kubectl create namespace {name}", f"kubectl label namespace {name} {OURS_SELECTOR}"]
        binding = f"kubectl create rolebinding driftlab-{self.user} --namespace={name} --clusterrole=edit"
        commands = [*(commands if making else ()), f"{binding} {rights.subject(client)}"]
        raise RightsMissing(
            f"The user of the context {self.name!r} lacks rights in the namespace {namespace}: {'; '.join(missing)}.",
            next_step="give this to the administrator of the cluster:\n    "
            + "\n    ".join(commands)
            + (f"\nand then: export DRIFTLAB_NAMESPACE={name}" if making else ""),
        )

    # ---- which cluster, and whether it is meant

    def sought(self) -> Kubeconfig:
        """The kubeconfig that has the context: what kubectl would read, else what it was read from before."""
        usual = read(usual_files())
        if self.name not in usual.contexts:
            before = read(map(Path, self._kept().get("files", ())))
            if self.name in before.contexts:
                return before
        return usual

    def renewed(self, document: Document) -> Document:
        """The context as it is now: its owner may have logged in again. Our copies are renewed, too."""
        try:
            fresh = self.sought().context(self.name)
        except UsageError:
            return document
        if fresh["clusters"][0]["cluster"]["server"] != document["clusters"][0]["cluster"]["server"]:
            return document
        if self.kubeconfig.exists():
            self._copy(fresh)
        return fresh

    def _copy(self, document: Document) -> None:
        write_atomically(self.kubeconfig, json.dumps(document, indent=2))
        for path in (self.folder / "learner").glob("*.kubeconfig"):
            self.learner_kubeconfig(path.stem)

    def _confirm(self, suspicion: str, typed: str) -> None:
        said = typed or os.environ.get("DRIFTLAB_CONFIRM")
        if suspicion and said != self.name:
            where = "You typed" if typed else "DRIFTLAB_CONFIRM says"
            raise ConfirmationNeeded(
                f"The context {self.name!r} looks like production: {suspicion}. "
                "The kit would make namespaces there, and learners would run Pods in them."
                + (f" {where} {said!r}, which is not its name." if said else ""),
                phrase=self.name,
            )

    # ---- what is kept

    def _kept(self) -> Document:
        try:
            document = json.loads((self.folder / "driftlab.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            document = {}
        found: Document = document if isinstance(document, dict) else {}
        entries = found.get("namespaces")
        entries = entries.items() if isinstance(entries, dict) else ()
        found["namespaces"] = {
            name: entry for name, entry in entries if isinstance(entry, dict) and entry.keys() >= NOTED
        }
        return found

    @contextmanager
    def _record(self) -> Iterator[Document]:
        """What is kept, to be changed: one process at a time."""
        with locked(self.home / ".record.lock"):
            document = self._kept()
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

"""Proofs: goals that disturb the cluster, observe the reaction, and restore the old state.

A journal records each change before it is made, so that the next check can restore it after an aborted one.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from driftlab.checker.evidence.predicates import unfinished
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.kubernetes.client import ApiRefused, Client, Document
from driftlab.clusters.waiting import poll

#: The maximum time in seconds that all proofs of one check may wait for the cluster.
MAX_WAIT_S = 45.0
#: The maximum time in seconds to wait until the cluster has settled afterwards.
SETTLE_S = 20.0
POLL_S = 0.1
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"

#: The fields that a proof may change and that are restored: the name in the journal, and the path in the Deployment.
FIELDS = {
    "replicas": ("spec", "replicas"),
    "restartedAt": ("spec", "template", "metadata", "annotations", RESTARTED_AT),
}


class Disturbance:
    """The changes that a proof may make in its namespace. ``read`` takes a snapshot."""

    def __init__(self, client: Client, namespace: str, read: Callable[[], Snapshot], journal: Path) -> None:
        self._client, self._namespace, self._read, self._journal = client, namespace, read, journal
        self._deadline = time.monotonic() + MAX_WAIT_S
        #: the UIDs of the Deployments that were complete at first, and must become so again
        self._complete_uids: set[str] | None = None

    # ---- the changes that a proof may make

    def delete_pod(self, name: str) -> None:
        """Delete a Pod. It is not restored, because the proof observes its replacement."""
        self._note_complete_deployments()
        self._client.delete(f"/api/v1/namespaces/{self._namespace}/pods/{name}")

    def scale(self, deployment: str, replicas: int) -> None:
        """Change the replicas of a Deployment; the old number is restored at the end."""
        self._change(deployment, "replicas", replicas)

    def restart(self, deployment: str) -> None:
        """Restart a Deployment's Pods as ``kubectl rollout restart``; the old template is restored at the end."""
        self._change(deployment, "restartedAt", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))

    def until(self, met: Callable[[Snapshot], bool], timeout_s: float = 20) -> Snapshot | None:
        """The first snapshot for which ``met`` is true; None if there is none within ``timeout_s``."""
        return self._until(met, min(self._deadline - time.monotonic(), timeout_s))

    def _until(self, met: Callable[[Snapshot], bool], timeout_s: float) -> Snapshot | None:
        for _ in poll(timeout_s, POLL_S):
            snapshot = self._read()
            if met(snapshot):
                return snapshot
        return None

    # ---- restoring the old state

    def _path(self, deployment: str) -> str:
        return f"/apis/apps/v1/namespaces/{self._namespace}/deployments/{deployment}"

    def _note_complete_deployments(self) -> None:
        """Note which Deployments are complete, before the first change."""
        if self._complete_uids is None:
            before = self._read()
            self._complete_uids = {
                deployment.uid for deployment in before.deployments if not unfinished(deployment, before)
            }

    def _change(self, deployment: str, field: str, value: int | str) -> None:
        self._note_complete_deployments()
        before = self._client.get(self._path(deployment))
        entry = {"deployment": deployment, "uid": before["metadata"]["uid"], "field": field}
        journal = [{**entry, "was": _value(before, field), "became": value}, *_journal_entries(self._journal)]
        write_atomically(self._journal, json.dumps(journal))
        self._client.patch(self._path(deployment), _patch(field, value))

    def put_back(self) -> None:
        """Undo the changes, the last one first. A value that somebody else has changed since then stays.

        Raises DriftlabError: then the journal remains for the next check.
        """
        for entry in _journal_entries(self._journal):
            path = self._path(str(entry["deployment"]))
            try:
                present = self._client.get(path)
                if present["metadata"]["uid"] == entry["uid"] and _value(present, entry["field"]) == entry["became"]:
                    self._client.patch(path, _patch(entry["field"], entry["was"]))
            except ApiRefused as refusal:
                if refusal.status != 404:
                    raise
        self._journal.unlink(missing_ok=True)

    def repair(self) -> None:
        """Restore what an aborted check left."""
        self._complete_uids = {str(entry["uid"]) for entry in _journal_entries(self._journal)}
        self.put_back()
        self.settle()
        self._complete_uids = None

    def settle(self) -> None:
        """Wait until the Deployments are complete again, at most ``SETTLE_S``: our changes must not cost points."""
        if self._complete_uids:
            self._until(self._is_complete, SETTLE_S)

    def _is_complete(self, now: Snapshot) -> bool:
        return all(
            not unfinished(deployment, now)
            for deployment in now.deployments
            if deployment.uid in (self._complete_uids or ())
        )


@contextmanager
def disturbing(client: Client, namespace: str, read: Callable[[], Snapshot], journal: Path) -> Iterator[Disturbance]:
    """A Disturbance that is always undone at the end. First, changes that an aborted check left are undone."""
    disturbance = Disturbance(client, namespace, read, journal)
    disturbance.repair()
    try:
        yield disturbance
    finally:
        disturbance.put_back()
    disturbance.settle()


def _value(deployment: Document, field: str) -> Any:
    """The field's value in the Deployment; None if it is not set."""
    found: Any = deployment
    for name in FIELDS[field]:
        found = (found or {}).get(name)
    return found


def _patch(field: str, value: object) -> Document:
    """A merge patch: https://www.rfc-editor.org/rfc/rfc7396. None removes the field."""
    patch: Any = value
    for name in reversed(FIELDS[field]):
        patch = {name: patch}
    return dict(patch)


def _journal_entries(journal: Path) -> list[dict[str, Any]]:
    """The changes to undo. Damaged entries are ignored."""
    try:
        document = json.loads(journal.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    entries = document if isinstance(document, list) else []
    required = {"deployment", "uid", "field", "was", "became"}
    return [
        entry for entry in entries if isinstance(entry, dict) and required <= entry.keys() and entry["field"] in FIELDS
    ]

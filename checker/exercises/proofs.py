"""Goals that prove: disturb the cluster, see what it does, put things back.

What has to be put back is written down before it is changed, so that a check that is
interrupted, or killed, is made good by the next one.
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

#: Seconds that all proofs of one check may wait for the cluster.
BOUND_S = 45.0
#: Seconds that it is given afterwards to be as it was.
SETTLE_S = 20.0
EVERY_S = 0.1
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"

#: What a proof may change, and is put back: its name in the journal, and where the Deployment has it.
FIELDS = {
    "replicas": ("spec", "replicas"),
    "restartedAt": ("spec", "template", "metadata", "annotations", RESTARTED_AT),
}


class Disturbance:
    """What a proof may do in its namespace. ``read`` takes a snapshot."""

    def __init__(self, client: Client, namespace: str, read: Callable[[], Snapshot], journal: Path) -> None:
        self._client, self._namespace, self._read, self._journal = client, namespace, read, journal
        self._deadline = time.monotonic() + BOUND_S
        #: the UIDs of the Deployments that were complete, and have to be so again
        self._whole: set[str] | None = None

    # ---- what it may do

    def delete_pod(self, name: str) -> None:
        """Delete a Pod, as somebody would by mistake. It is not put back: that is what is to be seen."""
        self._look()
        self._client.delete(f"/api/v1/namespaces/{self._namespace}/pods/{name}")

    def scale(self, deployment: str, replicas: int) -> None:
        """Ask a Deployment for another number of replicas; afterwards the old number is asked for again."""
        self._change(deployment, "replicas", replicas)

    def restart(self, deployment: str) -> None:
        """Roll a Deployment's Pods, as ``kubectl rollout restart`` does; afterwards the old template comes back."""
        self._change(deployment, "restartedAt", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))

    def until(self, met: Callable[[Snapshot], bool], timeout_s: float = 20) -> Snapshot | None:
        """The first snapshot for which ``met`` holds; None where that does not come in time."""
        return self._until(met, min(self._deadline, time.monotonic() + timeout_s))

    def _until(self, met: Callable[[Snapshot], bool], deadline: float) -> Snapshot | None:
        while True:
            snapshot = self._read()
            if met(snapshot):
                return snapshot
            if time.monotonic() > deadline:
                return None
            time.sleep(EVERY_S)

    # ---- what has to be put back

    def _path(self, deployment: str) -> str:
        return f"/apis/apps/v1/namespaces/{self._namespace}/deployments/{deployment}"

    def _look(self) -> None:
        """See what is whole, before anything is disturbed."""
        if self._whole is None:
            before = self._read()
            self._whole = {one.uid for one in before.deployments if not unfinished(one, before)}

    def _change(self, deployment: str, field: str, value: int | str) -> None:
        self._look()
        before = self._client.get(self._path(deployment))
        entry = {"deployment": deployment, "uid": before["metadata"]["uid"], "field": field}
        noted = [{**entry, "was": _value(before, field), "became": value}, *_noted(self._journal)]
        write_atomically(self._journal, json.dumps(noted))
        self._client.patch(self._path(deployment), _patch(field, value))

    def put_back(self) -> None:
        """Undo what was done, the last thing first; what somebody else has changed since stays as it is.

        Raises DriftlabError: then the journal stays, for the next time.
        """
        for entry in _noted(self._journal):
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
        """Put back what a check has left that was killed."""
        self._whole = {str(entry["uid"]) for entry in _noted(self._journal)}
        self.put_back()
        self.settle()
        self._whole = None

    def settle(self) -> None:
        """Wait, as long as is bearable, until what was whole is whole again: nobody is to be blamed for our doings."""
        if self._whole:
            self._until(self._is_whole, time.monotonic() + SETTLE_S)

    def _is_whole(self, now: Snapshot) -> bool:
        return all(not unfinished(one, now) for one in now.deployments if one.uid in (self._whole or ()))


@contextmanager
def disturbing(client: Client, namespace: str, read: Callable[[], Snapshot], journal: Path) -> Iterator[Disturbance]:
    """A disturbance that is put back at the end, however it ends. What one before it has left is put back first."""
    made = Disturbance(client, namespace, read, journal)
    made.repair()
    try:
        yield made
    finally:
        made.put_back()
    made.settle()


def _value(deployment: Document, field: str) -> Any:
    """What the Deployment has there; None where it has nothing."""
    found: Any = deployment
    for name in FIELDS[field]:
        found = (found or {}).get(name)
    return found


def _patch(field: str, value: object) -> Document:
    """A merge patch: https://www.rfc-editor.org/rfc/rfc7396. None takes the field away."""
    patch: Any = value
    for name in reversed(FIELDS[field]):
        patch = {name: patch}
    return dict(patch)


def _noted(journal: Path) -> list[dict[str, Any]]:
    """What has to be put back; what is damaged of it cannot be."""
    try:
        document = json.loads(journal.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    entries = document if isinstance(document, list) else []
    needed = {"deployment", "uid", "field", "was", "became"}
    return [one for one in entries if isinstance(one, dict) and needed <= one.keys() and one["field"] in FIELDS]

"""The lost Node of a cluster, and the exercise that lost it. A cluster has at most one.

The next exercise that begins on the cluster needs all Nodes, so it restarts the lost one. The exercise that had lost it
can then no longer be solved, and its check reports that.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from driftlab.checker.sessions.store import read
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.files import locked, write_atomically
from driftlab.clusters.kubernetes.client import ApiRefused

#: A kubelet renews its lease every ten seconds. A renewal that was sent before the Node stopped may arrive later.
#: https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats
LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{node}"
RENEWAL_DELAY_S = 5.0


class LostNode:
    """``folder``: the state folder of the cluster. ``session_name``: a namespace and an exercise."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster, self.path = cluster, folder / "lost-node.json"

    @contextmanager
    def lose(self, node: str, session_name: str) -> Iterator[None]:
        """Stop the Node at the end of the block; the note about it is written at the beginning.

        Raises UsageError if the kit may not stop the cluster's Nodes.
        """
        with locked(self.path.with_suffix(".lock")):
            # the note first, so that the Node is restarted even after an error
            write_atomically(self.path, json.dumps({"node": node, "whose": session_name, "at": time.time()}))
            yield
            self.cluster.lose_node(node)

    def restart(self, next_exercise: str) -> None:
        """Restart the lost Node, if there is one, because ``next_exercise`` begins. Raises ClusterNotReady."""
        if not self.path.exists():
            return
        with locked(self.path.with_suffix(".lock")):
            if node := read(self.path).get("node"):
                with suppress(UsageError):  # the cluster was replaced by one with other Nodes
                    self.cluster.return_node(str(node))
                write_atomically(self.path, json.dumps({"instead": next_exercise}))

    def recovery_reason(self, session_name: str) -> str:
        """Why the Node that the session had lost is back, in words; empty if it is still lost."""
        note = read(self.path)
        if note.get("whose", session_name) == session_name and note.get("node"):
            return "it answers again" if self._has_renewed_lease(str(note["node"]), note.get("at")) else ""
        next_exercise = note.get("instead")
        return (
            f"{next_exercise} began on the same cluster"
            if next_exercise
            else "another exercise began on the same cluster"
        )

    def _has_renewed_lease(self, node: str, lost_at: object) -> bool:
        """Whether its kubelet has renewed its lease since. All Nodes of a stopped cluster run after its restart."""
        try:
            renewed = self.cluster.client.get(LEASE.format(node=node))["spec"]["renewTime"]
            renewed_at = datetime.fromisoformat(renewed).timestamp()
        except (ApiRefused, LookupError, TypeError, ValueError):
            return False
        return isinstance(lost_at, int | float) and renewed_at > lost_at + RENEWAL_DELAY_S

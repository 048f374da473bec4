"""The Node that an exercise has lost: one for each cluster, and whose exercise it is for.

Whatever begins on the cluster next needs all Nodes, so it brings that one back: the exercise that had lost it cannot be
done any more, and says so.
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

#: A kubelet renews its lease every ten seconds. One that was on its way when the Node fell silent may arrive after it.
#: https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats
LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{node}"
ON_ITS_WAY_S = 5.0


class LostNode:
    """``folder``: what is kept of the cluster. ``whose``: a namespace and an exercise."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster, self.path = cluster, folder / "lost-node.json"

    @contextmanager
    def losing(self, node: str, whose: str) -> Iterator[None]:
        """Lose it at the end of the block; from its beginning on it is known whose exercise that is for.

        Raises UsageError where the cluster's Nodes are not ours to lose.
        """
        with locked(self.path.with_suffix(".lock")):
            # first the note, so that it is brought back whatever happens
            write_atomically(self.path, json.dumps({"node": node, "whose": whose, "at": time.time()}))
            yield
            self.cluster.lose_node(node)

    def bring_back(self, instead: str) -> None:
        """Bring it back, if there is one: ``instead`` begins, an exercise. Raises ClusterNotReady."""
        if not self.path.exists():
            return
        with locked(self.path.with_suffix(".lock")):
            if node := read(self.path).get("node"):
                with suppress(UsageError):  # this is another cluster by now, with other Nodes
                    self.cluster.return_node(str(node))
                write_atomically(self.path, json.dumps({"instead": instead}))

    def is_back(self, whose: str) -> str:
        """Why the Node that ``whose`` exercise had lost is lost no more, in words; empty where it still is."""
        note = read(self.path)
        if note.get("whose", whose) == whose and note.get("node"):
            return "it answers again" if self._answers(str(note["node"]), note.get("at")) else ""
        instead = note.get("instead")
        return f"{instead} began on the same cluster" if instead else "another exercise began on the same cluster"

    def _answers(self, node: str, lost_at: object) -> bool:
        """Has its kubelet renewed its lease since? A cluster that was stopped comes back with all its Nodes."""
        try:
            renewed = self.cluster.client.get(LEASE.format(node=node))["spec"]["renewTime"]
            at = datetime.fromisoformat(renewed).timestamp()
        except (ApiRefused, LookupError, TypeError, ValueError):
            return False
        return isinstance(lost_at, int | float) and at > lost_at + ON_ITS_WAY_S

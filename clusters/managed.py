"""Clusters that the kit creates itself. Each has a folder with a record of the sources that it was created from."""

import json
import time
from abc import abstractmethod
from pathlib import Path
from typing import Any

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import ClusterNotOurs, DriftlabError
from driftlab.clusters.host.files import write_atomically
from driftlab.clusters.host.progress import SILENT, Progress


class ManagedCluster(Cluster):
    """The base class of engines that create clusters: the record, and the steps of ``up`` and ``down``.

    An engine implements how its cluster is created, repaired and removed. One process at a time calls these methods.
    """

    owns_nodes = True

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig.yaml"

    def learner(self) -> dict[str, Any]:
        return {"token": (self.folder / "learner.token").read_text(encoding="utf-8").strip()}

    # ---- the record

    @property
    def record(self) -> Path:
        """Marks the folder's cluster as ours, and has its digest. It is written first when a cluster is created."""
        return self.folder / "driftlab.json"

    def recorded(self) -> dict[str, Any]:
        """The content of the record; empty if there is none, or it is damaged."""
        try:
            document = json.loads(self.record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def write_record(self, **changes: object) -> None:
        """Update the record with ``changes``. A new record also gets the digest."""
        before = self.recorded() or {"digest": self.digest(), "made": time.time(), "complete": False}
        write_atomically(self.record, json.dumps({**before, **changes}))

    @abstractmethod
    def digest(self) -> str:
        """A digest of all that a cluster is created from: if it differs from the recorded one, ``up`` replaces it."""

    @property
    def is_current(self) -> bool:
        return self.recorded().get("digest") == self.digest()

    def raise_if_not_ours(self) -> None:
        """Raise ClusterNotOurs if the cluster's folder contains files, but no record of the kit."""
        if self.folder.exists() and not self.record.exists() and any(self.folder.iterdir()):
            raise ClusterNotOurs(
                f"{self.folder} exists, and the kit did not make it.",
                next_step=f"look at it, and move it away: mv {self.folder} /tmp",
            )

    # ---- up and down

    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        del confirmed  # the kit's own clusters need no confirmation
        with self.exclusively(progress):
            if self.is_current and self.status().phase == "ready":
                return
            self.raise_if_unavailable()
            self.prepare(progress)
            self.raise_if_not_ours()
            if self.record.exists() and not self.is_current:
                progress.say(f"The cluster {self.name!r} was made by another version of the kit; it is replaced.")
                self.remove()
            if self.record.exists():
                try:
                    with progress.step("Starting the cluster again"):
                        self.repair()
                    return
                except DriftlabError as error:
                    progress.say(f"The cluster {self.name!r} could not be mended and is replaced: {error.message}")
                    self.remove()
            try:
                self.create(progress)
                self.write_record(complete=True)
            except BaseException:
                self.remove()
                raise

    def down(self) -> None:
        with self.exclusively():
            if self.folder.exists() and not self.record.exists() and any(self.folder.iterdir()):
                raise ClusterNotOurs(f"{self.folder} was not made by the kit.", next_step="delete it yourself")
            self.remove()

    @abstractmethod
    def prepare(self, progress: Progress) -> None:
        """Get what ``create`` and ``repair`` need, such as programs. Raises DriftlabError."""

    @abstractmethod
    def create(self, progress: Progress) -> None:
        """Create the cluster. After a failure, the caller calls ``remove``. Raises DriftlabError."""

    @abstractmethod
    def repair(self) -> None:
        """Start the parts of the cluster that do not run. Raises DriftlabError if that does not make it ready."""

    @abstractmethod
    def remove(self) -> None:
        """End and delete all that belongs to the cluster, even if it was only partly created."""

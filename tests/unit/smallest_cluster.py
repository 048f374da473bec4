"""The smallest engine: it has the interface of all engines and runs nothing."""

from pathlib import Path
from typing import Any

from driftlab.clusters.cluster import Availability, Cluster, Status
from driftlab.clusters.errors import ConfirmationNeeded
from driftlab.clusters.host.progress import SILENT, Progress


class Smallest(Cluster):
    """``done``: what it was told to do. ``phases``: those of the next calls of ``status``; the last one stays.

    ``suspicious``: ``up`` needs its name as a confirmation, as for a cluster in production.
    """

    engine = "smallest"
    can_run = Availability(True)

    def __init__(self, name: str = "driftlab", *, owned: bool = False, suspicious: bool = False) -> None:
        super().__init__(name, owned=owned)
        self.done: list[str] = []
        self.phases = ["ready"]
        self.suspicious = suspicious

    def available(self) -> Availability:
        return self.can_run

    def up(self, progress: Progress = SILENT, *, confirmed: str = "") -> None:
        if self.suspicious and confirmed != self.name:
            raise ConfirmationNeeded("It looks like production.", self.name)
        with progress.step("Starting the smallest cluster"):
            self.done.append("up")

    def status(self) -> Status:
        phase = self.phases.pop(0) if len(self.phases) > 1 else self.phases[0]
        return Status(
            self.engine, self.name, phase, "etcd does not run" if phase == "broken" else "", "https://127.0.0.1:1"
        )

    def stop(self) -> None:
        self.done.append("stop")

    def down(self) -> None:
        self.done.append("down")

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig.yaml"

    def learner(self) -> dict[str, Any]:
        return {"token": "learners"}

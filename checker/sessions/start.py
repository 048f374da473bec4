"""Create the starting state of an exercise in an empty namespace."""

from collections.abc import Callable
from pathlib import Path

from driftlab.checker.evidence.predicates import unsettled
from driftlab.checker.evidence.snapshot import Snapshot
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.sessions.scripts import run_script
from driftlab.checker.sessions.turns import Overtaken, Turn
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import ClusterNotReady
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.kubectl import NO_KUBERC, kubectl_path
from driftlab.clusters.waiting import wait_for


def create_starting_state(
    cluster: Cluster, exercise: Exercise, kubeconfig: Path, turn: Turn, take: Callable[[], Snapshot]
) -> Snapshot:
    """Apply the manifest, run the script, and wait; returns the snapshot with the starting state.

    ``take`` takes a snapshot. Raises ClusterNotReady with what is missing, CommandFailed, or Overtaken if another
    exercise begins in the namespace meanwhile.
    """
    turn.check()
    if exercise.manifest.exists():
        processes.run(
            [kubectl_path(), "--kubeconfig", kubeconfig, "apply", "--filename", exercise.manifest],
            env={"KUBECACHEDIR": str(cluster.folder / "kubectl-cache"), **NO_KUBERC},
            next_step=f"driftlab reset {exercise.id}",
            abort_reason=turn.stop_reason,
        )
    if exercise.beginning.exists():
        run_script(exercise.beginning, kubeconfig, abort_reason=turn.stop_reason)
    return _wait_until_begun(exercise, turn, take)


def _wait_until_begun(exercise: Exercise, turn: Turn, take: Callable[[], Snapshot]) -> Snapshot:
    snapshots: list[Snapshot] = []

    def begun() -> bool:
        turn.check()
        snapshots.append(take())
        first, last = snapshots[0], snapshots[-1]
        if not {deployment.uid for deployment in first.deployments} <= {found.uid for found in last.deployments}:
            raise Overtaken(  # by a process with another state folder
                f"What was made for {exercise.id} in the namespace {first.namespace} has been deleted meanwhile.",
                next_step=f"driftlab start {exercise.id}",
            )
        return exercise.has_begun(last)

    try:
        wait_for(begun, f"the starting state of {exercise.id}", timeout_s=60, every_s=0.15)
    except ClusterNotReady as timeout:
        found = [f"{name}: {exercise.sentences.render(why)}" for name, why in unsettled(snapshots[-1])]
        missing = "; ".join(found) or "Deployments and Pods are as they ask for"
        raise ClusterNotReady(f"{timeout.message} There: {missing}.", next_step=timeout.next_step) from timeout
    return snapshots[-1]

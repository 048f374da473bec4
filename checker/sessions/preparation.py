"""Bring a cluster up and share the progress, so that notebooks can show the progress of another process."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import psutil

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.host.progress import Progress, SharedProgress, Step
from driftlab.clusters.waiting import poll


def progress_path(cluster: Cluster) -> Path:
    return state_folder() / "progress" / f"{cluster.engine}-{cluster.folder.name}.json"


def bring_up(cluster: Cluster, progress: Progress, confirmed: str = "") -> None:
    """``up`` and ``wait_ready``, with shared progress. Raises DriftlabError, and ConfirmationNeeded as ``up``."""
    path = progress_path(cluster)
    shared = SharedProgress(path)
    try:
        cluster.up(Progress(*progress.reporters, shared), confirmed=confirmed)
        cluster.wait_ready()
    finally:
        path.unlink(missing_ok=True)


def preparing_elsewhere(cluster: Cluster) -> bool:
    """Whether another running process is bringing this cluster up."""
    try:
        pid = int(json.loads(progress_path(cluster).read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return pid != os.getpid() and psutil.pid_exists(pid)


def watch(cluster: Cluster, show: Callable[[Step], None], every_s: float = 0.3) -> None:
    """Show the progress of the process that is bringing the cluster up, until it is done."""
    for _ in poll(every_s=every_s):
        if not preparing_elsewhere(cluster):
            return
        if step := SharedProgress.read(progress_path(cluster)):
            show(step)

"""`make bench`: what an engine takes when nothing happens, and with a thousand Pods."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import psutil

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host import processes
from driftlab.clusters.waiting import wait_for

if TYPE_CHECKING:
    from bench import Figures

IDLE = "the engine, idle: share of a core"
CROWD = "1,000 Pods on three Nodes ready"
CROWD_MEMORY = "resident memory of the engine with them"
ROWS = (IDLE, CROWD, CROWD_MEMORY)

PODS = 1000
#: Seconds without any work before and while the idle engine is looked at.
REST_S, LOOK_S = 20, 60


def measure_idle(cluster: Cluster, figures: "Figures", say: Callable[[str], None]) -> None:
    """Before anything is asked of it. A kind cluster's processes are not ours to count."""
    if cluster.engine == "embedded":
        say(f"{cluster.engine}: {IDLE}")
        figures.add(IDLE, cluster.engine, "%", idle(cluster))


def measure_crowd(
    cluster: Cluster, figures: "Figures", memory: Callable[[Cluster], float], say: Callable[[str], None]
) -> None:
    """Only on the embedded engine: a kind Node takes 110 Pods."""
    if cluster.engine != "embedded":
        return
    say(f"{cluster.engine}: {CROWD}")
    namespace = cluster.namespace_for("crowd")
    cluster.create_namespace(namespace)
    begin = time.perf_counter()
    grow(cluster, namespace)
    figures.add(CROWD, cluster.engine, "s", time.perf_counter() - begin)
    figures.add(CROWD_MEMORY, cluster.engine, "MB", memory(cluster) / 1e6)


def idle(cluster: Cluster) -> float:
    """Percent of a core that all processes of the engine take together."""
    time.sleep(REST_S)
    before, begin = cpu_s(cluster), time.perf_counter()
    time.sleep(LOOK_S)
    return 100 * (cpu_s(cluster) - before) / (time.perf_counter() - begin)


def cpu_s(cluster: Cluster) -> float:
    times = [psutil.Process(one.pid).cpu_times() for one in processes.processes_naming(cluster.folder) if ours(one)]
    return sum(time.user + time.system for time in times)


def ours(process: psutil.Process) -> bool:
    """The engine's, and not a recorder of the checker's."""
    return not any(word.startswith("checker.") for word in process.info["cmdline"])


def grow(cluster: Cluster, namespace: str) -> None:
    """One Deployment of so many Pods, each with a readiness probe; returns when all are ready."""
    probe = {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 10}
    labels = {"app": "crowd"}
    deployment = {
        "metadata": {"name": "crowd"},
        "spec": {
            "replicas": PODS,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web", "image": "blog-api:1.0", "readinessProbe": probe}]},
            },
        },
    }
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    cluster.client.post(path, deployment)

    def grown() -> bool:
        return int(cluster.client.get(f"{path}/crowd").get("status", {}).get("readyReplicas", 0)) == PODS

    wait_for(grown, f"{PODS} Pods that are ready", timeout_s=900, every_s=0.5)

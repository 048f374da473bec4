"""An embedded cluster that other processes make: all at once, from other homes, interrupted, or put to sleep."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from driftlab.clusters.errors import ClusterUnreachable
from driftlab.clusters.host import processes
from driftlab.clusters.host.paths import cache_folder
from driftlab.clusters.kubernetes.client import ApiRefused
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.registry import open_cluster
from driftlab.clusters.waiting import wait_for

UP = ("up", "--engine", "embedded", "--cluster", "made")


class Person:
    """Somebody with a home and a state folder of their own."""

    def __init__(self, home):
        self.home, self.state = home, home / "state"
        self.environment = {**os.environ, "HOME": str(home), "DRIFTLAB_STATE": str(self.state)}
        self.environment["DRIFTLAB_CACHE"] = str(cache_folder())
        self.environment.pop("KUBECONFIG", None)

    @property
    def folder(self):
        return self.state / "embedded" / "clusters" / "made"

    def begin(self, *words):
        command = [sys.executable, "-m", "driftlab.checker.cli.main", *words]
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, env=self.environment, cwd=self.home, **options)

    def run(self, *words):
        process = self.begin(*words)
        output, _ = process.communicate(timeout=300)
        return process.returncode, output

    @property
    def processes(self):
        """By the program's name; ``nothing`` more than what was started for this person's cluster."""
        return {process.name() for process in processes.processes_naming(self.folder) if process.is_running()}


@pytest.fixture
def person(tmp_path):
    made = Person(tmp_path)
    yield made
    code, output = made.run("down", "--engine", "embedded", "--cluster", "made")
    assert code == 0, output
    assert not made.processes
    assert not made.folder.exists()


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_four_people_at_once(tmp_path):
    """Each has a state folder of their own, so nothing but the machine's ports can be in the way."""
    people = [Person(tmp_path / name) for name in ("ada", "grace", "edsger", "barbara")]
    for one in people:
        one.home.mkdir()
    try:
        with ThreadPoolExecutor(len(people)) as pool:
            for code, output in pool.map(lambda one: one.run(*UP), people):
                assert code == 0, output
        servers = {
            one.run("status", "--engine", "embedded", "--cluster", "made")[1].split("server: ")[1] for one in people
        }
        assert len(servers) == len(people)
    finally:
        for one in people:
            one.run("down", "--engine", "embedded", "--cluster", "made")
    assert not [one.processes for one in people if one.processes]


def test_kubeconfig_of_the_person_is_not_touched(person):
    """Nor is anything else in their home, but for the kit's own state folder."""
    own = person.home / ".kube" / "config"
    own.parent.mkdir()
    own.write_text("apiVersion: v1\nkind: Config\ncurrent-context: production\n")
    before = own.read_bytes(), own.stat().st_mtime_ns
    assert person.run(*UP)[0] == 0
    command = [kubectl_path(), f"--kubeconfig={person.folder / 'kubeconfig.yaml'}", "get", "namespaces"]
    environment = {**person.environment, "KUBECACHEDIR": str(person.state / "cache")}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert person.run("down", "--engine", "embedded", "--cluster", "made")[0] == 0
    assert (own.read_bytes(), own.stat().st_mtime_ns) == before
    assert sorted(path.name for path in person.home.iterdir()) == [".kube", "state"]
    assert [path.name for path in own.parent.iterdir()] == ["config"]


def reached(person, moment):
    """Has the creation come so far? Moments are files of the cluster's folder, or programs that run for it."""
    return (person.folder / moment).exists() or moment in person.processes


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("driftlab.json", "SIGINT"),
        ("pki/ca.key", "SIGTERM"),
        ("etcd", "SIGINT"),
        ("kube-apiserver", "SIGTERM"),
        ("driftlab-node", "SIGHUP"),
        ("kube-scheduler", "SIGTERM"),
    ],
)
@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep", but=["kube-scheduler"])
def test_interrupted_creation_leaves_nothing(person, moment, name):
    process = person.begin(*UP)
    wait_for(lambda: reached(person, moment) or process.poll() is not None, moment, timeout_s=120, every_s=0.005)
    assert process.poll() is None, process.communicate()[0]
    process.send_signal(signal.Signals[name])
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130, output
    assert "Interrupted" in output
    assert not person.folder.exists()
    assert not person.processes


@pytest.mark.parametrize("moment", ["driftlab.json", "etcd", "kube-apiserver"])
@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_killed_creation_can_be_deleted_and_begun_again(person, moment):
    """What is killed cannot clear up after itself; ``down``, or the next ``up``, does."""
    process = person.begin(*UP)
    wait_for(lambda: reached(person, moment) or process.poll() is not None, moment, timeout_s=120, every_s=0.005)
    assert process.poll() is None, process.communicate()[0]
    process.kill()
    process.communicate()
    if moment == "etcd":
        code, output = person.run(*UP)
        assert code == 0, output
        assert "could not be mended and is replaced: its creation was interrupted" in output


def ready(pod_or_node):
    conditions = pod_or_node["status"].get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


#: So long it sleeps; and so soon after it has woken up, all is well: 13 s by itself.
SLEEP_S, WELL_S = 120, 30
#: Other tests, and the clusters that they start, want the same few cores at the same time.
BUSY = 2


@pytest.mark.thorough("clusters that are killed, damaged, interrupted or put to sleep")
def test_host_that_sleeps(tmp_path, monkeypatch):
    """Everything stands still for longer than Nodes may be silent; then all is as before, by itself."""
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path))
    with open_cluster("embedded", "sleeper", owned=True) as cluster:
        client = cluster.client
        cluster.create_namespace("lab")
        container = {"name": "web", "image": "blog-api:1.0"}
        container["readinessProbe"] = {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1}
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
        spec = {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": template}
        client.post("/apis/apps/v1/namespaces/lab/deployments", {"metadata": {"name": "web"}, "spec": spec})

        def healthy():
            deployment = client.get("/apis/apps/v1/namespaces/lab/deployments/web")["status"]
            found = client.get("/api/v1/namespaces/lab/pods")["items"] + client.get("/api/v1/nodes")["items"]
            return deployment.get("readyReplicas") == 3 and all(map(ready, found))

        wait_for(healthy, "a healthy Deployment", timeout_s=120)
        pods = {pod["metadata"]["uid"] for pod in client.get("/api/v1/namespaces/lab/pods")["items"]}
        asleep = processes.processes_naming(cluster.folder)
        for process in asleep:
            process.suspend()
        psutil.wait_procs(asleep, timeout=SLEEP_S)  # none ends: this is the sleep itself
        for process in asleep:
            process.resume()
        awake = datetime.now(UTC)

        def noticed():
            """Heartbeats have come since the controller manager, which looks every 5 s, took its next look."""
            leases = client.get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")["items"]
            times = [datetime.fromisoformat(lease["spec"]["renewTime"]) for lease in leases]
            return min(times) > awake + timedelta(seconds=6)

        def well():
            try:
                return cluster.status().phase == "ready" and noticed() and healthy()
            except (ApiRefused, ClusterUnreachable):  # it is waking up
                return False

        wait_for(well, "the Deployment to be healthy again", timeout_s=WELL_S * BUSY)
        assert {pod["metadata"]["uid"] for pod in client.get("/api/v1/namespaces/lab/pods")["items"]} == pods

"""The pytest plugin as others use it: in a project of their own, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.host import processes


def run_pytest(folder: Path, source: str, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run ``source`` as the only test file of a project without any configuration; every warning is an error."""
    (folder / "test_theirs.py").write_text(dedent(source), encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "--color=no", *options],
        cwd=folder,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_its_fixtures_bring_a_cluster_and_take_it_away(tmp_path: Path):
    """A new cluster for the session, an empty namespace for each test, and nothing left afterwards."""
    state = tmp_path / "state"
    done = run_pytest(
        tmp_path,
        """
        seen = set()

        def test_cluster(cluster):
            assert cluster.engine == "embedded"
            assert cluster.status().phase == "ready"

        def test_namespace(namespace, cluster):
            seen.add(namespace.name)
            assert namespace.cluster is cluster
            namespace.kubectl("create", "deployment", "web", "--image=nginx:1.27")
            namespace.kubectl("rollout", "status", "deployment/web", "--timeout=120s")
            (pod,) = namespace.list("pods")
            (deployment,) = namespace.list("apis/apps/v1/deployments")
            assert pod["metadata"]["name"].startswith("web-")
            assert deployment["status"]["readyReplicas"] == 1
            path = f"/api/v1/namespaces/{namespace.name}/pods"
            assert len(namespace.client.get(path)["items"]) == 1

        def test_another_namespace(namespace):
            assert namespace.name not in seen
            assert namespace.list("pods") == []
        """,
        "--lab-engine=embedded",
        DRIFTLAB_STATE=str(state),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert processes.processes_naming(state) == []
    assert list((state / "embedded" / "clusters").iterdir()) == []


@pytest.mark.thorough("whole runs of pytest in a project of its own")
def test_a_named_cluster_is_used_and_left_running(cluster: Cluster, tmp_path: Path):
    """And the tests' namespaces are gone from it."""
    done = run_pytest(
        tmp_path,
        f"""
        def test_it_is_the_one(cluster, namespace):
            assert cluster.kubeconfig == __import__("pathlib").Path({str(cluster.kubeconfig)!r})
            assert not cluster.owned
            print("namespace:", namespace.name)
        """,
        f"--lab-engine={cluster.engine}",
        f"--lab-cluster={cluster.name}",
        "--capture=no",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (name,) = (line.split()[-1] for line in done.stdout.splitlines() if "namespace: " in line)
    namespaces = cluster.client.get("/api/v1/namespaces")["items"]
    assert name not in [namespace["metadata"]["name"] for namespace in namespaces]
    assert cluster.status().phase == "ready"


def test_a_failing_test_shows_what_was_in_its_namespace(cluster: Cluster, tmp_path: Path):
    """And one that passes does not."""
    done = run_pytest(
        tmp_path,
        """
        def test_good(namespace):
            namespace.kubectl("create", "configmap", "quiet")

        def test_bad(namespace):
            namespace.kubectl("create", "deployment", "culprit", "--image=blog-api:1.0")
            namespace.kubectl("rollout", "status", "deployment/culprit", "--timeout=120s")
            assert False, "on purpose"
        """,
        f"--lab-engine={cluster.engine}",
        f"--lab-cluster={cluster.name}",
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout
    assert "AssertionError: on purpose" in done.stdout
    assert done.stdout.count("$ kubectl get events") == 1
    dump = done.stdout.partition("$ kubectl get deployments,replicasets,pods")[2]
    for expected in ("deployment.apps/culprit", "replicaset.apps/culprit-", "pod/culprit-", "SuccessfulCreate"):
        assert expected in dump


def test_runs_that_use_no_cluster_start_none_and_pay_for_none(tmp_path: Path):
    done = run_pytest(
        tmp_path,
        """
        import sys

        def test_cheap():
            ours = {name for name in sys.modules if name.partition(".")[0] == "driftlab"}
            plugins = {f"driftlab.{of}.pytest_plugin" for of in ("clusters", "clusters.embedded", "checker")}
            packages = {"driftlab", "driftlab.clusters", "driftlab.clusters.embedded", "driftlab.checker"}
            assert ours == {*packages, *plugins, "driftlab.clusters.errors"}
            assert "kubernetes" not in sys.modules
        """,
        DRIFTLAB_STATE=str(tmp_path / "state"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "state").exists()


def test_a_cluster_that_cannot_be_had_is_told_with_the_next_step(tmp_path: Path):
    """In words, where the tests' own code is not to blame: no traceback through the kit."""
    done = run_pytest(
        tmp_path,
        "def test_any(cluster): pass",
        "--lab-engine=no-such-engine",
        DRIFTLAB_STATE=str(tmp_path / "state"),
    )
    assert done.returncode == 1
    assert "There is no engine called 'no-such-engine'." in done.stdout
    assert "Next: choose one of: auto, embedded, existing, kind" in done.stdout
    assert "clusters/registry.py" not in done.stdout


def test_it_stands_beside_pytest_kind(tmp_path: Path):
    """Both plugins are active at once: a clash of options would end pytest before its first word."""
    pytest.importorskip("pytest_kind")
    done = run_pytest(tmp_path, "", "--help")
    assert done.returncode == 0, done.stdout + done.stderr
    for option in ("--lab-engine", "--lab-cluster", "--lab-namespace", "--cluster-name", "--keep-cluster"):
        assert f"  {option}" in done.stdout

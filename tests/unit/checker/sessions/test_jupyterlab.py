"""How `driftlab lab` starts and ends JupyterLab. The browser tests show that it works."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from driftlab.checker.sessions import jupyterlab
from driftlab.clusters.errors import UsageError
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.registry import open_cluster
from driftlab.clusters.waiting import wait_for
from tests.unit.smallest_cluster import Smallest

pytestmark = pytest.mark.usefixtures("neutral")


SHORT, LONG = (
    "/home/me/.local/share/jupyter/runtime",
    "/home/university.example/students/2026/firstname.lastname/runtime",
)


@pytest.mark.parametrize(("folder", "transport"), [(SHORT, "ipc"), (LONG, "tcp")])
def test_kernels_can_listen_however_long_the_path_of_the_home_folder_is(
    monkeypatch: pytest.MonkeyPatch, folder: str, transport: str
):
    """A Unix socket's path may have 103 bytes on macOS and 107 on Linux: a kernel with a longer one dies at once."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", folder)
    command = jupyterlab._jupyter_command(Path("/work"), "lab.ipynb", browser=False, port=0)
    assert f"--KernelManager.transport={transport}" in command


def test_a_port_that_is_taken_is_said_before_anything_is_begun(tmp_path: Path):
    """Whoever listens there, on loopback or everywhere."""
    for address in ("127.0.0.1", ""):
        with socket.create_server((address, 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(UsageError, match=f"The port {port} is taken") as trouble:
                jupyterlab.run(
                    open_cluster("embedded"), lab=None, workspace=tmp_path / "work", browser=False, port=port
                )
        assert "driftlab lab --port 0" in trouble.value.next_step
    assert list(tmp_path.iterdir()) == []


def test_a_port_is_free_as_soon_as_nobody_listens_there_any_more():
    """Also while the system keeps the connections that there were."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            other.accept()[0].close()
    jupyterlab.raise_if_port_taken(port)


def test_settings_are_given_where_the_learner_has_none(state: Path):
    """No question about news, a save every ten seconds, long lines whole; what the learner chooses later stays."""
    settings = jupyterlab._environment(open_cluster("embedded"))["JUPYTERLAB_SETTINGS_DIR"]
    folder = Path(settings) / "@jupyterlab"
    news, documents, notebooks = (folder / f"{name}.jupyterlab-settings" for name in jupyterlab.SETTINGS)
    assert json.loads(news.read_text(encoding="utf-8")) == {"fetchNews": "false", "checkForUpdates": False}
    assert json.loads(documents.read_text(encoding="utf-8")) == {"autosaveInterval": 10}
    assert json.loads(notebooks.read_text(encoding="utf-8"))["codeCellConfig"]["lineWrap"] is True

    documents.write_text('{"autosaveInterval": 60}', encoding="utf-8")
    jupyterlab._environment(open_cluster("embedded"))
    assert json.loads(documents.read_text(encoding="utf-8")) == {"autosaveInterval": 60}


def test_terminals_find_the_kits_kubectl_and_the_learners_kubeconfig(monkeypatch):
    monkeypatch.setenv("PATH", "/somebody/elses/bin")
    environment = jupyterlab._environment(open_cluster("embedded", "mine"))
    assert environment["PATH"].split(os.pathsep) == [str(kubectl_path().parent), "/somebody/elses/bin"]
    assert Path(environment["KUBECONFIG"]) == jupyterlab.terminal_kubeconfig()
    assert (environment["DRIFTLAB_ENGINE"], environment["DRIFTLAB_CLUSTER"]) == ("embedded", "mine")


# ---- how it ends


@pytest.fixture
def session():
    """``session(script)``: a shell that leads its own session, and the first line that it prints."""
    started = []

    def start(script):
        process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True, text=True)
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_process_is_asked_to_end_before_it_is_killed(session, tmp_path):
    process, _ = session(f'trap "touch {tmp_path}/saved; exit 0" TERM; echo ready; while :; do sleep 0.02; done')
    jupyterlab._terminate(process, patience_s=60)
    assert (process.returncode, (tmp_path / "saved").exists()) == (0, True)


def test_a_process_that_ignores_the_request_is_killed_with_its_children(session, gone):
    process, child = session('trap "" TERM; sleep 600 & echo $!; while :; do sleep 0.02; done')
    jupyterlab._terminate(process, patience_s=0.1)
    assert process.returncode == -signal.SIGKILL
    wait_for(lambda: gone(int(child)), "the end of its child")


def test_children_of_a_process_that_has_ended_are_killed(session, gone):
    """Such as a kernel whose server has crashed."""
    process, child = session("sleep 600 & echo $!")
    process.wait()
    jupyterlab._terminate(process, patience_s=60)
    wait_for(lambda: gone(int(child)), "the end of its child")


# ---- the cluster that comes up beside it


def prepared(code):
    with subprocess.Popen(["sh", "-c", f"exit {code}"]) as process:
        process.wait()
    return process


def test_a_ready_cluster_is_reported_with_why_its_engine_was_taken():
    """Only the parent process knows why: the child was told which engine to use."""
    cluster = Smallest("mine")
    cluster.selection_reason = "engine smallest: kind cannot run here"
    assert jupyterlab._outcome_of_preparation(prepared(0), cluster) == (
        "The cluster 'mine' is ready (engine smallest: kind cannot run here; https://127.0.0.1:1)."
    )


def test_a_failed_start_is_reported_by_its_log():
    jupyterlab.state_folder().mkdir(parents=True)
    (jupyterlab.state_folder() / "up.log").write_bytes(b"Trouble: no disk\xff\nNext: driftlab doctor\n")
    assert (
        jupyterlab._outcome_of_preparation(prepared(3), Smallest()) == "Trouble: no disk\ufffd\nNext: driftlab doctor"
    )

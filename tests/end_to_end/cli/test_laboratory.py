"""What `driftlab lab` tells JupyterLab. That it works, the browser tests show."""

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftlab.checker.cli.main import app
from driftlab.checker.sessions import jupyterlab as laboratory
from driftlab.clusters.errors import UsageError
from driftlab.clusters.registry import open_cluster

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
    command = laboratory._jupyter_command(Path("/work"), "lab.ipynb", browser=False, port=0)
    assert f"--KernelManager.transport={transport}" in command


def test_a_port_that_is_taken_is_said_before_anything_is_begun(tmp_path: Path):
    """Whoever listens there, on loopback or everywhere."""
    for address in ("127.0.0.1", ""):
        with socket.create_server((address, 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(UsageError, match=f"The port {port} is taken") as trouble:
                laboratory.run(
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
    laboratory.refuse_taken(port)


def test_help_promises_no_end_to_a_cluster_that_ran_before():
    said = " ".join(CliRunner().invoke(app, ["lab", "--help"]).stdout.split())
    assert "Ctrl-C stops it, and the cluster that it started." in said


def test_settings_are_given_where_the_learner_has_none(state: Path):
    """No question about news, a save every ten seconds, long lines whole; what the learner chooses later stays."""
    settings = laboratory._environment(open_cluster("embedded"))["JUPYTERLAB_SETTINGS_DIR"]
    folder = Path(settings) / "@jupyterlab"
    news, documents, notebooks = (folder / f"{name}.jupyterlab-settings" for name in laboratory.SETTINGS)
    assert json.loads(news.read_text(encoding="utf-8")) == {"fetchNews": "false", "checkForUpdates": False}
    assert json.loads(documents.read_text(encoding="utf-8")) == {"autosaveInterval": 10}
    assert json.loads(notebooks.read_text(encoding="utf-8"))["codeCellConfig"]["lineWrap"] is True

    documents.write_text('{"autosaveInterval": 60}', encoding="utf-8")
    laboratory._environment(open_cluster("embedded"))
    assert json.loads(documents.read_text(encoding="utf-8")) == {"autosaveInterval": 60}

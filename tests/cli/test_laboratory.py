"""What `driftlab lab` tells JupyterLab. That it works, the browser tests show."""

import json
from pathlib import Path

import pytest

from checker import laboratory
from clusters.registry import open_cluster

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

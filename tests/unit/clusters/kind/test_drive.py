"""pytest-kind drives kind: the real package and a stand-in for the program."""

import subprocess
import sys

import pytest
import yaml

from driftlab.clusters.kind import drive

KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "kind-lab",
    "clusters": [{"name": "kind-lab", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "kind-lab", "user": {"token": "t"}}],
    "contexts": [{"name": "kind-lab", "context": {"cluster": "kind-lab", "user": "kind-lab"}}],
}


@pytest.fixture
def driven(script, tmp_path):
    """``driven(text)``: run the module in an empty folder; ``text`` is what `kind create` does."""
    (tmp_path / "work").mkdir()
    (tmp_path / "whole").write_text(yaml.safe_dump(KUBECONFIG))

    def run(text):
        kind = script("kind", f'[ "$1" = create ] || exit 0\necho "$@" > {tmp_path}/asked\n{text}')
        words = {
            "name": "lab",
            "image": "kindest/node:v1",
            "kubeconfig": tmp_path / "kubeconfig",
            "kind": kind,
            "kubectl": script("kubectl", "exit 1"),
            "config": tmp_path / "kind.yaml",
        }
        command = [sys.executable, "-m", drive.__name__, *(f"--{name}={value}" for name, value in words.items())]
        return subprocess.run(command, cwd=tmp_path / "work", capture_output=True, text=True, check=False)

    return run


def test_kind_creates_the_cluster_with_our_image_kubeconfig_and_configuration(driven, tmp_path):
    done = driven(f"cp {tmp_path}/whole {tmp_path}/kubeconfig; echo Preparing nodes")
    assert done.returncode == 0, done.stderr
    assert "Preparing nodes" in done.stdout, "what kind prints is our progress"
    words = (tmp_path / "asked").read_text().split()
    assert words[:2] == ["create", "cluster"]
    assert {"--name=lab", "--image=kindest/node:v1", f"--kubeconfig={tmp_path}/kubeconfig"} <= set(words)
    assert words[words.index("--config") + 1] == str(tmp_path / "kind.yaml")


def test_the_exit_code_is_that_of_kind(driven):
    assert driven("echo 'ERROR: no space left' >&2; exit 7").returncode == 7

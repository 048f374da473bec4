"""Creating the Nodes of a kind cluster: the real pytest-kind with a stand-in for kind."""

import pytest
import yaml

from driftlab.clusters.errors import CommandFailed, UsageError
from driftlab.clusters.kind.containers import ContainerEngine
from driftlab.clusters.kind.node_image import IMAGE
from driftlab.clusters.kind.nodes import STEPS, create_nodes
from tests.unit.kubeconfigs_by_hand import config

#: Leaves what kind leaves, and remembers what it was told.
KIND = """
[ "$1" = create ] || exit 0
env > {folder}/environment
echo "$@" > {folder}/asked
for step in {steps}; do echo " * $step"; done
cp {folder}/../kubeconfig {folder}/kubeconfig.yaml
{end}
"""


@pytest.fixture
def create(script, tmp_path, progress, monkeypatch):
    """``create(program, end)``: create the Nodes with that container engine; ``end`` is the end of kind's script."""
    monkeypatch.setenv("DRIFTLAB_KIND_WORKERS", "2")
    folder = tmp_path / "cluster"
    folder.mkdir()
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump({**config("lab"), "current-context": "lab"}))

    def create(program="docker", end=""):
        steps = " ".join(f"'{step}'" for step in STEPS)
        kind = script("kind", KIND.format(folder=folder, steps=steps, end=end))
        create_nodes(ContainerEngine(program), "lab-abc", folder, kind, progress)
        return folder

    return create


def test_kind_gets_our_names_files_and_image(create):
    folder = create()
    words = (folder / "asked").read_text().split()
    assert {"--name=lab-abc", f"--image={IMAGE}", f"--kubeconfig={folder / 'kubeconfig.yaml'}"} <= set(words)
    configuration = yaml.safe_load((folder / "kind.yaml").read_text())
    assert [node["role"] for node in configuration["nodes"]] == ["control-plane", "worker", "worker"]
    assert configuration["networking"]["apiServerAddress"] == "127.0.0.1", "nobody else reaches the API server"


@pytest.mark.parametrize(
    ("program", "network"), [("docker", "KIND_EXPERIMENTAL_DOCKER_NETWORK=lab-abc"), ("nerdctl", "")]
)
def test_kind_is_told_the_container_engine_and_the_network(create, program, network):
    environment = (create(program) / "environment").read_text().splitlines()
    assert f"KIND_EXPERIMENTAL_PROVIDER={program}" in environment
    assert [line for line in environment if line.startswith("KIND_EXPERIMENTAL_DOCKER_NETWORK")] == [network] * bool(
        network
    )


def test_the_progress_follows_what_kind_prints(create, recorder):
    create()
    last = recorder.steps[-1]
    assert (last.name, last.done, last.total) == ("Starting the Nodes", len(STEPS), len(STEPS))


def test_a_failure_keeps_kinds_words_and_names_the_other_engine(create):
    with pytest.raises(CommandFailed, match="kind could not create the cluster") as failed:
        create(end="echo 'ERROR: could not find a log line' >&2; exit 1")
    assert "could not find a log line" in failed.value.output
    assert "driftlab up --engine embedded" in failed.value.next_step


def test_an_invalid_number_of_workers_starts_nothing(create, monkeypatch, tmp_path):
    monkeypatch.setenv("DRIFTLAB_KIND_WORKERS", "many")
    with pytest.raises(UsageError):
        create()
    assert list((tmp_path / "cluster").iterdir()) == []

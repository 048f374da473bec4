"""The container engine that kind's Nodes live in: which one is taken, and what it is told."""

import json

import pytest

from driftlab.clusters.errors import EngineUnavailable
from driftlab.clusters.kind.containers import Container, ContainerEngine, _container
from tests.unit.container_engines_by_hand import VERSIONS, container_engine, program

pytestmark = pytest.mark.usefixtures("machine")


def test_the_container_engine_is_found_as_kind_finds_it(machine, monkeypatch):
    for name in ("podman", "finch", "nerdctl", "docker"):
        container_engine(machine, name)
        assert ContainerEngine.find().program == name
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "no-such-engine")
    assert ContainerEngine.find().program == "docker"
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")
    assert ContainerEngine.find().program == "podman"
    assert ContainerEngine.find().environment == {"KIND_EXPERIMENTAL_PROVIDER": "podman"}
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "nerdctl.lima")
    with pytest.raises(EngineUnavailable, match=r"nerdctl\.lima is not here") as refused:
        ContainerEngine.find()
    assert "unset KIND_EXPERIMENTAL_PROVIDER" in refused.value.next_step


def test_podman_by_the_name_of_docker_is_podman(machine):
    container_engine(machine, "podman")
    program(machine, "docker", f'echo "Emulate Docker CLI using podman." >&2; echo "{VERSIONS["podman"]}"')
    assert ContainerEngine.find().program == "podman"


def test_a_program_that_is_no_container_engine_is_passed_over(machine):
    program(machine, "docker", "echo 'a docking station, version 3'")
    with pytest.raises(EngineUnavailable, match="no container engine"):
        ContainerEngine.find()


def test_one_that_does_not_answer_gives_way_to_one_that_does(machine):
    container_engine(machine, "docker", "exit 1")
    container_engine(machine, "podman")
    assert ContainerEngine.find().program == "podman"


DENIED = "permission denied while trying to connect to the Docker daemon socket"


@pytest.mark.parametrize(
    ("name", "printed", "why", "mend"),
    [
        ("docker", DENIED, "you may not use it", "usermod"),
        ("docker", "Cannot connect to the Docker daemon", "does not answer", "systemctl start docker"),
        ("nerdctl", "cannot access containerd socket: no such file", "does not answer", "systemctl start containerd"),
        ("nerdctl", "cannot access containerd socket: permission denied", "you may not use it", "rootless-setuptool"),
    ],
)
def test_one_that_refuses_is_said_with_what_mends_it(machine, monkeypatch, name, printed, why, mend):
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    container_engine(machine, name, f"echo '{printed}' >&2; exit 1")
    with pytest.raises(EngineUnavailable, match=f"{name} is here, but {why}") as refused:
        ContainerEngine.find()
    assert mend in refused.value.next_step


@pytest.mark.parametrize("printed", ["Cannot connect to the Docker daemon", "Permission denied (publickey)"])
def test_where_the_daemon_is_named_the_advice_is_about_that(machine, monkeypatch, printed):
    monkeypatch.setenv("DOCKER_HOST", "ssh://elsewhere")
    container_engine(machine, "docker", f"echo '{printed}' >&2; exit 1")
    with pytest.raises(EngineUnavailable) as refused:
        ContainerEngine.find()
    assert refused.value.next_step == "unset DOCKER_HOST, or start what it names: ssh://elsewhere"


# ---- Nodes, volumes and images


def test_a_container_is_read_as_the_engine_tells_of_it():
    document = {
        "Name": "/lab-control-plane",
        "Id": "abc",
        "State": {"Running": False},
        "NetworkSettings": {"Networks": {"lab": {"IPAddress": ""}}},
    }
    read = _container(json.loads(json.dumps(document)))
    assert (read.name, read.running, read.address, read.networks) == ("lab-control-plane", False, "", ("lab",))


def test_podman_is_told_the_address_that_a_node_had(machine):
    """It would give the next one; a cluster whose control plane has another address does not come up again."""
    program(machine, "podman", f'echo "$@" >> {machine}/asked')
    nodes = [Container(name, name, False, "", ("lab",)) for name in ("ten", "two")]
    ContainerEngine("podman").start(nodes, ["10.89.0.10", "10.89.0.2"])
    assert (machine / "asked").read_text(encoding="utf-8").splitlines() == [
        "network disconnect lab two",
        "network connect --ip 10.89.0.2 lab two",
        "start two",
        "network disconnect lab ten",
        "network connect --ip 10.89.0.10 lab ten",
        "start ten",
    ]


def test_the_volumes_that_kind_makes_with_podman_are_removed_and_no_others(machine):
    volumes = [
        {"Name": "ours", "Labels": {"lab-control-plane": "true"}},
        {"Name": "another", "Labels": {"other-control-plane": "true"}},
        {"Name": "bare", "Labels": None},
    ]
    program(machine, "podman", f"""echo "$@" >> {machine}/asked; [ "$2" != ls ] || echo '{json.dumps(volumes)}'""")
    ContainerEngine("podman").remove_volumes(lambda name: name == "lab-control-plane")
    assert (machine / "asked").read_text(encoding="utf-8").splitlines()[1:] == ["volume rm ours"]


def test_kind_is_told_where_podman_has_put_an_image_with_a_short_name(machine):
    program(machine, "podman", '[ "$3" = localhost/node:1 ]')
    program(machine, "docker", "exit 0")
    assert ContainerEngine("podman").name_for_kind("node:1") == "localhost/node:1"
    assert ContainerEngine("podman").name_for_kind("docker.io/node:1") == "docker.io/node:1"
    assert ContainerEngine("docker").name_for_kind("node:1") == "node:1"


def test_kind_is_told_of_no_network_where_it_would_not_listen():
    assert ContainerEngine("nerdctl").network_environment("n") == {"KIND_EXPERIMENTAL_PROVIDER": "nerdctl"}
    assert ContainerEngine("docker").network_environment("n")["KIND_EXPERIMENTAL_DOCKER_NETWORK"] == "n"
    assert ContainerEngine("podman").network_environment("n")["KIND_EXPERIMENTAL_PODMAN_NETWORK"] == "n"

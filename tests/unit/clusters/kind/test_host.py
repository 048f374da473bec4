"""What kind clusters need of a machine, each trouble with what mends it; under conditions that are set by hand."""

import json
import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from driftlab.clusters.errors import EngineUnavailable, UsageError
from driftlab.clusters.findings import Gravity
from driftlab.clusters.kind import engine, host
from driftlab.clusters.kind.containers import Container, ContainerEngine, _container
from driftlab.clusters.kind.engine import KindCluster
from driftlab.clusters.registry import choose


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """Nothing on PATH but what a test puts there, and no choices of the user's."""
    for name in list(os.environ):
        if name.startswith(("DRIFTLAB_KIND", "KIND_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def program(machine: Path, name: str, script: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def said() -> list[str]:
    found = list(host.examine())
    assert Gravity.PROBLEM not in {finding.gravity for finding in found}, "labs can be done without kind"
    return [f"{finding.what} | {finding.mend}" for finding in found]


#: What each engine says when asked for its version; Debian's podman-docker is a ``docker`` that is Podman.
VERSIONS = {
    "docker": "Docker version 28.2.2, build e6534b4",
    "nerdctl": "nerdctl version 2.1.2",
    "finch": "finch version v1.8.1",
    "podman": "podman version 4.3.1",
}


def container_engine(machine: Path, name: str, script: str = "exit 0") -> None:
    program(machine, name, f'case "$1" in -v) echo "{VERSIONS[name]}"; exit 0;; esac\n{script}')


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


def test_without_any_the_other_engine_is_named():
    with pytest.raises(EngineUnavailable, match="no container engine") as refused:
        ContainerEngine.find()
    assert "embedded" in refused.value.next_step
    assert any("labs use the embedded engine" in line for line in said())


def test_a_node_image_that_is_not_here_and_no_registry(machine, monkeypatch):
    container_engine(machine, "podman", 'case "$1" in image) exit 1;; esac; exit 0')
    monkeypatch.setattr(engine, "REGISTRY", ("127.0.0.1", 9))
    assert any("no registry answers" in line and "DRIFTLAB_KIND_IMAGE_ARCHIVE" in line for line in said())
    monkeypatch.setenv("DRIFTLAB_KIND_IMAGE_ARCHIVE", str(machine / "none.tar"))
    assert any("which is not a file" in line for line in said())


def test_auto_takes_kind_only_where_its_node_image_can_be_had(machine, monkeypatch):
    """Who named no engine wants one that runs. Who named kind may know better: it is tried."""
    container_engine(machine, "docker", 'case "$1" in image) exit 1;; esac; exit 0')
    monkeypatch.setattr(engine, "cgroup_v2", lambda: True)
    monkeypatch.setattr(engine, "REGISTRY", ("127.0.0.1", 9))
    taken, why = choose()
    assert taken.engine == "embedded"
    assert "kind cannot run here: the node image" in why
    assert "no registry answers" in why
    assert choose("kind") == (KindCluster, "engine kind: as you asked")
    assert KindCluster.available()
    with socket.create_server(("127.0.0.1", 0)) as registry:
        monkeypatch.setattr(engine, "REGISTRY", registry.getsockname())
        assert choose()[0] is KindCluster
    monkeypatch.setenv("DRIFTLAB_KIND_IMAGE_ARCHIVE", str(machine / "image.tar"))
    assert choose()[0] is KindCluster
    monkeypatch.delenv("DRIFTLAB_KIND_IMAGE_ARCHIVE")
    container_engine(machine, "docker")
    assert choose() == (KindCluster, "engine kind: it runs here")


def test_privileged_containers_that_are_refused_are_said_in_the_engines_own_words(machine):
    container_engine(
        machine, "podman", 'case "$1" in run) echo "unable to apply caps: operation not permitted" >&2; exit 1;; esac'
    )
    assert any("privileged" in line and "unable to apply caps" in line for line in said())


def test_an_old_kind_is_passed_over(machine):
    program(machine, "kind", "echo 'kind v0.17.0 go1.19.2 linux/amd64'")
    assert any("older than" in line for line in said())
    program(machine, "kind", "echo 'kind v9.0.0 go1.99 linux/amd64'")
    assert not any("older than" in line for line in said())


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"])
def test_a_proxy_that_nodes_cannot_reach_is_said(machine, monkeypatch, name):
    container_engine(machine, "podman")
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert any(f"{name} names a proxy on loopback" in line and f"export {name}=" in line for line in said())
    monkeypatch.setenv(name, "http://proxy.example:3128")
    assert not any("loopback" in line for line in said())


@pytest.mark.parametrize("engine", ["docker", "podman", "nerdctl"])
def test_too_little_room_is_said_for_each_container_engine(machine, monkeypatch, engine):
    container_engine(machine, engine, f'case "$1" in info) echo {machine};; esac')
    monkeypatch.setattr(host, "ROOTS", {**host.ROOTS, "nerdctl": "{{.Root}}"})
    monkeypatch.setattr(host.shutil, "disk_usage", lambda path: SimpleNamespace(free=(path == machine) * 10**9))
    assert any(f"only 1.0 GB free in {machine}" in line and f"{engine} system prune" in line for line in said())


def test_low_limits_of_inotify_are_said_with_the_command(monkeypatch):
    real = Path.read_text
    low = {"max_user_watches": "8192", "max_user_instances": "128"}
    monkeypatch.setattr(Path, "read_text", lambda path, **options: low.get(path.name) or real(path, **options))
    mends = [line for line in said() if "sysctl" in line]
    assert len(mends) == 2


def test_little_memory_is_said_with_what_it_means(monkeypatch):
    monkeypatch.setattr(host.psutil, "virtual_memory", lambda: SimpleNamespace(total=2 << 30))
    assert any("2.1 GB of memory" in line and "DRIFTLAB_KIND_WORKERS=2" in line for line in said())


def test_a_machine_without_ipv6_is_in_order(monkeypatch):
    real = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path.name != "if_inet6" and real(path))
    assert any("IPv6 is off" in line for line in said())


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


@pytest.mark.parametrize(("memory", "workers"), [(2 << 30, 0), (16 << 30, 2)])
def test_where_memory_is_short_there_is_one_node(monkeypatch, memory, workers):
    monkeypatch.setattr(engine.psutil, "virtual_memory", lambda: type("Memory", (), {"total": memory}))
    assert engine.workers() == workers


@pytest.mark.parametrize("named", ["many", "-1", "9", "1.5"])
def test_a_number_of_workers_that_is_none_is_refused(monkeypatch, named):
    monkeypatch.setenv("DRIFTLAB_KIND_WORKERS", named)
    with pytest.raises(UsageError, match="DRIFTLAB_KIND_WORKERS"):
        engine.workers()


def test_another_learners_cluster_has_another_name(monkeypatch, tmp_path):
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "one"))
    mine = engine.KindCluster("driftlab").own_name
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "two"))
    assert engine.KindCluster("driftlab").own_name != mine
    assert mine.startswith("driftlab-")

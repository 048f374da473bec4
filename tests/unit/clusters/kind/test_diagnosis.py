"""What kind clusters need of a machine, each trouble with what mends it; under conditions that are set by hand."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from driftlab.clusters.errors import EngineUnavailable
from driftlab.clusters.findings import Severity
from driftlab.clusters.kind import diagnosis, node_image
from driftlab.clusters.kind.containers import ContainerEngine
from tests.unit.container_engines_by_hand import container_engine, program
from tests.unit.findings_by_hand import look

pytestmark = pytest.mark.usefixtures("machine")


def said() -> list[str]:
    found = list(diagnosis.examine())
    assert Severity.PROBLEM not in {finding.severity for finding in found}, "labs can be done without kind"
    return [f"{finding.text} | {finding.remedy}" for finding in found]


def test_without_any_the_other_engine_is_named():
    with pytest.raises(EngineUnavailable, match="no container engine") as refused:
        ContainerEngine.find()
    assert "embedded" in refused.value.next_step
    assert any("labs use the embedded engine" in line for line in said())


def test_a_node_image_that_is_not_here_and_no_registry(machine, monkeypatch):
    container_engine(machine, "podman", 'case "$1" in image) exit 1;; esac; exit 0')
    monkeypatch.setattr(node_image, "REGISTRY", ("127.0.0.1", 9))
    assert any("no registry answers" in line and "DRIFTLAB_KIND_IMAGE_ARCHIVE" in line for line in said())
    monkeypatch.setenv("DRIFTLAB_KIND_IMAGE_ARCHIVE", str(machine / "none.tar"))
    assert any("which is not a file" in line for line in said())


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
    monkeypatch.setattr(diagnosis, "ROOTS", {**diagnosis.ROOTS, "nerdctl": "{{.Root}}"})
    monkeypatch.setattr(diagnosis.shutil, "disk_usage", lambda path: SimpleNamespace(free=(path == machine) * 10**9))
    assert any(f"only 1.0 GB free in {machine}" in line and f"{engine} system prune" in line for line in said())


def test_low_limits_of_inotify_are_said_with_the_command(monkeypatch):
    real = Path.read_text
    low = {"max_user_watches": "8192", "max_user_instances": "128"}
    monkeypatch.setattr(Path, "read_text", lambda path, **options: low.get(path.name) or real(path, **options))
    mends = [line for line in said() if "sysctl" in line]
    assert len(mends) == 2


def test_little_memory_is_said_with_what_it_means(monkeypatch):
    monkeypatch.setattr(diagnosis.psutil, "virtual_memory", lambda: SimpleNamespace(total=2 << 30))
    assert any("2.1 GB of memory" in line and "DRIFTLAB_KIND_WORKERS=2" in line for line in said())


def test_a_machine_without_ipv6_is_in_order(monkeypatch):
    real = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path.name != "if_inet6" and real(path))
    assert any("IPv6 is off" in line for line in said())


SETTING = "systemd.unified_cgroup_hierarchy=1"


@pytest.mark.parametrize(
    ("there", "mend"),
    [
        (["grubby", "update-grub"], f"sudo grubby --update-kernel=ALL --args={SETTING} && sudo reboot"),
        (["update-grub"], "&& sudo update-grub && sudo reboot"),
        ([], "export DRIFTLAB_ENGINE=embedded"),
    ],
)
def test_cgroup_v1_is_mended_by_a_command_that_this_machine_has(monkeypatch, there, mend):
    monkeypatch.setattr(diagnosis, "cgroup_v2", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/usr/sbin/{name}" if name in there else None)
    (finding,) = [finding for finding in look(diagnosis.examine) if "cgroup v1" in finding.text]
    assert finding.severity is Severity.NOTE
    assert finding.remedy.endswith(mend)

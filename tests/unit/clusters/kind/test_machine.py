"""What a kind cluster can have of this machine: workers, and cgroup v2."""

import os
import shlex
import shutil
import subprocess

import pytest

from driftlab.clusters.errors import UsageError
from driftlab.clusters.kind import machine
from driftlab.clusters.kind.machine import cgroup_v2_command, workers


@pytest.mark.parametrize(("memory", "count"), [(2 << 30, 0), (16 << 30, 2)])
def test_where_memory_is_short_there_is_one_node(monkeypatch, memory, count):
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: type("Memory", (), {"total": memory}))
    assert workers() == count


@pytest.mark.parametrize("named", ["many", "-1", "9", "1.5"])
def test_a_number_of_workers_that_is_none_is_refused(monkeypatch, named):
    monkeypatch.setenv("DRIFTLAB_KIND_WORKERS", named)
    with pytest.raises(UsageError, match="DRIFTLAB_KIND_WORKERS"):
        workers()


SETTING = "systemd.unified_cgroup_hierarchy=1"


def test_the_command_for_debian_puts_the_setting_before_what_is_there(tmp_path, monkeypatch):
    file = tmp_path / "grub"
    file.write_text('GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX="mem=4G"\n')
    monkeypatch.setattr(shutil, "which", lambda name, path=None: name if name == "update-grub" else None)
    sed = shlex.split(cgroup_v2_command().split(" && ")[0])
    assert sed[:3] == ["sudo", "sed", "-i"]
    done = subprocess.run(
        ["/usr/bin/env", "sed", sed[3], file], check=True, env={"PATH": os.defpath}, capture_output=True, text=True
    ).stdout
    assert f'GRUB_CMDLINE_LINUX="{SETTING} mem=4G"\n' in done
    assert 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n' in done


@pytest.mark.parametrize(
    ("there", "command"),
    [
        (["grubby", "update-grub"], f"sudo grubby --update-kernel=ALL --args={SETTING} && sudo reboot"),
        ([], "export DRIFTLAB_ENGINE=embedded"),
    ],
)
def test_the_command_is_one_that_this_machine_has(monkeypatch, there, command):
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/usr/sbin/{name}" if name in there else None)
    assert cgroup_v2_command() == command

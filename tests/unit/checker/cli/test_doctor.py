"""What is in the way of a lab: each finding under conditions that are set by hand, and how it is mended."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from driftlab.checker.cli import doctor
from driftlab.checker.cli.doctor import Finding, Gravity, examine
from driftlab.clusters.embedded.engine import PROGRAMS
from driftlab.clusters.kind import host
from driftlab.clusters.kind.engine import boot_with_cgroup_v2

#: Where nothing is to be mended, the finding itself says why not.
SELF_EXPLAINING = re.compile(r"labs use the embedded engine$|could not be examined: ")
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """Folders of its own, no proxies, no container engine."""
    for name in (*PROXIES, "DRIFTLAB_PROGRAMS", *(name for name in os.environ if name.startswith("DRIFTLAB_PROGRAM_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DRIFTLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def look(probe):
    """What ``probe`` finds; whatever is not in order can be mended or explains itself."""
    found = list(probe())
    for finding in found:
        assert finding.what.strip() == finding.what != ""
        if finding.gravity is Gravity.OK:
            assert not finding.mend, "nothing is to be mended"
        else:
            assert finding.mend or SELF_EXPLAINING.search(finding.what), finding
    return found


def one(probe):
    (finding,) = look(probe)
    return finding


def program(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


# ---- proxies


def test_without_a_proxy_there_is_nothing_to_say():
    assert look(doctor._proxies) == []


@pytest.mark.parametrize("name", PROXIES[:6])
def test_a_proxy_that_would_be_asked_for_the_cluster_is_a_problem(monkeypatch, name):
    monkeypatch.setenv(name, "http://proxy.example:3128")
    finding = one(doctor._proxies)
    assert finding.gravity is Gravity.PROBLEM
    assert name.lower() in finding.what.lower()
    assert "NO_PROXY=localhost,127.0.0.1" in finding.mend


@pytest.mark.parametrize("exempt", ["localhost,127.0.0.1", " 127.0.0.1 , example.com, localhost", "*"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_a_proxy_that_leaves_loopback_alone_is_in_order(monkeypatch, name, exempt):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv(name, exempt)
    assert one(doctor._proxies).gravity is Gravity.OK


@pytest.mark.parametrize("exempt", ["", "localhost", "127.0.0.1", "example.com,10.0.0.0/8"])
def test_half_an_exemption_is_none(monkeypatch, exempt):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", exempt)
    assert one(doctor._proxies).gravity is Gravity.PROBLEM


def test_the_mend_for_a_proxy_mends_it(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    for word in one(doctor._proxies).mend.removeprefix("export ").split():
        monkeypatch.setenv(*word.split("=", 1))
    assert one(doctor._proxies).gravity is Gravity.OK


# ---- disk


def test_room_on_the_disk_is_in_order(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=50 << 30))
    assert [finding.gravity for finding in look(doctor._disk)] == [Gravity.OK, Gravity.OK]


def test_a_full_disk_is_a_problem_of_each_folder(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100_000_000))
    state, cache = look(doctor._disk)
    assert state.gravity is cache.gravity is Gravity.PROBLEM
    assert "0.1 GB" in state.what
    assert state.mend.startswith("export DRIFTLAB_STATE=")
    assert cache.mend.startswith("export DRIFTLAB_CACHE=")


def test_asking_does_not_make_the_folders(machine):
    assert len(look(doctor._disk)) == 2
    assert not (machine / "state").exists()
    assert not (machine / "cache").exists()


@pytest.mark.parametrize("below", ["", "/deeper/still"])
def test_a_file_in_the_place_of_a_folder_is_a_problem(machine, monkeypatch, below):
    (machine / "file").touch(mode=0o755)
    monkeypatch.setenv("DRIFTLAB_STATE", f"{machine}/file{below}")
    state, _ = look(doctor._disk)
    assert state.gravity is Gravity.PROBLEM
    assert "cannot be written" in state.what
    assert "DRIFTLAB_STATE" in state.mend


def test_a_folder_that_is_somebody_elses_is_a_problem(monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    state, cache = look(doctor._disk)
    assert state.gravity is cache.gravity is Gravity.PROBLEM
    assert (state.mend, cache.mend) == (
        "export DRIFTLAB_STATE=/a/folder/of/yours",
        "export DRIFTLAB_CACHE=/a/folder/of/yours",
    )


# ---- memory


def test_memory_that_is_there_is_in_order(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8 << 30))
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "max")  # as cgroup v2 says where there is no limit
    assert one(doctor._memory) == Finding(Gravity.OK, "8.6 GB of memory available")


@pytest.mark.parametrize(("available", "limit"), [(600 << 20, "max"), (8 << 30, str(600 << 20))])
def test_too_little_memory_is_a_problem_be_it_the_machines_or_the_containers(monkeypatch, available, limit):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=available))
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: limit)
    finding = one(doctor._memory)
    assert finding.gravity is Gravity.PROBLEM
    assert "629 MB" in finding.what
    assert finding.mend.startswith("ps "), "nothing of ours runs"


def test_where_a_cluster_of_ours_runs_memory_comes_back_by_stopping_it(machine, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=600 << 20))
    folders = [machine / "state" / "embedded" / "clusters" / name for name in ("asleep", "awake")]
    for folder in folders:
        folder.mkdir(parents=True)
    etcd = ["etcd", str(folders[1] / "etcd")]
    waits = "import sys; print('here', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [*etcd[:1], "-c", waits, *etcd[1:]],
        executable=sys.executable,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        finding = one(doctor._memory)
        process.stdin.close()
    assert finding.mend == "driftlab down --keep --engine embedded --cluster awake"


def test_the_first_number_that_can_be_read_counts(machine):
    (machine / "word").write_text("max\n")
    (machine / "number").write_text("4096\n")
    assert doctor._first_number(machine / "none", machine / "word", machine / "number") == 4096
    assert doctor._first_number(machine / "none", machine / "word") is None


# ---- ports and names


def test_loopback_is_in_order_here():
    assert one(doctor._ports).gravity is Gravity.OK


def test_without_a_port_on_loopback_there_is_a_problem(monkeypatch):
    def refused(*_):
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket.socket, "bind", refused)
    finding = one(doctor._ports)
    assert finding.gravity is Gravity.PROBLEM
    assert "Cannot assign requested address" in finding.what


@pytest.mark.parametrize("answer", ["nothing", "elsewhere"])
def test_localhost_must_be_this_machine(monkeypatch, answer):
    def resolve(*_):
        if answer == "nothing":
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    _, finding = look(doctor._ports)
    assert finding.gravity is Gravity.PROBLEM
    assert "localhost" in finding.what
    assert "/etc/hosts" in finding.mend


# ---- programs


def test_programs_that_are_not_here_yet_are_a_note_with_the_command_that_gets_them():
    finding = look(doctor._programs)[1]
    assert finding.gravity is Gravity.NOTE
    assert all(name in finding.what for name in PROGRAMS)
    assert finding.mend == "driftlab up"


def test_a_disk_too_small_to_build_on_is_said_where_a_build_may_come(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2 << 30))
    small = look(doctor._programs)[-1]
    assert small.gravity is Gravity.NOTE
    assert "too little to build" in small.what
    assert "DRIFTLAB_CACHE" in small.mend


def test_programs_that_the_user_names_are_here(machine, monkeypatch):
    for name in PROGRAMS:
        program(machine / "bin", name, "exit 0")
    monkeypatch.setenv("DRIFTLAB_PROGRAMS", str(machine / "bin"))
    assert [finding.gravity for finding in look(doctor._programs)] == [Gravity.OK, Gravity.OK]


def test_a_named_program_that_cannot_run_is_a_problem(machine, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_PROGRAM_ETCD", str(machine / "no-etcd"))
    finding = next(finding for finding in look(doctor._programs) if finding.gravity is Gravity.PROBLEM)
    assert "DRIFTLAB_PROGRAM_ETCD" in finding.what
    assert "unset DRIFTLAB_PROGRAM_ETCD" in finding.mend


def test_without_kubectl_there_is_a_problem(machine, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(machine / "bin" / "python"))
    finding = look(doctor._programs)[0]
    assert finding.gravity is Gravity.PROBLEM
    assert "kubectl" in finding.what
    assert finding.mend.startswith("pip install")


# ---- clusters of ours


def test_without_clusters_there_is_nothing_to_say():
    assert look(doctor._clusters) == []


def test_a_cluster_that_does_not_run_is_a_note(machine):
    (machine / "state" / "embedded" / "clusters" / "mine").mkdir(parents=True)
    finding = one(doctor._clusters)
    assert finding.gravity is Gravity.NOTE
    assert "'mine' (embedded) is stopped" in finding.what
    assert finding.mend == "driftlab down --engine embedded --cluster mine"


def test_what_is_no_name_of_a_cluster_is_none(machine):
    (machine / "state" / "embedded" / "clusters" / ".DS_Store").mkdir(parents=True)
    assert look(doctor._clusters) == []


def test_a_process_of_a_cluster_that_is_no_more_is_found(machine):
    pid_file = machine / "state" / "embedded" / "clusters" / "ghost" / "pids" / "etcd.pid"
    waits = "import sys; print('here', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", waits, pid_file], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        finding = one(doctor._clusters)
        process.stdin.close()
    assert finding.gravity is Gravity.NOTE
    assert f"process {process.pid} " in finding.what
    assert finding.mend == "driftlab down --engine embedded --cluster ghost"


# ---- kind


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
    monkeypatch.setattr(host, "cgroup_v2", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/usr/sbin/{name}" if name in there else None)
    (finding,) = [finding for finding in look(doctor._kind) if "cgroup v1" in finding.what]
    assert finding.gravity is Gravity.NOTE
    assert finding.mend.endswith(mend)


def test_the_command_for_debian_puts_the_setting_before_what_is_there(machine, monkeypatch):
    file = machine / "grub"
    file.write_text('GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX="mem=4G"\n')
    monkeypatch.setattr(shutil, "which", lambda name, path=None: name if name == "update-grub" else None)
    sed = shlex.split(boot_with_cgroup_v2().split(" && ")[0])
    assert sed[:3] == ["sudo", "sed", "-i"]
    done = subprocess.run(
        ["/usr/bin/env", "sed", sed[3], file], check=True, env={"PATH": os.defpath}, capture_output=True, text=True
    ).stdout
    assert f'GRUB_CMDLINE_LINUX="{SETTING} mem=4G"\n' in done
    assert 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n' in done


# ---- the rest


def test_kind_clusters_are_never_more_than_a_note_since_labs_can_do_without():
    assert Gravity.PROBLEM not in {finding.gravity for finding in look(doctor._kind)}


def test_a_probe_that_breaks_is_a_finding_and_what_it_had_found_stays(monkeypatch):
    def _moon():
        yield Finding(Gravity.OK, "the moon is up")
        raise RuntimeError("clouds")

    def _stars():
        yield Finding(Gravity.OK, "stars")

    monkeypatch.setattr(doctor, "PROBES", (_moon, _stars))
    first, broken, last = look(examine)
    assert (first.what, last.what) == ("the moon is up", "stars")
    assert broken.gravity is Gravity.NOTE
    assert broken.what == "moon could not be examined: clouds"


def test_a_whole_examination_here_and_now_explains_itself():
    found = look(examine)
    assert Finding(Gravity.OK, f"Python {sys.version.split()[0]}") in found
    assert not [finding for finding in found if "could not be examined" in finding.what]

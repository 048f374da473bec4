"""What is in the way of a lab: each finding under conditions that are set by hand, and how it is mended."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from driftlab.checker.cli import doctor
from driftlab.checker.cli.doctor import Finding, Severity, examine
from driftlab.clusters.kind.engine import KindCluster
from tests.unit.findings_by_hand import look

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
    assert finding.severity is Severity.PROBLEM
    assert name.lower() in finding.text.lower()
    assert "NO_PROXY=localhost,127.0.0.1" in finding.remedy


@pytest.mark.parametrize("exempt", ["localhost,127.0.0.1", " 127.0.0.1 , example.com, localhost", "*"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_a_proxy_that_leaves_loopback_alone_is_in_order(monkeypatch, name, exempt):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv(name, exempt)
    assert one(doctor._proxies).severity is Severity.OK


@pytest.mark.parametrize("exempt", ["", "localhost", "127.0.0.1", "example.com,10.0.0.0/8"])
def test_half_an_exemption_is_none(monkeypatch, exempt):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", exempt)
    assert one(doctor._proxies).severity is Severity.PROBLEM


def test_the_mend_for_a_proxy_mends_it(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    for word in one(doctor._proxies).remedy.removeprefix("export ").split():
        monkeypatch.setenv(*word.split("=", 1))
    assert one(doctor._proxies).severity is Severity.OK


# ---- disk


def test_room_on_the_disk_is_in_order(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=50 << 30))
    assert [finding.severity for finding in look(doctor._disk)] == [Severity.OK, Severity.OK]


def test_a_full_disk_is_a_problem_of_each_folder(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100_000_000))
    state, cache = look(doctor._disk)
    assert state.severity is cache.severity is Severity.PROBLEM
    assert "0.1 GB" in state.text
    assert state.remedy.startswith("export DRIFTLAB_STATE=")
    assert cache.remedy.startswith("export DRIFTLAB_CACHE=")


def test_asking_does_not_make_the_folders(machine):
    assert len(look(doctor._disk)) == 2
    assert not (machine / "state").exists()
    assert not (machine / "cache").exists()


@pytest.mark.parametrize("below", ["", "/deeper/still"])
def test_a_file_in_the_place_of_a_folder_is_a_problem(machine, monkeypatch, below):
    (machine / "file").touch(mode=0o755)
    monkeypatch.setenv("DRIFTLAB_STATE", f"{machine}/file{below}")
    state, _ = look(doctor._disk)
    assert state.severity is Severity.PROBLEM
    assert "cannot be written" in state.text
    assert "DRIFTLAB_STATE" in state.remedy


def test_a_folder_that_is_somebody_elses_is_a_problem(monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    state, cache = look(doctor._disk)
    assert state.severity is cache.severity is Severity.PROBLEM
    assert (state.remedy, cache.remedy) == (
        "export DRIFTLAB_STATE=/a/folder/of/yours",
        "export DRIFTLAB_CACHE=/a/folder/of/yours",
    )


# ---- memory


def test_memory_that_is_there_is_in_order(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8 << 30))
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "max")  # as cgroup v2 says where there is no limit
    assert one(doctor._memory) == Finding(Severity.OK, "8.6 GB of memory available")


@pytest.mark.parametrize(("available", "limit"), [(600 << 20, "max"), (8 << 30, str(600 << 20))])
def test_too_little_memory_is_a_problem_be_it_the_machines_or_the_containers(monkeypatch, available, limit):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=available))
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: limit)
    finding = one(doctor._memory)
    assert finding.severity is Severity.PROBLEM
    assert "629 MB" in finding.text
    assert finding.remedy.startswith("ps "), "nothing of ours runs"


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
    assert finding.remedy == "driftlab down --keep --engine embedded --cluster awake"


def test_the_first_number_that_can_be_read_counts(machine):
    (machine / "word").write_text("max\n")
    (machine / "number").write_text("4096\n")
    assert doctor._first_number(machine / "none", machine / "word", machine / "number") == 4096
    assert doctor._first_number(machine / "none", machine / "word") is None


# ---- ports and names


def test_loopback_is_in_order_here():
    assert one(doctor._ports).severity is Severity.OK


def test_without_a_port_on_loopback_there_is_a_problem(monkeypatch):
    def refused(*_):
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket.socket, "bind", refused)
    finding = one(doctor._ports)
    assert finding.severity is Severity.PROBLEM
    assert "Cannot assign requested address" in finding.text


@pytest.mark.parametrize("answer", ["nothing", "elsewhere"])
def test_localhost_must_be_this_machine(monkeypatch, answer):
    def resolve(*_):
        if answer == "nothing":
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    _, finding = look(doctor._ports)
    assert finding.severity is Severity.PROBLEM
    assert "localhost" in finding.text
    assert "/etc/hosts" in finding.remedy


# ---- kubectl


def test_without_kubectl_there_is_a_problem(machine, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(machine / "bin" / "python"))
    (finding,) = look(doctor._kubectl)
    assert finding.severity is Severity.PROBLEM
    assert "kubectl" in finding.text
    assert finding.remedy.startswith("pip install")


# ---- clusters of ours


def test_without_clusters_there_is_nothing_to_say():
    assert look(doctor._clusters) == []


def test_a_cluster_that_does_not_run_is_a_note(machine):
    (machine / "state" / "embedded" / "clusters" / "mine").mkdir(parents=True)
    finding = one(doctor._clusters)
    assert finding.severity is Severity.NOTE
    assert "'mine' (embedded) is stopped" in finding.text
    assert finding.remedy == "driftlab down --engine embedded --cluster mine"


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
    assert finding.severity is Severity.NOTE
    assert f"process {process.pid} " in finding.text
    assert finding.remedy == "driftlab down --engine embedded --cluster ghost"


# ---- the rest


def test_kind_clusters_are_never_more_than_a_note_since_labs_can_do_without():
    assert Severity.PROBLEM not in {finding.severity for finding in look(KindCluster.diagnose)}


def test_a_probe_that_breaks_is_a_finding_and_what_it_had_found_stays(monkeypatch):
    def _moon():
        yield Finding(Severity.OK, "the moon is up")
        raise RuntimeError("clouds")

    def _stars():
        yield Finding(Severity.OK, "stars")

    monkeypatch.setattr(doctor, "PROBES", (_moon, _stars))
    first, broken, last = look(examine)
    assert (first.text, last.text) == ("the moon is up", "stars")
    assert broken.severity is Severity.NOTE
    assert broken.text == "moon could not be examined: clouds"


def test_a_whole_examination_here_and_now_explains_itself():
    found = look(examine)
    assert Finding(Severity.OK, f"Python {sys.version.split()[0]}") in found
    assert not [finding for finding in found if "could not be examined" in finding.text]

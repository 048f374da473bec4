"""Wheels with the engine's programs: for one machine, installed by one name, small enough for an index."""

import email
import os
import subprocess
import sys
import tomllib
import zipfile

import pytest

from driftlab.clusters import __version__
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.programs import available_program, packaging, wheel
from driftlab.clusters.programs.pins import PROGRAMS, system_and_machine

ALL = [name for held in packaging.DISTRIBUTIONS.values() for name in held]
GROUP = "driftlab.programs"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Wheels for this machine, with programs that say their names."""
    folder = tmp_path_factory.mktemp("programs")
    found = {}
    for name in ALL:
        found[name] = folder / name
        found[name].write_text(f"#!/bin/sh\necho I am {name}\n")  # not executable: a wheel's are
    target = tmp_path_factory.mktemp("dist")
    return packaging.build_wheels(found, system_and_machine(), target, notices="all licences")


def test_there_is_one_for_each_distribution_and_every_program_is_in_one(wheels):
    assert [path.name.split("-")[0] for path in wheels] == [name.replace("-", "_") for name in packaging.DISTRIBUTIONS]
    assert sorted(ALL) == sorted(set(ALL) & set(PROGRAMS))


def test_they_are_for_this_machine_only_and_say_so(wheels):
    for path in wheels:
        with zipfile.ZipFile(path) as archive:
            (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info" in name}
            facts = email.message_from_bytes(archive.read(f"{info}/WHEEL"))
            assert f"{info}/licenses/LICENSE" in archive.namelist()
            assert archive.read(f"{info}/licenses/NOTICES.txt") == b"all licences"
        platforms = packaging.TAGS[system_and_machine()].split(".")
        assert facts["Root-Is-Purelib"] == "false"
        assert sorted(facts.get_all("Tag")) == sorted(f"py3-none-{platform}" for platform in platforms)


def test_pip_installs_all_of_them_by_one_name_and_they_are_found(wheels, tmp_path, monkeypatch):
    """Without an index, from their folder; modes are kept."""
    place = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--find-links", wheels[0].parent]
    subprocess.run(
        [*command, "--disable-pip-version-check", "--no-compile", "--target", place, "driftlab-engine"],
        check=True, env={name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
    )  # fmt: skip
    monkeypatch.setattr(wheel, "GROUP", GROUP)
    monkeypatch.syspath_prepend(place)
    for name in ALL:
        found = available_program(name)
        assert found is not None, name
        assert place in found.parents
        assert processes.run([found]) == f"I am {name}\n"


def test_one_that_an_index_would_not_take_is_an_error(wheels, tmp_path, monkeypatch):
    monkeypatch.setattr(packaging, "LARGEST_BYTES", 100)
    found = dict.fromkeys(ALL, wheels[0])
    with pytest.raises(DriftlabError, match="and may have 100"):
        packaging.build_wheels(found, system_and_machine(), tmp_path)


def test_the_extra_asks_for_the_wheels_of_the_same_version(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["engine"] == [f"driftlab-engine=={__version__}"]


# ---- for another machine, from source


def test_a_build_from_source_writes_the_wheels_and_the_node_program_with_its_digest(go, tmp_path, capsys):
    module = tmp_path / "module"
    module.mkdir()
    (module / "LICENSE").write_text("Do what you like.\n")
    (module / "main.go").write_text("package main\n")
    target = tmp_path / "dist"
    go(
        f'[ "$1 $3" = "list -f" ] && {{ printf "k8s.io/x\\tv1.2.3\\t{module}\\n"; exit; }}\n'
        f'[ "$1" = build ] && echo "$GOOS $GOARCH" >> {tmp_path}/machines\n'
    )
    assert packaging.main([str(target), "--for", "linux-arm64"]) == 0
    assert (tmp_path / "machines").read_text() == "linux arm64\n"
    made = {path.name for path in target.iterdir()}
    wheels = {name for name in made if name.endswith(".whl")}
    assert len(wheels) == len(packaging.DISTRIBUTIONS)
    assert all(name.endswith(f"-py3-none-{packaging.TAGS['linux', 'arm64']}.whl") for name in wheels)
    node = PROGRAMS["driftlab-node"]
    (asset,) = (made - wheels) - {name for name in made if name.endswith(".sha256")}
    assert asset == node.release(("linux", "arm64")).url.rsplit("/", 1)[1]
    assert processes.run([target / asset]) == f"I am {node.package}\n"
    processes.run(["sha256sum", "--check", f"{asset}.sha256"], cwd=target)
    with zipfile.ZipFile(target / min(wheels)) as archive:
        (notices,) = (name for name in archive.namelist() if name.endswith("NOTICES.txt"))
        assert archive.read(notices).decode() == "k8s.io/x v1.2.3: LICENSE\n\nDo what you like.\n"
    assert capsys.readouterr().out == ""


def test_a_failed_build_is_reported_and_leaves_nothing(go, tmp_path, capsys):
    go('[ "$1" = build ] && { echo "main.go:1: wrong" >&2; exit 1; }\n')
    assert packaging.main([str(tmp_path / "dist"), "--for", "darwin-arm64"]) == 1
    assert "driftlab-node could not be compiled: main.go:1: wrong" in capsys.readouterr().err
    assert list((tmp_path / "dist").iterdir()) == []


@pytest.mark.usefixtures("no_go", "nowhere")
def test_without_programs_no_wheels_are_written(tmp_path, capsys):
    assert packaging.main([str(tmp_path / "dist")]) == 1
    assert "could not be had" in capsys.readouterr().err
    assert list((tmp_path / "dist").iterdir()) == []


def test_an_unknown_machine_is_a_usage_error(tmp_path, capsys):
    with pytest.raises(SystemExit) as refused:
        packaging.main([str(tmp_path), "--for", "plan9-386"])
    assert refused.value.code == 2
    assert "linux-amd64" in capsys.readouterr().err


def test_wheels_can_only_be_built_in_a_checkout(wheels, monkeypatch, tmp_path):
    """An installed kit has no licence beside its packages."""
    monkeypatch.setattr(packaging.sources, "MODULE", tmp_path / "site-packages" / "clusters")
    with pytest.raises(DriftlabError, match="made in a checkout") as refused:
        packaging.build_wheels(dict.fromkeys(ALL, wheels[0]), system_and_machine(), tmp_path)
    assert "git clone" in refused.value.next_step

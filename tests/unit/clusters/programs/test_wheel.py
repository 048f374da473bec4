"""Programs as wheels: made for one machine, found before anything is fetched, refused where they do not fit."""

import email
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

from driftlab.clusters import __version__
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.programs import at_hand, obtain, packaging, wheel
from driftlab.clusters.programs.pins import PROGRAMS, system_and_machine

NODE, ETCD = PROGRAMS["driftlab-node"], PROGRAMS["etcd"]
ALL = [name for held in packaging.DISTRIBUTIONS.values() for name in held]
GROUP = "driftlab.programs"


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """``installed(**changes)``: a wheel with the node program is installed; ``changes`` are laid over its record."""
    monkeypatch.setattr(wheel, "GROUP", GROUP)

    def install(version=__version__, **changes):
        system, machine = system_and_machine()
        record = {"system": system, "machine": machine, "programs": {NODE.name: NODE.edition}, **changes}
        place = tmp_path / "site"
        info = place / f"driftlab_engine-{version}.dist-info"
        for folder in (place / "driftlab_engine", info):
            folder.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: driftlab-engine\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{NODE.name} = driftlab_engine\n")
        (place / "driftlab_engine" / wheel.RECORD).write_text(json.dumps(record))
        program = place / "driftlab_engine" / NODE.name
        program.write_text("#!/bin/sh\necho I come as a wheel\n")
        program.chmod(0o755)
        monkeypatch.syspath_prepend(place)
        return program

    return install


def test_an_installed_one_is_taken_before_anything_is_fetched(installed, progress, recorder, mirror, web):
    program = installed()
    assert obtain([NODE.name], progress) == {NODE.name: program}
    assert at_hand(NODE.name) == program
    assert (recorder.lines, web.asked()) == ([], [])


def test_what_is_named_goes_before(installed, script, monkeypatch):
    installed()
    monkeypatch.setenv(NODE.variable, str(script("mine", "")))
    assert obtain([NODE.name])[NODE.name].name == "mine"


def test_its_code_is_not_run(installed):
    (installed().parent / "__init__.py").write_text("raise RuntimeError\n")
    assert at_hand(NODE.name)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"machine": "riscv64"}, "it is for linux-riscv64, and this is "),
        ({"system": "plan9"}, "it is for plan9-"),
        (
            {"programs": {NODE.name: "0.0.1-0123456789ab"}},
            "it holds driftlab-node 0.0.1-0123456789ab, and this driftlab ",
        ),
        ({"programs": {}}, r"its programs\.json cannot be read \(KeyError\)"),
        ({"programs": None}, r"its programs\.json cannot be read \(TypeError\)"),
    ],
)
@pytest.mark.usefixtures("mirror")
def test_one_that_does_not_fit_is_said_and_passed_over(installed, cache, progress, recorder, changes, why, monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    installed("0.0.9", **changes)
    assert obtain([NODE.name], progress) == {NODE.name: cache.path(NODE)}
    (line,) = recorder.lines
    assert line.startswith("The wheel driftlab-engine 0.0.9 is passed over: ")
    assert line.endswith("-m pip install --upgrade 'driftlab[engine]'")
    assert re.search(why, line)


@pytest.mark.parametrize("broken", ["gone", "not executable", "no record"])
def test_one_that_is_damaged_is_said_and_passed_over(installed, broken):
    program = installed()
    if broken == "gone":
        program.unlink()
    elif broken == "not executable":
        program.chmod(0o644)
    else:
        (program.parent / wheel.RECORD).unlink()
    said = []
    assert wheel.path(NODE, said.append) is None
    assert len(said) == 1
    assert at_hand(NODE.name) is None


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Wheels for this machine, with programs that say their names."""
    folder = tmp_path_factory.mktemp("programs")
    found = {}
    for name in ALL:
        found[name] = folder / name
        found[name].write_text(f"#!/bin/sh\necho I am {name}\n")  # not executable: a wheel's are
    target = tmp_path_factory.mktemp("dist")
    return packaging.make(found, system_and_machine(), target, notices="all licences")


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
        found = at_hand(name)
        assert found is not None, name
        assert place in found.parents
        assert processes.run([found]) == f"I am {name}\n"


def test_one_that_an_index_would_not_take_is_an_error(wheels, tmp_path, monkeypatch):
    monkeypatch.setattr(packaging, "LARGEST_BYTES", 100)
    found = dict.fromkeys(ALL, wheels[0])
    with pytest.raises(DriftlabError, match="and may have 100"):
        packaging.make(found, system_and_machine(), tmp_path)


def test_the_extra_asks_for_the_wheels_of_the_same_version(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["engine"] == [f"driftlab-engine=={__version__}"]

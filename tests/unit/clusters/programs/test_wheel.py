"""Programs that come as a wheel: taken before anything is fetched, and passed over where they do not fit."""

import json
import re

import pytest

from driftlab.clusters import __version__
from driftlab.clusters.programs import available_program, obtain, wheel
from driftlab.clusters.programs.pins import PROGRAMS, system_and_machine

NODE = PROGRAMS["driftlab-node"]
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
    assert available_program(NODE.name) == program
    assert (recorder.lines, web.asked()) == ([], [])


def test_what_is_named_goes_before(installed, script, monkeypatch):
    installed()
    monkeypatch.setenv(NODE.path_setting.name, str(script("mine", "")))
    assert obtain([NODE.name])[NODE.name].name == "mine"


def test_its_code_is_not_run(installed):
    (installed().parent / "__init__.py").write_text("raise RuntimeError\n")
    assert available_program(NODE.name)


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
    assert available_program(NODE.name) is None

"""The command ``driftlab``: it explains itself, says what is wrong with a command, and starts quickly."""

import re
import subprocess
import sys
import tomllib

import pytest
from typer.testing import CliRunner

from driftlab.checker.cli.main import app
from driftlab.checker.exercises.catalogue import labs
from driftlab.clusters import __version__


@pytest.fixture
def driftlab(tmp_path, monkeypatch):
    """Runs the command in a state folder of its own, with nothing chosen."""
    for name in ("DRIFTLAB_ENGINE", "DRIFTLAB_CLUSTER", "DRIFTLAB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        return CliRunner().invoke(app, words)

    return run


# ---- help


def test_every_command_says_what_it_does(commands):
    assert {"lab", "start", "check", "hint", "reset", "up", "down", "status", "doctor"} <= set(commands)
    for name, command in commands.items():
        assert (command.help or "").strip(), name
        assert command.help.strip()[-1] in ".:", name


def test_every_option_and_argument_has_a_help_text(commands):
    seen = 0
    for name, command in commands.items():
        for parameter in command.params:
            assert (getattr(parameter, "help", None) or "").strip(), f"driftlab {name} {parameter.name}"
            seen += 1
    assert seen > len(commands)


def test_the_help_of_a_command_shows_every_option_with_its_text(commands, driftlab):
    for name, command in commands.items():
        shown = driftlab(*([name] if name else []), "--help")
        assert shown.exit_code == 0
        words = " ".join(shown.output.split())
        for parameter in command.params:
            assert parameter.help.split(".")[0].split(";")[0] in words, f"driftlab {name} --help: {parameter.name}"
            assert parameter.param_type_name == "argument" or parameter.opts[-1] in words


def test_the_help_lists_every_command(commands, driftlab):
    shown = driftlab("-h").output
    for name in commands:
        assert re.search(rf"^\s+{name}\b", shown, re.MULTILINE), name


def test_what_can_be_set_by_the_environment_is_named_in_the_help(commands):
    for name, command in commands.items():
        for parameter in command.params:
            if "--engine" in parameter.opts:
                assert parameter.envvar == "DRIFTLAB_ENGINE", name
            if "--cluster" in parameter.opts:
                assert parameter.envvar == "DRIFTLAB_CLUSTER", name


# ---- what is wrong with a command


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        *([[command, "02-self-healing/one-pid"], "02-self-healing/one-pod"] for command in ("start", "check", "hint")),
        *([[command, "one-pid"], "one-pod"] for command in ("reset", "solution")),
        *([[command, "02-self-heeling"], "02-self-healing"] for command in ("try", "lab")),
        (["start", "02-self-heeling/one-pod"], "02-self-healing"),
        *([[command, "--engine", "embeded"], "embedded"] for command in ("up", "down", "status", "lab", "check")),
        (["start", "one-pod", "--engine", "embeded"], "embedded"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_does_not_exist_is_a_usage_error_that_says_what_was_meant(driftlab, words, meant):
    done = driftlab(*words)
    assert done.exit_code == 2, done.output
    assert f"Did you mean '{meant}'?" in done.stderr
    assert "Next: choose one of: " in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "words", [["no-such-command"], ["check", "--no-such-option"], ["start"], ["check", "one-pod", "--wait", "long"]]
)
def test_what_cannot_be_understood_is_a_usage_error(driftlab, words):
    done = driftlab(*words)
    assert done.exit_code == 2
    assert done.stderr.strip()


@pytest.mark.parametrize("command", ["check", "hint", "reset"])
def test_without_an_exercise_under_way_there_is_a_command_to_start_one(driftlab, command):
    done = driftlab(command, "--engine", "embedded")
    assert done.exit_code == 2
    assert "No exercise is under way." in done.stderr
    assert "Next: driftlab start " in done.stderr


@pytest.mark.parametrize("command", ["check", "hint"])
def test_an_exercise_that_was_not_started_is_a_usage_error(driftlab, command):
    done = driftlab(command, "one-pod", "--engine", "embedded")
    assert done.exit_code == 2
    assert "Next: driftlab start 02-self-healing/one-pod" in done.stderr


def test_a_cluster_that_is_not_there_is_not_ready(driftlab):
    done = driftlab("status", "--engine", "embedded")
    assert done.exit_code == 3
    assert "absent" in done.stdout


# ---- what needs no cluster


def test_every_exercise_is_listed(driftlab):
    listed = driftlab("list")
    assert listed.exit_code == 0
    for lab in labs():
        assert lab.title in listed.output
        for exercise in lab.exercises:
            assert f"{exercise.id}: {exercise.title}" in listed.output


def test_a_solution_is_printed_as_it_stands(driftlab):
    for exercise in labs()[0].exercises:
        printed = driftlab("solution", exercise.id)
        assert (printed.exit_code, printed.stdout) == (0, exercise.solution.read_text())


def test_the_version_is_the_packages(driftlab):
    assert driftlab("--version").output == f"driftlab {__version__}\n"


# ---- as a process of its own


def imported_by(*words, environment):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words], capture_output=True, text=True, check=True, env=environment
    )
    modules = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "typing" in modules
    return {module.split(".")[0] for module in modules}, done.stdout


def test_help_does_not_wait_for_what_it_does_not_need(plain_environment):
    modules, shown = imported_by("-m", "driftlab.checker.cli.main", "--help", environment=plain_environment)
    assert "Usage:" in shown
    assert "typer" in modules
    assert not modules & {"kubernetes", "IPython", "ipywidgets", "jupyterlab", "httpx", "yaml"}


def test_a_pytest_run_without_a_cluster_does_not_pay_for_the_plugin(root, plain_environment):
    """Every pytest run on this machine imports it, whatever it tests."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    plugins = ", ".join(project["entry-points"]["pytest11"].values())
    modules, _ = imported_by("-c", f"import {plugins}", environment=plain_environment)
    assert "pytest" in modules
    assert not modules & {"kubernetes", "IPython", "ipywidgets", "httpx", "pytest_kind"}


def test_a_terminal_without_our_signs_still_gets_the_words(plain_environment):
    done = subprocess.run(
        [sys.executable, "-m", "driftlab.checker.cli.main", "list"],
        capture_output=True,
        check=False,
        env={**plain_environment, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    assert labs()[0].exercises[0].id.encode() in done.stdout

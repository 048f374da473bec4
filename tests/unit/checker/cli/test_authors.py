"""Commands for authors of exercises, without a cluster."""

import shlex

import pytest
from typer.testing import CliRunner

from driftlab.checker.cli.main import app
from driftlab.checker.exercises.catalogue import load

pytestmark = pytest.mark.usefixtures("neutral")


def driftlab(*words):
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.fixture
def labs(tmp_path):
    """A folder whose name has spaces."""
    return tmp_path / "labs of mine"


def test_a_new_exercise_is_a_lab_that_can_be_loaded(labs):
    assert driftlab("new", "exercise", "scale-up", "--in", labs).exit_code == 0
    assert [one.name for one in load(labs / "50-my-lab").exercises] == ["scale-up"]


def test_the_printed_commands_can_be_pasted_into_a_shell(labs):
    said = driftlab("new", "exercise", "scale-up", "--in", labs, "--lab", "51-other").stdout
    made, prove, attempt = (line.partition(":")[2].strip() for line in said.splitlines())
    assert made == str(labs / "51-other")
    assert shlex.split(prove) == ["driftlab", "verify", made]
    assert shlex.split(attempt) == [f"DRIFTLAB_LABS={labs}", "driftlab", "lab"]


def test_an_existing_lab_is_not_overwritten(labs):
    driftlab("new", "exercise", "scale-up", "--in", labs)
    before = {path: path.read_bytes() for path in labs.rglob("*") if path.is_file()}
    again = driftlab("new", "exercise", "other", "--in", labs)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert {path: path.read_bytes() for path in labs.rglob("*") if path.is_file()} == before


def test_an_invalid_name_is_a_usage_error_and_creates_nothing(labs):
    done = driftlab("new", "exercise", "Scale Up", "--in", labs)
    assert done.exit_code == 2
    assert not labs.exists()


def test_verify_reports_a_broken_lab_with_file_and_line(tmp_path):
    """A fault of the lab is what this command looks for, so the exit code is 1 and not 3."""
    folder = tmp_path / "52-broken"
    folder.mkdir()
    (folder / "exercises.py").write_text("from driftlab.checker import Lab\n\nlab = Lab(oops)\n")
    done = driftlab("verify", folder)
    assert done.exit_code == 1
    assert f"✘ {folder / 'exercises.py'}, line 3: NameError" in done.stdout
    assert done.stdout.endswith("1 wrong with it.\n")
    assert done.stderr == ""


def test_verify_reports_missing_files_before_it_needs_a_cluster(labs):
    driftlab("new", "exercise", "scale-up", "--in", labs)
    load(labs / "50-my-lab").exercises[0].solution.unlink()
    done = driftlab("verify", labs / "50-my-lab")
    assert done.exit_code == 1
    assert "has no solution" in done.stdout
    assert "1 wrong with it." in done.stdout


def test_verify_of_a_folder_without_a_lab_is_a_usage_error(tmp_path):
    done = driftlab("verify", tmp_path)
    assert done.exit_code == 2
    assert "There is no lab in" in done.stderr

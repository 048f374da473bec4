"""``driftlab check`` on an exercise that is under way: what it prints, and its exit code. No cluster runs here."""

import json
from pathlib import Path

import fastjsonschema
import pytest
from typer.testing import CliRunner

from driftlab import checker
from driftlab.checker.cli.main import app
from driftlab.checker.exercises.catalogue import find_exercise
from driftlab.checker.sessions import session as attempt
from driftlab.clusters import application
from tests.unit.evidence_by_hand import ReaderByHand, begun

SCHEMA = Path(checker.__file__).parent / "reports" / "report.schema.json"


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Checks an exercise that was started on a cluster that has gone since."""
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(attempt, "RECORDER_S", 0.0)
    under_way = begun(find_exercise("one-pod"), ReaderByHand())

    def run(*words):
        return CliRunner().invoke(app, ["check", *words, "--engine", "embedded", "--cluster", under_way.cluster.name])

    return run


def test_where_no_cluster_answers_it_is_trouble_and_not_a_failure(check):
    done = check()
    assert done.exit_code == 3
    assert "this is not your fault" in done.stdout
    assert "Try: driftlab up" in done.stdout


def test_json_is_all_that_programs_get_on_standard_output(check):
    done = check("one-pod", "--json")
    assert done.exit_code == 3
    document = json.loads(done.stdout)
    fastjsonschema.compile(json.loads(SCHEMA.read_text()))(document)
    (result,) = document["results"]
    assert (result["exercise"], result["outcome"]) == ("02-self-healing/one-pod", "ERROR")
    assert {goal["outcome"] for goal in result["goals"]} == {"ERROR"}


@pytest.mark.parametrize("place", ["", "no-such-file/report.xml"])
def test_a_report_that_cannot_be_written_is_trouble_and_another_file_helps(check, tmp_path, place):
    (tmp_path / "no-such-file").touch()
    done = check(f"--junit={tmp_path / place}")
    assert done.exit_code == 3
    assert "this is not your fault" in done.stdout, "what was found is said all the same"
    assert "--junit" in done.stderr
    assert "DRIFTLAB_STATE" not in done.stderr


def test_the_labs_application_cannot_be_written_where_there_is_no_folder(tmp_path, monkeypatch):
    archive = tmp_path / "made.tar"
    archive.touch()
    monkeypatch.setattr(application, "archives", lambda *_: [archive])
    done = CliRunner().invoke(app, ["image", str(tmp_path / "nowhere" / "x.tar")])
    assert done.exit_code == 3
    assert "x.tar cannot be written" in done.stderr
    assert "driftlab image /a/folder/blog-api.tar" in done.stderr


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "-1", "-nan"])
def test_a_wait_that_would_never_end_is_refused(check, seconds):
    done = check(f"--wait={seconds}")
    assert done.exit_code == 2
    assert "--wait 30" in done.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "99999"])
def test_a_port_that_is_none_is_refused(check, port):
    del check  # the state folder of its fixture is what is wanted
    done = CliRunner().invoke(app, ["lab", f"--port={port}", "--engine=embedded"])
    assert done.exit_code == 2
    assert "'--port'" in done.stderr

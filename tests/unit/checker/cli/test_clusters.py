"""Commands on clusters: output and exit codes without a running cluster."""

import pytest
from typer.testing import CliRunner

from driftlab.checker.cli import doctor
from driftlab.checker.cli.main import app
from driftlab.checker.sessions.selection import last_chosen, remember
from driftlab.clusters import image_archives
from driftlab.clusters.findings import note, ok, problem
from driftlab.clusters.registry import open_cluster

pytestmark = pytest.mark.usefixtures("neutral")


def driftlab(*words):
    return CliRunner().invoke(app, [*words])


@pytest.fixture
def stopped():
    """A cluster whose state is kept and whose processes do not run."""
    cluster = open_cluster("embedded", "mine", images=())
    cluster.folder.mkdir(parents=True)
    (cluster.folder / "driftlab.json").write_text("{}")
    return cluster


MINE = ("--engine=embedded", "--cluster=mine")


# ---- up and down


def test_status_of_an_absent_cluster_exits_with_3():
    done = driftlab("status", *MINE)
    assert (done.exit_code, done.stdout) == (3, "mine (embedded): absent\n")


def test_status_lists_whether_each_component_runs(stopped):
    done = driftlab("status", *MINE)
    assert done.exit_code == 3
    assert done.stdout.startswith("mine (embedded): stopped\n")
    assert "  down  kube-apiserver\n" in done.stdout
    assert "  runs  " not in done.stdout


def test_down_without_a_cluster_says_so_and_succeeds():
    done = driftlab("down", *MINE)
    assert done.exit_code == 0
    assert "There is no cluster 'mine' (embedded)." in done.stdout


def test_down_deletes_the_cluster_and_forgets_it_as_the_default(stopped):
    remember(stopped)
    assert driftlab("down", *MINE).exit_code == 0
    assert not stopped.folder.exists()
    assert last_chosen() == {}


def test_down_keep_leaves_the_state_and_the_default(stopped):
    remember(stopped)
    assert driftlab("down", "--keep", *MINE).exit_code == 0
    assert stopped.folder.exists()
    assert last_chosen() == {"engine": "embedded", "name": "mine"}


# ---- the labs' application


def test_the_labs_application_cannot_be_written_where_there_is_no_folder(tmp_path, monkeypatch):
    archive = tmp_path / "made.tar"
    archive.touch()
    monkeypatch.setattr(image_archives, "archives", lambda *_: [archive])
    done = CliRunner().invoke(app, ["image", str(tmp_path / "nowhere" / "x.tar")])
    assert done.exit_code == 3
    assert "x.tar cannot be written" in done.stderr
    assert "driftlab image /a/folder/blog-api.tar" in done.stderr


def test_the_labs_application_is_written_to_the_given_file(tmp_path, monkeypatch):
    archive = tmp_path / "made.tar"
    archive.write_bytes(b"an archive")
    monkeypatch.setattr(image_archives, "archives", lambda *_: [archive])
    done = driftlab("image", str(tmp_path / "x.tar"))
    assert (done.exit_code, (tmp_path / "x.tar").read_bytes()) == (0, b"an archive")
    assert f"Written: {tmp_path / 'x.tar'}" in done.stdout


# ---- doctor


@pytest.mark.parametrize(
    ("findings", "code", "end"),
    [
        ([ok("Python")], 0, "Nothing is in the way of a lab."),
        ([ok("Python"), note("no kind", "pip install kind")], 0, "Nothing is in the way of a lab."),
        ([problem("no disk", "buy one"), problem("no memory")], 3, "2 in the way of a lab."),
    ],
)
def test_doctor_fails_only_if_a_problem_is_in_the_way(monkeypatch, findings, code, end):
    monkeypatch.setattr(doctor, "PROBES", [lambda: iter(findings)])
    done = driftlab("doctor")
    assert done.exit_code == code
    assert done.stdout.endswith(f"{end}\n")
    for finding in findings:
        assert f"{finding.severity.value:8} {finding.text}\n" in done.stdout


def test_doctor_prints_the_fix_below_the_problem(monkeypatch):
    monkeypatch.setattr(doctor, "PROBES", [lambda: iter([problem("no disk", "buy one")])])
    wrong, helps, _ = driftlab("doctor").stdout.splitlines()
    assert wrong.endswith("no disk")
    assert helps.endswith(": buy one")

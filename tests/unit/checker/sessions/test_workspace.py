"""The learner's own folder: notebooks come, and nothing that the learner wrote ever goes."""

import json

import pytest

from driftlab.checker.exercises.lab import Lab
from driftlab.checker.sessions.workspace import RECORD, copy_notebooks, default_workspace
from driftlab.clusters.errors import StateUnusable

NAME = "07-mine.ipynb"


@pytest.fixture
def lab(tmp_path):
    folder = tmp_path / "kit" / "07-mine"
    folder.mkdir(parents=True)
    (folder / NAME).write_text("version 1")
    return Lab("07-mine", "Mine", 5, "…", folder=folder)


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "somewhere" / "workspace"


def new_version(lab, number):
    lab.notebook.write_text(f"version {number}")


def notebooks(workspace):
    return {path.name: path.read_text() for path in workspace.glob("*.ipynb")}


def test_a_new_folder_is_made_and_filled(lab, workspace):
    assert copy_notebooks([lab], workspace) == []
    assert notebooks(workspace) == {NAME: "version 1"}
    assert {path.name for path in workspace.iterdir()} == {NAME, RECORD}


def cells(*lines):
    source = json.dumps([f"{line}\n" for line in lines])
    return f'{{"cells": [{{"source": {source}}}]}}'


def test_a_notebook_of_an_older_kit_goes_on_working_and_that_is_said_once(lab, workspace):
    copy_notebooks([lab], workspace)
    mine = workspace / "my copy.ipynb"
    mine.write_text(cells("from checker import check, hint, lab", "", 'lab("07-mine")', "my = 'work'"))
    (said,) = copy_notebooks([lab], workspace)
    assert mine.name in said
    assert mine.read_text() == cells("from driftlab import check, hint, lab", "", 'lab("07-mine")', "my = 'work'")
    assert copy_notebooks([lab], workspace) == []


@pytest.mark.parametrize(
    "line", ["from checker import mate", "from checkers import check", "# from checker import lab"]
)
def test_what_only_looks_like_the_old_import_is_left_alone(lab, workspace, line):
    copy_notebooks([lab], workspace)
    (workspace / "mine.ipynb").write_text(cells(line))
    assert copy_notebooks([lab], workspace) == []
    assert (workspace / "mine.ipynb").read_text() == cells(line)


def test_a_second_delivery_changes_nothing(lab, workspace):
    copy_notebooks([lab], workspace)
    assert copy_notebooks([lab], workspace) == []
    assert notebooks(workspace) == {NAME: "version 1"}


def test_a_notebook_that_was_not_touched_is_brought_up_to_date(lab, workspace):
    copy_notebooks([lab], workspace)
    new_version(lab, 2)
    (said,) = copy_notebooks([lab], workspace)
    assert NAME in said
    assert "up to date" in said
    assert notebooks(workspace) == {NAME: "version 2"}


def test_work_on_the_newest_notebook_is_left_alone_in_silence(lab, workspace):
    copy_notebooks([lab], workspace)
    (workspace / NAME).write_text("my work")
    assert copy_notebooks([lab], workspace) == []
    assert notebooks(workspace) == {NAME: "my work"}


def test_where_the_learner_has_worked_the_new_one_is_put_beside(lab, workspace):
    copy_notebooks([lab], workspace)
    (workspace / NAME).write_text("my work")
    new_version(lab, 2)
    (said,) = copy_notebooks([lab], workspace)
    assert notebooks(workspace) == {NAME: "my work", "07-mine (new version).ipynb": "version 2"}
    assert "07-mine (new version).ipynb" in said
    assert copy_notebooks([lab], workspace) == [], "told once"


def test_a_new_one_beside_that_was_not_touched_is_replaced_by_the_next(lab, workspace):
    copy_notebooks([lab], workspace)
    (workspace / NAME).write_text("my work")
    for number in (2, 3):
        new_version(lab, number)
        copy_notebooks([lab], workspace)
    assert notebooks(workspace) == {NAME: "my work", "07-mine (new version).ipynb": "version 3"}


def test_work_on_the_new_one_beside_is_left_alone_too(lab, workspace):
    copy_notebooks([lab], workspace)
    (workspace / NAME).write_text("my work")
    new_version(lab, 2)
    copy_notebooks([lab], workspace)
    (workspace / "07-mine (new version).ipynb").write_text("more of my work")
    new_version(lab, 3)
    (said,) = copy_notebooks([lab], workspace)
    assert notebooks(workspace) == {
        NAME: "my work",
        "07-mine (new version).ipynb": "more of my work",
        "07-mine (new version 2).ipynb": "version 3",
    }
    assert "07-mine (new version 2).ipynb" in said


def test_a_file_of_the_same_name_that_we_never_delivered_is_the_learners(lab, workspace):
    workspace.mkdir(parents=True)
    (workspace / NAME).write_text("from elsewhere")
    copy_notebooks([lab], workspace)
    assert notebooks(workspace) == {NAME: "from elsewhere", "07-mine (new version).ipynb": "version 1"}


def test_a_notebook_that_the_learner_has_thrown_away_comes_again(lab, workspace):
    copy_notebooks([lab], workspace)
    (workspace / NAME).unlink()
    assert copy_notebooks([lab], workspace) == []
    assert notebooks(workspace) == {NAME: "version 1"}


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"\xff\xfe", json.dumps({NAME: [1]}).encode()])
def test_without_its_record_the_kit_takes_every_change_for_the_learners(lab, workspace, damage):
    copy_notebooks([lab], workspace)
    (workspace / RECORD).write_bytes(damage)
    new_version(lab, 2)
    copy_notebooks([lab], workspace)
    assert notebooks(workspace) == {NAME: "version 1", "07-mine (new version).ipynb": "version 2"}


# Root may write anywhere, so what is in the way here is in everybody's way.


def test_a_file_where_the_folder_should_be_is_told(lab, workspace):
    workspace.parent.mkdir(parents=True)
    workspace.write_text("a file")
    with pytest.raises(StateUnusable) as trouble:
        copy_notebooks([lab], workspace)
    assert str(workspace) in trouble.value.message
    assert "--workspace" in trouble.value.next_step
    assert "DRIFTLAB_WORKSPACE" in trouble.value.next_step
    assert workspace.read_text() == "a file"


def test_a_folder_where_a_notebook_should_be_is_told(lab, workspace):
    (workspace / NAME).mkdir(parents=True)
    with pytest.raises(StateUnusable) as trouble:
        copy_notebooks([lab], workspace)
    assert NAME in trouble.value.message
    assert "DRIFTLAB_WORKSPACE" in trouble.value.next_step
    assert [path.name for path in workspace.iterdir()] == [NAME], "nothing half written is left"


def test_a_folder_where_the_record_should_be_is_told(lab, workspace):
    (workspace / RECORD).mkdir(parents=True)
    with pytest.raises(StateUnusable, match=RECORD) as trouble:
        copy_notebooks([lab], workspace)
    assert "DRIFTLAB_WORKSPACE" in trouble.value.next_step


def test_in_a_checkout_the_workspace_is_beside_the_code_and_ignored_by_git():
    """Else in the home folder: ``~/driftlab``."""
    folder = default_workspace()
    assert folder.name in ("workspace", "driftlab")
    if folder.name == "workspace":
        assert "/workspace/" in (folder.parent / ".gitignore").read_text().splitlines()

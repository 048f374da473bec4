"""Where the kit's folders are, and folders that the user names."""

import os

import pytest

from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.paths import cache_folder, named_folder, state_folder
from driftlab.clusters.settings import HIDDEN, LABS


@pytest.mark.parametrize(("folder", "variable"), [(cache_folder, "DRIFTLAB_CACHE"), (state_folder, "DRIFTLAB_STATE")])
class TestWhereFoldersAre:
    def test_where_the_environment_says(self, folder, variable, monkeypatch, tmp_path):
        monkeypatch.setenv(variable, str(tmp_path / "here"))
        assert folder() == (tmp_path / "here").resolve()

    def test_a_tilde_is_the_home(self, folder, variable, monkeypatch, tmp_path):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv(variable, "~/here")
        assert folder() == (tmp_path / "here").resolve()

    def test_links_are_followed(self, folder, variable, monkeypatch, tmp_path):
        """Processes are recognised by their folder's path, so there must be one only."""
        (tmp_path / "link").symlink_to(tmp_path / "real")
        monkeypatch.setenv(variable, str(tmp_path / "link"))
        assert folder() == (tmp_path / "real").resolve()

    @pytest.mark.parametrize("empty", [True, False])
    def test_else_where_the_system_keeps_such_things(self, folder, variable, empty, monkeypatch, tmp_path):
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(variable, "")
        if not empty:
            monkeypatch.delenv(variable)
        assert tmp_path.resolve() in folder().parents
        assert folder().name == "driftlab"


@pytest.fixture
def elsewhere(tmp_path):
    """A folder that exists."""
    folder = tmp_path / "labs"
    folder.mkdir()
    return folder


class TestFoldersThatTheUserNames:
    def test_an_existing_folder_is_accepted(self, elsewhere):
        assert named_folder(LABS, str(elsewhere)) == elsewhere

    def test_a_tilde_is_the_home(self, elsewhere, monkeypatch):
        monkeypatch.setenv("HOME", str(elsewhere.parent))
        assert named_folder(LABS, "~/labs") == elsewhere

    def test_a_link_to_a_folder_is_accepted(self, elsewhere, tmp_path):
        (tmp_path / "link").symlink_to(elsewhere)
        assert named_folder(LABS, str(tmp_path / "link")) == tmp_path / "link"

    @pytest.mark.parametrize("what", ["nothing", "a file", "below a file", "a link to nothing"])
    def test_anything_else_is_rejected_with_the_variables_name(self, what, tmp_path):
        path = tmp_path / "here"
        if what == "a file":
            path.touch()
        elif what == "below a file":
            path.touch()
            path = path / "folder"
        elif what == "a link to nothing":
            path.symlink_to(tmp_path / "nothing")
        with pytest.raises(UsageError, match=f"DRIFTLAB_HIDDEN names the folder {path}, and there is none") as refused:
            named_folder(HIDDEN, str(path))
        assert refused.value.next_step.endswith("unset DRIFTLAB_HIDDEN")

    def test_an_unreadable_folder_is_not_called_missing(self, elsewhere, monkeypatch):
        """Such as a grader's folder. Root can read everything, so ``stat`` is made to fail."""

        def refuse(path, **options):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "stat", refuse)
        assert named_folder(HIDDEN, str(elsewhere)) == elsewhere

"""Programs whose place the user names, or that are there already."""

import pytest

from driftlab.clusters.errors import ProgramsUnavailable
from driftlab.clusters.programs import explicit, installed, obtain
from driftlab.clusters.programs.pins import KIND, PROGRAMS

APISERVER, KIND_PROGRAM = PROGRAMS["kube-apiserver"], PROGRAMS["kind"]


class TestExplicit:
    def test_nothing_is_named(self):
        assert explicit.path(APISERVER) is None

    def test_a_program_of_its_own(self, script, monkeypatch):
        monkeypatch.setenv("DRIFTLAB_PROGRAM_KUBE_APISERVER", str(script("my-apiserver", "")))
        assert explicit.path(APISERVER).name == "my-apiserver"
        assert explicit.path(PROGRAMS["etcd"]) is None

    def test_a_folder_for_all(self, script, monkeypatch):
        monkeypatch.setenv("DRIFTLAB_PROGRAMS", str(script("kube-apiserver", "").parent))
        assert explicit.path(APISERVER).name == "kube-apiserver"

    def test_the_program_of_its_own_counts_more(self, script, monkeypatch):
        monkeypatch.setenv("DRIFTLAB_PROGRAMS", str(script("kube-apiserver", "").parent))
        monkeypatch.setenv("DRIFTLAB_PROGRAM_KUBE_APISERVER", str(script("my-apiserver", "")))
        assert explicit.path(APISERVER).name == "my-apiserver"

    def test_tilde_and_relative_paths_become_absolute(self, script, monkeypatch):
        folder = script("kube-apiserver", "").parent
        monkeypatch.setenv("HOME", str(folder.parent))
        monkeypatch.setenv("DRIFTLAB_PROGRAMS", "~/bin")
        assert explicit.path(APISERVER) == folder / "kube-apiserver"
        monkeypatch.chdir(folder)
        monkeypatch.setenv("DRIFTLAB_PROGRAMS", ".")
        assert explicit.path(APISERVER) == folder / "kube-apiserver"

    def test_it_is_taken_without_looking_anywhere_else(self, script, monkeypatch, tmp_path):
        named = script("kube-apiserver", "")
        monkeypatch.setenv("DRIFTLAB_PROGRAMS", str(named.parent))
        assert obtain(["kube-apiserver"]) == {"kube-apiserver": named}
        assert not (tmp_path / "cache").exists()

    @pytest.mark.parametrize("wrong", ["missing", "not a program", "folder"])
    @pytest.mark.parametrize("variable", ["DRIFTLAB_PROGRAM_KUBE_APISERVER", "DRIFTLAB_PROGRAMS"])
    def test_one_that_is_wrong_is_never_passed_over(self, tmp_path, monkeypatch, wrong, variable):
        place = tmp_path / "kube-apiserver"
        if wrong == "not a program":
            place.write_text("hello")
        elif wrong == "folder":
            place.mkdir()
        monkeypatch.setenv(variable, str(tmp_path if variable == "DRIFTLAB_PROGRAMS" else place))
        with pytest.raises(ProgramsUnavailable) as caught:
            obtain(["kube-apiserver"])
        assert caught.value.message == f"{variable} names {place}, which is not a program that can be run."
        assert caught.value.next_step == f"correct it, or: unset {variable}"


class TestInstalled:
    @pytest.fixture(autouse=True)
    def path(self, script, monkeypatch):
        monkeypatch.setenv("PATH", str(script("other", "").parent))

    def test_one_that_is_recent_enough_will_do(self, script):
        kind = script("kind", f"echo kind v{KIND} go1.99.0 linux/amd64")
        assert installed.path(KIND_PROGRAM) == kind
        assert obtain(["kind"]) == {"kind": kind}

    @pytest.mark.parametrize("said", ["echo kind v0.9.0 go1.99.0", "echo hello", "echo v99.0.0; exit 1", "exit 0"])
    def test_one_that_is_too_old_or_strange_will_not(self, script, said):
        script("kind", said)
        assert installed.path(KIND_PROGRAM) is None

    def test_none(self):
        assert installed.path(KIND_PROGRAM) is None

    def test_of_the_control_plane_only_the_pinned_version_will_do(self, script):
        script("kube-apiserver", "echo Kubernetes v99.0.0")
        assert installed.path(APISERVER) is None

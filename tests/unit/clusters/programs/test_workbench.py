"""Go's tools on our Go sources in the tree, with a Kubernetes that is patched once and kept."""

import os
import shutil
from pathlib import Path

import pytest

from driftlab.clusters.programs import sources, workbench


@pytest.fixture
def calls(go, tmp_path):
    """What a Go that does nothing was asked for. It has the module cache of whoever runs the tests."""
    log = tmp_path / "log"
    modules = tmp_path / "modules"
    export = f'GOMODCACHE={modules}; export GOMODCACHE; echo "$(pwd -P)|$GOWORK|$GOFLAGS|$*" >> {log}'
    answers = [f'"env GOMODCACHE") echo {modules}; exit ;;', "vet*) exit 3 ;;", "test*) exit ;;"]
    go("\n".join([export, 'case "$1 $2" in', *answers, "esac", ""]))
    return lambda: [line.split("|") for line in log.read_text().splitlines()]


def folder():
    return Path(os.environ["DRIFTLAB_CACHE"]) / "workbench"


def test_the_tree_itself_is_tested_with_a_copy_of_kubernetes_only(calls):
    assert workbench.main(["test", "-race"]) == 0
    place, workspace, flags, words = calls()[-1]
    assert (place, workspace, flags) == (str(sources.MODULE), "off", "-mod=readonly")
    assert words == f"test -modfile={folder() / 'go.mod'} -p=8 -race ./embedded/node/... blog-api/..."
    (copy,) = folder().glob("kubernetes@*")
    assert (folder() / "go.mod").read_text() == sources.patched_go_mod(str(copy))
    assert (folder() / "go.sum").read_text() == (sources.MODULE / "go.sum").read_text()


def test_kubernetes_is_copied_once_and_again_when_a_patch_has_changed(calls, capsys, monkeypatch, tmp_path):
    for _ in range(2):
        assert workbench.main([]) == 0
    (copy,) = folder().glob("kubernetes@*")
    assert capsys.readouterr().out == f"{folder() / 'go.mod'}\n" * 2
    assert sum(words.startswith("mod download") for *_, words in calls()) == 1
    changed = shutil.copytree(sources.PATCHES, tmp_path / "patches")
    reasoned = next(changed.iterdir())
    reasoned.write_text(f"Once more:\n{reasoned.read_text()}")
    monkeypatch.setattr(sources, "PATCHES", changed)
    shutil.rmtree(tmp_path / "modules")  # the real Go finds it there
    assert workbench.main([]) == 0
    assert len({*folder().glob("kubernetes@*")}) == 2
    assert str(copy) not in (folder() / "go.mod").read_text()


@pytest.mark.usefixtures("calls")
def test_the_exit_code_is_gos():
    assert workbench.main(["go", "vet", "./..."]) == 3


def test_lint_names_the_files_that_gofmt_would_change(calls, script, capsys):
    script("gofmt", 'echo "one.go"')
    assert workbench.main(["lint"]) == 1
    assert capsys.readouterr().out == "gofmt would change:\none.go\n"
    script("gofmt", "")
    assert workbench.main(["lint"]) == 3  # vet's
    assert calls()[-1][-1].startswith("vet -modfile=")


def test_lint_cannot_do_without_gofmt(calls, capsys, monkeypatch):
    monkeypatch.setattr(
        shutil, "which", lambda name: os.environ["PATH"].split(":")[0] + "/go" if name == "go" else None
    )
    assert workbench.main(["lint"]) == 1
    assert "there is no gofmt beside" in capsys.readouterr().err


def test_what_cannot_be_fetched_is_said(go, capsys):
    go('[ "$1" = mod ] && { echo "go: no such host" >&2; exit 1; }\n')
    assert workbench.main(["lint"]) == 1
    assert "could not be fetched: go: no such host" in capsys.readouterr().err


@pytest.mark.usefixtures("calls")
def test_an_unknown_word_is_a_usage_error(capsys):
    assert workbench.main(["dance"]) == 2
    assert "driftlab.clusters.programs.workbench lint" in capsys.readouterr().err


def test_a_user_without_go_is_told_as_by_a_build(no_go, capsys):
    assert workbench.main([]) == 1
    assert "no Go 1.26 or later" in capsys.readouterr().err

"""What programs are built from: ours, as it lies in the tree, and a Kubernetes that is copied and patched."""

import os
import subprocess

import pytest

from driftlab.clusters.host.files import make_folder
from driftlab.clusters.host.progress import SILENT
from driftlab.clusters.programs import ObtainFailed, sources, toolchain, workbench
from driftlab.clusters.programs.pins import PROGRAMS


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small one, laid out like ours."""
    for name, text in {
        "clusters/go.mod": "module driftlab/clusters\n",
        "clusters/go.sum": "sums\n",
        "clusters/embedded/node/main.go": "package main\n",
        "clusters/embedded/node/main_test.go": "package main\n",
        "clusters/embedded/node/net/net.go": "package net\n",
        "clusters/embedded/node/net/testdata/data": "data\n",
        "clusters/embedded/node/patches/a.patch": "patch\n",
        "clusters/embedded/engine.py": "import this\n",
        "labs/blog-api/main.go": "package main\n",
        "labs/blog-api/go.mod": "module blog-api\n",
        "labs/01-pods/start.yaml": "kind: Pod\n",
    }.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    root = tmp_path / "tree"
    monkeypatch.setattr(sources, "MODULE", root / "clusters")
    monkeypatch.setattr(sources, "NODE", root / "clusters" / "embedded" / "node")
    monkeypatch.setattr(sources, "PATCHES", root / "clusters" / "embedded" / "node" / "patches")
    monkeypatch.setattr(sources, "APPLICATION", root / "labs" / "blog-api")
    return root


MATTERS = [
    "clusters/embedded/node/main.go",
    "clusters/embedded/node/net/net.go",
    "clusters/embedded/node/patches/a.patch",
    "clusters/go.mod",
    "clusters/go.sum",
    "labs/blog-api/go.mod",
    "labs/blog-api/main.go",
]


def test_ours_lies_in_a_workspace_as_in_the_tree_without_what_is_not_compiled(tree, tmp_path):
    assert sources.copy_our_files(tmp_path / "work") == tmp_path / "work" / "clusters"
    copied = sorted(
        path.relative_to(tmp_path / "work").as_posix() for path in (tmp_path / "work").rglob("*") if path.is_file()
    )
    assert copied == MATTERS


@pytest.mark.parametrize("name", MATTERS)
def test_another_digest_where_another_program_would_be_built(tree, name):
    before = sources.digest()
    (tree / name).write_text("something else\n")
    assert sources.digest() != before


@pytest.mark.parametrize("name", ["clusters/embedded/engine.py", "clusters/embedded/node/main_test.go"])
def test_the_same_digest_where_it_would_be_the_same(tree, name):
    before = sources.digest()
    (tree / name).write_text("something else\n")
    assert sources.digest() == before


def test_another_digest_where_a_file_comes_or_is_called_otherwise(tree):
    digests = {sources.digest()}
    (tree / "labs" / "blog-api" / "more.go").write_text("package main\n")
    digests.add(sources.digest())
    (tree / "labs" / "blog-api" / "more.go").rename(tree / "labs" / "blog-api" / "other.go")
    digests.add(sources.digest())
    assert len(digests) == 3


def test_the_digest_is_fit_for_the_name_of_a_file():
    assert len(sources.digest()) == 12
    assert sources.digest().isalnum()


def test_the_folder_of_the_copy_may_have_any_name(tree):
    text = sources.patched_go_mod('/home/ada/my "folder"')
    assert text.startswith("module driftlab/clusters\n")
    assert text.endswith('replace k8s.io/kubernetes => "/home/ada/my \\"folder\\""\n')


def test_read_only_sources_become_files_that_can_be_changed_and_removed(tree, tmp_path):
    """As they lie in Go's cache of modules."""
    module = tmp_path / "modules" / sources.KUBERNETES_MODULE
    for name in ("pkg/file.go", "pkg/file_test.go", "pkg/testdata/file", "docs/page.md", "LICENSE", "test/e2e.go"):
        (module / name).parent.mkdir(parents=True, exist_ok=True)
        (module / name).write_text("one\n")
        (module / name).chmod(0o444)
    (tree / "clusters" / "embedded" / "node" / "patches" / "a.patch").write_text(
        "Why.\n\n--- a/pkg/file.go\n+++ b/pkg/file.go\n@@ -1 +1 @@\n-one\n+two\n"
    )
    target = tmp_path / "copy"
    sources.copy_kubernetes(tmp_path / "modules", target)
    assert sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()) == [
        "LICENSE",
        "pkg/file.go",
    ]
    assert (target / "pkg" / "file.go").read_text() == "two\n"
    assert (module / "pkg" / "file.go").read_text() == "one\n"


def test_all_that_is_imported_is_pinned(tmp_path):
    """Else every build fails, after minutes: Go does not choose versions by itself where programs are built."""
    try:
        go = toolchain.find(tmp_path, SILENT)
        modfile = workbench.prepare(go, make_folder(tmp_path / "workbench"))
    except ObtainFailed as failure:
        pytest.skip(f"the modules are not here and cannot be fetched: {failure}")
    done = subprocess.run(
        [go, "list", f"-modfile={modfile}", "-deps", *(program.package for program in PROGRAMS.values())],
        cwd=sources.MODULE, env={**os.environ, **sources.ENVIRONMENT}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for word in ("missing go.sum entry", "no required module provides", "updates to go.mod needed"):
        assert word not in done.stderr, done.stderr[:2000]

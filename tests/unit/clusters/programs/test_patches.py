"""Our changes to Kubernetes: applied to the letter or not at all, and each with its reason."""

import subprocess

import pytest

from driftlab.clusters.host.progress import SILENT
from driftlab.clusters.programs import ObtainFailed, patches, sources, toolchain
from driftlab.clusters.programs.patches import PatchRefused

OURS = sorted(sources.PATCHES.glob("*.patch"))

OLD = "one\ntwo\nthree\nfour\nfive\nsix\n"
PATCH = """\
Because.

--- a/pkg/file.go
+++ b/pkg/file.go
@@ -1,3 +1,4 @@
 one
-two
+2
+2.5
 three
@@ -5,2 +6,1 @@ func five()
-five
 six
"""
NEW = "one\n2\n2.5\nthree\nfour\nsix\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "module" / "pkg").mkdir(parents=True)
    (tmp_path / "module" / "pkg" / "file.go").write_text(OLD)
    return tmp_path / "module"


@pytest.fixture
def patch(tmp_path):
    def write(text=PATCH):
        path = tmp_path / "why.patch"
        path.write_text(text)
        return path

    return write


def test_a_patch_changes_what_it_says_and_nothing_else(root, patch):
    read = patches.read(patch())
    assert (read.name, read.reason, read.file) == ("why.patch", "Because.", "pkg/file.go")
    patches.apply(read, root)
    assert (root / "pkg" / "file.go").read_text() == NEW


def test_git_says_the_same(root, patch):
    """As everybody's tool would apply it."""
    done = subprocess.run(["git", "apply", patch()], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (root / "pkg" / "file.go").read_text() == NEW


@pytest.mark.parametrize(
    "found",
    [
        OLD.replace("two", "other"),
        OLD.replace("six", "other"),
        "zero\n" + OLD,  # moved by a line: a person looks at it
        OLD.removesuffix("five\nsix\n"),
        "",
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_has_changed(root, patch, found):
    (root / "pkg" / "file.go").write_text(found)
    with pytest.raises(PatchRefused, match=r"^why\.patch: pkg/file\.go:\d is not what it was made for$"):
        patches.apply(patches.read(patch()), root)
    assert (root / "pkg" / "file.go").read_text() == found


def test_a_file_that_is_gone_is_refused(root, patch):
    (root / "pkg" / "file.go").unlink()
    with pytest.raises(PatchRefused, match=r"^why\.patch: there is no pkg/file\.go$"):
        patches.apply(patches.read(patch()), root)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PATCH.removeprefix("Because.\n"), "its reason must stand on top"),
        ("Because.\n", "must change one file, not 0"),
        (PATCH + PATCH, "must change one file, not 2"),
        (PATCH.replace("+++ b/pkg/file.go", "+++ b/pkg/other.go"), r"4: \+\+\+ b/pkg/file.go must stand here"),
        (PATCH.replace("@@ -1,3 +1,4 @@", "@@ 1,3 @@"), r"5: a hunk \(@@\) must begin here"),
        (PATCH.replace("-1,3 +1,4", "-1,3 +1,5"), "11: the hunk has not the lines"),
        (PATCH.replace("-1,3 +1,4", "-1,2 +1,4"), "11: the hunk has not the lines"),
        (PATCH.removesuffix(" six\n"), "13: the hunk has not the lines"),
        (PATCH.replace("-two", "~two"), "7: the hunk has not the lines"),
        (PATCH + "rubbish\n", r"14: a hunk \(@@\) must begin here"),
    ],
)
def test_what_is_no_patch_is_refused_with_the_line(patch, text, why):
    with pytest.raises(PatchRefused, match=rf"^why\.patch:? ?{why}"):
        patches.read(patch(text))


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_ours_say_why_in_more_than_a_line_and_change_go_files(path):
    read = patches.read(path)
    assert len(read.reason) > 80
    assert read.file.endswith(".go")
    assert read.hunks


def test_there_are_few_and_no_two_change_the_same_file():
    changed = [patches.read(path).file for path in OURS]
    assert 1 <= len(changed) <= 6
    assert len(set(changed)) == len(changed)


def test_ours_fit_the_pinned_kubernetes(tmp_path):
    """Fails when a new version of Kubernetes is pinned that they no longer fit to: look at each, and make it anew."""
    try:
        go = toolchain.find(tmp_path, SILENT)
        modules = sources.fetch_kubernetes(go)
    except ObtainFailed as failure:
        pytest.skip(f"Kubernetes' sources are not here and cannot be fetched: {failure}")
    copy = tmp_path / "kubernetes"
    sources.copy_kubernetes(modules, copy)
    for path in OURS:
        read = patches.read(path)
        changed, original = (place / read.file for place in (copy, modules / sources.KUBERNETES_MODULE))
        assert changed.read_text() != original.read_text()
    formatted = subprocess.run(
        [go.with_name("gofmt"), "-l", *(copy / patches.read(path).file for path in OURS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (formatted.stdout, formatted.stderr) == ("", "")
    assert not list(copy.rglob("*_test.go"))
    assert (copy / "cmd" / "kube-apiserver" / "apiserver.go").is_file()

"""``make bench``: whatever the README has a figure for, the table has a row for."""

import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def bench(root, monkeypatch):
    monkeypatch.syspath_prepend(root / "tests")
    import bench

    yield bench
    for name in ("bench", "bench_checker", "bench_crowd"):
        sys.modules.pop(name, None)


def test_the_build_has_a_row_also_where_it_was_not_measured(bench):
    figures = bench.Figures()
    assert list(bench.lines(["embedded", "kind"], figures)) == [[bench.BUILD, "not measured: make bench BUILD=1", ""]]
    figures.add(bench.BUILD, "", "s", 540)
    assert list(bench.lines(["embedded", "kind"], figures)) == [[bench.BUILD, "540.00 s", ""]]


def test_the_readme_has_a_figure_for_the_build(bench, root):
    assert f"| {bench.BUILD} | " in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
@pytest.mark.parametrize(("words", "built"), [([], False), (["BUILD=1"], True)])
def test_make_measures_the_build_where_it_is_asked_to(root, plain_environment, words, built):
    command = ["make", "--dry-run", "bench", *words]
    said = subprocess.run(command, cwd=root, env=plain_environment, capture_output=True, text=True, check=True).stdout
    assert "tests/bench.py" in said
    assert ("--build" in said) == built

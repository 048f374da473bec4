"""What clusters/README.md lists: the differences between the engines, each with a test."""

import re

import pytest


@pytest.fixture(scope="module")
def readme(root):
    return (root / "clusters" / "README.md").read_text(encoding="utf-8")


def test_every_difference_has_a_test_and_every_such_test_a_row(root, readme):
    table = readme.split("| key |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    assert len(rows) == len(set(rows)) >= 5
    marked = {
        key
        for path in sorted((root / "tests" / "integration" / "engines").glob("test_*.py"))
        for key in re.findall(r'^@pytest\.mark\.differs\("(.*)"\)$', path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert marked == set(rows)

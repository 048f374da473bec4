"""What labs import: of the kit, only what it offers to authors, so that everything else may change without them."""

import ast
from collections.abc import Iterator

import pytest

from driftlab import checker

#: The kit's own names, also as they were once imported.
OURS = {"driftlab", "checker", "clusters", "labs", "tests"}


def forbidden(source: str, file: str = "checks.py") -> Iterator[str]:
    """Each import that a lab must not have, as it is written."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            allowed = not any(alias.name.partition(".")[0] in OURS for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if node.level:
                allowed = (node.level, node.module, file) == (2, "common", "checks.py") and "*" not in names
            else:
                ours = (node.module or "").partition(".")[0] in OURS
                allowed = not ours or (node.module == "driftlab.checker" and names <= set(checker.__all__))
        else:
            continue
        if not allowed:
            yield ast.unparse(node)


@pytest.fixture(scope="module")
def sources(root):
    found = {path: path.read_text(encoding="utf-8") for path in sorted(root.glob("labs/*/**/*.py"))}
    assert len(found) > 30
    assert {"checks.py", "common.py"} <= {path.name for path in found}
    return found


def test_labs_import_nothing_of_the_kit_but_what_it_offers(sources, root):
    told = {
        f"{path.relative_to(root)}: {line}" for path, source in sources.items() for line in forbidden(source, path.name)
    }
    assert told == set()


def test_labs_do_not_reach_the_kit_in_another_way(sources, root):
    ways = ("importlib", "__import__", "sys.modules")
    assert [str(path.relative_to(root)) for path, source in sources.items() if any(way in source for way in ways)] == []


@pytest.mark.parametrize(
    "line",
    [
        "import driftlab",
        "import driftlab.checker",
        "import json, driftlab.clusters.cluster",
        "from driftlab import checker",
        "from checker import goal",
        "from clusters.cluster import Cluster",
        "from driftlab.clusters import cluster",
        "from driftlab.checker import Session",
        "from driftlab.checker import *",
        "from driftlab.checker.evidence.predicates import settling",
        "from driftlab.checker.exercises import guards",
        "from . import checks",
        "from .. import common",
        "from ..common import *",
        "from ..other import three_ready",
        "from ...other_lab.common import three_ready",
        "def later():\n    from driftlab.checker.sessions import session",
    ],
)
def test_what_the_kit_does_not_offer_is_found(line):
    assert list(forbidden(line)) == [ast.unparse(ast.parse(line.strip().split("\n    ")[-1]))]


@pytest.mark.parametrize(
    "line",
    [
        "from driftlab.checker import Evidence, goal, guards, passed",
        "from driftlab.checker import predicates as p",
        "from ..common import three_ready",
        "import re",
        "from decimal import Decimal",
    ],
)
def test_what_it_offers_and_what_is_pythons_is_not(line):
    assert list(forbidden(line)) == []


def test_what_exercises_share_imports_nothing_of_theirs():
    assert list(forbidden("from ..common import three_ready", "common.py")) == ["from ..common import three_ready"]


def test_everything_that_the_kit_offers_is_there():
    assert len(set(checker.__all__)) == len(checker.__all__) > 20
    for name in checker.__all__:
        assert getattr(checker, name) is not None

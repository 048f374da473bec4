"""The names that authors of labs import are loaded lazily."""

import subprocess
import sys

import pytest

from driftlab import checker
from driftlab.checker.evidence import predicates, recording, snapshot, verdict
from driftlab.checker.objects import differences, views


def test_importing_the_package_imports_no_slow_module():
    """`driftlab --help` imports the package and needs none of them."""
    ask = (
        "import sys, driftlab.checker; print(*(name for name in ('kubernetes', 'yaml', 'rich') if name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout == "\n"


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("Recording", recording),
        ("Evidence", snapshot),
        ("Verdict", verdict),
        ("passed", verdict),
        ("Deployment", views),
        ("template_changes", differences),
    ],
)
def test_each_name_comes_from_its_module(name, home):
    assert getattr(checker, name) is getattr(home, name)


def test_every_exported_name_can_be_imported():
    for name in checker.__all__:
        assert getattr(checker, name).__name__.rpartition(".")[2] == name


def test_exported_modules_are_the_modules_themselves():
    assert checker.predicates is predicates

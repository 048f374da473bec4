"""The package's names are loaded lazily."""

import subprocess
import sys

import pytest

from driftlab import clusters
from driftlab.clusters import cluster, errors, registry


def test_importing_the_package_imports_no_slow_module():
    """`driftlab --help` and pytest runs without a cluster import the package."""
    ask = "import sys, driftlab.clusters; print(sorted({*sys.argv} & {*sys.modules}))"
    command = [sys.executable, "-c", ask, "kubernetes", "yaml", "psutil"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("Availability", cluster),
        ("Cluster", cluster),
        ("Status", cluster),
        ("DriftlabError", errors),
        ("open_cluster", registry),
    ],
)
def test_each_name_comes_from_its_module(name, home):
    assert getattr(clusters, name) is getattr(home, name)
    assert name in clusters.__all__

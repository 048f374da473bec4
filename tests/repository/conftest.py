"""What the tests of the house share: the checkout, and the command line as a tree."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from driftlab.checker.cli.main import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def tracked():
    """Every file of the repository that is there, by its path from the root: what git knows, or will."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is not a git checkout")
    asked = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {name: ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    assert "pyproject.toml" in found
    return found


@pytest.fixture(scope="session")
def commands():
    """The command ``driftlab`` and each of its commands, by name; the first one is called ''."""
    whole = typer.main.get_command(app)
    return {"": whole, **whole.commands}


@pytest.fixture(scope="session")
def plain_environment():
    """An environment without what an outer `make` or a developer's shell may have set."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHONPATH", "PYTHONIOENCODING")
    }

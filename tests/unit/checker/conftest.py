"""Fixtures for the checker's unit tests."""

import importlib
import sys
from pathlib import Path

import pytest

from driftlab.checker.exercises import catalogue


class Package:
    """An installed package that brings labs, as any package can: by an entry point ``driftlab.labs``."""

    def __init__(self, site: Path, name: str) -> None:
        self.folder = site / name
        self.folder.mkdir(parents=True)
        (self.folder / "__init__.py").touch()
        facts = site / f"{name}-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[driftlab.labs]\n{name} = {name}\n")

    def lab(self, name: str, source: str) -> Path:
        """Write a lab's ``exercises.py``; its path."""
        path = self.folder / name / "exercises.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
        catalogue.lab_folders.cache_clear()
        return path


@pytest.fixture
def package(tmp_path, monkeypatch):
    name = "labs_of_a_test"
    monkeypatch.delenv("DRIFTLAB_HIDDEN", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "site")
    made = Package(tmp_path / "site", name)
    importlib.invalidate_caches()
    catalogue.lab_folders.cache_clear()
    yield made
    sys.modules.pop(name, None)
    monkeypatch.undo()
    catalogue.lab_folders.cache_clear()

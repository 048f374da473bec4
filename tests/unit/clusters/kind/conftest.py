"""What the tests of kind clusters share."""

import os

import pytest


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Nothing on PATH but what a test puts there, and no choices of the user's."""
    for name in list(os.environ):
        if name.startswith(("DRIFTLAB_KIND", "KIND_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path

"""What the tests of this folder share; their other fixtures are in tests/surroundings.py."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture(autouse=True)
def alone(neutral: None) -> None:
    """No test of this folder sees what the person who runs the tests has chosen."""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """``write(document, name)``: one more kubeconfig of the user's, who has none at home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KUBECONFIG", raising=False)

    def write(document: dict[str, Any] | str, name: str = "config") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
        others = [one for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
        monkeypatch.setenv("KUBECONFIG", os.pathsep.join([*others, str(path)]))
        return path

    return write

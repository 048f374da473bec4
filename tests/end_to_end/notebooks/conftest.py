"""Notebooks run on the embedded engine alone: what other engines do differently, the labs' own tests see."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    others = [item for item in items if item.path.parent == HERE and _engine(item) not in (None, "embedded")]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


def _engine(item: pytest.Item) -> object:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("cluster") if callspec else None

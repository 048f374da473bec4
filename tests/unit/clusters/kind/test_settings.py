"""The environment variables of the kind engine: each changes what a cluster is created from."""

from pathlib import Path

import pytest

from driftlab.clusters.kind import settings
from driftlab.clusters.kind.machine import workers
from driftlab.clusters.kind.node_image import image, image_archive


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("setting", "value", "read", "expected"),
    [
        (settings.IMAGE, "mirror/node:1", image, "mirror/node:1"),
        (settings.IMAGE_ARCHIVE, "/images/node.tar", image_archive, Path("/images/node.tar")),
        (settings.WORKERS, "5", workers, 5),
    ],
)
def test_each_variable_has_an_effect_and_an_empty_one_has_none(monkeypatch, setting, value, read, expected):
    default = read()
    monkeypatch.setenv(setting.name, "")
    assert read() == default
    monkeypatch.setenv(setting.name, value)
    assert read() == expected != default

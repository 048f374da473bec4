"""Environment variables: a setting has the variable's present value, and an empty variable counts as unset."""

import re

import pytest

from driftlab.clusters import settings
from driftlab.clusters.host.paths import cache_folder, state_folder
from driftlab.clusters.programs.pins import PROGRAMS


@pytest.mark.parametrize("value", ["", "some value"])
def test_a_setting_has_the_present_value(monkeypatch, value):
    assert settings.MIRROR.value == ""
    monkeypatch.setenv("DRIFTLAB_MIRROR", value)
    assert settings.MIRROR.value == value


@pytest.mark.parametrize(("setting", "folder"), [(settings.STATE, state_folder), (settings.CACHE, cache_folder)])
def test_an_empty_variable_means_the_default(monkeypatch, setting, folder):
    monkeypatch.delenv(setting.name)
    default = folder()
    monkeypatch.setenv(setting.name, "")
    assert folder() == default


def test_each_program_has_a_variable_of_its_own():
    names = {settings.program_path(name).name for name in PROGRAMS}
    assert len(names) == len(PROGRAMS)
    assert all(re.fullmatch("DRIFTLAB_PROGRAM_[A-Z_]+", name) for name in names)
    assert "DRIFTLAB_PROGRAM_KUBE_APISERVER" in names

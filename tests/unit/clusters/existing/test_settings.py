"""The environment variables of the existing engine: each changes whose namespaces are used."""

import pytest

from driftlab.clusters.errors import ConfirmationNeeded
from driftlab.clusters.existing import settings
from driftlab.clusters.existing.engine import ExistingCluster
from driftlab.clusters.existing.names import shared_namespace, user_label


@pytest.mark.parametrize(
    ("setting", "value", "read"),
    [(settings.USER, "ada", user_label), (settings.NAMESPACE, "team-a", shared_namespace)],
)
def test_each_variable_has_an_effect_and_an_empty_one_has_none(monkeypatch, setting, value, read):
    default = read()
    monkeypatch.setenv(setting.name, "")
    assert read() == default
    monkeypatch.setenv(setting.name, value)
    assert read() == value != default


def test_only_the_name_of_the_context_confirms_it(monkeypatch):
    cluster = ExistingCluster("prod")
    for value in ("", "yes", "prod-2"):
        monkeypatch.setenv(settings.CONFIRM.name, value)
        with pytest.raises(ConfirmationNeeded):
            cluster._require_confirmation("it is called prod", "")
    monkeypatch.setenv(settings.CONFIRM.name, "prod")
    cluster._require_confirmation("it is called prod", "")

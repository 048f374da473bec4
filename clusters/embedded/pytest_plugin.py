"""The fixture ``lab_kind_cluster``: pytest-kind's cluster without a container engine. See ``embedded.drop_in``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from driftlab.clusters.pytest_plugin import ready_cluster

if TYPE_CHECKING:
    from driftlab.clusters.embedded.drop_in import KindShaped


@pytest.fixture(scope="session")
def lab_kind_cluster() -> Iterator["KindShaped"]:
    """An embedded cluster with the interface of pytest-kind's ``kind_cluster``: it needs no container engine."""
    from driftlab.clusters.embedded.drop_in import KindShaped
    from driftlab.clusters.embedded.engine import EmbeddedCluster

    for cluster in ready_cluster("embedded"):
        assert isinstance(cluster, EmbeddedCluster)
        yield KindShaped(cluster)

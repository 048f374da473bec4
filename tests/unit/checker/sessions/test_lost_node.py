"""The Node that an exercise has lost, and who brings it back."""

from datetime import UTC, datetime, timedelta

import pytest

from driftlab.checker.sessions.lost_node import LostNode
from driftlab.clusters.errors import UsageError
from driftlab.clusters.kubernetes.client import ApiRefused

MINE = "self-healing: 02-self-healing/node-lost"


class ClusterByHand:
    """Notes which Nodes it was told to lose; ``renewed``: when a lost one was heard last."""

    def __init__(self):
        self.lost, self.renewed, self.client = set(), None, self

    def lose_node(self, name):
        self.lost.add(name)

    def return_node(self, name):
        if name not in self.lost:
            raise UsageError(f"There is no Node called {name!r}.")
        self.lost.remove(name)

    def get(self, path):
        if self.renewed is None:
            raise ApiRefused(404, "NotFound", f"{path} is not there")
        return {"spec": {"renewTime": self.renewed.isoformat().replace("+00:00", "Z")}}


@pytest.fixture
def cluster():
    return ClusterByHand()


@pytest.fixture
def lost(cluster, tmp_path):
    return LostNode(cluster, tmp_path)


def lose(lost, node="worker-2", whose=MINE):
    with lost.lose(node, whose):
        pass


def test_whose_it_is_is_known_before_it_is_lost(lost, cluster):
    with lost.lose("worker-2", MINE):
        assert cluster.lost == set()
        assert lost.recovery_reason(MINE) == ""
    assert cluster.lost == {"worker-2"}
    assert lost.recovery_reason(MINE) == ""


def test_the_next_exercise_brings_it_back_and_is_named(lost, cluster):
    lose(lost)
    lost.restart("03-deployments/apply")
    assert cluster.lost == set()
    assert lost.recovery_reason(MINE) == "03-deployments/apply began on the same cluster"
    lost.restart("04-scaling/up")  # nothing is left to do, and the first one did it
    assert "03-deployments/apply" in lost.recovery_reason(MINE)


def test_begun_again_it_is_lost_again(lost):
    lose(lost)
    lost.restart("02-self-healing/node-lost")
    lose(lost)
    assert lost.recovery_reason(MINE) == ""


def test_another_exercise_may_have_lost_one_instead(lost):
    lose(lost)
    lose(lost, "worker-1", "other: 02-self-healing/node-lost")
    assert "another exercise began" in lost.recovery_reason(MINE)


def test_a_cluster_without_that_node_has_nothing_to_bring_back(lost, cluster):
    lose(lost)
    cluster.lost.clear()  # it was replaced by a new one
    lost.restart("03-deployments/apply")
    assert lost.recovery_reason(MINE)


@pytest.mark.parametrize(("after_s", "is_back"), [(-30, False), (1, False), (60, True)])
def test_a_node_that_came_back_by_itself_is_noticed_by_its_lease(lost, cluster, after_s, is_back):
    """As after a machine was started again. What was on its way when it fell silent does not count."""
    lose(lost)
    cluster.renewed = datetime.now(UTC) + timedelta(seconds=after_s)
    assert bool(lost.recovery_reason(MINE)) is is_back


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"node": "worker-2", "at": "soon"}'])
def test_a_damaged_note_breaks_nothing(lost, cluster, damage):
    lose(lost)
    lost.path.write_text(damage)
    cluster.renewed = datetime.now(UTC)
    assert lost.recovery_reason(MINE) in ("", "another exercise began on the same cluster")
    lost.restart("03-deployments/apply")
    assert lost.recovery_reason(MINE).endswith("began on the same cluster")

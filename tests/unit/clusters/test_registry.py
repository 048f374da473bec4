"""How clusters may be called, and where labs are looked for."""

import pytest

from driftlab.checker.sessions.selection import chosen_cluster
from driftlab.clusters.embedded.engine import NODES, EmbeddedCluster
from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.kind.engine import LONGEST_SUFFIX, KindCluster
from driftlab.clusters.registry import ENGINES, engine_class, open_cluster

OURS = [name for name in ENGINES if engine_class(name).automatic]

NO_NAMES = ["", "../x", "/x", "..", ".", "a b", "bad name!", "Upper", "-a", "a-", "a.b", "a_b", "é", "a\n", "x" * 300]


@pytest.mark.parametrize("engine", OURS)
@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_is_refused_before_anything_is_made(engine, name):
    """It would become a folder, perhaps elsewhere, and a part of names that Kubernetes refuses minutes later."""
    for ask in (open_cluster, chosen_cluster):
        with pytest.raises(UsageError) as trouble:
            ask(engine, name)
        assert repr(name) in trouble.value.message
        assert "--cluster my-cluster" in trouble.value.next_step
        assert trouble.value.exit_code == 2
    assert not state_folder().exists()


@pytest.mark.parametrize("name", NO_NAMES)
def test_nor_is_an_engine_looked_for_that_has_a_cluster_of_such_a_name(name):
    with pytest.raises(UsageError, match="cannot be called"):
        chosen_cluster(None, name)


@pytest.mark.parametrize("engine", OURS)
@pytest.mark.parametrize("name", ["a", "7", "my-cluster", "a--b", "x" * 42])
def test_a_name_is_a_name(engine, name):
    assert open_cluster(engine, name, images=()).name == name


@pytest.mark.parametrize("engine", OURS)
def test_one_sign_more_than_the_longest_name_is_too_long(engine):
    longest = engine_class(engine).max_name_length
    open_cluster(engine, "x" * longest, images=())
    with pytest.raises(UsageError, match=f"at most {longest} "):
        open_cluster(engine, "x" * (longest + 1), images=())


def test_the_longest_name_leaves_room_for_what_nodes_are_called_beside_it():
    """Linux takes no host name of more than 63 signs, and Kubernetes no such label."""
    kind, embedded = (engine("x" * engine.max_name_length) for engine in (KindCluster, EmbeddedCluster))
    assert len(kind.own_name + LONGEST_SUFFIX) == 63
    assert len(f"{embedded.name}-worker{NODES}") == 63


def test_a_cluster_that_is_not_named_is_called_as_always():
    assert [open_cluster(engine, images=()).name for engine in OURS] == ["driftlab"] * len(OURS)

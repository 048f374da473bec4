"""The ports of a cluster: free, different, and outside the range of outgoing connections."""

import socket
from contextlib import ExitStack

import pytest

from driftlab.clusters.embedded import ports
from driftlab.clusters.embedded.configuration import PORTS
from driftlab.clusters.embedded.ports import free_ports


@pytest.fixture
def few(monkeypatch):
    """Three ports to choose from, the first of them in use; returns the other two."""
    for first in range(32001, 32700):
        with ExitStack() as held:
            try:
                found = [held.enter_context(socket.create_server(("127.0.0.1", first + n))) for n in range(3)]
            except OSError:
                continue
            for one in found[1:]:
                one.close()
            monkeypatch.setattr(ports, "PORT_RANGE", range(first, first + 3))
            yield {first + 1, first + 2}
            return
    pytest.fail("this machine has no three free ports in a row")


def test_a_port_in_use_is_not_chosen(few):
    assert set(free_ports(2)) == few


def test_the_chosen_ports_can_be_bound():
    with ExitStack() as held:
        for port in free_ports(len(PORTS)):
            held.enter_context(socket.create_server(("127.0.0.1", port)))


def test_ports_are_all_different_and_below_those_that_connections_are_given():
    chosen = free_ports(50)
    assert len(set(chosen)) == 50
    assert set(chosen) <= set(ports.PORT_RANGE)
    assert max(ports.PORT_RANGE) < 32768

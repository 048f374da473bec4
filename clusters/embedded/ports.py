"""Choose free ports on loopback for the components of a cluster."""

import secrets
import socket
from contextlib import suppress

#: Below the range from which the system chooses the ports of outgoing connections, on Linux from 32768 on:
#: https://docs.kernel.org/networking/ip-sysctl.html.
PORT_RANGE = range(20000, 32000)


def free_ports(count: int) -> list[int]:
    """``count`` ports that are free now, and that no outgoing connection takes before the components have started."""
    chosen: list[int] = []
    while len(chosen) < count:
        port = secrets.choice(PORT_RANGE)
        with socket.socket() as test_socket, suppress(OSError):
            test_socket.bind(("127.0.0.1", port))
            chosen += [port] if port not in chosen else []
    return chosen

"""The ports of one cluster: all on loopback, all chosen by us, all for this cluster alone."""

import secrets
import socket
from contextlib import suppress

#: Where they are chosen from. A system gives its connections ports of a range of their own, on Linux from 32768 on:
#: https://docs.kernel.org/networking/ip-sysctl.html. These are below.
PORT_RANGE = range(20000, 32000)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, and that no connection is given by chance until the components are up."""
    chosen: list[int] = []
    while len(chosen) < count:
        port = secrets.choice(PORT_RANGE)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            chosen += [port] if port not in chosen else []
    return chosen

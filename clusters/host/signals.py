"""Signals that ask this program to end, and a context in which they are ignored."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

#: Sent by Ctrl-C, by a service manager, and when the terminal is closed.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ignore_signals() -> Iterator[None]:
    """Ignore ``SIGNALS``, so that a second Ctrl-C does not interrupt the cleanup that the first one started."""
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)

"""What asks this program to end, and what must not be cut short by it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

#: Ctrl-C, a service manager, a terminal that is closed.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def unheard() -> Iterator[None]:
    """Whoever is impatient with an orderly end does not cut it short."""
    before = {name: signal.signal(name, signal.SIG_IGN) for name in SIGNALS}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)

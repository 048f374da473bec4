"""Wait for a condition."""

import math
import time
from collections.abc import Callable, Iterator

from driftlab.clusters.errors import ClusterNotReady


def poll(timeout_s: float = math.inf, every_s: float = 0.05) -> Iterator[None]:
    """Yield at once, and again every ``every_s`` seconds until ``timeout_s`` seconds have passed.

    For a loop that is left when it has found what it waits for; what follows the loop is reached after the timeout.
    """
    deadline = time.monotonic() + timeout_s
    yield
    while time.monotonic() <= deadline:
        time.sleep(every_s)
        yield


def wait_for(condition: Callable[[], bool], description: str, timeout_s: float = 60, every_s: float = 0.05) -> None:
    """Wait until ``condition()`` is true. Raises ClusterNotReady with the ``description`` of what was waited for."""
    for _ in poll(timeout_s, every_s):
        if condition():
            return
    raise ClusterNotReady(f"Waited {timeout_s:g} s in vain for {description}.", next_step="driftlab status")

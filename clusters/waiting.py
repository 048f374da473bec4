"""Wait for a condition."""

import time
from collections.abc import Callable

from driftlab.clusters.errors import ClusterNotReady


def wait_for(condition: Callable[[], bool], description: str, timeout_s: float = 60, every_s: float = 0.05) -> None:
    """Wait until ``condition()`` is true. Raises ClusterNotReady with the ``description`` of what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise ClusterNotReady(f"Waited {timeout_s:g} s in vain for {description}.", next_step="driftlab status")
        time.sleep(every_s)

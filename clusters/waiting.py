"""Wait for a condition, and say what was waited for."""

import time
from collections.abc import Callable

from driftlab.clusters.errors import ClusterNotReady


def wait_for(met: Callable[[], bool], what: str, timeout_s: float = 60, every_s: float = 0.05) -> None:
    """Wait until ``met()``; raises ClusterNotReady that names ``what`` was waited for."""
    deadline = time.monotonic() + timeout_s
    while not met():
        if time.monotonic() > deadline:
            raise ClusterNotReady(f"Waited {timeout_s:g} s in vain for {what}.", next_step="driftlab status")
        time.sleep(every_s)

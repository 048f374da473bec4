"""Signals are ignored during an orderly end."""

import signal
import subprocess
import sys

import pytest

from driftlab.clusters.host import signals

#: Sends itself every signal, inside the block and after it. It runs as a process of its own.
SCRIPT = """
import os, signal, sys
from driftlab.clusters.host.signals import SIGNALS, ignore_signals

heard = []
for name in SIGNALS:
    signal.signal(name, lambda number, frame: heard.append(number))
try:
    with ignore_signals():
        for name in SIGNALS:
            os.kill(os.getpid(), name)
        if "fail" in sys.argv:
            raise ZeroDivisionError
except ZeroDivisionError:
    print("failed")
print(len(heard), "heard inside")
for name in SIGNALS:
    os.kill(os.getpid(), name)
print(heard == list(SIGNALS))
"""


@pytest.mark.parametrize("words", [[], ["fail"]], ids=["to its end", "with an error"])
def test_signals_are_ignored_inside_and_heard_again_afterwards(words):
    done = subprocess.run([sys.executable, "-c", SCRIPT, *words], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [*(["failed"] if words else []), "0 heard inside", "True"]


def test_interrupt_terminate_and_hangup_are_handled():
    assert set(signals.SIGNALS) == {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}

"""The program `driftlab`: signals, version and help."""

import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from driftlab.checker.cli.main import app
from driftlab.clusters import __version__
from driftlab.clusters.host.signals import SIGNALS

#: The real ``main`` with a command that gets a signal. SIGINT is ignored first, as in a shell's background jobs.
SCRIPT = """
import os, signal, sys, time
from driftlab.checker.cli import main

signal.signal(signal.SIGINT, signal.SIG_IGN)

def command():
    try:
        os.kill(os.getpid(), int(sys.argv[1]))
        time.sleep(60)
    finally:
        print("taken away")

main.app = command
try:
    main.main()
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("name", SIGNALS)
def test_signals_become_an_interrupt_so_that_cleanup_runs(name):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(int(name))], capture_output=True, text=True, timeout=50, check=True
    )
    assert done.stdout == "taken away\ninterrupted\n"


def test_without_main_a_signal_ends_the_program_at_once():
    """Without this, the test above would prove nothing."""
    script = SCRIPT.replace("main.main()", "command()")
    done = subprocess.run([sys.executable, "-c", script, str(int(signal.SIGTERM))], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, b"")


def test_version_prints_the_version_and_runs_no_command():
    done = CliRunner().invoke(app, ["--version", "no-such-command"])
    assert (done.exit_code, done.stdout) == (0, f"driftlab {__version__}\n")


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["new"]])
def test_without_a_command_the_help_is_printed(words):
    assert "Usage: " in CliRunner().invoke(app, words).output


def test_commands_are_listed_in_the_order_in_which_a_learner_needs_them():
    listed = CliRunner().invoke(app, ["--help"]).stdout
    places = [listed.index(f"\n  {name} ") for name in ("lab", "start", "check", "hint", "verify", "up", "doctor")]
    assert places == sorted(places)

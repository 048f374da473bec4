"""Run a program to its end, or find and end the ones that we started."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from clusters.errors import CommandFailed


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout_s: float = 60,
    cwd: Path | None = None,
    next_step: str = "driftlab doctor",
) -> str:
    """Run ``command``, return its standard output.

    ``env`` is laid over the environment. Raises CommandFailed (with the command
    and what it printed) when it cannot be started, fails, or takes too long.
    """
    words = [str(word) for word in command]
    failure = {"command": words, "next_step": next_step}
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **(env or {})},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            cwd=cwd,
            check=False,
        )
    except OSError as error:
        raise CommandFailed(f"{words[0]} could not be started: {error.strerror}.", **failure) from error  # type: ignore[arg-type]
    except subprocess.TimeoutExpired as error:
        printed = (error.stderr or b"") if isinstance(error.stderr, bytes) else b""
        raise CommandFailed(
            f"{Path(words[0]).name} did not end within {timeout_s:g} s.",
            output=printed.decode(errors="replace"),
            **failure,  # type: ignore[arg-type]
        ) from error
    if done.returncode:
        raise CommandFailed(
            f"{Path(words[0]).name} ended with exit code {done.returncode}.",
            output=done.stderr.strip() or done.stdout,
            **failure,  # type: ignore[arg-type]
        )
    return done.stdout


def mentioning(folder: Path) -> list[psutil.Process]:
    """The processes of this user whose command line names something in ``folder``.

    A cluster's programs all carry paths of its folder as arguments, so this finds
    them whatever happened to their pid files, and never finds anything else.
    """
    inside = f"{folder}{os.sep}"
    found = []
    for process in psutil.process_iter(["cmdline", "status", "uids"]):
        if process.pid == os.getpid() or process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        if process.info["uids"] is not None and process.info["uids"].real != os.getuid():
            continue
        if any(inside in word for word in process.info["cmdline"] or ()):
            found.append(process)
    return found


def end(processes: Sequence[psutil.Process], patience_s: float = 0.0) -> None:
    """End ``processes``: asked first where there is patience, then killed. Returns when they are gone."""
    remaining = list(processes)
    if patience_s:
        for process in remaining:
            _signal(process, "terminate")
        _, remaining = psutil.wait_procs(remaining, timeout=patience_s)
    for process in remaining:
        _signal(process, "kill")
    psutil.wait_procs(remaining, timeout=5)


def _signal(process: psutil.Process, how: str) -> None:
    with suppress(psutil.NoSuchProcess):
        getattr(process, how)()

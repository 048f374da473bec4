"""Run a program to its end, or find and end the ones that we started."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

import driftlab
from driftlab.clusters.errors import CommandFailed


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout_s: float = 60,
    cwd: Path | None = None,
    next_step: str = "driftlab doctor",
    hopeless: Callable[[], str] = lambda: "",
) -> str:
    """Run ``command``, return its standard output.

    ``env`` is laid over the environment. ``hopeless`` is asked now and then: what it says is why the command is ended
    before it ends by itself. Raises CommandFailed (with the command and what it printed) when it cannot be started,
    fails, or takes too long.
    """
    words = [str(word) for word in command]
    failure = {"command": words, "next_step": next_step}
    try:
        process = subprocess.Popen(
            words,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=cwd,
        )
    except OSError as error:
        raise CommandFailed(f"{words[0]} could not be started: {error.strerror}.", **failure) from error  # type: ignore[arg-type]
    with process:
        deadline = time.monotonic() + timeout_s
        try:
            while True:
                try:
                    told, complained = process.communicate(
                        stdin, timeout=max(0.01, min(0.5, deadline - time.monotonic()))
                    )
                    break
                except subprocess.TimeoutExpired as silence:
                    stdin = None  # it has been sent
                    why = hopeless()
                    if not why and time.monotonic() < deadline:
                        continue
                    printed = silence.stderr or silence.output or b""
                    raise CommandFailed(
                        f"{Path(words[0]).name} {why or f'did not end within {timeout_s:g} s'}.",
                        output=printed.decode(errors="replace") if isinstance(printed, bytes) else printed,
                        **failure,  # type: ignore[arg-type]
                    ) from silence
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise CommandFailed(
            f"{Path(words[0]).name} ended with exit code {process.returncode}.",
            output=complained.strip() or told,
            **failure,  # type: ignore[arg-type]
        )
    return told


def follow(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    line: Callable[[str], None] = lambda text: None,
    silence_s: float | None = None,
) -> tuple[list[str], int]:
    """Run ``command`` in ``folder``, call ``line`` for each line as it comes; its last lines and its exit code.

    ``environment`` is laid over ours. Ended, with all its children, when the caller is
    interrupted or it is silent for ``silence_s``.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    tail: list[str] = []
    heard = time.monotonic()
    over = threading.Event()

    def listen_for_silence() -> None:
        while not over.wait(min(1, silence_s or 1)):
            if silence_s and time.monotonic() - heard > silence_s:
                tail.append(f"no answer for {silence_s:g} s")
                _kill(process)
                return

    watch = threading.Thread(target=listen_for_silence, daemon=True)
    watch.start()
    try:
        assert process.stdout
        for text in map(str.rstrip, process.stdout):
            heard = time.monotonic()
            line(text)
            tail = [*tail[-30:], text]
        code = process.wait()
    except BaseException:
        _kill(process)
        raise
    finally:
        over.set()
        watch.join()
        if process.stdout:
            process.stdout.close()
    return tail, code


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses where all of the group have ended
        os.killpg(process.pid, 9)
    process.wait()


def mentioning(folder: Path) -> list[psutil.Process]:
    """The processes of this user whose command line names something in ``folder``.

    A cluster's programs all carry paths of its folder as arguments, so this finds
    them whatever happened to their pid files. Never this process itself, nor what
    started it: a shell whose command line holds the whole script, for one.
    """
    # a folder of the same name elsewhere (/home/me/state for /state) is another one
    inside = re.compile(rf"(?<![\w.@+-]){re.escape(str(folder))}{re.escape(os.sep)}")
    ours = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter(["cmdline"]):  # of the few that matter, more is asked below
        if process.pid in ours or not any(inside.search(word) for word in process.info["cmdline"] or ()):
            continue
        with suppress(psutil.NoSuchProcess):
            process.info = process.as_dict(["cmdline", "status", "uids"])
            another_users = process.info["uids"] is not None and process.info["uids"].real != os.getuid()
            if process.info["cmdline"] and not another_users and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def own_module(name: str) -> tuple[list[str], dict[str, str]]:
    """The command that runs a module of the kit in a process of its own, and what its environment needs.

    Neither what lies in the working folder (``-P``) nor where the kit was imported from makes a difference.
    """
    paths = [str(Path(driftlab.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return [sys.executable, "-P", "-m", name], {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def started(folder: Path, programs: Collection[str]) -> list[psutil.Process]:
    """Those ``mentioning(folder)`` that the kit started: one of ``programs``, by its file's name, or a module of ours.

    Somebody's ``less`` or ``kubectl --watch`` on a file of a cluster is theirs to end.
    """
    return [one for one in mentioning(folder) if _runs_one_of(one.info["cmdline"], programs)]


def _runs_one_of(words: Sequence[str], programs: Collection[str]) -> bool:
    if Path(words[0]).name in programs:
        return True
    module = words[words.index("-m") + 1 :][:1] if "-m" in words else []
    return bool(module) and module[0].split(".")[0] == "driftlab"


def end(processes: Sequence[psutil.Process], patience_s: float = 0.0) -> None:
    """End ``processes``: asked first where there is patience, then killed. Returns when they have ended."""
    remaining = list(processes)
    if patience_s:
        for process in remaining:
            _signal(process, "terminate")
        remaining = _wait(remaining, patience_s)
    for process in remaining:
        _signal(process, "kill")
    _wait(remaining, 5)


def _wait(processes: Sequence[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Those that have not ended in time. One whose parent has yet to ask for its exit code has ended all the same."""
    deadline = time.monotonic() + timeout_s
    _, remaining = psutil.wait_procs(processes, timeout=0)  # our own children are asked
    while (remaining := [one for one in remaining if not _has_ended(one)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    psutil.wait_procs(processes, timeout=0)
    return remaining


def _has_ended(process: psutil.Process) -> bool:
    """With its last thread: until then it may hold its ports and files."""
    try:
        return not process.is_running() or (process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1)
    except psutil.NoSuchProcess:
        return True


def _signal(process: psutil.Process, how: str) -> None:
    with suppress(psutil.NoSuchProcess):
        getattr(process, how)()

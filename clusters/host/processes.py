"""Run programs, and find and end the processes that the kit started."""

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
from driftlab.clusters.waiting import poll


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout_s: float = 60,
    cwd: Path | None = None,
    next_step: str = "driftlab doctor",
    abort_reason: Callable[[], str] = lambda: "",
) -> str:
    """Run ``command`` and return its standard output.

    ``env`` is added to the environment. ``abort_reason`` is called twice a second; the command is killed if it returns
    a reason. Raises CommandFailed if the command cannot be started, fails, is killed or exceeds ``timeout_s`` seconds.
    """
    command_line = [str(word) for word in command]
    failure = {"command": command_line, "next_step": next_step}
    try:
        process = subprocess.Popen(
            command_line,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=cwd,
        )
    except OSError as error:
        raise CommandFailed(f"{command_line[0]} could not be started: {error.strerror}.", **failure) from error  # type: ignore[arg-type]
    with process:
        deadline = time.monotonic() + timeout_s
        try:
            while True:
                try:
                    stdout, stderr = process.communicate(
                        stdin, timeout=max(0.01, min(0.5, deadline - time.monotonic()))
                    )
                    break
                except subprocess.TimeoutExpired as timeout:
                    stdin = None  # already sent
                    reason = abort_reason()
                    if not reason and time.monotonic() < deadline:
                        continue
                    output = timeout.stderr or timeout.output or b""
                    raise CommandFailed(
                        f"{Path(command_line[0]).name} {reason or f'did not end within {timeout_s:g} s'}.",
                        output=output.decode(errors="replace") if isinstance(output, bytes) else output,
                        **failure,  # type: ignore[arg-type]
                    ) from timeout
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise CommandFailed(
            f"{Path(command_line[0]).name} ended with exit code {process.returncode}.",
            output=stderr.strip() or stdout,
            **failure,  # type: ignore[arg-type]
        )
    return stdout


def follow(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None] = lambda text: None,
    silence_s: float | None = None,
) -> tuple[list[str], int]:
    """Run ``command`` in ``folder`` and call ``on_line`` for each line that it prints, as it comes.

    Returns its last lines and its exit code. ``environment`` is added to ours. The command is killed with all its
    children if the caller is interrupted, or if it prints nothing for ``silence_s`` seconds.
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
    last_output = time.monotonic()
    finished = threading.Event()

    def kill_if_silent() -> None:
        while not finished.wait(min(1, silence_s or 1)):
            if silence_s and time.monotonic() - last_output > silence_s:
                tail.append(f"no answer for {silence_s:g} s")
                _kill(process)
                return

    watchdog = threading.Thread(target=kill_if_silent, daemon=True)
    watchdog.start()
    try:
        assert process.stdout
        for text in map(str.rstrip, process.stdout):
            last_output = time.monotonic()
            on_line(text)
            tail = [*tail[-30:], text]
        code = process.wait()
    except BaseException:
        _kill(process)
        raise
    finally:
        finished.set()
        watchdog.join()
        if process.stdout:
            process.stdout.close()
    return tail, code


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses if all processes of the group have ended
        os.killpg(process.pid, 9)
    process.wait()


def processes_naming(folder: Path) -> list[psutil.Process]:
    """The processes of this user whose command line has a path inside ``folder``.

    All programs of a cluster have paths of its folder as arguments, so this finds them without pid files.
    This process and its ancestors are left out: the command line of a shell may hold a whole script.
    """
    # no match inside a longer path: /home/me/state is not /state
    inside = re.compile(rf"(?<![\w.@+-]){re.escape(str(folder))}{re.escape(os.sep)}")
    excluded = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter(["cmdline"]):  # the other attributes cost time: only read for the few matches
        if process.pid in excluded or not any(inside.search(word) for word in process.info["cmdline"] or ()):
            continue
        with suppress(psutil.NoSuchProcess):
            process.info = process.as_dict(["cmdline", "status", "uids"])
            other_user = process.info["uids"] is not None and process.info["uids"].real != os.getuid()
            if process.info["cmdline"] and not other_user and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def module_command(name: str) -> tuple[list[str], dict[str, str]]:
    """The command that runs a module of the kit in a process of its own, and the variables that it needs.

    It works from any working folder (``-P``: no module there is imported), and from a checkout as well as installed.
    """
    paths = [str(Path(driftlab.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return [sys.executable, "-P", "-m", name], {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def started_by_kit(folder: Path, programs: Collection[str]) -> list[psutil.Process]:
    """The ``processes_naming(folder)`` that run a module of the kit, or one of ``programs`` (file names).

    A user's ``less`` or ``kubectl --watch`` on a file of a cluster is not among them.
    """
    return [process for process in processes_naming(folder) if _runs_one_of(process.info["cmdline"], programs)]


def _runs_one_of(command_line: Sequence[str], programs: Collection[str]) -> bool:
    if Path(command_line[0]).name in programs:
        return True
    module = command_line[command_line.index("-m") + 1 :][:1] if "-m" in command_line else []
    return bool(module) and module[0].split(".")[0] == "driftlab"


def end(processes: Sequence[psutil.Process], grace_s: float = 0.0) -> None:
    """End ``processes`` and wait for them: SIGTERM first if ``grace_s`` > 0, then SIGKILL for those that remain."""
    remaining = list(processes)
    if grace_s:
        for process in remaining:
            _call(process, "terminate")
        remaining = _wait(remaining, grace_s)
    for process in remaining:
        _call(process, "kill")
    _wait(remaining, 5)


def _wait(processes: Sequence[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """The processes that have not ended within ``timeout_s`` seconds. A zombie counts as ended."""
    _, remaining = psutil.wait_procs(processes, timeout=0)  # collects the exit codes of our own children
    for _ in poll(timeout_s, every_s=0.01):
        if not (remaining := [process for process in remaining if not _has_ended(process)]):
            break
    psutil.wait_procs(processes, timeout=0)
    return remaining


def _has_ended(process: psutil.Process) -> bool:
    """Whether its last thread has ended: until then, the process may hold its ports and files."""
    try:
        return not process.is_running() or (process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1)
    except psutil.NoSuchProcess:
        return True


def _call(process: psutil.Process, method: str) -> None:
    with suppress(psutil.NoSuchProcess):
        getattr(process, method)()

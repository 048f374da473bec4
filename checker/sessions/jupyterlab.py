"""``driftlab lab``: run JupyterLab with the learner's notebooks, and bring the cluster up meanwhile.

Both are separate processes, and both end with this one.
"""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

from driftlab.checker.exercises.catalogue import find_lab, labs
from driftlab.checker.sessions.selection import remember
from driftlab.checker.sessions.workspace import copy_notebooks, default_workspace
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import DriftlabError, UsageError
from driftlab.clusters.host import processes, signals
from driftlab.clusters.host.files import make_folder, write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.settings import CLUSTER, ENGINE

#: JupyterLab's settings, unless the learner has changed them: no dialog about news before the first cell, saving every
#: ten seconds, so that Ctrl-C in the terminal loses little work, and wrapped lines, so that long commands are visible.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosaveInterval": 10},
    "notebook-extension/tracker": {"codeCellConfig": {"lineNumbers": False, "lineWrap": True}},
}

#: The maximum length of the path of a Unix socket, with its terminating byte: 104 on macOS, 108 on Linux.
SOCKET_PATH_BYTES = 104


def run(cluster: Cluster, *, lab: str | None, workspace: Path | None, browser: bool, port: int) -> None:
    """Serve until interrupted. Raises UsageError if the port is in use, and DriftlabError if JupyterLab fails."""
    if port:
        raise_if_port_taken(port)
    first_lab = find_lab(lab) if lab else labs()[0]
    folder = (workspace or default_workspace()).expanduser().resolve()
    for line in copy_notebooks(labs(), folder):
        print(line)
    print(f"Your notebooks: {folder}")
    was_running = cluster.status().phase == "ready"
    preparation = None if was_running else _prepare(cluster)
    remember(cluster)
    jupyter = subprocess.Popen(
        _jupyter_command(folder, first_lab.notebook.name, browser=browser, port=port),
        env={**os.environ, **_environment(cluster)},
        cwd=folder,
        start_new_session=True,
    )
    cluster_too = "" if was_running else ", and the cluster with it"
    print(f"Starting JupyterLab. Ctrl-C stops it{cluster_too}.", flush=True)
    try:
        while (exit_code := jupyter.poll()) is None:
            if preparation is not None and preparation.poll() is not None:
                print(_outcome_of_preparation(preparation, cluster), flush=True)
                preparation = None
            time.sleep(0.2)
        if exit_code:
            raise DriftlabError(f"JupyterLab ended with exit code {exit_code}.", next_step="driftlab doctor")
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        with signals.ignore_signals():
            _terminate(jupyter, patience_s=10)
            if preparation is not None:
                _terminate(preparation, patience_s=30, first_signal=signal.SIGINT)
            if not was_running:
                cluster.stop()
    print("Stopped. Your notebooks and the cluster's state are kept; `driftlab down` takes the cluster's away.")


def raise_if_port_taken(port: int) -> None:
    """Raise UsageError if JupyterLab cannot listen on ``port``, because its own message is less helpful."""
    with socket.socket() as listener:
        # as JupyterLab: connections in TIME_WAIT do not block the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            problem = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror or error}"
            raise UsageError(f"The port {port} {problem}.", next_step="driftlab lab --port 0") from error


def _outcome_of_preparation(preparation: subprocess.Popen[bytes], cluster: Cluster) -> str:
    if (
        not preparation.returncode
    ):  # only this process knows the reason for the engine: the other one got the engine as an argument
        return ready_message(cluster)
    return (state_folder() / "up.log").read_text(encoding="utf-8", errors="replace").strip()


def ready_message(cluster: Cluster) -> str:
    """One line on a ready cluster: its name, the reason for its engine, and the address of its API server."""
    return f"The cluster {cluster.name!r} is ready ({cluster.selection_reason}; {cluster.status().server})."


def _prepare(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Bring the cluster up in a separate process; notebooks show its progress: see ``sessions.preparation``."""
    module, environment = processes.module_command("driftlab.checker.cli.main")
    log = state_folder() / "up.log"
    make_folder(log.parent)
    with log.open("wb") as out:
        return subprocess.Popen(
            [*module, "up", "--engine", cluster.engine, "--cluster", cluster.name],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            start_new_session=True,
        )


def _jupyter_command(folder: Path, notebook: str, *, browser: bool, port: int) -> list[str]:
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port or 8888}",
        f"--ServerApp.port_retries={0 if port else 50}",
        f"--LabApp.default_url=/lab/tree/{notebook}",
        "--ServerApp.log_level=WARN",
        f"--KernelManager.transport={_transport()}",
    ]  # fmt: skip
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in containers, the user is often root
        command.append("--allow-root")
    return command


def _transport() -> str:
    """``ipc``, which other users cannot reach, unless the path is too long for a Unix socket; else ``tcp``."""
    from jupyter_core.paths import jupyter_runtime_dir

    path = Path(jupyter_runtime_dir()) / f"kernel-{uuid.uuid4()}-ipc-1"
    return "ipc" if len(os.fsencode(path)) < SOCKET_PATH_BYTES else "tcp"


def _environment(cluster: Cluster) -> dict[str, str]:
    """The environment in which kernels and terminals find our kubectl and the learner's kubeconfig."""
    settings = state_folder() / "jupyter" / "settings"
    for plugin, values in SETTINGS.items():
        path = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        if not path.exists():  # keep changes of the learner
            write_atomically(path, json.dumps(values), mode=0o644)
    return {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "PATH": f"{kubectl_path().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "KUBECONFIG": str(terminal_kubeconfig()),
        "KUBECACHEDIR": str(state_folder() / "kubectl-cache"),
        ENGINE.name: cluster.engine,
        CLUSTER.name: cluster.name,
    }


def terminal_kubeconfig() -> Path:
    """The kubeconfig that terminals use: that of the last opened lab."""
    return state_folder() / "learner.kubeconfig"


def _terminate(process: subprocess.Popen[bytes], patience_s: float, first_signal: int = signal.SIGTERM) -> None:
    """End a process that leads its own session, and all processes in that session."""
    if process.poll() is None:
        os.killpg(process.pid, first_signal)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

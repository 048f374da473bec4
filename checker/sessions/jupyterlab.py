"""``driftlab lab``: JupyterLab on the learner's notebooks, and the cluster that comes up beside it.

Both are processes of their own, and both end with this one.
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
from driftlab.checker.sessions.workspace import default_workspace, deliver
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import DriftlabError, UsageError
from driftlab.clusters.host import processes, signals
from driftlab.clusters.host.files import make_folder, write_atomically
from driftlab.clusters.host.paths import state_folder
from driftlab.clusters.kubernetes.kubectl import kubectl_path

#: JupyterLab's settings where the learner has none: no question about news in the way of the first cell,
#: Ctrl-C in the terminal costs ten seconds of work at most, and no end of a long command is out of sight.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosaveInterval": 10},
    "notebook-extension/tracker": {"codeCellConfig": {"lineNumbers": False, "lineWrap": True}},
}

#: What the path of a Unix socket may take, its end mark included: 104 on macOS, 108 on Linux.
SOCKET_PATH_BYTES = 104


def run(cluster: Cluster, *, lab: str | None, workspace: Path | None, browser: bool, port: int) -> None:
    """Serve until interrupted. Raises UsageError for a port that is taken; DriftlabError where JupyterLab ends."""
    if port:
        raise_if_port_taken(port)
    first = find_lab(lab) if lab else labs()[0]
    folder = (workspace or default_workspace()).expanduser().resolve()
    for line in deliver(labs(), folder):
        print(line)
    print(f"Your notebooks: {folder}")
    ran_before = cluster.status().phase == "ready"
    preparation = None if ran_before else _prepare(cluster)
    remember(cluster)
    jupyter = subprocess.Popen(
        _jupyter_command(folder, first.notebook.name, browser=browser, port=port),
        env={**os.environ, **_environment(cluster)},
        cwd=folder,
        start_new_session=True,
    )
    both = "" if ran_before else ", and the cluster with it"
    print(f"Starting JupyterLab. Ctrl-C stops it{both}.", flush=True)
    try:
        while (code := jupyter.poll()) is None:
            if preparation is not None and preparation.poll() is not None:
                print(_outcome_of_preparation(preparation, cluster), flush=True)
                preparation = None
            time.sleep(0.2)
        if code:
            raise DriftlabError(f"JupyterLab ended with exit code {code}.", next_step="driftlab doctor")
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        with signals.ignore_signals():
            _end(jupyter, patience_s=10)
            if preparation is not None:
                _end(preparation, patience_s=30, first=signal.SIGINT)
            if not ran_before:
                cluster.stop()
    print("Stopped. Your notebooks and the cluster's state are kept; `driftlab down` takes the cluster's away.")


def raise_if_port_taken(port: int) -> None:
    """Raise UsageError where JupyterLab could not listen on ``port``: it would say so in its own words, and end."""
    with socket.socket() as one:
        # as JupyterLab does: connections that have ended are no hindrance
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            taken = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror or error}"
            raise UsageError(f"The port {port} {taken}.", next_step="driftlab lab --port 0") from error


def _outcome_of_preparation(preparation: subprocess.Popen[bytes], cluster: Cluster) -> str:
    if not preparation.returncode:  # why this engine was taken, only we know: the preparation was told which
        return readiness(cluster)
    return (state_folder() / "up.log").read_text(encoding="utf-8", errors="replace").strip()


def readiness(cluster: Cluster) -> str:
    """One line on a cluster that is ready: its name, why this engine was taken, and where its API server is."""
    return f"The cluster {cluster.name!r} is ready ({cluster.selection_reason}; {cluster.status().server})."


def _prepare(cluster: Cluster) -> subprocess.Popen[bytes]:
    """Bring the cluster up in a process of its own; notebooks see its progress: see ``sessions.preparation``."""
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
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in containers people are root
        command.append("--allow-root")
    return command


def _transport() -> str:
    """Kernels listen where nobody else on this machine can reach them, unless that path is too long for a socket."""
    from jupyter_core.paths import jupyter_runtime_dir

    path = Path(jupyter_runtime_dir()) / f"kernel-{uuid.uuid4()}-ipc-1"
    return "ipc" if len(os.fsencode(path)) < SOCKET_PATH_BYTES else "tcp"


def _environment(cluster: Cluster) -> dict[str, str]:
    """Kernels and terminals find our kubectl, and the learner's kubeconfig once there is one."""
    settings = state_folder() / "jupyter" / "settings"
    for plugin, chosen in SETTINGS.items():
        path = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        if not path.exists():  # what the learner has chosen since is theirs
            write_atomically(path, json.dumps(chosen), mode=0o644)
    return {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "PATH": f"{kubectl_path().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "KUBECONFIG": str(learner_link()),
        "KUBECACHEDIR": str(state_folder() / "kubectl-cache"),
        "DRIFTLAB_ENGINE": cluster.engine,
        "DRIFTLAB_CLUSTER": cluster.name,
    }


def learner_link() -> Path:
    """The kubeconfig that terminals use: that of the lab opened last."""
    return state_folder() / "learner.kubeconfig"


def _end(process: subprocess.Popen[bytes], patience_s: float, first: int = signal.SIGTERM) -> None:
    """End a process that leads a session of its own, and whatever it has started there."""
    if process.poll() is None:
        os.killpg(process.pid, first)
        deadline = time.monotonic() + patience_s
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

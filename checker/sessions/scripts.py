"""Run a script as the learner would: kubectl in the lab's namespace."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.kubectl import NO_KUBERC, kubectl_path

#: What runs a script, by its suffix. ``-p``: without exported functions and BASH_ENV; ``-I``: without PYTHONPATH.
INTERPRETERS = {".sh": ("bash", "-p", "-eu"), ".py": (sys.executable, "-I")}


def learner_environment(kubeconfig: Path) -> dict[str, str]:
    """The environment variables with which ``kubectl`` in a shell uses the learner's kubeconfig."""
    folder = str(kubectl_path().parent)
    path = os.environ.get("PATH", os.defpath)
    return {
        "KUBECONFIG": str(kubeconfig),
        "KUBECACHEDIR": str(kubeconfig.parent / "kubectl-cache"),
        "PATH": path if path.split(os.pathsep)[0] == folder else folder + os.pathsep + path,
    }


def run_script(script: Path, kubeconfig: Path, abort_reason: Callable[[], str] = lambda: "") -> str:
    """Run a script (a solution, a wrong answer) with the learner's kubeconfig, and return its output.

    It is a shell script, or Python code for the client ``kubernetes``, as its suffix says. The user's kuberc and shell
    functions do not affect it.
    ``abort_reason``: polled while it runs; a text that is not empty stops the script. Raises CommandFailed.
    """
    with tempfile.TemporaryDirectory() as folder:
        return processes.run(
            [*INTERPRETERS[script.suffix], script],
            env={**learner_environment(kubeconfig), **NO_KUBERC, "TMPDIR": folder},
            timeout_s=180,
            next_step=f"look into {script}",
            abort_reason=abort_reason,
        )

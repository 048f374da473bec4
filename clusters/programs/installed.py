"""Programs on this machine's PATH, for those of which any version from a minimum on works."""

import re
import shutil
from pathlib import Path

from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.programs.pins import Program


def path(program: Program) -> Path | None:
    """The path of ``program`` on PATH; None if there is none, it is too old, or only the pinned version works."""
    found = shutil.which(program.name) if program.minimum_version else None
    if not found:
        return None
    try:
        output = processes.run([found, "version"], timeout_s=10)
    except DriftlabError:
        return None
    version = re.search(r"v?(\d+\.\d+\.\d+)", output)
    return Path(found) if version and _parts(version[1]) >= _parts(program.minimum_version) else None


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

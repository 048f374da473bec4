"""Programs that are on this machine's PATH already, where any version from a certain one on will do."""

import re
import shutil
from pathlib import Path

from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.programs.pins import Program


def path(program: Program) -> Path | None:
    """Where ``program`` is installed; None where it is not, or may not be another version than ours, or is too old."""
    found = shutil.which(program.name) if program.least else None
    if not found:
        return None
    try:
        said = processes.run([found, "version"], timeout_s=10)
    except DriftlabError:
        return None
    version = re.search(r"v?(\d+\.\d+\.\d+)", said)
    return Path(found) if version and _parts(version[1]) >= _parts(program.least) else None


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

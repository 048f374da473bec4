"""Programs whose path the user sets in the environment."""

import os
from pathlib import Path

from driftlab.clusters.errors import ProgramsUnavailable
from driftlab.clusters.programs.pins import Program
from driftlab.clusters.settings import PROGRAMS


def path(program: Program) -> Path | None:
    """The path that the environment names for ``program``, or None. Raises ProgramsUnavailable if it is wrong."""
    setting = program.path_setting
    if setting.value:
        found = Path(setting.value).expanduser()
    elif PROGRAMS.value:
        setting, found = PROGRAMS, Path(PROGRAMS.value).expanduser() / program.name
    else:
        return None
    if not os.access(found, os.X_OK) or not found.is_file():
        raise ProgramsUnavailable(
            f"{setting.name} names {found}, which is not a program that can be run.",
            next_step=f"correct it, or: unset {setting.name}",
        )
    return found.absolute()

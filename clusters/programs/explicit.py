"""Programs whose path the user sets in the environment."""

import os
from pathlib import Path

from driftlab.clusters.errors import ProgramsUnavailable
from driftlab.clusters.programs.pins import Program


def path(program: Program) -> Path | None:
    """The path that the environment names for ``program``, or None. Raises ProgramsUnavailable if it is wrong."""
    own, folder = os.environ.get(program.variable), os.environ.get("DRIFTLAB_PROGRAMS")
    if own:
        found, variable = Path(own).expanduser(), program.variable
    elif folder:
        found, variable = Path(folder).expanduser() / program.name, "DRIFTLAB_PROGRAMS"
    else:
        return None
    if not os.access(found, os.X_OK) or not found.is_file():
        raise ProgramsUnavailable(
            f"{variable} names {found}, which is not a program that can be run.",
            next_step=f"correct it, or: unset {variable}",
        )
    return found.absolute()

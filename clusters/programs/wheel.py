"""Programs that are installed as wheels: ``pip install 'driftlab[engine]'``.

A wheel has an entry point in the group ``driftlab.programs`` for each program, which names the package that holds it.
The package has a ``programs.json`` with the system, the architecture and each program's edition. It is not imported.
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from driftlab.clusters.programs.pins import Program, system_and_machine

GROUP = "driftlab.programs"
RECORD = "programs.json"


def path(program: Program, say: Callable[[str], None] = lambda line: None) -> Path | None:
    """The path of ``program`` in an installed wheel. A wheel that does not match is reported to ``say`` and skipped."""
    mismatch = ""
    for entry in metadata.entry_points(group=GROUP, name=program.name):
        if entry.dist is None:
            continue
        package = Path(str(entry.dist.locate_file(entry.value)))
        found = package / program.name
        mismatch = _mismatch(program, package)
        if not mismatch:
            return found.resolve()
        mismatch = f"The wheel {entry.dist.name} {entry.dist.version} is passed over: {mismatch}."
    if mismatch:
        say(f"{mismatch} To replace it: {sys.executable} -m pip install --upgrade 'driftlab[engine]'")
    return None


def _mismatch(program: Program, package: Path) -> str:
    """Why the program in ``package`` cannot be used; empty if it can."""
    try:
        record = json.loads((package / RECORD).read_text(encoding="utf-8"))
        platform, edition = (record["system"], record["machine"]), record["programs"][program.name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"its {RECORD} cannot be read ({type(error).__name__})"
    if platform != system_and_machine():
        return f"it is for {'-'.join(map(str, platform))}, and this is {'-'.join(system_and_machine())}"
    if edition != program.edition:
        return f"it holds {program.name} {edition}, and this driftlab needs {program.edition}"
    if not (package / program.name).is_file() or not os.access(package / program.name, os.X_OK):
        return f"its {program.name} cannot be run"
    return ""

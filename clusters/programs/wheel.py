"""Programs that come as wheels: ``pip install 'driftlab[engine]'``.

By the entry point group ``driftlab.programs`` a wheel says which programs it holds, and in which of its packages. That
has a ``programs.json``: for which system and machine they are, and of which edition each is. Nothing of it is imported.
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
    """Where an installed wheel has ``program``. One that does not fit is said, and passed over."""
    refusal = ""
    for entry in metadata.entry_points(group=GROUP, name=program.name):
        if entry.dist is None:
            continue
        package = Path(str(entry.dist.locate_file(entry.value)))
        found = package / program.name
        refusal = _refusal(program, package)
        if not refusal:
            return found.resolve()
        refusal = f"The wheel {entry.dist.name} {entry.dist.version} is passed over: {refusal}."
    if refusal:
        say(f"{refusal} To replace it: {sys.executable} -m pip install --upgrade 'driftlab[engine]'")
    return None


def _refusal(program: Program, package: Path) -> str:
    """Why the package's program will not do, if so."""
    try:
        record = json.loads((package / RECORD).read_text(encoding="utf-8"))
        made_for, edition = (record["system"], record["machine"]), record["programs"][program.name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"its {RECORD} cannot be read ({type(error).__name__})"
    if made_for != system_and_machine():
        return f"it is for {'-'.join(map(str, made_for))}, and this is {'-'.join(system_and_machine())}"
    if edition != program.edition:
        return f"it holds {program.name} {edition}, and this driftlab needs {program.edition}"
    if not (package / program.name).is_file() or not os.access(package / program.name, os.X_OK):
        return f"its {program.name} cannot be run"
    return ""

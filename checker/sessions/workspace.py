"""The learner's own folder: notebooks are copied there, and what the learner writes is never overwritten."""

import hashlib
import itertools
import json
import re
from pathlib import Path

import driftlab
from driftlab.checker.exercises.lab import Lab
from driftlab.clusters.errors import StateUnusable
from driftlab.clusters.host.files import make_folder, state_unusable, write_atomically

#: Remembers what was delivered, so that a notebook that was not touched can be brought up to date.
RECORD = ".driftlab.json"

#: What the first cell of a notebook said while the kit's packages stood at the top of site-packages.
OLD_IMPORT = re.compile(rb'"from checker import ([a-z_, ]+)')

ANOTHER = "choose another folder: driftlab lab --workspace /a/folder, or export DRIFTLAB_WORKSPACE=/a/folder"


def default_workspace() -> Path:
    """``workspace/`` in a checkout (ignored by git), else ``~/driftlab``."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").exists() and (checkout / ".git").exists():
        return checkout / "workspace"
    return Path.home() / "driftlab"


def deliver(labs: list[Lab], workspace: Path) -> list[str]:
    """Copy the labs' notebooks into ``workspace``; what the user should know of it, in lines.

    A notebook that the learner has changed stays as it is; a newer version is put beside
    it. Raises StateUnusable where the folder cannot be read or written.
    """
    make_folder(workspace, ANOTHER)
    record = _read(workspace / RECORD)
    said = []
    for lab in labs:
        fresh = lab.notebook.read_bytes()
        digest = hashlib.sha256(fresh).hexdigest()
        target = workspace / lab.notebook.name
        delivered = record.get(target.name)
        if target.exists():
            present = _digest(target)
            if digest in (present, delivered):
                pass  # the newest one, or the learner's work on the newest one
            elif present == delivered:
                _replace_file(target, fresh)
                said.append(f"{target.name} was brought up to date.")
            else:
                beside = _free_name_beside(target, record)
                _replace_file(beside, fresh)
                record[beside.name] = digest
                said.append(f"There is a newer {target.name}; yours was left alone. The new one: {beside.name}")
        else:
            _replace_file(target, fresh)
        record[target.name] = digest
    write_atomically(workspace / RECORD, json.dumps(record, indent=2), mode=0o644, next_step=ANOTHER)
    said += [
        f"{path.name} said `from checker import`. The package is called driftlab now, and so the notebook says."
        for path in sorted(workspace.glob("*.ipynb"))
        if _renamed_import(path)
    ]
    return said


def _renamed_import(notebook: Path) -> bool:
    """Let a notebook of an older kit import what it did by its new name; True where something had to be changed.

    Only the name of the package is changed, in lines that import nothing but the calls for notebooks.
    """
    try:
        present = notebook.read_bytes()
    except OSError as error:
        raise state_unusable(notebook, error, ANOTHER) from error
    fresh = OLD_IMPORT.sub(_new_import, present)
    if fresh == present:
        return False
    _replace_file(notebook, fresh)
    return True


def _new_import(found: re.Match[bytes]) -> bytes:
    names = {name.strip() for name in found[1].decode().split(",")}
    return b'"from driftlab import ' + found[1] if names <= set(driftlab.__all__) else found[0]


def _free_name_beside(target: Path, record: dict[str, str]) -> Path:
    """Where a newer version can be put: the learner may be at work on the one before it, too."""
    stems = (f"{target.stem} (new version{f' {number}' if number > 1 else ''})" for number in itertools.count(1))
    places = (target.with_name(f"{stem}.ipynb") for stem in stems)
    return next(place for place in places if not place.exists() or record.get(place.name) == _digest(place))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise state_unusable(path, error, ANOTHER) from error


def _read(path: Path) -> dict[str, str]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _replace_file(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".{target.name}.new")
    try:
        temporary.write_bytes(content)
        temporary.replace(target)
    except OSError as error:
        raise state_unusable(target, error, ANOTHER) from error


__all__ = ["StateUnusable", "default_workspace", "deliver"]

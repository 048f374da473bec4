"""The learner's folder: notebooks are copied into it, and the learner's changes are never overwritten."""

import hashlib
import itertools
import json
import re
from pathlib import Path

import driftlab
from driftlab.checker.exercises.lab import Lab
from driftlab.clusters.errors import StateUnusable
from driftlab.clusters.host.files import make_folder, state_unusable, write_atomically

#: The digests of the copied notebooks, so that an unchanged notebook can be updated.
RECORD = ".driftlab.json"

#: The import in notebooks of older kits, whose packages were at the top of site-packages.
OLD_IMPORT = re.compile(rb'"from checker import ([a-z_, ]+)')

CHANGE_FOLDER = "choose another folder: driftlab lab --workspace /a/folder, or export DRIFTLAB_WORKSPACE=/a/folder"


def default_workspace() -> Path:
    """``workspace/`` in a checkout (ignored by git), else ``~/driftlab``."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").exists() and (checkout / ".git").exists():
        return checkout / "workspace"
    return Path.home() / "driftlab"


def copy_notebooks(labs: list[Lab], workspace: Path) -> list[str]:
    """Copy the labs' notebooks into ``workspace``; returns messages for the user.

    A notebook that the learner has changed stays as it is, and a newer version is put beside it. Raises StateUnusable
    if the folder cannot be read or written.
    """
    make_folder(workspace, CHANGE_FOLDER)
    record = _read(workspace / RECORD)
    messages = []
    for lab in labs:
        content = lab.notebook.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        target = workspace / lab.notebook.name
        copied = record.get(target.name)
        if target.exists():
            present = _digest(target)
            if digest in (present, copied):
                pass  # the newest version, perhaps with the learner's changes
            elif present == copied:
                _replace_file(target, content)
                messages.append(f"{target.name} was brought up to date.")
            else:
                new_path = _free_name_beside(target, record)
                _replace_file(new_path, content)
                record[new_path.name] = digest
                messages.append(f"There is a newer {target.name}; yours was left alone. The new one: {new_path.name}")
        else:
            _replace_file(target, content)
        record[target.name] = digest
    write_atomically(workspace / RECORD, json.dumps(record, indent=2), mode=0o644, next_step=CHANGE_FOLDER)
    messages += [
        f"{path.name} said `from checker import`. The package is called driftlab now, and so the notebook says."
        for path in sorted(workspace.glob("*.ipynb"))
        if _rename_import(path)
    ]
    return messages


def _rename_import(notebook: Path) -> bool:
    """Replace the old package name in the imports of a notebook; returns whether something was replaced.

    Only in lines that import nothing but the calls for notebooks.
    """
    try:
        old = notebook.read_bytes()
    except OSError as error:
        raise state_unusable(notebook, error, CHANGE_FOLDER) from error
    new = OLD_IMPORT.sub(_new_import, old)
    if new == old:
        return False
    _replace_file(notebook, new)
    return True


def _new_import(found: re.Match[bytes]) -> bytes:
    names = {name.strip() for name in found[1].decode().split(",")}
    return b'"from driftlab import ' + found[1] if names <= set(driftlab.__all__) else found[0]


def _free_name_beside(target: Path, record: dict[str, str]) -> Path:
    """A free path for a newer version: the learner may also have changed the version before it."""
    stems = (f"{target.stem} (new version{f' {number}' if number > 1 else ''})" for number in itertools.count(1))
    places = (target.with_name(f"{stem}.ipynb") for stem in stems)
    return next(place for place in places if not place.exists() or record.get(place.name) == _digest(place))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise state_unusable(path, error, CHANGE_FOLDER) from error


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
        raise state_unusable(target, error, CHANGE_FOLDER) from error


__all__ = ["StateUnusable", "copy_notebooks", "default_workspace"]

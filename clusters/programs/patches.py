"""Apply the kit's patches to upstream's sources. A patch is a unified diff of one file, below a text with its reason.

Patches are applied without fuzz: a patch is refused if the lines at its line number differ in any way. After an update
of Kubernetes, a person must review the patches.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")


class PatchRefused(Exception):
    """A patch does not apply, or is invalid; ``str()`` is one line with the file and the line number."""


@dataclass(frozen=True)
class Hunk:
    first: int  #: the number of its first line in the old file, from 1
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Patch:
    name: str
    reason: str
    file: str  #: relative to the module's root
    hunks: tuple[Hunk, ...]


def read(path: Path) -> Patch:
    """The patch in ``path``. Raises PatchRefused."""
    lines = path.read_text(encoding="utf-8").splitlines()
    heads = [index for index, line in enumerate(lines) if line.startswith("--- a/")]
    if len(heads) != 1:
        raise PatchRefused(f"{path.name}: must change one file, not {len(heads)}")
    head = heads[0]
    reason, file = "\n".join(lines[:head]).strip(), lines[head].removeprefix("--- a/")
    if not reason:
        raise PatchRefused(f"{path.name}: its reason must stand on top")
    if lines[head + 1 : head + 2] != [f"+++ b/{file}"]:
        raise PatchRefused(f"{path.name}:{head + 2}: +++ b/{file} must stand here")
    return Patch(path.name, reason, file, tuple(_hunks(path.name, lines, head + 2)))


def _hunks(name: str, lines: Sequence[str], at: int) -> Iterator[Hunk]:
    while at < len(lines):
        header = HUNK.match(lines[at])
        if not header:
            raise PatchRefused(f"{name}:{at + 1}: a hunk (@@) must begin here")
        sizes = int(header[2] or 1), int(header[3] or 1)
        before: list[str] = []
        after: list[str] = []
        at += 1
        while (len(before), len(after)) != sizes:
            sign, text = (lines[at][:1], lines[at][1:]) if at < len(lines) else ("", "")
            if sign not in (" ", "-", "+") or not sign or len(before) > sizes[0] or len(after) > sizes[1]:
                raise PatchRefused(f"{name}:{at + 1}: the hunk has not the lines that its header counts")
            before += [text] if sign in " -" else []
            after += [text] if sign in " +" else []
            at += 1
        yield Hunk(int(header[1]), tuple(before), tuple(after))


def apply(patch: Patch, root: Path) -> None:
    """Apply ``patch`` to its file below ``root``. Raises PatchRefused, and then leaves the file as it was."""
    path = root / patch.file
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise PatchRefused(f"{patch.name}: there is no {patch.file}") from error
    for hunk in reversed(patch.hunks):  # from the end, so that the line numbers of earlier hunks stay valid
        start, end = hunk.first - 1, hunk.first - 1 + len(hunk.before)
        if tuple(lines[start:end]) != hunk.before:
            raise PatchRefused(f"{patch.name}: {patch.file}:{hunk.first} is not what it was made for")
        lines[start:end] = hunk.after
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

"""Write files whole or not at all, and hold lock files."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from driftlab.clusters.errors import StateUnusable

#: What helps where our own folders cannot be written.
OTHER_FOLDERS = (
    "make it writable, or choose other folders: export DRIFTLAB_STATE=/a/folder DRIFTLAB_CACHE=/another/folder"
)


def make_folder(path: Path, next_step: str = OTHER_FOLDERS) -> Path:
    """Create ``path`` for its owner only; raises StateUnusable where that is refused.

    ``next_step``: what to do then, where another folder is named by something else than our variables.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise unusable(path, error, next_step) from error
    return path


def write_atomically(path: Path, text: str, mode: int = 0o600, next_step: str = OTHER_FOLDERS) -> None:
    """Replace ``path`` by ``text`` in one step: a reader sees the old file or the new one.

    Raises StateUnusable where the folder cannot be written. ``next_step``: as for ``make_folder``.
    """
    make_folder(path.parent, next_step)
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unusable(path, error, next_step) from error
        raise


@contextmanager
def locked(path: Path, timeout_s: float = -1) -> Iterator[None]:
    """Hold the lock file ``path``; waits for ever unless ``timeout_s`` >= 0, then raises filelock's Timeout."""
    make_folder(path.parent)
    lock = FileLock(path, timeout=timeout_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise
    except OSError as error:
        raise unusable(path, error) from error
    try:
        yield  # what goes wrong in here is not the lock's fault
    finally:
        lock.release()


@contextmanager
def lock_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock file ``path`` if nobody else does; yields whether it is held."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(path, timeout_s=0))
        except Timeout:
            free = False
        else:
            free = True
        yield free


def unusable(path: Path, error: OSError, next_step: str = OTHER_FOLDERS) -> StateUnusable:
    return StateUnusable(f"{path} cannot be written: {error.strerror or error}.", next_step=next_step)

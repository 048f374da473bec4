"""Write files atomically, and hold lock files."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from driftlab.clusters.errors import StateUnusable

#: The next step if the kit's own folders cannot be written.
CHOOSE_FOLDERS = (
    "make it writable, or choose other folders: export DRIFTLAB_STATE=/a/folder DRIFTLAB_CACHE=/another/folder"
)


def make_folder(path: Path, next_step: str = CHOOSE_FOLDERS) -> Path:
    """Create ``path`` with mode 0700. Raises StateUnusable with ``next_step`` if it cannot be created or written.

    Pass a ``next_step`` if the folder is chosen by something other than the kit's environment variables.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise state_unusable(path, error, next_step) from error
    return path


def write_atomically(path: Path, text: str, mode: int = 0o600, next_step: str = CHOOSE_FOLDERS) -> None:
    """Replace the content of ``path`` by ``text`` in one step: a reader sees the old file or the new one.

    Raises StateUnusable if the folder cannot be written. ``next_step``: as for ``make_folder``.
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
            raise state_unusable(path, error, next_step) from error
        raise


@contextmanager
def locked(path: Path, timeout_s: float = -1) -> Iterator[None]:
    """Hold the lock file ``path``.

    Waits without limit, or for ``timeout_s`` seconds if that is not negative; then raises filelock's Timeout.
    """
    make_folder(path.parent)
    lock = FileLock(path, timeout=timeout_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise
    except OSError as error:
        raise state_unusable(path, error) from error
    try:
        yield  # outside the ``try`` above: an OSError of the caller is not one of the lock file
    finally:
        lock.release()


@contextmanager
def lock_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock file ``path`` if no other process does. Yields whether it is held by us."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(path, timeout_s=0))
        except Timeout:
            free = False
        else:
            free = True
        yield free


def state_unusable(path: Path, error: OSError, next_step: str = CHOOSE_FOLDERS) -> StateUnusable:
    return StateUnusable(f"{path} cannot be written: {error.strerror or error}.", next_step=next_step)

"""The cache of programs, which verifies that they are complete and unchanged.

There is one folder for each system and each program's edition. Beside each program is its record
(``NAME.json``: SHA-256, size, modification time). If size or time have changed, the program is hashed
again, and removed if the hash has changed, too.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from driftlab.clusters.host import files
from driftlab.clusters.host.files import make_folder, write_atomically
from driftlab.clusters.host.progress import Progress
from driftlab.clusters.programs.pins import Program, system_and_machine


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Cache:
    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def locked(self, progress: Progress) -> Iterator[None]:
        """Hold the cache's lock: one process at a time gets programs, so that others find them in the cache."""
        lock = self.root / ".lock"
        with files.lock_if_free(lock) as free:
            if free:
                self._remove_leftovers()
                yield
                return
        with progress.step("Waiting for another process that is getting the same programs"), files.locked(lock):
            pass
        with files.locked(lock):
            self._remove_leftovers()
            yield

    def _remove_leftovers(self) -> None:
        """Remove the temporary files of killed processes."""
        for leftover in self.root.glob(".partial-*"):
            if leftover.is_dir():
                remove_tree(leftover)
            else:
                leftover.unlink(missing_ok=True)

    def path(self, program: Program) -> Path:
        system, machine = system_and_machine()
        return self.root / f"{system}-{machine}" / program.edition / program.name

    def _record(self, program: Program) -> Path:
        return self.path(program).with_suffix(".json")

    def holds(self, program: Program, say: Callable[[str], None] = lambda line: None) -> bool:
        """Whether ``program`` is in the cache and intact. A damaged one is reported to ``say`` and removed."""
        path, record = self.path(program), self._record(program)
        if not path.exists():
            return False
        try:
            recorded = json.loads(record.read_text(encoding="utf-8"))
            stat = path.stat()
            if (recorded["size"], recorded["mtime_ns"]) == (stat.st_size, stat.st_mtime_ns):
                return True
            intact = recorded["sha256"] == sha256(path)
        except (OSError, ValueError, KeyError, TypeError):
            intact = False
        if intact:
            self._write_record(program, recorded["sha256"])
            return True
        say(f"{path} in the cache is damaged; it is replaced.")
        self.discard(program)
        return False

    def verify(self, program: Program) -> bool:
        """Like ``holds``, but always compares the hash."""
        if not self.holds(program):
            return False
        if json.loads(self._record(program).read_text(encoding="utf-8"))["sha256"] == sha256(self.path(program)):
            return True
        self.discard(program)
        return False

    def discard(self, program: Program) -> None:
        self.path(program).unlink(missing_ok=True)
        self._record(program).unlink(missing_ok=True)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A temporary folder on the cache's file system."""
        folder = Path(tempfile.mkdtemp(prefix=".partial-", dir=make_folder(self.root)))
        try:
            yield folder
        finally:
            remove_tree(folder)

    def put(self, program: Program, file: Path) -> None:
        """Move ``file`` into the cache as ``program``. It must be on the cache's file system."""
        digest = sha256(file)
        file.chmod(0o755)
        make_folder(self.path(program).parent)
        self.discard(program)
        file.replace(self.path(program))
        self._write_record(program, digest)
        self._remove_other_editions(program)

    def _remove_other_editions(self, program: Program) -> None:
        """Remove other editions of the kit's own program: they are not used again after an update of the kit."""
        if program.ours:
            for other in self.path(program).parent.parent.glob(f"*/{program.name}"):
                if other != self.path(program):
                    remove_tree(other.parent)

    def _write_record(self, program: Program, digest: str) -> None:
        stat = self.path(program).stat()
        record = {"sha256": digest, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        write_atomically(self._record(program), json.dumps(record))


def remove_tree(folder: Path) -> None:
    """Delete a folder, even if parts of it are read-only, as in Go's module cache."""

    def make_writable(function: Callable[..., object], path: str, _: object) -> None:
        Path(path).parent.chmod(0o700)
        Path(path).chmod(0o700)
        function(path)

    shutil.rmtree(folder, onerror=make_writable)

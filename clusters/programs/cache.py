"""The cache of programs: every file in it is whole, and is what was put there.

One folder for each system and each program's edition. Beside each program stands its
record (``NAME.json``: SHA-256, size, time of change). A program whose size or time has
changed since is hashed again and thrown away where the hash has changed too.
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
        """Only one process at a time looks for programs; another one waits, and then finds them."""
        lock = self.root / ".lock"
        with files.lock_if_free(lock) as free:
            if free:
                self._sweep()
                yield
                return
        with progress.step("Waiting for another process that is getting the same programs"), files.locked(lock):
            pass
        with files.locked(lock):
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Take away what a killed process has left."""
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
        """Is ``program`` here, and whole? One that is not is said and removed."""
        path, record = self.path(program), self._record(program)
        if not path.exists():
            return False
        try:
            known = json.loads(record.read_text(encoding="utf-8"))
            stat = path.stat()
            if (known["size"], known["mtime_ns"]) == (stat.st_size, stat.st_mtime_ns):
                return True
            whole = known["sha256"] == sha256(path)
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if whole:
            self._write_record(program, known["sha256"])
            return True
        say(f"{path} in the cache is damaged; it is replaced.")
        self.discard(program)
        return False

    def verify(self, program: Program) -> bool:
        """Like ``holds``, but always by the hash."""
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
        """A folder on the cache's file system that is gone afterwards, whatever happens."""
        folder = Path(tempfile.mkdtemp(prefix=".partial-", dir=make_folder(self.root)))
        try:
            yield folder
        finally:
            remove_tree(folder)

    def put(self, program: Program, file: Path) -> None:
        """Move ``file``, which must be on the cache's file system, in as ``program``."""
        digest = sha256(file)
        file.chmod(0o755)
        make_folder(self.path(program).parent)
        self.discard(program)
        file.replace(self.path(program))
        self._write_record(program, digest)
        self._forget_others(program)

    def _forget_others(self, program: Program) -> None:
        """Take away other editions of our own program: it changes with the kit, and nobody goes back."""
        if program.ours:
            for other in self.path(program).parent.parent.glob(f"*/{program.name}"):
                if other != self.path(program):
                    remove_tree(other.parent)

    def _write_record(self, program: Program, digest: str) -> None:
        stat = self.path(program).stat()
        record = {"sha256": digest, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        write_atomically(self._record(program), json.dumps(record))


def remove_tree(folder: Path) -> None:
    """Delete a folder, read-only parts included (Go's module cache)."""

    def make_writable(function: Callable[..., object], path: str, _: object) -> None:
        Path(path).parent.chmod(0o700)
        Path(path).chmod(0o700)
        function(path)

    shutil.rmtree(folder, onerror=make_writable)

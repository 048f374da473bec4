"""Folders and files of the kit: whole or not at all, for their owner only, and an error that helps."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import Timeout

from driftlab.clusters.errors import StateUnusable
from driftlab.clusters.host.files import lock_if_free, locked, make_folder, write_atomically


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=["below a file", "below a device", "where nothing can be made"])
def impossible(request, tmp_path):
    """A folder that even root cannot make."""
    if request.param == "below a file":
        (tmp_path / "file").touch()
        return tmp_path / "file" / "folder"
    if request.param == "below a device":
        return Path(os.devnull) / "folder"
    if sys.platform != "linux":
        pytest.skip("there is no /proc")
    return Path("/proc/driftlab")


class TestFolder:
    def test_for_its_owner_only(self, tmp_path):
        assert make_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
        assert mode(tmp_path / "a" / "b") == 0o700

    def test_one_that_is_there_stays_as_it_is(self, tmp_path):
        (tmp_path / "kept").touch()
        make_folder(tmp_path)
        assert (tmp_path / "kept").exists()

    def test_where_none_can_be_made_the_way_out_is_named(self, impossible):
        with pytest.raises(StateUnusable) as caught:
            make_folder(impossible)
        assert caught.value.message.startswith(f"{impossible} cannot be written: ")
        assert "DRIFTLAB_STATE=" in caught.value.next_step
        assert "DRIFTLAB_CACHE=" in caught.value.next_step

    def test_where_our_variables_do_not_help_the_caller_says_what_does(self, impossible):
        for write in (lambda: make_folder(impossible, "--in"), lambda: write_atomically(impossible, "", 0o644, "--in")):
            with pytest.raises(StateUnusable) as caught:
                write()
            assert caught.value.next_step == "--in"

    def test_a_file_in_its_place_is_said(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(StateUnusable, match="File exists"):
            make_folder(tmp_path / "file")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_read_only_one_is_said(self, tmp_path):
        tmp_path.chmod(0o500)
        with pytest.raises(StateUnusable, match="Permission denied"):
            make_folder(tmp_path)


class TestWriteAtomically:
    def test_makes_the_file_and_its_folders_for_the_owner_only(self, tmp_path):
        file = tmp_path / "new" / "file"
        write_atomically(file, "häßlich\n")
        assert file.read_bytes() == "häßlich\n".encode()
        assert mode(file) == 0o600
        assert mode(file.parent) == 0o700

    def test_replaces_what_was_there_with_its_mode(self, tmp_path):
        file = tmp_path / "file"
        file.write_text("much longer than what follows")
        file.chmod(0o644)
        write_atomically(file, "new")
        assert file.read_text() == "new"
        assert mode(file) == 0o600

    def test_another_mode_where_asked(self, tmp_path):
        write_atomically(tmp_path / "file", "", mode=0o640)
        assert mode(tmp_path / "file") == 0o640

    def test_refused_where_there_can_be_no_file(self, impossible):
        with pytest.raises(StateUnusable):
            write_atomically(impossible / "file", "text")

    def test_refused_where_a_folder_is_in_the_way(self, tmp_path):
        (tmp_path / "folder").mkdir()
        with pytest.raises(StateUnusable, match="folder cannot be written"):
            write_atomically(tmp_path / "folder", "text")
        assert [path.name for path in tmp_path.iterdir()] == ["folder"]

    @pytest.mark.parametrize(
        ("broken", "raised"), [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left"), StateUnusable)]
    )
    def test_interrupted_it_leaves_the_old_file_and_nothing_else(self, broken, raised, monkeypatch, tmp_path):
        def fsync(descriptor):
            raise broken

        write_atomically(tmp_path / "file", "old")
        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(raised):
            write_atomically(tmp_path / "file", "new")
        assert (tmp_path / "file").read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    def test_what_cannot_be_encoded_leaves_the_old_file_and_nothing_else(self, tmp_path):
        write_atomically(tmp_path / "file", "old")
        with pytest.raises(UnicodeEncodeError):
            write_atomically(tmp_path / "file", "\ud800")
        assert (tmp_path / "file").read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    def test_a_reader_never_sees_half_a_file_nor_does_a_killed_writer_leave_one(self, tmp_path):
        file = tmp_path / "file"
        text = (
            "import sys; from pathlib import Path; from driftlab.clusters.host.files import write_atomically\n"
            "while True:\n"
            "    for letter in 'ab': write_atomically(Path(sys.argv[1]), letter * 1_000_000); print('.', flush=True)\n"
        )
        with subprocess.Popen([sys.executable, "-c", text, file], stdout=subprocess.PIPE) as writer:
            writer.stdout.read(4)
            seen = [file.read_text() for _ in range(100)]
            writer.kill()
        assert {*seen, file.read_text()} <= {"a" * 1_000_000, "b" * 1_000_000}


HOLDER = """
import sys
from pathlib import Path
from driftlab.clusters.host.files import locked
print("here", flush=True)
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
    with Path(sys.argv[2]).open("a") as log: log.write("child\\n")
"""


class TestLocked:
    @pytest.fixture
    def lock(self, tmp_path):
        return tmp_path / "folder" / ".lock"

    @pytest.fixture
    def log(self, tmp_path):
        return tmp_path / "log"

    @pytest.fixture
    def holder(self, lock, log):
        """Another process that takes the lock as soon as it can, and keeps it until it is sent a line."""
        with subprocess.Popen(
            [sys.executable, "-c", HOLDER, lock, log], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield process
            process.kill()

    def test_one_process_at_a_time(self, lock, holder, log):
        assert [holder.stdout.readline(), holder.stdout.readline()] == ["here\n", "held\n"]
        with pytest.raises(Timeout), locked(lock, timeout_s=0):
            pass
        print(file=holder.stdin, flush=True)
        with locked(lock):
            assert log.read_text() == "child\n"

    def test_another_process_waits(self, lock, holder, log):
        with locked(lock):
            assert holder.stdout.readline() == "here\n"
            with log.open("a") as file:
                file.write("parent\n")
        print(file=holder.stdin, flush=True)
        assert holder.wait() == 0
        assert log.read_text() == "parent\nchild\n"

    def test_who_dies_lets_go(self, lock, holder):
        assert [holder.stdout.readline(), holder.stdout.readline()] == ["here\n", "held\n"]
        holder.send_signal(signal.SIGKILL)
        with locked(lock):
            assert holder.wait() == -signal.SIGKILL

    def test_its_file_is_for_the_owner_only(self, lock):
        with locked(lock):
            assert mode(lock) == 0o600

    def test_is_free_again_after_an_error(self, lock):
        with pytest.raises(ZeroDivisionError), locked(lock):
            raise ZeroDivisionError
        with locked(lock, timeout_s=0):
            pass

    def test_what_is_forbidden_inside_is_not_blamed_on_the_lock(self, lock):
        with pytest.raises(PermissionError, match="inside"), locked(lock):
            raise PermissionError(13, "inside")

    def test_where_there_can_be_no_file_the_way_out_is_named(self, impossible, tmp_path):
        (tmp_path / "folder").mkdir()
        for place in (impossible / ".lock", tmp_path / "folder"):
            with pytest.raises(StateUnusable, match="cannot be written"), locked(place, timeout_s=0):
                pass


def test_a_lock_that_somebody_holds_is_not_waited_for(tmp_path):
    path = tmp_path / "state" / ".lock"
    with lock_if_free(path) as first:
        with lock_if_free(path) as second:
            assert (first, second) == (True, False)
        with lock_if_free(path) as third:
            assert not third, "that it was asked for has not set it free"
    with lock_if_free(path) as again:
        assert again

"""The cache of programs: every file in it is whole, and is what was put there."""

import json
import os
import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from driftlab.clusters.host import processes
from driftlab.clusters.programs import sources
from driftlab.clusters.programs.cache import Cache, remove_tree
from driftlab.clusters.programs.pins import PROGRAMS
from driftlab.clusters.waiting import wait_for

NODE = PROGRAMS["driftlab-node"]


@pytest.fixture
def put(cache):
    def fill(program=NODE, text="#!/bin/sh\necho one\n"):
        with cache.workspace() as folder:
            (folder / "file").write_text(text)
            cache.put(program, folder / "file")
        return cache.path(program)

    return fill


@pytest.fixture
def record(cache):
    return lambda: cache.path(NODE).parent / "driftlab-node.json"


class TestHolds:
    def test_what_was_put_there_and_can_be_run(self, cache, put):
        assert not cache.holds(NODE)
        path = put()
        assert cache.holds(NODE)
        assert cache.verify(NODE)
        assert processes.run([path]) == "one\n"

    def test_each_version_has_a_place_of_its_own(self, cache, put):
        assert PROGRAMS["etcd"].version in put(PROGRAMS["etcd"]).parts
        assert NODE.edition in put().parts
        assert not cache.holds(PROGRAMS["kind"])

    def test_ours_of_other_sources_is_another_one_and_takes_its_place(self, cache, put, monkeypatch, left):
        before = put()
        put(PROGRAMS["etcd"])
        monkeypatch.setattr(sources, "digest", lambda: "0123456789ab")
        assert not cache.holds(NODE)
        assert put() != before
        assert not before.exists()
        assert left() == ["driftlab-node", "driftlab-node.json", "etcd", "etcd.json"]

    def test_a_newer_one_takes_the_place(self, cache, put):
        put()
        path = put(text="#!/bin/sh\necho a longer two\n")
        assert cache.verify(NODE)
        assert processes.run([path]) == "a longer two\n"

    @pytest.mark.parametrize("damage", ["longer", "shorter", "empty"])
    def test_a_damaged_one_is_said_and_removed(self, cache, put, damage, left):
        path = put()
        text = path.read_text()
        path.write_text({"longer": text + "x", "shorter": text[:-1], "empty": ""}[damage])
        said = []
        assert not cache.holds(NODE, said.append)
        assert said == [f"{path} in the cache is damaged; it is replaced."]
        assert left() == []

    @pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"size": 1}', "null"])
    def test_one_of_which_nothing_is_known_is_removed(self, cache, put, record, text):
        """So it is when the process that filled the cache was killed in between."""
        path = put()
        record().unlink() if text is None else record().write_text(text)
        assert not cache.holds(NODE)
        assert not path.exists()

    def test_one_that_was_only_touched_stays_and_is_not_hashed_again(self, cache, put, record):
        path = put()
        os.utime(path, ns=(1, 1))
        assert cache.holds(NODE)
        assert json.loads(record().read_text())["mtime_ns"] == path.stat().st_mtime_ns

    def test_damage_that_hides_is_found_by_verifying(self, cache, put, left):
        path = put()
        before = path.stat()
        path.write_text(path.read_text().replace("one", "two"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert cache.holds(NODE)
        assert not cache.verify(NODE)
        assert left() == []
        assert not cache.verify(NODE)


class TestWorkspace:
    @pytest.mark.parametrize("broken", [None, ValueError, KeyboardInterrupt])
    def test_is_gone_afterwards_whatever_happens(self, cache, broken):
        def work():
            with cache.workspace() as folder:
                module = folder / "modules" / "read-only"
                module.mkdir(parents=True)
                (module / "file").touch()
                (module / "file").chmod(0o400)
                module.chmod(0o500)
                if broken:
                    raise broken

        with pytest.raises(broken) if broken else nullcontext():
            work()
        assert list(cache.root.iterdir()) == []

    def test_what_killed_processes_left_is_swept_away_and_nothing_else(self, cache, put, progress):
        path = put()
        (cache.root / ".partial-folder" / "deep").mkdir(parents=True)
        (cache.root / ".partial-file").touch()
        (cache.root / "mine").touch()
        with cache.locked(progress):
            assert not list(cache.root.glob(".partial-*"))
        assert path.exists()
        assert (cache.root / "mine").exists()

    def test_a_tree_that_is_not_there_is_an_error(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            remove_tree(tmp_path / "nowhere")


OBTAIN = """
import sys
from driftlab.clusters.programs import obtain
from driftlab.clusters.host.progress import PlainLines, Progress
print(*obtain(sys.argv[1:], Progress(PlainLines(sys.stderr))).values(), flush=True)
"""


class TestTwoProcesses:
    @pytest.mark.usefixtures("mirror")
    def test_fill_it_once_and_both_get_what_is_in_it(self, cache, web, tmp_path, monkeypatch):
        """The first one's download is held until the second one says that it waits."""
        monkeypatch.setenv("PATH", str(tmp_path))  # no kind of this machine's
        download = "/" + PROGRAMS["driftlab-node"].release().url.split("://")[1]
        web.held.add(download)
        heard: list[str] = []

        def listen(stream):
            for line in stream:
                heard.append(line)
                if line.startswith("Waiting for another process"):
                    web.release.set()

        command = [sys.executable, "-c", OBTAIN, "driftlab-node", "kind"]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        listeners = [threading.Thread(target=listen, args=(process.stderr,)) for process in both]
        try:
            for listener in listeners:
                listener.start()
            printed = {process.stdout.read() for process in both}
            assert [process.wait() for process in both] == [0, 0], heard
        finally:
            for process in both:
                process.kill()
            for listener in listeners:
                listener.join()
            for process in both:
                process.communicate()
        assert printed == {f"{cache.path(PROGRAMS['driftlab-node'])} {cache.path(PROGRAMS['kind'])}\n"}
        assert web.asked().count(download) == 1
        assert sum(line.startswith("Waiting for another process") for line in heard) == 1

    def test_one_that_is_killed_holds_nobody_up(self, cache, progress, recorder):
        text = (
            "import sys; from pathlib import Path; from driftlab.clusters.programs.cache import Cache; "
            "from driftlab.clusters.host.progress import SILENT\n"
            "cache = Cache(Path(sys.argv[1]))\n"
            "with cache.locked(SILENT), cache.workspace() as folder: print(folder, flush=True); sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", text, cache.root], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            folder = process.stdout.readline().strip()
            waiter = threading.Thread(target=self.take, args=(cache, progress))
            waiter.start()
            wait_for(lambda: bool(recorder.steps), "the other one to wait")
            process.kill()
            waiter.join()
        assert recorder.steps[-1].finished
        assert not Path(folder).exists()

    @staticmethod
    def take(cache: Cache, progress) -> None:
        with cache.locked(progress):
            pass

"""Run a program to its end; find, and end, those that were started."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.host import processes
from driftlab.clusters.waiting import wait_for


@pytest.fixture
def start():
    """Starts a shell script, with more words on its command line, whose end the test sees to."""
    started = []

    def starter(script, *words):
        process = subprocess.Popen(
            ["sh", "-c", script, "sh", *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield starter
    for process in started:
        process.kill()
        process.communicate()


WAIT = "echo ready; read line"


class TestRun:
    def test_gives_what_was_printed(self):
        assert processes.run(["sh", "-c", "echo out; echo err >&2"]) == "out\n"

    def test_environment_input_and_folder(self, monkeypatch, tmp_path):
        monkeypatch.setenv("KEPT", "kept")
        monkeypatch.setenv("CHANGED", "old")
        script = 'read line; echo "$KEPT $CHANGED $line"; pwd -P'
        printed = processes.run(["sh", "-c", script], env={"CHANGED": "new"}, stdin="typed\n", cwd=tmp_path)
        assert printed == f"kept new typed\n{tmp_path.resolve()}\n"

    def test_without_input_there_is_none_to_wait_for(self):
        assert processes.run(["cat"]) == ""

    def test_text_that_is_not_utf8_is_no_reason_to_fail(self):
        assert processes.run(["printf", r"a\377b"]) == "a\ufffdb"

    def test_a_failure_keeps_the_command_and_what_it_said(self):
        command = ["sh", "-c", "echo out; echo the reason >&2; exit 7"]
        with pytest.raises(CommandFailed) as caught:
            processes.run(command, next_step="driftlab up")
        assert caught.value.message == "sh ended with exit code 7."
        assert caught.value.command == tuple(command)
        assert caught.value.output == "the reason"
        assert str(caught.value).endswith("Next: driftlab up")

    def test_a_failure_that_says_nothing_on_stderr_keeps_what_was_printed(self):
        with pytest.raises(CommandFailed, match="the reason"):
            processes.run(["sh", "-c", "echo the reason; exit 1"])

    def test_a_program_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(CommandFailed, match="nowhere could not be started: No such file") as caught:
            processes.run([tmp_path / "nowhere", "x"])
        assert caught.value.command == (str(tmp_path / "nowhere"), "x")

    def test_a_file_that_is_no_program_is_named(self, tmp_path):
        (tmp_path / "text").write_text("hello")
        with pytest.raises(CommandFailed, match="text could not be started: Permission denied"):
            processes.run([tmp_path / "text"])

    @pytest.mark.parametrize("stream", ["1", "2"])
    def test_one_that_does_not_end_is_ended_and_what_it_said_is_kept(self, stream, gone):
        for timeout_s in (0.2, 2, 20):  # on a busy machine it may be ended before it says anything
            with pytest.raises(CommandFailed, match=rf"sh did not end within {timeout_s} s\.") as caught:
                processes.run(["sh", "-c", f"echo $$ >&{stream}; exec sleep 600"], timeout_s=timeout_s)
            if caught.value.output:
                break
        assert gone(int(caught.value.output))

    def test_one_that_is_hopeless_is_ended_and_why_is_said(self, gone):
        with pytest.raises(CommandFailed, match=r"^sh was given up: no port\.") as caught:
            processes.run(
                ["sh", "-c", "cat; echo $$; exec sleep 600"],
                stdin="hello\n",
                abort_reason=lambda: "was given up: no port",
            )
        hello, pid = caught.value.output.split()
        assert hello == "hello"
        assert gone(int(pid))

    def test_one_that_is_not_hopeless_ends_by_itself(self):
        assert processes.run(["sh", "-c", "cat; sleep 0.7; echo end"], stdin="hello\n") == "hello\nend\n"


class TestFollow:
    def test_lines_come_as_they_are_printed(self, tmp_path):
        lines = []
        tail, code = processes.follow(
            ["sh", "-c", "echo one; echo two >&2; echo $MORE; pwd -P; exit 3"],
            tmp_path,
            {"MORE": "three"},
            lines.append,
        )
        assert lines == tail == ["one", "two", "three", str(tmp_path.resolve())]
        assert code == 3

    def test_of_many_lines_the_last_are_given(self, tmp_path):
        tail, code = processes.follow(["seq", "1000"], tmp_path, {})
        assert tail[-1] == "1000"
        assert len(tail) < 100
        assert code == 0

    def test_who_is_silent_for_too_long_is_ended_with_its_children(self, tmp_path, gone):
        tail, code = processes.follow(["sh", "-c", "sleep 600 & echo $!; wait"], tmp_path, {}, silence_s=0.3)
        assert tail[-1] == "no answer for 0.3 s"
        assert code != 0
        wait_for(lambda: gone(int(tail[0])), "the end of the child")

    def test_an_interruption_ends_it_with_its_children(self, tmp_path, gone):
        pids = []

        def interrupt(line):
            pids.append(int(line))
            if len(pids) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            processes.follow(["sh", "-c", "echo $$; sleep 600 & echo $!; wait"], tmp_path, {}, interrupt)
        wait_for(lambda: all(map(gone, pids)), "the end of both")


class TestMentioning:
    @pytest.fixture
    def folder(self, tmp_path):
        return tmp_path / "cluster"

    def found(self, folder: Path) -> set[int]:
        return {process.pid for process in processes.processes_naming(folder)}

    @pytest.mark.parametrize("word", ["{}/etcd", "--data-dir={}/etcd", "unix://{}/socket", "a={}/x,b=y"])
    def test_finds_who_names_something_in_the_folder(self, word, folder, start):
        process = start(WAIT, word.format(folder))
        assert self.found(folder) == {process.pid}

    @pytest.mark.parametrize("word", ["{}-2/etcd", "/home/me{}/etcd", "{}", "{}.yaml", "cluster/etcd"])
    def test_finds_nobody_else(self, word, folder, start):
        start(WAIT, word.format(folder))
        assert self.found(folder) == set()

    def test_the_command_lines_that_the_engines_look_at_come_with_it(self, folder, start):
        start(WAIT, folder / "etcd")
        (process,) = processes.processes_naming(folder)
        assert process.info["cmdline"][-1] == str(folder / "etcd")
        assert process.info["status"] != psutil.STATUS_ZOMBIE

    def test_who_has_ended_is_not_found(self, folder, start, gone):
        process = start(WAIT, folder / "etcd")
        process.kill()
        wait_for(lambda: gone(process.pid), "its end")
        assert self.found(folder) == set()

    def test_what_others_run_on_the_folder_is_not_what_the_kit_started(self, folder, start, tmp_path):
        """Somebody reads a log, somebody watches Pods; beside them run a program and a module of the kit."""
        start(WAIT, folder / "etcd.log")
        (tmp_path / "etcd").symlink_to(shutil.which("sh"))
        component = subprocess.Popen([tmp_path / "etcd", "-c", WAIT, "sh", folder / "data"], stdin=subprocess.PIPE)
        module = subprocess.Popen(
            ["sh", "-c", WAIT, "-m", "driftlab.checker.sessions.recorder", folder / "x"], stdin=subprocess.PIPE
        )
        try:
            started = {process.pid for process in processes.started_by_kit(folder, {"etcd"})}
            assert started == {module.pid, component.pid}
        finally:
            for process in (component, module):
                process.kill()
                process.communicate()

    def test_never_who_asks_nor_what_started_it(self, folder, start):
        """A shell whose command line holds a whole script may name the folder, too."""
        other = start(WAIT, folder / "etcd")
        ask = (
            "import sys; from pathlib import Path; from driftlab.clusters.host.processes import processes_naming; "
            "print([one.pid for one in processes_naming(Path(sys.argv[1]).parent)])"
        )
        shell = ["sh", "-c", '"$0" -c "$1" "$2"; true', sys.executable, ask, str(folder / "x")]
        assert processes.run(shell) == f"[{other.pid}]\n"


class TestEnd:
    def test_asks_first(self, start, tmp_path):
        process = start('trap "touch $1; exit 0" TERM; echo ready; while :; do sleep 0.02; done', tmp_path / "asked")
        assert process.stdout.readline() == "ready\n"
        processes.end([psutil.Process(process.pid)], grace_s=60)
        assert (tmp_path / "asked").exists()

    def test_kills_who_does_not_listen(self, start):
        process = start('trap "" TERM; echo ready; read line')
        assert process.stdout.readline() == "ready\n"
        deaf = psutil.Process(process.pid)
        processes.end([deaf], grace_s=0.1)
        assert not deaf.is_running()

    def test_without_patience_nobody_is_asked(self, start, tmp_path):
        process = start('trap "touch $1; exit 0" TERM; echo ready; while :; do sleep 0.02; done', tmp_path / "asked")
        assert process.stdout.readline() == "ready\n"
        asked = psutil.Process(process.pid)
        processes.end([asked])
        assert not asked.is_running()
        assert not (tmp_path / "asked").exists()

    def test_ends_a_stopped_one(self, start):
        process = start(WAIT)
        process.send_signal(signal.SIGSTOP)
        stopped = psutil.Process(process.pid)
        processes.end([stopped], grace_s=0.1)
        assert not stopped.is_running()

    @pytest.mark.parametrize("grace_s", [0, 1])
    def test_who_has_ended_by_itself_is_no_trouble(self, start, grace_s):
        process = start(WAIT)
        ended = psutil.Process(process.pid)
        process.kill()
        process.wait()
        processes.end([ended], grace_s=grace_s)
        assert not ended.is_running()

    def test_nobody_is_no_trouble(self):
        processes.end([], grace_s=1)
        assert psutil.pid_exists(os.getpid())

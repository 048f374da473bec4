"""Programs built from the pinned modules: what is said where that fails, and what is left behind."""

import signal
import subprocess
import sys

import pytest

from driftlab.clusters.host import processes
from driftlab.clusters.programs import ObtainFailed, build, sources
from driftlab.clusters.programs.pins import PROGRAMS
from driftlab.clusters.waiting import wait_for

NODE, ETCD = PROGRAMS["driftlab-node"], PROGRAMS["etcd"]


@pytest.fixture
def fails(cache, progress, left):
    """A build that must fail and leave nothing behind; gives the one line that says why."""

    def attempt():
        with pytest.raises(ObtainFailed) as caught:
            build.build([NODE], cache, progress)
        assert left() == []
        assert not list(cache.root.glob(".partial-*"))
        reason = str(caught.value)
        assert reason.startswith("build: ")
        assert "\n" not in reason
        return reason

    return attempt


class TestBuild:
    def test_puts_what_is_asked_for_into_the_cache_and_leaves_nothing_else(self, go, cache, progress, left):
        go()
        build.build([NODE, ETCD], cache, progress)
        for program in (NODE, ETCD):
            assert cache.verify(program)
            assert processes.run([cache.path(program)]) == f"I am {program.package}\n"
        assert left() == ["driftlab-node", "driftlab-node.json", "etcd", "etcd.json"]
        assert not list(cache.root.glob(".partial-*"))

    def test_says_how_far_it_is(self, go, cache, progress, recorder):
        go()
        build.build([NODE, ETCD], cache, progress)
        fetched, prepared, built = (step for step in recorder.steps if step.finished)
        assert prepared.name == "Preparing the sources of Kubernetes"
        assert (fetched.name, fetched.done, fetched.unit) == ("Fetching the sources of Kubernetes", 2, "modules")
        assert fetched.total > 100
        assert (built.name, built.done, built.total, built.unit) == ("Building Kubernetes", 3, 3, "packages")

    def test_go_keeps_everything_in_the_cache_while_it_lasts(self, go, cache, progress, tmp_path):
        log = tmp_path / "log"
        go(f'pwd -P >> {log}; echo "$GOMODCACHE:$GOCACHE:$GOPATH:$GOWORK:$GOTOOLCHAIN" >> {log}')
        build.build([NODE], cache, progress)
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

    def test_kubernetes_is_the_patched_copy(self, go, cache, progress, tmp_path):
        """And everything lies in the workspace as go.mod wants it."""
        probe = "kubernetes/pkg/probe/dialer_others.go"
        look = (
            f'[ "$1" = build ] && {{ cat go.mod ../{probe}; ls . embedded/node ../labs/blog-api; }} > {tmp_path}/seen'
        )
        go(f"{look}\n")
        build.build([NODE], cache, progress)
        seen = (tmp_path / "seen").read_text()
        assert 'replace k8s.io/kubernetes => "../kubernetes"\n' in seen
        assert "replace blog-api => ../labs/blog-api\n" in seen
        assert "\nfunc ProbeDialer() *Dialer {\n" in seen
        assert {"go.sum", "pki", "main.go"} <= set(seen.splitlines())

    def test_all_are_built_in_one_go(self, go, cache, progress, tmp_path):
        """While one is linked, the next is compiled."""
        go(f'echo "$@" >> {tmp_path / "log"}\n')
        build.build([NODE, ETCD], cache, progress)
        (command,) = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("build ")]
        assert command.endswith(f"/ {NODE.package} {ETCD.package}")

    def test_what_could_be_built_beside_a_failure_is_kept(self, go, cache, progress):
        wrong = 'echo "etcd.go:1: wrong"; exit 1'
        go(f'[ "$1" = build ] && {{ while [ "$1" != -o ]; do shift; done; echo x > "$2/node"; {wrong}; }}\n')
        with pytest.raises(ObtainFailed, match=r"^build: etcd could not be compiled: etcd\.go:1: wrong$"):
            build.build([NODE, ETCD], cache, progress)
        assert cache.verify(NODE)
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
        assert fails() == "build: driftlab-node could not be compiled: x.go:1: wrong"

    def test_a_go_that_makes_nothing(self, go, fails):
        go("[ $1 = build ] && exit 0")
        assert fails() == "build: driftlab-node could not be compiled: it gave no reason"

    def test_a_kubernetes_that_our_patches_do_not_fit_to(self, go, fails, monkeypatch, tmp_path):
        (tmp_path / "new.patch").write_text("Why.\n\n--- a/pkg/gone.go\n+++ b/pkg/gone.go\n@@ -1 +1 @@\n-a\n+b\n")
        monkeypatch.setattr(sources, "PATCHES", tmp_path)
        go()
        assert fails() == "build: new.patch: there is no pkg/gone.go"

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
from driftlab.clusters.programs import build
from driftlab.clusters.programs.cache import Cache
from driftlab.clusters.programs.pins import PROGRAMS
from driftlab.clusters.host.progress import SILENT
build.NEEDED_BYTES = 0
cache = Cache(Path(sys.argv[1]))
with cache.locked(SILENT): build.build([PROGRAMS["driftlab-node"]], cache, SILENT)
"""


def test_ctrl_c_leaves_no_half_file_and_no_process(go, cache, left, tmp_path, gone):
    pids = tmp_path / "pids"
    # half of the program is written when the interruption comes
    half = f'while [ "$1" != -o ]; do shift; done; echo half > "$2/node"; sleep 600 & echo $$ $! > {pids}.new'
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

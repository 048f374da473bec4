"""Components are started so that they outlive whoever starts them, and are found again and ended."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from driftlab import clusters
from driftlab.clusters.embedded.supervisor import STORE, ComponentsEnded, Supervisor
from driftlab.clusters.errors import ClusterNotReady, CommandFailed
from driftlab.clusters.waiting import wait_for

PYTHON = Path(sys.executable).resolve()
LASTS = ["-c", "import time; time.sleep(600)"]


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor(tmp_path / "cluster")
    yield made
    made.kill()
    assert made.processes() == []


def begin(supervisor, component, code="import time; time.sleep(600)"):
    supervisor.start(component, PYTHON, ["-c", code])


def test_what_is_started_is_found_by_its_name(supervisor):
    begin(supervisor, "etcd")
    begin(supervisor, "driftlab-node")
    wait_for(lambda: set(supervisor.alive()) == {"etcd", "driftlab-node"}, "both")
    assert set(Supervisor(supervisor.folder).alive()) == {"etcd", "driftlab-node"}  # by anybody who looks


def test_another_clusters_components_are_not_ours(supervisor, tmp_path):
    other = Supervisor(tmp_path / "cluster-2")
    begin(other, "etcd")
    try:
        wait_for(lambda: "etcd" in other.alive(), "the other's")
        assert supervisor.processes() == []
    finally:
        other.kill()


def test_it_is_nobodys_child_and_hears_no_signal_to_us(supervisor):
    begin(supervisor, "etcd")
    wait_for(lambda: "etcd" in supervisor.alive(), "the program")
    process = supervisor.alive()["etcd"]
    assert process.ppid() != os.getpid()
    assert os.getsid(process.pid) != os.getsid(0)
    assert os.getpgid(process.pid) != os.getpgid(0)


START = """
import sys
from pathlib import Path
from driftlab.clusters.embedded.supervisor import Supervisor
Supervisor(Path(sys.argv[1])).start("etcd", Path(sys.argv[2]), ["-c", "import time; time.sleep(600)"])
"""


def test_it_outlives_who_started_it(supervisor):
    tree = Path(clusters.__file__).parents[1]
    subprocess.run([sys.executable, "-c", START, supervisor.folder, PYTHON], cwd=tree, check=True)
    wait_for(lambda: "etcd" in supervisor.alive(), "the program")


SAYS = """
import json, os, sys
print("in vain", file=sys.stderr, flush=True)
print(json.dumps([os.getcwd(), dict(os.environ), sys.stdin.read()]))
"""


def test_it_runs_in_the_clusters_folder_without_our_secrets_and_what_it_says_is_kept(supervisor, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.delenv("GOGC", raising=False)
    begin(supervisor, "etcd", SAYS)
    log = supervisor.log("etcd")
    wait_for(lambda: log.read_text().endswith("]\n"), "what it says")
    place, environment, heard = json.loads(log.read_text().splitlines()[-1])
    assert "in vain" in log.read_text()
    assert (place, heard) == (str(supervisor.folder), "")
    assert environment["GOGC"] == "40"
    assert environment.keys() <= {
        "GOGC",
        "PATH",
        "HOME",
        "TMPDIR",
        "TZ",
        "GODEBUG",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
        "LC_CTYPE",
    }
    assert log.stat().st_mode & 0o777 == 0o600


def test_how_often_go_looks_for_garbage_is_the_users_choice(supervisor, monkeypatch):
    monkeypatch.setenv("GOGC", "300")
    begin(supervisor, "etcd", SAYS)
    log = supervisor.log("etcd")
    wait_for(lambda: log.read_text().endswith("]\n"), "what it says")
    _, environment, _ = json.loads(log.read_text().splitlines()[-1])
    assert environment["GOGC"] == "300"


def test_a_log_tells_of_the_last_start_only(supervisor):
    for word in ("first", "second"):
        begin(supervisor, "etcd", f"print('{word}')")
        wait_for(lambda: word in supervisor.log("etcd").read_text(), word)  # noqa: B023
    assert supervisor.log("etcd").read_text() == "second\n"


def test_one_that_stands_still_is_not_alive_but_is_ended(supervisor):
    begin(supervisor, "etcd")
    wait_for(lambda: "etcd" in supervisor.alive(), "the program")
    supervisor.alive()["etcd"].suspend()
    wait_for(lambda: not supervisor.alive(), "it to stand still")
    assert len(supervisor.processes()) == 1
    supervisor.kill()
    assert supervisor.processes() == []


def test_programs_of_earlier_versions_are_ended_too(supervisor):
    supervisor.start("kwok-controller", PYTHON, LASTS)
    wait_for(lambda: len(supervisor.processes()) == 1, "it")
    assert supervisor.alive() == {}
    supervisor.kill()
    assert supervisor.processes() == []


TAKES_TIME = """
import signal, sys, time
from pathlib import Path
def end(*_):
    time.sleep(0.3)
    Path("closed").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(600)
"""


def test_the_store_is_given_time_to_close_its_data_and_nobody_else_is(supervisor):
    begin(supervisor, "etcd", TAKES_TIME)
    begin(supervisor, "driftlab-node", TAKES_TIME.replace("closed", "never"))
    for name in ("etcd", "driftlab-node"):
        wait_for(lambda: "ready" in supervisor.log(name).read_text(), name)  # noqa: B023
    supervisor.stop()
    assert supervisor.processes() == []
    assert (supervisor.folder / "closed").exists()
    assert not (supervisor.folder / "never").exists()


def test_a_program_that_cannot_be_started(supervisor, tmp_path):
    with pytest.raises(CommandFailed, match="etcd could not be started"):
        supervisor.start("etcd", PYTHON, ["x" * (4 << 20)])
    supervisor.start("etcd", tmp_path / "nothing", [])  # the shell says it, in the log
    wait_for(lambda: "not found" in supervisor.log("etcd").read_text(), "what is wrong")


class TestTheDead:
    """Nobody waits for what will not come."""

    @pytest.fixture(autouse=True)
    def at_every_look(self, monkeypatch):
        monkeypatch.setattr(Supervisor, "CHECK_EVERY_S", 0)

    def test_are_named(self, supervisor):
        begin(supervisor, "etcd")
        while "etcd" not in supervisor.alive():
            pass
        supervisor.raise_if_component_exited({"etcd"})
        with pytest.raises(ComponentsEnded, match=r"kube-apiserver ended at once\.") as ended:
            supervisor.raise_if_component_exited(STORE)
        assert ended.value.names == {"kube-apiserver"}
        assert str(supervisor.folder / "logs") in ended.value.next_step

    @pytest.mark.parametrize(
        ("component", "line", "why"),
        [
            ("driftlab-node", "listen tcp 127.0.0.1:1: bind: address already in use", "the port of driftlab-node"),
            ("etcd", '{"level":"fatal","msg":"failed to verify bootstrap"}', "etcd cannot go on with its data"),
            ("etcd", '{"level":"panic","msg":"page 2 already freed"}', "etcd cannot go on with its data"),
        ],
    )
    def test_that_will_die_again_are_not_started_again(self, supervisor, component, line, why):
        log = supervisor.log(component)
        log.parent.mkdir(parents=True)
        log.write_text(line)
        with pytest.raises(ClusterNotReady, match=why) as trouble:
            supervisor.raise_if_component_exited(())
        assert not isinstance(trouble.value, ComponentsEnded)

    def test_of_what_runs_no_word_counts(self, supervisor):
        """A container's port may be taken as well."""
        begin(supervisor, "driftlab-node", "print('address already in use', flush=True); import time; time.sleep(600)")
        wait_for(lambda: "in use" in supervisor.log("driftlab-node").read_text(), "the word")
        supervisor.raise_if_component_exited({"driftlab-node"})


def test_killing_nothing_is_quick(supervisor):
    began = time.monotonic()
    supervisor.kill()
    assert time.monotonic() - began < 2
    assert psutil.pid_exists(os.getpid())

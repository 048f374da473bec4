"""Who brings a cluster up, and who only watches."""

import json
import os
import subprocess
import sys

import pytest

from driftlab.checker.sessions.preparation import bring_up, preparing_elsewhere, progress_path, watch
from driftlab.clusters.errors import ConfirmationNeeded
from driftlab.clusters.host.progress import Progress, SharedProgress
from driftlab.clusters.registry import open_cluster
from tests.unit.smallest_cluster import Smallest


@pytest.fixture
def idle(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path))
    made = open_cluster("embedded", "by-hand", images=())
    progress_path(made).parent.mkdir(parents=True)
    return made


def test_nobody_is_busy_where_nobody_says_so(idle):
    assert not preparing_elsewhere(idle)


def test_another_living_process_is_busy_until_it_ends(idle):
    waits = "import sys; print('here', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        progress_path(idle).write_text(json.dumps({"pid": process.pid}))
        assert preparing_elsewhere(idle)
        process.stdin.close()
    assert not preparing_elsewhere(idle), "who has died is not waited for"


def test_we_do_not_wait_for_ourselves(idle):
    progress_path(idle).write_text(json.dumps({"pid": os.getpid()}))
    assert not preparing_elsewhere(idle)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b"7", b"{}", b'{"pid": null}', b'{"pid": "x"}', b'{"pid": []}', b"\xff"]
)
def test_a_damaged_file_is_nobody(idle, damage):
    progress_path(idle).write_bytes(damage)
    assert not preparing_elsewhere(idle)


# ---- who brings it up


class Watched(Smallest):
    """Remembers what other processes could see while it came up."""

    def up(self, progress, *, confirmed=""):
        super().up(progress, confirmed=confirmed)
        self.seen = SharedProgress.read(progress_path(self))
        self.pid = json.loads(progress_path(self).read_text())["pid"]


@pytest.mark.usefixtures("idle")
def test_other_processes_see_the_progress_while_a_cluster_comes_up(recorder):
    cluster = Watched("mine")
    bring_up(cluster, Progress(recorder))
    assert cluster.seen.name == "Starting the smallest cluster"
    assert cluster.pid == os.getpid()
    assert {step.name for step in recorder.steps} == {"Starting the smallest cluster"}, "and so does who asked for it"
    assert not progress_path(cluster).exists(), "nothing is left to be seen"


@pytest.mark.usefixtures("idle")
def test_bring_up_waits_until_the_cluster_is_ready(recorder):
    cluster = Smallest("mine")
    cluster.phases = ["broken", "broken", "ready"]
    bring_up(cluster, Progress(recorder))
    assert cluster.phases == ["ready"]


@pytest.mark.usefixtures("idle")
def test_a_failed_start_leaves_no_shared_progress(recorder):
    suspicious = Smallest("shop-prod", suspicious=True)
    with pytest.raises(ConfirmationNeeded):
        bring_up(suspicious, Progress(recorder))
    assert not progress_path(suspicious).exists()
    bring_up(suspicious, Progress(recorder), confirmed="shop-prod")
    assert suspicious.done == ["up"]


WORKS = """
import json, sys, time
from pathlib import Path
from driftlab.clusters.host.progress import Progress, SharedProgress
with Progress(SharedProgress(Path(sys.argv[1]))).step("Building", total=2, unit="packages") as step:
    print("here", flush=True)
    sys.stdin.readline()
"""


def test_watch_shows_the_steps_until_the_other_process_ends(idle):
    command = [sys.executable, "-c", WORKS, progress_path(idle)]
    seen = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "here\n"

        def show(step):
            seen.append(step.name)
            if len(seen) == 3:
                process.communicate("\n")

        watch(idle, show, every_s=0.01)
    assert set(seen) == {"Building"}
    assert len(seen) >= 3


def test_watch_returns_at_once_if_nobody_is_at_work(idle):
    watch(idle, lambda step: pytest.fail(str(step)))

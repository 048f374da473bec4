"""Who brings a cluster up, and who only watches."""

import json
import os
import subprocess
import sys

import pytest

from driftlab.checker.sessions.preparation import busy_elsewhere, shared_path
from driftlab.clusters.registry import open_cluster


@pytest.fixture
def idle(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_STATE", str(tmp_path))
    made = open_cluster("embedded", "by-hand", images=())
    shared_path(made).parent.mkdir(parents=True)
    return made


def test_nobody_is_busy_where_nobody_says_so(idle):
    assert not busy_elsewhere(idle)


def test_another_living_process_is_busy_until_it_ends(idle):
    waits = "import sys; print('here', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        shared_path(idle).write_text(json.dumps({"pid": process.pid}))
        assert busy_elsewhere(idle)
        process.stdin.close()
    assert not busy_elsewhere(idle), "who has died is not waited for"


def test_we_do_not_wait_for_ourselves(idle):
    shared_path(idle).write_text(json.dumps({"pid": os.getpid()}))
    assert not busy_elsewhere(idle)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b"7", b"{}", b'{"pid": null}', b'{"pid": "x"}', b'{"pid": []}', b"\xff"]
)
def test_a_damaged_file_is_nobody(idle, damage):
    shared_path(idle).write_bytes(damage)
    assert not busy_elsewhere(idle)

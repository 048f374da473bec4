"""Programs on PATH: used only if they are recent and any recent version will do."""

from dataclasses import replace

import pytest

from driftlab.clusters.programs import installed
from driftlab.clusters.programs.pins import PROGRAMS

KIND = replace(PROGRAMS["kind"], minimum_version="0.33.0")


@pytest.fixture
def kind(script, monkeypatch):
    """``kind(text)``: make a program of that name the only one on PATH; returns its path."""

    def install(text):
        path = script("kind", text)
        monkeypatch.setenv("PATH", str(path.parent))
        return path

    return install


@pytest.mark.parametrize("version", ["v0.33.0", "v0.33.1", "v0.100.0", "v1.0.0", "0.34.0"])
def test_a_recent_program_is_used(kind, version):
    path = kind(f'[ "$1" = version ] && echo "kind {version} go1.25.1 linux/amd64"')
    assert installed.path(KIND) == path


@pytest.mark.parametrize(
    "text",
    [
        'echo "kind v0.32.9 go1.99.0 linux/amd64"',
        'echo "kind v0.4.0 go1.99.0 linux/amd64"',
        'echo "kind, some version"',
        "",
        'echo "kind v0.99.0"; exit 1',
    ],
    ids=["a patch too old", "numbers are compared, not letters", "no version", "silent", "it fails"],
)
def test_an_old_or_unclear_version_is_not_used(kind, text):
    kind(text)
    assert installed.path(KIND) is None


def test_a_missing_program_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed.path(KIND) is None


def test_a_program_that_must_be_our_version_is_never_taken_from_path(kind, script):
    """An etcd of another version may not read our data."""
    kind("")
    script("etcd", "echo etcd Version: 99.0.0")
    assert installed.path(PROGRAMS["etcd"]) is None

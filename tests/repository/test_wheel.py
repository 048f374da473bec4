"""The wheel: what is installed elsewhere is all that is needed there, and nothing else."""

import configparser
import email
import json
import subprocess
import sys
import zipfile
from importlib import import_module

import pytest

from driftlab.checker.exercises.catalogue import labs
from driftlab.clusters import __version__

PACKAGES = ("checker", "clusters", "labs")

LOOK_AROUND = """
import json
from driftlab import checker, clusters, labs
from driftlab.checker.exercises.catalogue import labs as installed
from driftlab.clusters.registry import installed_images
print(json.dumps({
    "from": [package.__file__ for package in (checker, clusters, labs)],
    "exercises": [one.id for lab in installed() for one in lab.exercises],
    "missing": [
        str(path) for lab in installed()
        for path in [lab.notebook, *(part for one in lab.exercises for part in (one.manifest, one.solution))]
        if not path.is_file()
    ],
    "images": len(installed_images()),
}))
"""


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    done = subprocess.run(build, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.fixture(scope="module")
def names(wheel):
    return set(wheel.namelist())


@pytest.fixture(scope="module")
def facts(wheel):
    """``METADATA`` and ``entry_points.txt``."""
    folder = f"driftlab-{__version__}.dist-info"
    entry_points = configparser.ConfigParser(delimiters="=")
    entry_points.read_string(wheel.read(f"{folder}/entry_points.txt").decode())
    return email.message_from_bytes(wheel.read(f"{folder}/METADATA")), entry_points


def test_it_is_for_every_machine(wheel):
    assert wheel.filename.endswith(f"driftlab-{__version__}-py3-none-any.whl")
    assert wheel.testzip() is None


def test_everything_of_the_packages_is_in_it(names, tracked):
    of_packages = {name for name in tracked if name.split("/")[0] in PACKAGES}
    assert of_packages
    assert {f"driftlab/{name}" for name in of_packages} - names == set()
    assert "driftlab/__init__.py" in names


@pytest.mark.parametrize(
    "ending",
    [".py", ".jinja", ".ipynb", ".md", ".yaml", ".json", ".patch", ".sh", ".go", "/go.mod", "/go.sum", "/py.typed"],
)
def test_what_is_not_python_is_in_it_too(names, ending):
    assert [name for name in names if name.endswith(ending)]


def test_its_types_can_be_used(names):
    assert {"driftlab/checker/py.typed", "driftlab/clusters/py.typed"} <= names


def test_nothing_else_is_in_it(names):
    assert {name.split("/")[0] for name in names} == {"driftlab", f"driftlab-{__version__}.dist-info"}
    stray = ("__pycache__", ".pyc", ".ipynb_checkpoints", "tests/", "/test_", "/conftest", ".driftlab", "workspace/")
    assert [name for name in names if any(part in name for part in stray)] == []


def test_its_license_is_named_and_comes_with_it(facts, names):
    metadata, _ = facts
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE"]
    assert f"driftlab-{__version__}.dist-info/licenses/LICENSE" in names


def test_its_description_is_the_readme(facts, root):
    metadata, _ = facts
    assert (metadata["Name"], metadata["Version"]) == ("driftlab", __version__)
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert (
        metadata.get_payload(decode=True).decode().strip() == (root / "README.md").read_text(encoding="utf-8").strip()
    )


def test_nothing_with_a_stricter_license_is_needed_without_being_asked_for(facts):
    """pytest-kind is GPL: an extra."""
    metadata, _ = facts
    (line,) = [line for line in metadata.get_all("Requires-Dist") if line.startswith("pytest-kind")]
    assert "extra == 'kind'" in line


def test_its_entry_points_lead_somewhere(facts):
    _, entry_points = facts
    assert dict(entry_points["console_scripts"]) == {"driftlab": "driftlab.checker.cli.main:main"}
    assert entry_points["pytest11"]["driftlab"] == "driftlab.clusters.pytest_plugin"
    assert entry_points["driftlab.labs"]["driftlab"] == "driftlab.labs"
    for group in entry_points.sections():
        for target in entry_points[group].values():
            module, _, attribute = target.partition(":")
            assert not attribute or callable(getattr(import_module(module), attribute))


def test_it_works_where_there_is_no_checkout(wheel, tmp_path, plain_environment):
    wheel.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LOOK_AROUND],
        cwd=tmp_path,
        env={**plain_environment, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert all(place.startswith(str(tmp_path)) for place in seen["from"])
    assert seen["exercises"] == [exercise.id for lab in labs() for exercise in lab.exercises]
    assert seen["missing"] == []
    assert seen["images"] >= 1


#: Modules of somebody's own project that are called as the kit's folders are.
THEIRS = {
    "checker.py": "MINE = True\n",
    "labs.py": "MINE = True\n",
    "clusters/__init__.py": "MINE = True\n",
    "test_mine.py": "import checker, clusters, labs\n\ndef test_mine(pytestconfig):\n"
    "    assert checker.MINE and clusters.MINE and labs.MINE\n"
    "    assert pytestconfig.pluginmanager.hasplugin('driftlab')\n",
    "notebook.py": "import checker, clusters, labs\nfrom driftlab import check, hint, lab\n"
    "assert checker.MINE and clusters.MINE and labs.MINE\n"
    "lab('02-self-healing/no-such-exercise')\n",
}


def test_it_bears_modules_of_the_same_names_in_the_project_where_it_is_used(wheel, tmp_path, plain_environment):
    """Once, a checker.py beside a notebook, or a package clusters, was imported in the kit's place."""
    site, project = tmp_path / "site", tmp_path / "project"
    wheel.extractall(site)
    for name, text in THEIRS.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    environment = {**plain_environment, "PYTHONPATH": str(site), "DRIFTLAB_STATE": str(tmp_path / "state")}
    for words in (["notebook.py"], ["-m", "pytest", "-p", "no:cacheprovider"]):
        done = subprocess.run(
            [sys.executable, *words], cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout

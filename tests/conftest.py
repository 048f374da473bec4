"""What all tests share: a state folder of their own, the cluster fixture once for each engine, and what is left out."""

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from driftlab.clusters.errors import CommandFailed
from driftlab.clusters.kind.containers import ContainerEngine
from driftlab.clusters.kind.engine import KindCluster
from driftlab.clusters.kind.node_image import ensure_image
from driftlab.clusters.pytest_plugin import ready_cluster
from tests.parts import PART, PARTS, WHICH, is_tried, left_to_the_rest, parameters

pytest_plugins = ["tests.surroundings"]

# What is tried does not change from run to run, and no machine is too slow for it.
# `--hypothesis-profile thorough` tries many more, and others each time.
settings.register_profile(
    "kit",
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("thorough", settings.get_profile("kit"), derandomize=False, max_examples=1000)
settings.load_profile("kit")

#: Seconds that an API server is given for an answer: tests share a small machine with what they start on it.
PATIENCE_S = 60

ENGINES = ("embedded", "kind")  #: those that every test with the fixture `cluster` runs on


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "cluster" in metafunc.fixturenames:
        named = metafunc.config.getoption("--lab-engine")
        metafunc.parametrize("cluster", ENGINES if named == "auto" else [named], indirect=True, scope="session")


def pytest_report_header() -> str:
    return f"what takes long: part {PART} of {PARTS} (DRIFTLAB_TESTS_PART)" if PARTS > 1 else ""


#: How many tests were left to `make test-all`, by what they are.
LEFT = pytest.StashKey[Counter[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs a container engine carries the marker `kind`. Leave out what is not asked for."""
    for item in items:
        if parameters(item).get("cluster") == "kind" or _asks_for_kind(item):
            item.add_marker("kind")
    others = {item for item in items if not is_tried(item)}
    if others:
        config.hook.pytest_deselected(items=list(others))
        items[:] = [item for item in items if item not in others]
    left = Counter(left_to_the_rest(item) for item in others)
    config.stash[LEFT] = left
    if worker := getattr(config, "workeroutput", None):  # xdist: only its workers collect
        worker["left"] = dict(left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """All workers of xdist have collected the same."""
    node.config.stash[LEFT] = Counter(getattr(node, "workeroutput", {}).get("left", {}))  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if WHICH == "quick" and (left := config.stash.get(LEFT, None)):
        terminalreporter.section("left to `make test-all`")
        for what, count in left.most_common():
            terminalreporter.write_line(f"{count:5}  {what}")


def _asks_for_kind(item: pytest.Item) -> bool:
    return "kind" in getattr(item, "fixturenames", ()) and "kind" not in parameters(item)


def pytest_collection_finish() -> None:
    """What has been imported and collected lasts until the end: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def state() -> Iterator[Path]:
    """No test sees, or touches, what the person who runs the tests has in their state folder."""
    folder = Path(tempfile.mkdtemp(prefix="driftlab-tests-"))
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name in LEARNERS_CHOICES}
    os.environ["DRIFTLAB_STATE"] = str(folder)
    yield folder
    os.environ.pop("DRIFTLAB_STATE")
    os.environ.update(kept)
    shutil.rmtree(folder, ignore_errors=True)


#: What a person may have set for themselves, and no test may depend on.
LEARNERS_CHOICES = (
    "DRIFTLAB_CLUSTER",
    "DRIFTLAB_CONFIRM",
    "DRIFTLAB_ENGINE",
    "DRIFTLAB_HIDDEN",
    "DRIFTLAB_LABS",
    "DRIFTLAB_NAMESPACE",
    "DRIFTLAB_STATE",
    "DRIFTLAB_USER",
    "DRIFTLAB_WORKSPACE",
    "KUBECONFIG",
)


@pytest.fixture(scope="session")
def kind() -> None:
    """Skips, with the reason, where no kind cluster can be had: no container engine, or no node image."""
    availability = KindCluster().available()
    if not availability:
        pytest.skip(f"no kind clusters here: {availability.reason}")
    try:
        ensure_image(ContainerEngine.find())
    except CommandFailed as error:
        pytest.skip(f"no kind clusters here: {error.message}")


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[object]:
    """The engine's cluster, one for all tests; kind's where a container engine and a node image can be had."""
    if request.param == "kind":
        request.getfixturevalue("kind")
    for found in ready_cluster(request.param, request.config.getoption("--lab-cluster")):
        found.client.timeout_s = PATIENCE_S
        yield found

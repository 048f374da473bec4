"""An engine is a folder: nothing else names one, so that a new engine changes no other file."""

import re
from pathlib import Path

import pytest

from driftlab.clusters.registry import ENGINES

#: These name engines where a user chooses one, and the programs that engines run.
EXCEPT = ("pytest_plugin.py", "programs/")


def names_of(engine: str) -> re.Pattern[str]:
    """How code and messages name an engine. The word alone may mean something else: the kind of an object."""
    return re.compile(
        rf"engines? {engine}\b|\b{engine} engine|\b{engine} cluster|--engine {engine}\b|clusters\.{engine}\b"
        rf"|{engine.title()}Cluster|DRIFTLAB_{engine.upper()}_|DRIFTLAB_ENGINE={engine}\b",
    )


@pytest.fixture(scope="module")
def shared(root: Path) -> dict[str, str]:
    """The text of each module of ``clusters`` that belongs to no engine."""
    folder = root / "clusters"
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    return {
        path: text
        for path, text in texts.items()
        if path.split("/")[0] not in ENGINES and not path.startswith(EXCEPT) and path != "__init__.py"
    }


def test_no_module_outside_an_engines_folder_names_an_engine(shared):
    assert {"cluster.py", "managed.py", "registry.py", "kubernetes/client.py"} <= set(shared)
    named = [
        f"{path}: {found.group()}"
        for engine in ENGINES
        for path, text in shared.items()
        for found in names_of(engine).finditer(text)
    ]
    assert named == []


@pytest.mark.parametrize(
    "text",
    [
        "use the engine kind or embedded for it",
        "DRIFTLAB_KIND_WORKERS=2 driftlab up",
        "from driftlab.clusters.kind.engine import KindCluster",
        "driftlab up --engine kind",
        "what kind clusters need",
    ],
)
def test_a_name_of_an_engine_is_found(text):
    assert names_of("kind").search(text)


def test_the_kind_of_an_object_is_no_engine():
    assert not names_of("kind").search('{"kind": "Pod"}, an object of another kind')

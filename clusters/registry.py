"""Which engines there are, and which one ``auto`` takes."""

import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import EngineUnavailable, UnknownEngine, UsageError
from driftlab.clusters.host.paths import named_folder

#: name: where its class is. In the order in which ``auto`` tries them.
ENGINES = {
    "kind": "driftlab.clusters.kind.engine:KindCluster",
    "embedded": "driftlab.clusters.embedded.engine:EmbeddedCluster",
    "existing": "driftlab.clusters.existing.engine:ExistingCluster",
}


def engine_class(name: str) -> type[Cluster]:
    """The class of an engine. Raises UnknownEngine."""
    if name not in ENGINES:
        raise UnknownEngine(name, ENGINES)
    module, _, attribute = ENGINES[name].partition(":")
    found: type[Cluster] = getattr(import_module(module), attribute)
    return found


def choose(engine: str = "auto") -> tuple[type[Cluster], str]:
    """The engine's class, and in one line why it was taken.

    One that is named is taken as it is: ``up`` says what is in its way. Raises UnknownEngine, or
    EngineUnavailable with the reason of each engine that was tried.
    """
    if engine != "auto":
        return engine_class(engine), f"engine {engine}: as you asked"
    reasons: list[str] = []
    hint = ""
    for name in ENGINES:
        candidate = engine_class(name)
        if not candidate.automatic:
            continue
        if availability := candidate.available() and candidate.supplied():
            return candidate, f"engine {name}: {'; '.join(reasons) or 'it runs here'}"
        reasons.append(f"{name} cannot run here: {availability.reason}")
        hint = hint or availability.next_step
    raise EngineUnavailable(". ".join(reasons) + ".", next_step=hint or "driftlab doctor")


def open_cluster(
    engine: str = "auto", name: str | None = None, *, owned: bool = False, images: Sequence[Path] | None = None
) -> Cluster:
    """A cluster object; nothing is started before ``up``. Without a ``name``: the engine's usual one.

    ``images`` are the catalogues of images that the embedded engine knows beside the
    public ones; by default those of all installed labs. Raises UsageError for a ``name`` that
    no cluster can have.
    """
    kind, why = choose(engine)
    if name is None:
        name = kind.default_name
    if not kind.may_be_called(name):
        raise UsageError(
            f"A cluster cannot be called {name!r}: at most {kind.longest_name} small letters and digits, "
            "and hyphens between them, make a name.",
            next_step="choose another one, such as: driftlab up --cluster my-cluster",
        )
    cluster = kind(name, owned=owned, images=installed_images() if images is None else images)
    cluster.why = why
    return cluster


def installed_labs() -> list[Path]:
    """The folders of labs in ``DRIFTLAB_LABS``, and of all installed packages (entry points ``driftlab.labs``).

    Raises UsageError where one that is named is not there.
    """
    named = os.environ.get("DRIFTLAB_LABS", "").split(os.pathsep)
    folders = [named_folder("DRIFTLAB_LABS", one).resolve() for one in named if one]
    return [*folders, *_folders_of_packages(tuple(sys.path))]


@cache
def _folders_of_packages(where: tuple[str, ...]) -> list[Path]:
    """Looking through everything that is installed takes a while: once for each ``where`` (``sys.path``)."""
    del where
    packages = [import_module(entry.value) for entry in entry_points(group="driftlab.labs")]
    return [Path(package.__file__).resolve().parent for package in packages if package.__file__]


def installed_images() -> list[Path]:
    """The catalogues of the applications that those labs deploy."""
    return sorted(path for folder in installed_labs() for path in folder.glob("*/behaviour.json"))

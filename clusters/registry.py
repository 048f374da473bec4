"""The engines, and the choice of ``auto``."""

import os
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import EngineUnavailable, UnknownEngine, UsageError
from driftlab.clusters.host.paths import named_folder
from driftlab.clusters.settings import LABS

#: The names of all engines: the folders beside this file that have an ``engine.py``, whose ``ENGINE`` is the class.
ENGINES = tuple(sorted(path.parent.name for path in Path(__file__).parent.glob("*/engine.py")))


def engine_class(name: str) -> type[Cluster]:
    """The class of an engine. Raises UnknownEngine."""
    if name not in ENGINES:
        raise UnknownEngine(name, ENGINES)
    found: type[Cluster] = import_module(f"driftlab.clusters.{name}.engine").ENGINE
    return found


def engines() -> list[type[Cluster]]:
    """The classes of all engines, in the order in which ``auto`` tries them."""
    return sorted(map(engine_class, ENGINES), key=lambda engine: engine.rank)


def context_engine() -> type[Cluster]:
    """The engine whose clusters are contexts of the user's kubeconfig."""
    return next(engine for engine in engines() if engine.uses_contexts)


def uses_contexts(engine: str | None) -> bool:
    """Whether ``engine`` is the name of the engine whose clusters are contexts: its cluster names are not the kit's."""
    return engine in ENGINES and engine_class(str(engine)).uses_contexts


def open_cluster(
    engine: str = "auto", name: str | None = None, *, owned: bool = False, images: Sequence[Path] | None = None
) -> Cluster:
    """A cluster object; ``up`` starts the cluster. ``name``: by default the engine's default name.

    ``images``: catalogues of images that Pods can run in addition to the public ones, if the engine has no registry;
    by default those of all installed labs.

    An engine that is named is not checked here: ``up`` raises an error if it cannot run. Raises UnknownEngine, or for
    ``auto`` EngineUnavailable with the reason of each engine that was tried, and UsageError for an invalid ``name``.
    """
    catalogues = installed_images() if images is None else images

    def candidate(cluster_class: type[Cluster]) -> Cluster:
        wanted = cluster_class.default_name if name is None else name
        return cluster_class(wanted, owned=owned, images=catalogues)

    if engine == "auto":
        cluster = _first_available(map(candidate, filter(lambda each: each.automatic, engines())))
    else:
        cluster = candidate(engine_class(engine))
        cluster.selection_reason = f"engine {engine}: as you asked"
    if not cluster.is_valid_name(cluster.name):
        raise UsageError(
            f"A cluster cannot be called {name!r}: at most {cluster.max_name_length} small letters and digits, "
            "and hyphens between them, make a name.",
            next_step="choose another one, such as: driftlab up --cluster my-cluster",
        )
    return cluster


def _first_available(candidates: Iterable[Cluster]) -> Cluster:
    """The first cluster whose engine can run here, with the reason of the choice. Raises EngineUnavailable."""
    reasons: list[str] = []
    hint = ""
    for cluster in candidates:
        if availability := cluster.available() and cluster.requirements_available():
            cluster.selection_reason = f"engine {cluster.engine}: {'; '.join(reasons) or 'it runs here'}"
            return cluster
        reasons.append(f"{cluster.engine} cannot run here: {availability.reason}")
        hint = hint or availability.next_step
    raise EngineUnavailable(". ".join(reasons) + ".", next_step=hint or "driftlab doctor")


def installed_labs() -> list[Path]:
    """The folders of labs in ``DRIFTLAB_LABS``, and of all installed packages (entry points ``driftlab.labs``).

    Raises UsageError if a folder in ``DRIFTLAB_LABS`` does not exist.
    """
    folders = [named_folder(LABS, value).resolve() for value in LABS.value.split(os.pathsep) if value]
    return [*folders, *_package_folders(tuple(sys.path))]


@cache
def _package_folders(path: tuple[str, ...]) -> list[Path]:
    """The folders of labs in installed packages. Cached for each ``path`` (``sys.path``), because it is slow."""
    del path
    packages = [import_module(entry.value) for entry in entry_points(group="driftlab.labs")]
    return [Path(package.__file__).resolve().parent for package in packages if package.__file__]


def installed_images() -> list[Path]:
    """The image catalogues of the applications in ``installed_labs``."""
    return sorted(path for folder in installed_labs() for path in folder.glob("*/behaviour.json"))

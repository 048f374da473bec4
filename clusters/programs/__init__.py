"""Get the programs of an engine.

These methods are tried in this order for each missing program:

1. an explicit path: ``DRIFTLAB_PROGRAM_KUBE_APISERVER=/path`` and so on, or one folder
   for all programs, ``DRIFTLAB_PROGRAMS=/folder``;
2. PATH, for a program of which any recent version works (kind);
3. an installed wheel, ``pip install 'driftlab[engine]'``;
4. the kit's cache;
5. the official release, verified against its published checksum (``download``);
6. a build from the pinned Go modules and the kit's own sources (``build``).

A method that fails reports the reason in one line, and the next one is tried.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from driftlab.clusters.errors import ProgramsUnavailable
from driftlab.clusters.host.paths import cache_folder
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.programs import explicit, installed, wheel
from driftlab.clusters.programs.cache import Cache
from driftlab.clusters.programs.pins import PROGRAMS, Program

__all__ = ["PROGRAMS", "Program", "available_program", "obtain"]

#: A method puts the programs that it can get into the cache, and raises ObtainFailed if it could not get all.
Method = Callable[[Sequence[Program], Cache, Progress], None]


def obtain(names: Iterable[str], progress: Progress = SILENT) -> dict[str, Path]:
    """The paths of the programs called ``names``, which are downloaded or built if necessary.

    Raises ProgramsUnavailable, with the reason of each method, or if an explicit path is wrong.
    """
    wanted = [PROGRAMS[name] for name in names]
    found = {program.name: path for program in wanted if (path := _installed(program, progress.say))}
    missing = [program for program in wanted if program.name not in found]
    if not missing:
        return found
    cache = Cache(cache_folder() / "programs")
    with cache.locked(progress):
        reasons: list[str] = []
        for method in _methods():
            missing = [program for program in missing if not cache.holds(program, progress.say)]
            if not missing:
                break
            try:
                method(missing, cache, progress)
            except ObtainFailed as failure:
                reasons.append(str(failure))
                progress.say(str(failure))
        missing = [program for program in missing if not cache.holds(program)]
    if missing:
        missing_names = ", ".join(program.name for program in missing)
        raise ProgramsUnavailable(
            f"The engine's programs could not be had ({missing_names}):\n"
            + "\n".join(f"  - {reason}" for reason in reasons),
            next_step="with a network: try again. Without one: copy the programs here and "
            "export DRIFTLAB_PROGRAMS=/their/folder",
        )
    return found | {program.name: cache.path(program) for program in wanted if program.name not in found}


def available_program(name: str) -> Path | None:
    """The path of the program called ``name``; None if it would have to be downloaded or built.

    Raises ProgramsUnavailable if an explicit path is wrong.
    """
    program, cache = PROGRAMS[name], Cache(cache_folder() / "programs")
    return _installed(program, lambda line: None) or (cache.path(program) if cache.holds(program) else None)


def _installed(program: Program, say: Callable[[str], None]) -> Path | None:
    return explicit.path(program) or installed.path(program) or wheel.path(program, say)


class ObtainFailed(Exception):
    """A method could not get a program; ``str()`` is one line with the reason."""


def _methods() -> list[Method]:
    from driftlab.clusters.programs.build import build
    from driftlab.clusters.programs.download import download

    return [download, build]


def last_error_line(tail: Sequence[str]) -> str:
    """The last line in the output of a Go or pip command that may be an error, at most 300 characters of it."""
    lines = [text for text in tail if text and not text.startswith(("#", "go: downloading"))]
    return lines[-1][:300] if lines else "it gave no reason"

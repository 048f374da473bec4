"""Where the programs of an engine come from.

In this order, for each program that is still missing:

1. an explicit path: ``DRIFTLAB_PROGRAM_KUBE_APISERVER=/path`` and so on, or a folder
   for all of them, ``DRIFTLAB_PROGRAMS=/folder``;
2. PATH, for a program of which any recent version will do (kind);
3. an installed wheel, ``pip install 'driftlab[engine]'``;
4. the kit's cache;
5. the official release, verified against its published checksum (``download``);
6. a build from the pinned Go modules and our own sources (``build``).

Each way that fails says why in one line, and the next is tried.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from driftlab.clusters.errors import ProgramsUnavailable
from driftlab.clusters.host.paths import cache_folder
from driftlab.clusters.host.progress import SILENT, Progress
from driftlab.clusters.programs import explicit, installed, wheel
from driftlab.clusters.programs.cache import Cache
from driftlab.clusters.programs.pins import PROGRAMS, Program

__all__ = ["PROGRAMS", "Program", "at_hand", "obtain"]

#: A way to get programs: puts what it can into the cache, raises WayFailed with one line where it cannot.
Way = Callable[[Sequence[Program], Cache, Progress], None]


def obtain(names: Iterable[str], progress: Progress = SILENT) -> dict[str, Path]:
    """The paths of the programs called ``names``, fetched or built where need be.

    Raises ProgramsUnavailable with the reason of each way, or what an explicit path that is wrong deserves.
    """
    wanted = [PROGRAMS[name] for name in names]
    found = {program.name: path for program in wanted if (path := _installed(program, progress.say))}
    missing = [program for program in wanted if program.name not in found]
    if not missing:
        return found
    cache = Cache(cache_folder() / "programs")
    with cache.locked(progress):
        reasons: list[str] = []
        for way in _ways():
            missing = [program for program in missing if not cache.holds(program, progress.say)]
            if not missing:
                break
            try:
                way(missing, cache, progress)
            except WayFailed as failure:
                reasons.append(str(failure))
                progress.say(str(failure))
        missing = [program for program in missing if not cache.holds(program)]
    if missing:
        listed = ", ".join(program.name for program in missing)
        raise ProgramsUnavailable(
            f"The engine's programs could not be had ({listed}):\n" + "\n".join(f"  - {reason}" for reason in reasons),
            next_step="with a network: try again. Without one: copy the programs here and "
            "export DRIFTLAB_PROGRAMS=/their/folder",
        )
    return found | {program.name: cache.path(program) for program in wanted if program.name not in found}


def at_hand(name: str) -> Path | None:
    """Where the program called ``name`` is, if nothing has to be fetched or built for it.

    Raises ProgramsUnavailable where an explicit path is wrong.
    """
    program, cache = PROGRAMS[name], Cache(cache_folder() / "programs")
    return _installed(program, lambda line: None) or (cache.path(program) if cache.holds(program) else None)


def _installed(program: Program, say: Callable[[str], None]) -> Path | None:
    return explicit.path(program) or installed.path(program) or wheel.path(program, say)


class WayFailed(Exception):
    """One way to get programs failed; ``str()`` is one line that says why."""


def _ways() -> list[Way]:
    from driftlab.clusters.programs.build import build
    from driftlab.clusters.programs.download import download

    return [download, build]


def last_words(tail: Sequence[str]) -> str:
    """The last line of what a command of Go or pip said that is a reason."""
    said = [text for text in tail if text and not text.startswith(("#", "go: downloading"))]
    return said[-1][:300] if said else "it gave no reason"

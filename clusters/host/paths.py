"""The kit's folders, and folders named by environment variables.

=================  ============================  =====================================
folder             environment variable          content
=================  ============================  =====================================
cache              ``DRIFTLAB_CACHE``            programs; may be deleted at any time
state              ``DRIFTLAB_STATE``            clusters, started exercises, results
=================  ============================  =====================================
"""

import os
import stat
from pathlib import Path

import platformdirs

from driftlab.clusters.errors import UsageError


def cache_folder() -> Path:
    return _folder("DRIFTLAB_CACHE", platformdirs.user_cache_path("driftlab"))


def state_folder() -> Path:
    return _folder("DRIFTLAB_STATE", platformdirs.user_state_path("driftlab"))


def _folder(variable: str, default: Path) -> Path:
    # resolved, because a cluster's processes are later recognised by the path of its folder
    return Path(os.environ.get(variable) or default).expanduser().resolve()


def named_folder(variable: str, value: str) -> Path:
    """The folder that the environment variable ``variable`` names by ``value``. Raises UsageError if there is none."""
    folder = Path(value).expanduser()
    try:
        exists = stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        exists = False
    except OSError:  # this user may not look at it
        exists = True
    if not exists:
        raise UsageError(
            f"{variable} names the folder {folder}, and there is none.",
            next_step=f"correct it, or do without: unset {variable}",
        )
    return folder


def nearest_existing_folder(path: Path) -> Path:
    """``path`` itself, or the nearest folder above it that exists."""
    return next(candidate for candidate in (path, *path.parents) if candidate.exists())

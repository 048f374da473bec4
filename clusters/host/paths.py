"""The kit's folders, and folders named by environment variables: see ``clusters.settings``."""

import stat
from pathlib import Path

import platformdirs

from driftlab.clusters.errors import UsageError
from driftlab.clusters.settings import CACHE, STATE, Setting


def cache_folder() -> Path:
    return _folder(CACHE, platformdirs.user_cache_path("driftlab"))


def state_folder() -> Path:
    return _folder(STATE, platformdirs.user_state_path("driftlab"))


def _folder(setting: Setting, default: Path) -> Path:
    # resolved, because a cluster's processes are later recognised by the path of its folder
    return Path(setting.value or default).expanduser().resolve()


def named_folder(setting: Setting, value: str) -> Path:
    """The folder called ``value`` in the value of ``setting``. Raises UsageError if there is none."""
    folder = Path(value).expanduser()
    try:
        exists = stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        exists = False
    except OSError:  # this user may not look at it
        exists = True
    if not exists:
        raise UsageError(
            f"{setting.name} names the folder {folder}, and there is none.",
            next_step=f"correct it, or do without: unset {setting.name}",
        )
    return folder


def nearest_existing_folder(path: Path) -> Path:
    """``path`` itself, or the nearest folder above it that exists."""
    return next(candidate for candidate in (path, *path.parents) if candidate.exists())

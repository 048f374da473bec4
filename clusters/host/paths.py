"""The kit's folders, and folders that the user names.

=================  ============================  =====================================
folder             environment variable          holds
=================  ============================  =====================================
cache              ``DRIFTLAB_CACHE``            programs; may be deleted at any time
state              ``DRIFTLAB_STATE``            clusters, exercises begun, results
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
    # resolved: the path of a cluster's folder is how its processes are recognised later
    return Path(os.environ.get(variable) or default).expanduser().resolve()


def named_folder(variable: str, named: str) -> Path:
    """A folder that an environment variable names. Raises UsageError where there is none."""
    folder = Path(named).expanduser()
    try:
        there = stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        there = False
    except OSError:  # one that only others may look at
        there = True
    if not there:
        raise UsageError(
            f"{variable} names the folder {folder}, and there is none.",
            next_step=f"correct it, or do without: unset {variable}",
        )
    return folder

"""The machine's limits for a kind cluster: the number of workers, and cgroup v2."""

import os
import shutil
from pathlib import Path

import psutil

from driftlab.clusters.errors import UsageError
from driftlab.clusters.kind.settings import WORKERS

#: In bytes: with less memory, a cluster has one Node instead of three.
MEMORY_FOR_THREE = 4 << 30
MAX_WORKERS = 8


def workers() -> int:
    """The number of workers: ``DRIFTLAB_KIND_WORKERS``, else two, so that a Node can be lost, or none if memory is low.

    Raises UsageError if the variable is not a number from 0 to ``MAX_WORKERS``.
    """
    setting = WORKERS.value
    if not setting:
        return 2 if psutil.virtual_memory().total >= MEMORY_FOR_THREE else 0
    if not setting.isdecimal() or int(setting) > MAX_WORKERS:
        raise UsageError(
            f"DRIFTLAB_KIND_WORKERS is {setting!r}, not a number from 0 to {MAX_WORKERS}.",
            next_step="unset DRIFTLAB_KIND_WORKERS",
        )
    return int(setting)


def cgroup_v2_command() -> str:
    """The command that makes this machine boot with cgroup v2; if unknown, the one that selects the embedded engine.

    https://docs.kernel.org/admin-guide/cgroup-v2.html, https://systemd.io/CGROUP_DELEGATION/
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))  # not in every user's PATH
    setting = "systemd.unified_cgroup_hierarchy=1"
    if shutil.which("grubby", path=path):
        return f"sudo grubby --update-kernel=ALL --args={setting} && sudo reboot"
    if shutil.which("update-grub", path=path):
        change = f"""sudo sed -i 's/^GRUB_CMDLINE_LINUX="/&{setting} /' /etc/default/grub"""
        return f"{change} && sudo update-grub && sudo reboot"
    return "export DRIFTLAB_ENGINE=embedded"


def cgroup_v2() -> bool:
    return Path("/sys/fs/cgroup/cgroup.controllers").exists()

"""Check this machine for the embedded engine: its programs are here, or there is disk space to build them."""

import shutil
from collections.abc import Iterator

from driftlab.clusters.embedded.configuration import COMPONENTS
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.findings import Finding, Severity, ok
from driftlab.clusters.host.paths import cache_folder, nearest_existing_folder
from driftlab.clusters.programs import available_program

BUILD_BYTES = 4 << 30


def examine() -> Iterator[Finding]:
    """Findings about the engine's programs, and the disk space if they may have to be built."""
    missing = []
    for name in COMPONENTS:
        try:
            if not available_program(name):
                missing.append(name)
        except DriftlabError as error:
            yield Finding(Severity.PROBLEM, error.message, error.next_step)
    if not missing:
        yield ok("the embedded engine's programs are here")
        return
    yield Finding(
        Severity.NOTE,
        f"not here yet: {', '.join(missing)}. The first start downloads them, or builds them (about ten minutes)",
        "driftlab up",
    )
    free = shutil.disk_usage(nearest_existing_folder(cache_folder())).free
    if free < BUILD_BYTES:
        yield Finding(
            Severity.NOTE,
            f"only {free / 1e9:.1f} GB free for the cache: enough to download, too little to build (4 GB)",
            "export DRIFTLAB_CACHE=/a/folder/on/a/larger/disk",
        )

"""Create a cluster with pytest-kind's KindCluster: ``python -m driftlab.clusters.kind.drive …``.

This runs in a separate process, because pytest-kind writes to the current directory, prints the output of kind (from
which the progress is read), and must be killed when we are interrupted. No other module imports pytest-kind, because
its licence is GPL-3.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from pytest_kind import KindCluster


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    for option in ("--kubeconfig", "--kind", "--kubectl", "--config"):
        parser.add_argument(option, type=Path, required=True)
    parser.add_argument("--image", required=True)
    options = parser.parse_args()
    cluster = KindCluster(
        options.name,
        kubeconfig=options.kubeconfig,
        image=options.image,
        kind_path=options.kind,
        kubectl_path=options.kubectl,
    )
    try:
        cluster.create(config_file=options.config)
    except subprocess.CalledProcessError as error:
        return error.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Clean the state folder after a cluster was deleted: only results and hints of the learner remain."""

from driftlab.checker.sessions.store import store_folder
from driftlab.clusters.cluster import Cluster

#: The ends of names of files about the learner, not about the cluster.
KEPT_SUFFIXES = (".result.json", ".hints.json")


def remove_session_state(cluster: Cluster) -> None:
    """Delete the baselines, recordings, locks and journals of all exercises that were started on a deleted cluster.

    Their recorders end by themselves, because their files are gone.
    """
    place = store_folder(cluster)
    # current.json first: without it, no new recorder starts
    for path in sorted(place.rglob("*"), key=lambda path: path.name != "current.json"):
        if path.is_file() and not path.name.endswith(KEPT_SUFFIXES):
            path.unlink(missing_ok=True)
    for folder in sorted((path for path in (place, *place.rglob("*")) if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()

"""What a deleted cluster has left in the state folder: all but what tells of the learner is taken away."""

from driftlab.checker.sessions.store import store_folder
from driftlab.clusters.cluster import Cluster

#: They tell of the learner, not of the cluster.
KEPT = (".result.json", ".hints.json")


def remove_session_state(cluster: Cluster) -> None:
    """Delete baselines, recordings, locks and journals of every exercise that was begun on a cluster that is gone.

    None is under way any more. Recorders end by themselves: what they look for has gone, too.
    """
    place = store_folder(cluster)
    # first what says that an exercise is under way: no recorder begins after that
    for path in sorted(place.rglob("*"), key=lambda path: path.name != "current.json"):
        if path.is_file() and not path.name.endswith(KEPT):
            path.unlink(missing_ok=True)
    for folder in sorted((path for path in (place, *place.rglob("*")) if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()

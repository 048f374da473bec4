"""Cases that are tried side by side: mostly they wait, and each has a namespace of its own meanwhile.

A test says by ``@pytest.mark.tried_by(work=…)`` what its fixture ``tried`` is the result of: ``work`` is called with
the cluster, a namespace and the test's own parameters, as soon as there is room, for all chosen tests of the module.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from queue import SimpleQueue
from typing import Any

import pytest

from driftlab.clusters.cluster import Cluster
from driftlab.clusters.registry import open_cluster
from tests.parts import parameters

#: So many cases are tried at a time, for each core. Real containers ask more of a machine than simulated ones.
AT_A_TIME = {"embedded": 3, "kind": 2, "existing": 2}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In each module, what has to be alone comes last: it waits for all others anyway."""

    def module_and_engine(item: pytest.Item) -> tuple[object, object]:
        return item.path, parameters(item).get("cluster")

    def comes_last(item: pytest.Item) -> bool:
        return "tried" in getattr(item, "fixturenames", ()) and _alone(item)

    items[:] = [item for _, block in groupby(items, module_and_engine) for item in sorted(block, key=comes_last)]


@pytest.fixture(scope="module")
def tries(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[dict[str, Future[Any]]]:
    """What becomes of each chosen test's case, by the test's name.

    What has to be alone has a cluster to itself meanwhile, where one is made in seconds; elsewhere it is not begun yet.
    """
    free: SimpleQueue[str] = SimpleQueue()
    at_a_time = AT_A_TIME[cluster.engine] * (os.cpu_count() or 1)
    for number in range(at_a_time):
        free.put(cluster.namespace_for(f"side-by-side-{number}"))

    def tried(item: pytest.Function) -> Any:
        namespace = free.get()
        try:
            return _work(item)(cluster, namespace, **_asked(item))
        finally:
            free.put(namespace)

    chosen = [
        item
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.module is request.module  # type: ignore[attr-defined]
        and "tried" in item.fixturenames
        and item.callspec.params["cluster"] == cluster.engine
    ]
    alone = [item for item in chosen if _alone(item)] if cluster.engine == "embedded" else []
    apart = open_cluster(cluster.engine, f"{cluster.name}-apart", owned=True)

    def tried_apart(item: pytest.Function) -> Any:
        apart.up()
        apart.client.timeout_s = cluster.client.timeout_s
        return _work(item)(apart, apart.namespace_for("alone"), **_asked(item))

    try:
        with ThreadPoolExecutor(at_a_time) as pool, ThreadPoolExecutor(1) as one:
            begun = {item.name: one.submit(tried_apart, item) for item in alone}
            yield begun | {item.name: pool.submit(tried, item) for item in chosen if not _alone(item)}
            one.shutdown(cancel_futures=True)
            pool.shutdown(cancel_futures=True)
    finally:
        if alone:
            apart.down()


@pytest.fixture
def tried(request: pytest.FixtureRequest, tries: dict[str, Future[Any]], cluster: Cluster) -> Any:
    """The result of this test's work; what it raised, is raised here."""
    item = request.node
    if item.name not in tries:
        for other in tries.values():
            other.exception()
        return _work(item)(cluster, cluster.namespace_for("alone"), **_asked(item))
    return tries[item.name].result()


def _work(item: pytest.Function) -> Callable[..., Any]:
    marker = item.get_closest_marker("tried_by")
    assert marker, f"{item.name} does not say what is tried"
    work: Callable[..., Any] = marker.kwargs["work"]
    return work


def _asked(item: pytest.Function) -> dict[str, Any]:
    return {name: value for name, value in parameters(item).items() if name != "cluster"}


def _alone(item: pytest.Item) -> bool:
    """Would others suffer from it? An exercise that loses a Node takes their Pods along."""
    return bool(getattr(parameters(item).get("exercise"), "loses_node", None))

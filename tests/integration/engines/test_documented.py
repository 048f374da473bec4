"""Manifests like those of the Kubernetes documentation behave as its pages say, on every engine.

The cases are the files of ``documented/``; ``manifests.py`` says what their fields mean. They take their time side by
side.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .conftest import opened
from .manifests import Case, Steps, fits

CASES = sorted(Path(__file__).with_name("documented").glob("*.yaml"))
#: Enough for all to wait at once; a small machine starts no more at a time.
SIDE_BY_SIDE = 16


@pytest.fixture(scope="module")
def played(cluster: Any, busybox: None, request: pytest.FixtureRequest) -> Iterator[dict[Path, Future[None]]]:
    """What becomes of each case that is asked for, each in a namespace of its own."""
    asked_for = [
        item.callspec.params for item in request.session.items if "played" in getattr(item, "fixturenames", ())
    ]
    files = dict.fromkeys(params["file"] for params in asked_for)
    with ExitStack() as namespaces, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:

        def play(file: Path) -> None:
            name = namespaces.enter_context(opened(cluster)).name
            Steps(cluster, name).play(Case.read(file, name))

        yield {file: pool.submit(play, file) for file in files}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("file", CASES, ids=[file.stem for file in CASES])
def test_manifest_behaves_as_documented(played: dict[Path, Future[None]], file: Path) -> None:
    played[file].result()


def test_there_are_cases_from_many_pages() -> None:
    cases = [Case.read(file, "any") for file in CASES]
    assert len({case.page for case in cases}) >= 20
    assert all(case.page.startswith("https://kubernetes.io/docs/") and case.then for case in cases)


@pytest.mark.parametrize(
    ("expected", "found", "verdict"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": None}, {"b": 1}, True),
        ({"a": None}, {"a": 1}, False),
        ([{"a": 1}], [{"a": 2}, {"a": 1}], True),
        ([{"a": 1}], [], False),
        ("~a.c", "a\nc", True),
        ("~a", "ab", False),
        ("~.*", None, False),
        ("a", "a\n", True),
        ("a", "ab", False),
        ("1", 1, False),
    ],
)
def test_what_is_expected_is_a_part_of_what_is_found(expected: Any, found: Any, verdict: bool) -> None:
    """A check that always holds would be none."""
    assert fits(expected, found) is verdict

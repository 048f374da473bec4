"""Which of the tests are tried.

``make test`` tries what a person waits for; ``make test-all`` the rest, too: all that is live and that a recording, or
a case like it, shows every time. ``DRIFTLAB_TESTS=quick`` or ``rest`` chooses; without it, all are tried.

The rest takes long: ``DRIFTLAB_TESTS_PART=2/4`` tries its second quarter. Cases are chosen by their names: whoever runs
all four parts has tried all.
"""

import os
import zlib
from typing import Any

import pytest

#: Which part of the rest is tried, of how many.
PART, PARTS = map(int, (os.environ.get("DRIFTLAB_TESTS_PART") or "1/1").split("/"))
#: ``quick``, ``rest``, or nothing for both.
WHICH = os.environ.get("DRIFTLAB_TESTS", "")

KIND = "what runs on kind"
WRONG = "wrong answers on a live cluster; what was recorded of them was judged"


def parameters(item: pytest.Item) -> dict[str, Any]:
    """What the test was parametrised with, by name."""
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec else {}


def left_to_the_rest(item: pytest.Item) -> str:
    """Why the test belongs to the rest, in a few words; nothing where a person waits for it."""
    given = parameters(item)
    if item.get_closest_marker("kind") and not item.get_closest_marker("smoke"):
        return KIND
    if "tried" in getattr(item, "fixturenames", ()) and {"script", "case"} & given.keys():
        return WRONG
    marker = item.get_closest_marker("thorough")
    if marker and not any(name in item.name for name in marker.kwargs.get("but", ())):
        return str(marker.args[0])
    return ""


def in_this_part(item: pytest.Item) -> bool:
    return zlib.crc32(item.name.encode()) % PARTS == PART % PARTS


def is_tried(item: pytest.Item) -> bool:
    """Is it among what is chosen?"""
    if not left_to_the_rest(item):
        return WHICH != "rest"
    return WHICH != "quick" and in_this_part(item)

"""Which part of the tests is tried.

There are hundreds of wrong answers, and real containers take their time. ``DRIFTLAB_TESTS_PART=2/4`` tries the second
quarter of the wrong answers; on kind of all exercises; and of what is marked ``divided`` for an engine. They are chosen
by their names: whoever runs all four parts has tried all. Without it, all are tried.
"""

import os
import zlib
from typing import Any

import pytest

#: Which part is tried, of how many.
PART, PARTS = map(int, (os.environ.get("DRIFTLAB_TESTS_PART") or "1/1").split("/"))


def parameters(item: pytest.Item) -> dict[str, Any]:
    """What the test was parametrised with, by name."""
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec else {}


def in_this_part(item: pytest.Item) -> bool:
    """Does this part try it? What is divided among the parts is in one of them; all else is in every part."""
    engine = parameters(item).get("cluster")
    is_case = "tried" in getattr(item, "fixturenames", ())
    marker = item.get_closest_marker("divided")
    divided = (marker and engine in marker.args) or (
        is_case and (engine == "kind" or {"script", "case"} & parameters(item).keys())
    )
    return not divided or zlib.crc32(item.name.split("-", 1)[-1].encode()) % PARTS == PART % PARTS

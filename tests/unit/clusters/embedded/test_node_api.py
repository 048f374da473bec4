"""What ``kubectl logs`` asks for: --since, --since-time, --tail, --timestamps, --limit-bytes."""

from datetime import UTC, datetime, timedelta

import pytest

from clusters.embedded.node_api import _rendered, _selected

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LINES = [(NOON + timedelta(seconds=second), f"line {second}") for second in range(5)]


def selected(**options: str) -> list[str]:
    return [line for _, line in _selected(LINES, options)]


class TestSelected:
    def test_everything_where_nothing_is_asked(self):
        assert _selected(LINES, {}) == LINES

    @pytest.mark.parametrize(("tail", "expected"), [("2", ["line 3", "line 4"]), ("0", []), ("99", 5)])
    def test_tail(self, tail, expected):
        assert selected(tailLines=tail) == (expected if isinstance(expected, list) else [line for _, line in LINES])

    @pytest.mark.parametrize("moment", ["2026-01-01T12:00:03Z", "2026-01-01T13:00:03+01:00", "2026-01-01T12:00:02.5Z"])
    def test_since_a_moment(self, moment):
        assert selected(sinceTime=moment) == ["line 3", "line 4"]

    def test_since_some_seconds_ago(self):
        now = datetime.now(UTC)
        lines = [(now - timedelta(hours=hours), f"{hours} h ago") for hours in (3, 2, 1)]
        assert [line for _, line in _selected(lines, {"sinceSeconds": str(90 * 60)})] == ["1 h ago"]

    def test_the_tail_is_of_what_is_left(self):
        assert selected(sinceTime="2026-01-01T12:00:01Z", tailLines="1") == ["line 4"]
        assert selected(sinceTime="2027-01-01T12:00:01Z", tailLines="1") == []


class TestRendered:
    def test_each_line_ends(self):
        assert b"".join(_rendered(LINES[:2], stamped=False)) == b"line 0\nline 1\n"

    def test_stamps_are_those_of_the_kubelet(self):
        moment = NOON + timedelta(microseconds=42)
        assert list(_rendered([(moment, "häßlich")], stamped=True)) == [
            "2026-01-01T12:00:00.000042000Z häßlich\n".encode()
        ]

    def test_stamps_are_in_universal_time(self):
        elsewhere = datetime.fromisoformat("2026-01-01T13:00:00+01:00")
        assert list(_rendered([(elsewhere, "x")], stamped=True)) == [b"2026-01-01T12:00:00.000000000Z x\n"]

    @pytest.mark.parametrize("limit", range(16))
    def test_no_more_bytes_than_asked_for_and_no_empty_chunk(self, limit):
        """An empty chunk would end the answer."""
        chunks = list(_rendered(LINES[:2], False, limit))
        assert b"".join(chunks) == b"line 0\nline 1\n"[:limit]
        assert all(chunks)

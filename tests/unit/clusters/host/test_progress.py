"""Progress: what a terminal, a log and another process see of long work."""

import io
import json
import os
import re
import threading
import time

import pytest

from driftlab.clusters.host import progress
from driftlab.clusters.host.progress import LiveBar, PlainLines, Progress, SharedProgress, Step, terminal_progress
from driftlab.clusters.waiting import wait_for


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """However busy the machine is, no step of a test takes long."""
    monkeypatch.setattr(PlainLines, "EVERY_S", 1e9)


class TestStep:
    def test_where_it_stands_in_one_line(self):
        step = Step("Building", done=120, total=2000, unit="packages", started=time.time() - 3600)
        assert re.fullmatch(r"Building: 120 of 2000 packages, 36\d\d s", str(step))
        assert step.fraction == 0.06

    def test_megabytes_are_counted_in_bytes(self):
        assert str(Step("Downloading", done=5e6, total=30e6, unit="MB", started=time.time())).startswith(
            "Downloading: 5 of 30 MB, "
        )

    def test_without_a_total_no_amount_is_made_up(self):
        step = Step("Waiting", done=3, started=time.time())
        assert str(step).startswith("Waiting, ")
        assert step.fraction is None

    def test_more_than_all_is_all(self):
        assert Step("Building", done=7, total=5).fraction == 1


class TestProgress:
    def test_every_reporter_is_told_of_begin_amount_and_end(self, recorder):
        others = type(recorder)()
        with Progress(recorder, others).step("Building", total=10, unit="packages") as step:
            step.advance_to(3)
            step.advance_to(4, total=20)
        seen = [(one.name, one.done, one.total, one.finished) for one in recorder.steps]
        assert seen == [
            ("Building", 0, 10, False),
            ("Building", 3, 10, False),
            ("Building", 4, 20, False),
            ("Building", 4, 20, True),
        ]
        assert others.steps == recorder.steps

    @pytest.mark.parametrize("broken", [ValueError, KeyboardInterrupt])
    def test_a_step_that_breaks_is_over_too(self, recorder, broken):
        with pytest.raises(broken), Progress(recorder).step("Building"):
            raise broken
        assert recorder.steps[-1].finished

    def test_what_is_said_reaches_every_reporter(self, recorder):
        others = type(recorder)()
        Progress(recorder, others).say("It is replaced.")
        assert recorder.lines == others.lines == ["It is replaced."]

    def test_silence(self):
        with progress.SILENT.step("Building") as step:
            step.advance_to(1)
        progress.SILENT.say("nothing")


class TestPlainLines:
    @pytest.fixture
    def log(self):
        return io.StringIO()

    def test_a_line_when_a_step_begins_and_none_when_it_was_quick(self, log):
        with Progress(PlainLines(log)).step("Building", total=2) as step:
            step.advance_to(1)
        assert log.getvalue() == "Building …\n"

    def test_a_line_now_and_then_while_it_lasts_and_one_at_its_end(self, log, monkeypatch):
        monkeypatch.setattr(PlainLines, "EVERY_S", -1)
        with Progress(PlainLines(log)).step("Building", total=2, unit="packages") as step:
            step.advance_to(1)
        begin, middle, end = log.getvalue().splitlines()
        assert begin == "Building …"
        assert middle.startswith("Building: 1 of 2 packages, ")
        assert end.startswith("Building: done after ")

    def test_one_step_after_the_other_even_of_the_same_name(self, log):
        told = Progress(PlainLines(log))
        for name in ("Fetching", "Building", "Building"):
            with told.step(name):
                pass
        assert log.getvalue() == "Fetching …\nBuilding …\nBuilding …\n"

    def test_what_is_said_is_a_line_and_nothing_moves_the_cursor(self, log, monkeypatch):
        monkeypatch.setattr(PlainLines, "EVERY_S", -1)
        told = Progress(PlainLines(log))
        with told.step("Building", total=2) as step:
            told.say("[damaged] it is replaced")
            step.advance_to(1)
        assert "[damaged] it is replaced\n" in log.getvalue()
        assert not set("\x1b\r\b") & set(log.getvalue())


class Terminal:
    """A pseudo-terminal: ``stream`` is what a program writes to, ``seen()`` all that it has written when it is done."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        self.stream = os.fdopen(slave, "w", encoding="utf-8")
        self.read = b""
        self.reader = threading.Thread(target=self.drain)
        self.reader.start()

    def drain(self) -> None:
        try:
            while chunk := os.read(self.master, 4096):
                self.read += chunk
        except OSError:
            pass  # so it ends on Linux

    def seen(self) -> str:
        if not self.stream.closed:
            self.stream.close()
            self.reader.join()
            os.close(self.master)
        return self.read.decode()


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    opened = Terminal()
    yield opened
    opened.seen()


HIDE_CURSOR, SHOW_CURSOR, ERASE_LINE = "\x1b[?25l", "\x1b[?25h", "\x1b[2K"


class TestLiveBar:
    def test_shows_name_and_amount_and_is_gone_afterwards(self, terminal):
        told = terminal_progress(terminal.stream)
        with told.step("Building", total=2000, unit="packages") as step:
            step.advance_to(120)
            wait_for(lambda: b"120/2000 packages" in terminal.read, "the amount")
        _, _, after = terminal.seen().rpartition("packages")
        assert "Building" in terminal.seen()
        assert ERASE_LINE in after
        assert terminal.seen().count(SHOW_CURSOR) == terminal.seen().count(HIDE_CURSOR) == 1

    def test_one_step_after_the_other(self, terminal):
        told = terminal_progress(terminal.stream)
        for name in ("Fetching", "Waiting", "Building"):
            with told.step(name):
                pass
        assert all(name in terminal.seen() for name in ("Fetching", "Waiting", "Building"))

    def test_what_is_said_stays_word_for_word(self, terminal):
        told = terminal_progress(terminal.stream)
        with told.step("Building"):
            told.say("[bold]it is replaced[/bold] 17")
        assert "[bold]it is replaced[/bold] 17\r\n" in terminal.seen()

    def test_the_cursor_is_back_after_an_interruption(self, terminal):
        with pytest.raises(KeyboardInterrupt), terminal_progress(terminal.stream).step("Building"):
            raise KeyboardInterrupt
        assert terminal.seen().count(SHOW_CURSOR) == terminal.seen().count(HIDE_CURSOR) == 1

    @pytest.mark.parametrize("kind", ["dumb", "unknown"])
    def test_a_terminal_that_cannot_move_its_cursor_gets_lines(self, terminal, monkeypatch, kind):
        """It must never look hung."""
        monkeypatch.setenv("TERM", kind)
        with terminal_progress(terminal.stream).step("Building"):
            pass
        assert terminal.seen() == "Building …\r\n"

    def test_where_there_is_no_terminal_it_says_what_is_said(self):
        log = io.StringIO()
        told = Progress(LiveBar(log))
        with told.step("Building", total=5) as step:
            told.say("it is replaced")
            step.advance_to(2)
        assert "it is replaced\n" in log.getvalue()


def test_a_log_gets_plain_lines_and_the_others_are_told_as_well(recorder):
    log = io.StringIO()
    with terminal_progress(log, recorder).step("Building"):
        pass
    assert log.getvalue() == "Building …\n"
    assert len(recorder.steps) == 2


class TestSharedProgress:
    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "cluster" / "progress.json"

    def test_another_process_reads_where_it_stands(self, path):
        with Progress(SharedProgress(path)).step("Building", total=10, unit="packages") as step:
            begun = SharedProgress.read(path)
            assert (begun.name, begun.done, begun.total, begun.unit) == ("Building", 0, 10, "packages")
            assert not begun.finished
            assert abs(begun.started - step.step.started) < 1e-3
        assert SharedProgress.read(path).finished

    def test_the_end_is_told_however_soon_it_comes(self, path, monkeypatch):
        monkeypatch.setattr(SharedProgress, "EVERY_S", 1e9)
        with Progress(SharedProgress(path)).step("Building", total=10) as step:
            step.advance_to(3)
            assert SharedProgress.read(path).done == 0  # not every change is worth a file
            step.advance_to(10)
        assert SharedProgress.read(path) == step.step

    def test_every_change_that_is_late_enough_is_told(self, path, monkeypatch):
        monkeypatch.setattr(SharedProgress, "EVERY_S", 0)
        with Progress(SharedProgress(path)).step("Building", total=10) as step:
            for done in (3, 4):
                step.advance_to(done)
                assert SharedProgress.read(path).done == done

    def test_the_last_things_said_and_who_said_them_are_there(self, path):
        told = Progress(SharedProgress(path))
        for number in range(30):
            told.say(f"line {number}")
        with told.step("Building"):
            document = json.loads(path.read_text())
        assert document["pid"] == os.getpid()
        assert document["said"] == [f"line {number}" for number in range(10, 30)]

    def test_nothing_is_told_before_the_first_step(self, path):
        assert SharedProgress.read(path) is None

    @pytest.mark.parametrize(
        "text",
        ["", "{", "null", "[]", "7", "{}", '{"step": null}', '{"step": 1}', '{"step": {"nmae": "x"}}', '"\\ud800', "ÿ"],
    )
    def test_a_file_that_makes_no_sense_tells_nothing(self, path, text):
        path.parent.mkdir()
        path.write_bytes(text.encode("latin-1"))
        assert SharedProgress.read(path) is None

    def test_a_folder_in_its_place_tells_nothing(self, path):
        path.mkdir(parents=True)
        assert SharedProgress.read(path) is None

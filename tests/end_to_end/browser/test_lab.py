"""`driftlab lab` as a learner meets it: a page in a browser, buttons, a keyboard, and Ctrl-C in the end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from driftlab.clusters.host import processes
from driftlab.clusters.waiting import wait_for

pytestmark = pytest.mark.browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

PATIENCE_MS = 120_000


#: How many places there are for prose and for what the kit shows, and those whose content is wider than they are:
#: what a learner would have to scroll sideways for.
PLACES = """
    page => {
        const places = ".jp-RenderedMarkdown, .jp-OutputArea-output, .widget-html-content";
        const all = [page, ...page.querySelectorAll(places)];
        const wide = all.filter(one => one.scrollWidth > one.clientWidth + 1);
        return [all.length, wide.map(one => `${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)];
    }
"""


@dataclass
class Laboratory:
    """A running `driftlab lab`, in folders of its own."""

    process: subprocess.Popen[str]
    folder: Path
    url: str

    @property
    def notebook(self) -> Path:
        return self.folder / "workspace" / "02-self-healing.ipynb"

    @property
    def said(self) -> str:
        return (self.folder / "said.txt").read_text(encoding="utf-8")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: its name is so long that kernels could not have their sockets there."""
    with tempfile.TemporaryDirectory(prefix="driftlab-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


@pytest.fixture
def laboratory(folder: Path) -> Iterator[Laboratory]:
    own = {
        "DRIFTLAB_STATE": str(folder / "state"),
        "DRIFTLAB_WORKSPACE": str(folder / "workspace"),
        "DRIFTLAB_ENGINE": "embedded",
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    driftlab = [sys.executable, "-m", "driftlab.checker.cli.main"]
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [*driftlab, "lab", "02-self-healing", "--no-browser"],
            env={**os.environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
        )
    laboratory = Laboratory(process, folder, "")
    try:
        wait_for(lambda: process.poll() is not None or _server(folder), "JupyterLab", timeout_s=120)
        server = _server(folder)
        laboratory.url = f"{server['url']}?token={server['token']}"
        yield laboratory
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=120)
        print(laboratory.said)
        subprocess.run([*driftlab, "down"], env={**os.environ, **own}, check=True, timeout=120)


def _server(folder: Path) -> dict[str, str]:
    """What JupyterLab notes about itself once it listens."""
    try:
        (path,) = (folder / "runtime").glob("jpserver-*.json")
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # not there, or not written to its end
        return {}


@pytest.fixture
def page(laboratory: Laboratory) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page.goto(laboratory.url)
        yield page
        print(*page.locator(".jp-OutputArea-output").all_inner_texts(), sep="\n")  # shown where the test fails
        browser.close()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine: apt install chromium")
def test_a_learner_does_the_first_exercise(laboratory: Laboratory, page: Page):
    """Run cells, ask for a hint with the keyboard alone, delete a Pod, check with the mouse, save, stop."""
    page.get_by_role("heading", name="Self-healing").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # keys that are pressed earlier may get lost
    type_into(code_cell(page, "from driftlab import"))
    page.keyboard.press("Shift+Enter")
    page.get_by_text("Your cluster is ready").wait_for()
    turn, check = code_cell(page, "# Your turn. A line"), code_cell(page, 'check("one-pod")')
    for _ in range(20):
        if active(page, turn):
            break
        page.keyboard.press("Shift+Enter")
    page.get_by_text("Ready: Delete one Pod").wait_for()

    # the keyboard reaches everything
    page.keyboard.press("ArrowDown")
    assert active(page, check)
    page.keyboard.press("Control+Enter")
    check.get_by_text("Not yet: Delete one Pod · 0 of 4 points").wait_for()
    hint = check.get_by_role("button", name="Give me a hint")
    hint.wait_for()
    for _ in range(10):
        if hint.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    check.get_by_text("Hint 1 of 3").wait_for()

    # and so does the mouse
    type_into(turn)
    page.keyboard.press("Control+End")
    page.keyboard.type("\n!kubectl delete $(kubectl get pods --output name | head -n 1)")
    page.keyboard.press("Shift+Enter")
    turn.get_by_text(" deleted").wait_for()
    check.get_by_role("button", name="Check my work").click()
    check.get_by_text("Done: Delete one Pod · 4 of 4 points").wait_for()
    expect(check.get_by_text("Hint 1 of 3")).to_have_count(0)
    expect(check.get_by_role("button", name="Check my work")).to_be_enabled()
    if os.environ.get("DRIFTLAB_PICTURE"):
        take_picture(page, check, Path(os.environ["DRIFTLAB_PICTURE"]))

    needs_no_sideways_scrolling_at_200_percent(page, check)

    # nothing asks for attention that is not about the lab
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("Jupyter news")).to_have_count(0)

    # what is typed is kept: by itself, and at once where the learner asks for it
    wait_for(lambda: "kubectl delete $(" in laboratory.notebook.read_text(encoding="utf-8"), "autosave", timeout_s=60)
    type_into(turn)
    page.keyboard.press("Control+End")
    page.keyboard.type("\n# my own words")
    page.keyboard.press("Control+s")
    wait_for(lambda: "# my own words" in laboratory.notebook.read_text(encoding="utf-8"), "the save", timeout_s=60)

    laboratory.process.send_signal(signal.SIGINT)
    assert laboratory.process.wait(timeout=120) == 0
    assert "Your notebooks and the cluster's state are kept" in laboratory.said
    assert "Traceback" not in laboratory.said
    assert [process.info["cmdline"] for process in processes.processes_naming(laboratory.folder)] == []
    assert "# my own words" in laboratory.notebook.read_text(encoding="utf-8")


@pytest.mark.thorough("walks in the browser")
def test_who_cannot_wait_for_the_end_leaves_nothing_behind(laboratory: Laboratory):
    """Ctrl-C, once more, the terminal is closed, a service manager loses patience: it ends once, and whole."""
    wait_for(lambda: "is ready" in laboratory.said, "the cluster", timeout_s=120)
    for name in (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        laboratory.process.send_signal(name)
        with suppress(subprocess.TimeoutExpired):
            laboratory.process.wait(timeout=0.4)
    assert laboratory.process.wait(timeout=120) == 0
    assert "Your notebooks and the cluster's state are kept" in laboratory.said
    assert [process.info["cmdline"] for process in processes.processes_naming(laboratory.folder)] == []


def code_cell(page: Page, text: str) -> Locator:
    """The first code cell whose source holds ``text``."""
    return page.locator(".jp-CodeCell").filter(has=page.locator(".jp-InputArea", has_text=text)).first


def type_into(cell: Locator) -> None:
    cell.locator(".cm-content").click()
    cell.locator(".cm-focused").wait_for()


def active(page: Page, cell: Locator) -> bool:
    return "jp-mod-active" in (cell.get_attribute("class") or "")


def needs_no_sideways_scrolling_at_200_percent(page: Page, shown: Locator) -> None:
    """A page of half the width and height is what a browser makes of a zoom of 200 %."""
    page.keyboard.press("Escape")
    page.keyboard.press("Control+b")  # whoever needs the room closes the list of files
    page.set_viewport_size({"width": 700, "height": 450})
    shown.scroll_into_view_if_needed()
    expect(shown).to_be_in_viewport()
    count, wide = page.locator(".jp-Notebook").evaluate(PLACES)
    assert count > 5
    assert wide == []
    page.set_viewport_size({"width": 1400, "height": 900})
    page.keyboard.press("Control+b")


def take_picture(page: Page, check: Locator, path: Path) -> None:
    """For the README: the learner's turn and its verdict, with its story told."""
    page.keyboard.press("Control+b")
    page.mouse.move(1399, 899)
    check.get_by_text("How you did it").evaluate("summary => summary.parentElement.open = true")
    check.evaluate("cell => cell.scrollIntoView({block: 'end'})")
    page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")
    page.screenshot(path=path)

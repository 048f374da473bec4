"""blog-api as a program: it does what ``labs/blog-api/behaviour.json`` says, through every behaviour.

Its package ``app`` is also what the embedded engine runs, so this is a test of both.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from driftlab.clusters.embedded import images
from driftlab.clusters.host.progress import SILENT
from driftlab.clusters.image_archives import archives

LINUX_AND_GO = sys.platform == "linux" and shutil.which("go")
pytestmark = pytest.mark.skipif(not LINUX_AND_GO, reason="blog-api cannot be built and run here: needs Linux and Go")

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PATIENCE_S = 20

#: The checkout, where the program's source is.
ROOT = Path(__file__).parents[3]

#: A loopback address of our own, so that whoever listens on 8080 here is in nobody's way.
HOST = "127.8.8.8"


@pytest.fixture(scope="module")
def catalogue():
    return images.load([ROOT / "labs" / "blog-api" / "behaviour.json"])


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Out of the image that kind Nodes get: building it takes a while, so that is kept in the cache."""
    (archive,) = archives([ROOT / "labs" / "blog-api" / "behaviour.json"], SILENT)
    with tarfile.open(archive) as image:
        layer = next(name for name in image.getnames() if name.endswith("/layer.tar"))
        with tarfile.open(fileobj=image.extractfile(layer)) as inner:
            inner.extract("blog-api", path := tmp_path_factory.mktemp("image"), filter="data")
    return path / "blog-api"


def test_the_program_is_about_as_big_as_is_told_of_its_image(program, catalogue):
    assert program.stat().st_size == pytest.approx(catalogue[0]["size_bytes"], rel=0.1)


class Container:
    """One run of the program."""

    def __init__(self, program, tag, arguments, variables):
        self.port = variables.get("PORT")
        self.started, self.ended = datetime.now(UTC), None
        self.process = subprocess.Popen(
            [program, *arguments],
            env={"APP_VERSION": tag, "HOST": HOST, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines, self.last_said = [], None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.last_said = datetime.now(UTC)
            self.lines.append(line.rstrip("\n"))

    def until(self, text, count=1):
        """Wait until so many lines hold ``text``."""
        end = time.monotonic() + PATIENCE_S
        while sum(text in line for line in self.lines) < count:
            assert time.monotonic() < end, f"{text!r} not in {self.lines}"
            time.sleep(0.01)

    def wait(self):
        """The exit code."""
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.ended = self.last_said or datetime.now(UTC)  # its last words are its end; others may look up later
        return code

    def stop(self):
        """Send SIGTERM; give the exit code and how long that took, in seconds."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.wait(), time.monotonic() - begun

    def url(self, path):
        return f"http://{HOST}:{self.port}{path}"

    def resident_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


class Pod:
    """Containers that share a network, this machine's, and a folder as their volume."""

    def __init__(self, program):
        self.program = program
        self.containers = []

    def run(self, tag="1.0", *arguments, **variables):
        container = Container(self.program, tag, list(arguments), variables)
        self.containers.append(container)
        return container


def documented(container):
    """Every line is one of behaviour.json's, and none is of a moment to come."""
    document = json.loads((ROOT / "labs" / "blog-api" / "behaviour.json").read_text())
    steps = [step["line"] for step in document["subcommands"]["migrate"]["steps"]]
    known = [re.sub(r"\\\{\w+\\\}", ".*", re.escape(line)) for line in [*document["log"].values(), *steps]]
    assert container.lines
    for line in container.lines:
        assert any(re.fullmatch(one, line) for one in known), line
        assert moment(line) <= datetime.now(UTC) + timedelta(seconds=1)
    return True


def moment(line):
    return datetime.fromisoformat(STAMP.match(line)[0])


@pytest.fixture
def pod(program):
    made = Pod(program)
    yield made
    for container in made.containers:
        container.process.kill()
        container.wait()
        container.process.stdout.close()


@pytest.fixture
def port():
    """One that nobody listens on, as text."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def behaviour(catalogue, tag, subcommand=None):
    image = images.find(catalogue, f"blog-api:{tag}")
    return image | (image["subcommands"][subcommand] if subcommand else {})


#: The variables that each version needs, for it to serve soon.
SERVING = {"1.0": {}, "1.1": {}, "1.2": {"DATABASE_URL": "postgres://db"}, "1.3": {}}


class TestServer:
    def test_every_version_is_tested_here(self, catalogue):
        assert {image["version"] for image in catalogue} == {*SERVING, "1.4"}

    @pytest.mark.parametrize("tag", SERVING)
    def test_serves_and_stops(self, pod, catalogue, port, tag):
        image = behaviour(catalogue, tag)
        server = pod.run(tag, PORT=port, **SERVING[tag])
        server.until("listening")
        early = httpx.get(server.url(image["readiness_route"]), trust_env=False).status_code
        if datetime.now(UTC) < server.started + timedelta(seconds=image["ready_after_s"]):  # a loaded machine is late
            assert early == 503
        server.until("ready to serve")
        assert not [line for line in server.lines if moment(line) > datetime.now(UTC)]
        asked = [image["readiness_route"]]
        for path in [*image["routes"], "/nowhere", "/version/"]:
            answer = httpx.get(server.url(path), trust_env=False)
            assert answer.status_code == (200 if path in image["routes"] else 404), path
            asked.append(path)
        assert httpx.get(server.url("/version"), trust_env=False).text == f"{tag}\n"
        server.until(" GET ", count=len(asked) + 1)
        assert [line.split()[2] for line in server.lines if " GET " in line] == [*asked, "/version"]
        resident = server.resident_mib()
        assert resident >= image["memory_mib"]
        assert resident < image["memory_mib"] + 32
        code, took = server.stop()
        assert code == image["stop_exit_code"]
        assert image["stops_after_s"] <= took < image["stops_after_s"] + 1
        assert documented(server)

    def test_only_one_version_needs_much_memory(self, catalogue):
        assert {tag: behaviour(catalogue, tag)["memory_mib"] for tag in SERVING} == {
            "1.0": 16, "1.1": 16, "1.2": 16, "1.3": 96,
        }  # fmt: skip

    @pytest.mark.parametrize("variables", [{}, {"DATABASE_URL": ""}])
    def test_without_its_variable_it_ends(self, pod, catalogue, variables):
        server = pod.run("1.2", **variables)
        assert server.wait() == behaviour(catalogue, "1.2")["missing_exit_code"] == 1
        assert len(server.lines) == 2
        assert documented(server)

    def test_the_slow_one_does_not_listen_yet(self, pod, catalogue, port):
        server = pod.run("1.4", PORT=port)
        server.until("starting")
        time.sleep(1)
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.url("/"), trust_env=False)
        assert documented(server)
        assert len(server.lines) == 1
        assert server.stop()[0] == 0
        assert documented(server)
        assert behaviour(catalogue, "1.4")["listens_after_s"] == 20

    @pytest.mark.parametrize("value", ["", "http", "-1", "+80", "0", "70000", "8_080", "²", "8123", "008124"])
    def test_its_port_may_be_chosen_and_nonsense_is_ignored(self, pod, value):
        server = pod.run(PORT=value)
        server.until("listening")
        assert (":8080" in server.lines[1]) is not value.endswith(("8123", "8124"))
        server.until("ready")
        assert documented(server)

    def test_a_second_one_finds_the_port_taken(self, pod, port):
        first = pod.run(PORT=port)
        first.until("listening")
        second = pod.run(PORT=port)
        assert second.wait() == 1
        assert documented(second)

    def test_a_request_log_that_cannot_be_written_is_named(self, pod, port, tmp_path):
        for file in (tmp_path, tmp_path / "folder" / "requests.log"):
            server = pod.run(PORT=port, REQUEST_LOG=str(file))
            server.until("ready")
            assert documented(server)
            assert "cannot write requests" in server.lines[1]
            server.stop()

    def test_of_a_folder_that_is_not_there_too(self, pod, port):
        server = pod.run(PORT=port, REQUEST_LOG="/no-such-folder/requests.log")
        server.until("ready")
        assert documented(server)


class TestMigrate:
    @pytest.mark.parametrize("tag", ["1.0", "1.4"])
    def test_is_done_in_two_seconds(self, pod, catalogue, tag):
        task = pod.run(tag, "migrate")
        assert task.wait() == behaviour(catalogue, tag, "migrate")["exit_code"] == 0
        assert 2 <= (task.ended - task.started).total_seconds() < 3
        assert task.lines[-1].endswith("migrate: done")
        assert documented(task)

    def test_misses_a_variable_where_its_version_does(self, pod):
        task = pod.run("1.2", "migrate")
        assert task.wait() == 1
        assert documented(task)

    def test_told_to_stop_it_is_not_done(self, pod, catalogue):
        task = pod.run("1.0", "migrate")
        task.until("posts")
        code, took = task.stop()
        assert code == behaviour(catalogue, "1.0", "migrate")["stop_exit_code"]
        assert code != 0
        assert took < 1
        assert documented(task)


class TestVisit:
    def test_alone_it_hears_nothing(self, pod, catalogue, port):
        visitor = pod.run("1.0", "visit", PORT=port)
        visitor.until("no file is named", count=2)
        assert documented(visitor)
        assert visitor.resident_mib() < behaviour(catalogue, "1.0", "visit")["memory_mib"]
        assert visitor.stop() == (0, pytest.approx(0, abs=0.5))
        assert documented(visitor)

    @pytest.mark.parametrize("tag", ["1.2", "1.4"])
    def test_needs_nothing_that_its_version_needs_for_serving(self, pod, port, tag):
        visitor = pod.run(tag, "visit", PORT=port)
        visitor.until("no file is named")
        assert documented(visitor)

    def test_reaches_the_server_and_reads_its_file(self, pod, port, tmp_path):
        shared = {"PORT": port, "REQUEST_LOG": str(tmp_path / "requests.log")}
        early = pod.run("1.0", "visit", **shared)
        early.until("no such file or directory")
        server = pod.run("1.1", **shared, HOST="")
        server.until("listening")
        visitor = pod.run("1.0", "visit", **shared)
        visitor.until("in the shared volume: 20", count=2)
        assert documented(visitor)
        assert documented(server)
        server.stop()
        early.until("in the shared volume")
        visitor.until("connection refused", count=1)
        visitor.until("in the shared volume", count=4)
        for container in (visitor, server):
            assert documented(container)
        assert visitor.stop()[0] == 0
        assert documented(visitor)

    def test_a_file_without_a_line_is_empty(self, pod, tmp_path):
        """The server beside it has another port, and nobody has asked it for anything."""
        shared = {"REQUEST_LOG": str(tmp_path / "requests.log")}
        server = pod.run("1.0", PORT="8131", **shared)
        server.until("listening")
        visitor = pod.run("1.0", "visit", PORT="8132", **shared)
        visitor.until("the file is empty")
        assert documented(visitor)

    def test_a_folder_is_no_file(self, pod, port, tmp_path):
        visitor = pod.run("1.0", "visit", PORT=port, REQUEST_LOG=str(tmp_path))
        visitor.until("is a directory")
        assert documented(visitor)


@pytest.mark.parametrize("word", ["migrat", "--help", "", "serve"])
def test_an_unknown_subcommand_is_named(pod, catalogue, word):
    container = pod.run("1.2", word)
    assert container.wait() == behaviour(catalogue, "1.2")["unknown_exit_code"] == 2
    assert container.lines[0].endswith(f" fatal: unknown subcommand: {word}")
    assert documented(container)


def test_every_line_of_the_document_is_one_that_it_writes():
    folder = ROOT / "labs" / "blog-api"
    document = json.loads((folder / "behaviour.json").read_text())
    written = "".join(path.read_text() for path in (folder / "app").glob("*.go"))
    for line in document["log"]:
        assert f'"{line}"' in written

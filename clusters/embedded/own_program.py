"""What an image's own program writes: a server, one of its tasks, or one that visits the server beside it.

Told from the catalogue, the Pod and the time alone. Containers of one Pod share its network and may
share a volume, so what one of them does is seen in the log of another: all runs are looked at together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from clusters.embedded.images import Image

#: Of more lines than that only the last are kept: as after a log rotation.
MOST_LINES = 5000

#: Volumes that a container cannot write to.
READ_ONLY = {"configMap", "secret", "projected", "downwardAPI"}

NO_SUCH_FILE = "no such file or directory"
INSTANT = timedelta(microseconds=1)

Line = tuple[datetime, str]


@dataclass(frozen=True)
class Run:
    """One run of a container's own program.

    ``image``: what it runs, with its subcommand laid over; ``ends_after``: by itself; ``ended``: when it has or will
    have ended; ``killed``: out of memory; ``forgotten``: the container has run before, and nothing is known of it.
    """

    pod: Mapping[str, Any]
    spec: Mapping[str, Any]
    image: Image
    started: datetime
    ended: datetime | None
    ends_after: timedelta | None = None
    killed: bool = False
    forgotten: bool = False

    def after(self, seconds: float) -> datetime:
        return self.started + timedelta(seconds=seconds)

    def variable(self, name: str) -> str:
        values = [entry.get("value") or "" for entry in self.spec.get("env") or [] if entry["name"] == name]
        return str(values[-1]) if values and name else ""

    @property
    def port(self) -> int:
        chosen = self.variable(self.image["port_variable"])
        number = int(chosen) if re.fullmatch("[0-9]{1,9}", chosen) else 0
        return number if 0 < number < 65536 else int(self.image["port"])

    @property
    def serves(self) -> bool:
        return not self.image["steps"] and not self.image["visits"]

    @property
    def listens(self) -> tuple[datetime, datetime | None] | None:
        """From when until when it answers requests."""
        if not self.serves or self.killed or self.ends_after is not None:
            return None
        return self.after(self.image["listens_after_s"]), self.ended

    @property
    def told_to_stop(self) -> datetime | None:
        return self.ended and max(self.started, self.ended - timedelta(seconds=self.image["stops_after_s"]))

    def say(self, time: datetime, line: str, **values: object) -> Iterator[Line]:
        return self.write(time, self.image["log"].get(line, ""), **values)

    def write(self, time: datetime, template: str, **values: object) -> Iterator[Line]:
        stamp = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for name, value in {"time": stamp, "version": self.image["version"], "port": self.port, **values}.items():
            template = template.replace("{" + name + "}", str(value))
        for text in template.splitlines():
            yield time, text


@dataclass(frozen=True)
class Asked:
    """Requests to a server for one path: the first, and then one in each period, as long as it is before ``until``."""

    server: Run
    path: str
    first: datetime
    every: timedelta
    until: datetime | None

    def last(self, at: datetime) -> datetime | None:
        """The last of them at ``at`` or before."""
        at = at if self.until is None else min(at, self.until - INSTANT)
        return self.first + (at - self.first) // self.every * self.every if at >= self.first else None

    def times(self, now: datetime) -> Iterator[datetime]:
        last = self.last(now)
        if last is None:
            return
        time = max(self.first, last - self.every * (MOST_LINES - 1))
        while time <= last:
            yield time
            time += self.every

    def status(self, time: datetime) -> int:
        image, told = self.server.image, self.server.told_to_stop
        if self.path not in image["routes"]:
            return 404
        unready = time < self.server.after(image["ready_after_s"]) or (told is not None and time >= told)
        return 503 if self.path == image["readiness_route"] and unready else 200

    def line(self, time: datetime) -> Iterator[Line]:
        return self.server.say(time, "request", method="GET", path=self.path, status=self.status(time))


def lines(run: Run, runs: Sequence[Run], now: datetime) -> Iterator[Line]:
    """What ``run`` has written up to ``now``, or a little beyond; ``runs`` are all that are known of its Pod."""
    if run.image["steps"]:
        return _task(run)
    return _visitor(run, runs, now) if run.image["visits"] else _server(run, runs, now)


def _missing(run: Run) -> Iterator[Line]:
    present = {entry["name"] for entry in run.spec.get("env") or [] if entry.get("value") or entry.get("valueFrom")}
    for name in run.image["requires"] if not run.spec.get("envFrom") else ():
        if name not in present:
            yield from run.say(run.started, "missing", name=name)
            return


def _task(run: Run) -> Iterator[Line]:
    missing = list(_missing(run))
    if missing or run.killed:
        yield from missing
        return
    steps = [(run.after(step["at_s"]), step["line"]) for step in run.image["steps"]]
    over = run.ended is not None and run.ended < steps[-1][0]
    for time, line in steps:
        if run.ended is None or time <= run.ended:
            yield from run.write(time, line)
    if over and run.ended is not None:
        yield from run.say(run.ended, "interrupted")


def _server(run: Run, runs: Sequence[Run], now: datetime) -> Iterator[Line]:
    yield from run.say(run.started, "starting")
    if run.killed:
        return
    missing = list(_missing(run))
    yield from missing
    if missing:
        return
    place = request_log(run)
    if place and place.problem:
        yield from run.say(run.started, "no_request_log", file=place.file, reason=place.problem)
    if run.ends_after is not None:
        yield from run.say(run.after(run.image["listens_after_s"]), "taken")
        return
    told = run.told_to_stop
    said: list[tuple[datetime, list[Line]]] = [
        (time, list(run.say(time, line)))
        for line, time in (
            ("listening", run.after(run.image["listens_after_s"])),
            ("ready", run.after(run.image["ready_after_s"])),
        )
        if told is None or time < told
    ]
    if told is not None and run.ended is not None:
        said += [(told, list(run.say(told, "stopping")))]
    said += [(time, list(asked.line(time))) for asked in requests(run, runs) for time in asked.times(now)]
    for _, written in sorted(said, key=lambda one: one[0]):
        yield from written
    if run.ended is not None:
        yield from run.say(run.ended, "stopped")


def requests(server: Run, runs: Sequence[Run]) -> list[Asked]:
    """Who asks this server, and when: the kubelet's HTTP probes, and whoever visits it from within its Pod."""
    return [*_probes(server), *(asked for visitor in runs for asked in _visits(visitor, server))]


def _probes(server: Run) -> Iterator[Asked]:
    image = server.image
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        http = (server.spec.get(probe) or {}).get("httpGet")
        if not http or not server.listens:
            continue
        asked = http["port"]
        for declared in server.spec.get("ports") or []:
            if declared.get("name") == asked:
                asked = declared["containerPort"]
        if asked != server.port:
            continue
        path, period = http.get("path", "/"), server.spec[probe].get("periodSeconds", 10)
        # The first request comes about a second after the start of a container that starts on a full second.
        first = _first(server.spec[probe].get("initialDelaySeconds", 0) + 1.0, period, image["listens_after_s"])
        until = server.told_to_stop
        if probe == "startupProbe" and path in image["routes"]:
            # it asks no more once it has succeeded
            success = _first(first, period, image["ready_after_s"] if path == image["readiness_route"] else 0)
            until = min(until or datetime.max.replace(tzinfo=UTC), server.after(success) + INSTANT)
        yield Asked(server, path, server.after(first), timedelta(seconds=period), until)


def _first(start: float, period: float, since: float) -> float:
    """The first of ``start``, ``start + period`` … that is not before ``since``."""
    return start + max(0, -(-(since - start) // period)) * period


def _visits(visitor: Run, server: Run) -> Iterator[Asked]:
    if not visitor.image["visits"] or visitor.killed or not server.listens or visitor.port != server.port:
        return
    since, until = server.listens
    every = visitor.image["every_s"]
    first = visitor.after(_first(0, every, (since - visitor.started).total_seconds()))
    ends = [end for end in (until, visitor.ended) if end is not None]
    yield Asked(server, visitor.image["visits"], first, timedelta(seconds=every), min(ends, default=None))


def _visitor(run: Run, runs: Sequence[Run], now: datetime) -> Iterator[Line]:
    yield from run.say(run.started, "visiting", path=run.image["visits"])
    if run.killed:
        return
    place = request_log(run)
    answers = [asked for server in runs for asked in _visits(run, server)]
    writers = [server for server in runs if _writes(server) and _shares(place, request_log(server))]
    written = [asked for server in writers for asked in requests(server, runs)]
    turns = Asked(run, "", run.started, timedelta(seconds=run.image["every_s"]), run.ended)
    since = max((server.started for server in runs if server.listens and server.forgotten), default=run.started)
    for time in turns.times(now):
        if time >= since:  # how it was before, nobody can tell
            yield from _heard(run, answers, time)
            yield from _read(run, place, writers, written, time)
    if run.ended is not None:
        yield from run.say(run.ended, "left")


def _writes(run: Run) -> bool:
    return run.serves and not run.killed and not list(_missing(run))


def _shares(one: "Place | None", other: "Place | None") -> bool:
    """Does what is written to ``other`` arrive in ``one``?"""
    return bool(one and other and not other.problem and (one.volume, one.path) == (other.volume, other.path))


def _heard(run: Run, answers: Sequence[Asked], time: datetime) -> Iterator[Line]:
    answer = next((asked for asked in answers if asked.last(time) == time), None)
    if answer is None:
        yield from run.say(time, "refused", reason="connection refused")
    elif (status := answer.status(time)) != 200:
        yield from run.say(time, "refused", reason=f"status {status}")
    else:
        yield from run.say(time, "heard", answer=answer.server.image["version"])


def _read(
    run: Run, place: "Place | None", writers: Sequence[Run], written: Sequence[Asked], time: datetime
) -> Iterator[Line]:
    if place is None:
        yield from run.say(time, "unread", reason="no file is named")
    elif place.is_folder:
        yield from run.say(time, "unread", reason="is a directory")
    elif not any(server.started <= time for server in writers):
        yield from run.say(time, "unread", reason=NO_SUCH_FILE)
    else:
        # of requests in the same second the visitor's own is the last: it reads when it has its answer
        asked = [(last, asked.path == run.image["visits"], asked) for asked in written if (last := asked.last(time))]
        if not asked:
            yield from run.say(time, "unread", reason="the file is empty")
        else:
            last, _, latest = max(asked, key=lambda one: one[:2])
            yield from run.say(time, "read", text="\n".join(text for _, text in latest.line(last)))


@dataclass(frozen=True)
class Place:
    """Where a file is that a container names: which volume, where in it, and why it cannot be written, if so."""

    file: str
    volume: str = ""
    path: str = ""
    problem: str = ""

    @property
    def is_folder(self) -> bool:
        return self.problem == "is a directory"


def request_log(run: Run) -> Place | None:
    """The file that the container's variable names; nothing where it names none."""
    named = run.variable(run.image["request_log_variable"])
    if not named:
        return None
    file = PurePosixPath("/", named)
    mounts = {PurePosixPath(mount["mountPath"]): mount for mount in run.spec.get("volumeMounts") or []}
    over = [path for path in mounts if file.is_relative_to(path)]
    if not over:
        # the image holds nothing but the program, and the folders that something is mounted in are root's
        folders = {parent for path in mounts for parent in path.parents} | {PurePosixPath("/")}
        denied = file.parent in folders and file not in folders
        problem = "permission denied" if denied else "is a directory" if file in folders else NO_SUCH_FILE
        return Place(named, problem=problem)
    mount = mounts[at := max(over, key=lambda path: len(path.parts))]
    inner = file.relative_to(at)
    volume: Mapping[str, Any] = next(
        (one for one in run.pod["spec"].get("volumes") or [] if one["name"] == mount["name"]), {}
    )
    problem = ""
    if inner == PurePosixPath():
        problem = "is a directory"
    elif len(inner.parts) > 1:
        problem = NO_SUCH_FILE
    elif mount.get("readOnly") or READ_ONLY & set(volume):
        problem = "read-only file system"
    return Place(named, mount["name"], str(PurePosixPath(mount.get("subPath") or "", inner)), problem)

"""What a container of the embedded engine has written: computed from its Pod, its image's catalogue and the time.

Nothing here decides what happens to a container (``stages/`` does); it tells what
the same container would have printed on the way.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from clusters.embedded import images
from clusters.embedded.images import Image

#: More lines than that are not computed: as after a log rotation.
MOST_LINES = 5000

Line = tuple[datetime, str]


class NoLog(Exception):
    """There is no such log; ``str()`` is what the kubelet would say."""


def read(
    pod: Mapping[str, Any], container: str, catalogue: Sequence[Image], *, previous: bool, now: datetime
) -> list[Line]:
    """The lines of one container's present or previous run. Raises NoLog.

    The messages are those of the kubelet's ``validateContainerLogStatus``.
    """
    name = pod["metadata"]["name"]
    spec, status = _find(pod, container)
    state, last = status.get("state", {}), (status.get("lastState") or {}).get("terminated")
    if previous:
        if not last:
            raise NoLog(f'previous terminated container "{container}" in pod "{name}" not found')
        run = last
    elif "running" in state:
        run = {**state["running"], "containerID": status["containerID"]}
    elif "terminated" in state:
        run = state["terminated"]
    elif last:
        run = last
    else:
        reason = state.get("waiting", {}).get("reason", "ContainerCreating")
        reason = {
            "ErrImagePull": "image can't be pulled",
            "ImagePullBackOff": "trying and failing to pull image",
        }.get(reason, reason)
        raise NoLog(f'container "{container}" in pod "{name}" is waiting to start: {reason}')
    started = _time(run["startedAt"])
    ended = _time(run["finishedAt"]) if "finishedAt" in run else None
    plan = Plan.of(run["containerID"])
    image = images.find(catalogue, status.get("image", "")) or images.find(catalogue, spec["image"])
    if image is None or plan.why == 2:  # it could not be started
        return []
    words = [*spec.get("command", []), *spec.get("args", [])]
    serves = image["kind"] == "server" and (
        not words
        or (words[0].startswith("-") and "command" not in spec)
        or words[0].rsplit("/", 1)[-1] == image["program"]
    )
    if serves:
        written = _server(image, spec, plan, started, ended, now)
    else:
        environment = {entry["name"]: entry.get("value", "") for entry in spec.get("env", [])} | {"HOSTNAME": name}
        shell = Shell(environment, started, until=ended or now)
        written = ((time, line) for time, line in shell.run(words or image["command"], image["programs"]))
    return [line for line in written if line[0] <= (ended or now)][-MOST_LINES:]


def _find(pod: Mapping[str, Any], container: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for specs, statuses in (("containers", "containerStatuses"), ("initContainers", "initContainerStatuses")):
        for spec in pod["spec"].get(specs, []):
            if spec["name"] == container:
                known = pod.get("status", {}).get(statuses, [])
                return spec, next((status for status in known if status["name"] == container), {})
    raise NoLog(f"container {container} is not valid for pod {pod['metadata']['name']}")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Plan:
    """What ``stages/decide.gotmpl`` wrote into a containerID; times in seconds."""

    after: float | None
    code: int
    why: int
    ready: float
    listens: float
    stops: float

    @classmethod
    def of(cls, container_id: str) -> "Plan":
        digits = container_id[-32:]

        def number(start: int, end: int) -> int:
            return int(digits[start:end], 16)

        after = number(0, 6)
        return cls(
            after=None if after == 0xFFFFFF else after / 10,
            code=number(6, 8),
            why=number(9, 10),
            ready=number(10, 13) / 10,
            listens=number(13, 16) / 10,
            stops=number(16, 18) / 10,
        )


def _server(
    image: Image, spec: Mapping[str, Any], plan: Plan, started: datetime, ended: datetime | None, now: datetime
) -> Iterator[Line]:
    port = image["port"]
    for entry in spec.get("env", []):
        if entry["name"] == "PORT" and entry.get("value") and image["image"] == "blog-api":
            port = int(entry["value"])

    def say(seconds: float, line: str, **values: object) -> Iterator[Line]:
        time = started + timedelta(seconds=seconds)
        for text in _filled(image["log"].get(line, ""), time, version=image["version"], port=port, **values):
            yield time, text

    yield from say(0, "starting")
    if plan.why == 1:
        return
    if plan.after is not None:
        present = {entry["name"] for entry in spec.get("env", []) if entry.get("value") or entry.get("valueFrom")}
        for name in image["requires"]:
            if name not in present:
                yield from say(0, "missing", name=name)
        return
    until = ((ended or now) - started).total_seconds()
    stopping = until - image["stops_after_s"] if ended else None
    events: list[tuple[float, str, dict[str, Any]]] = [
        (image["listens_after_s"], "listening", {}),
        (image["ready_after_s"], "ready", {}),
    ]
    events += list(_probed(image, spec, port, until if stopping is None else stopping))
    for seconds, line, values in sorted(events, key=lambda event: event[0]):
        if stopping is None or seconds < stopping:
            yield from say(seconds, line, **values)
    if stopping is not None:
        yield from say(max(0, stopping), "stopping")
        yield from say(until, "stopped")


def _probed(
    image: Image, spec: Mapping[str, Any], port: int, until: float
) -> Iterator[tuple[float, str, dict[str, Any]]]:
    """The requests that the kubelet's HTTP probes have made so far."""
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        http = spec.get(probe, {}).get("httpGet")
        if not http:
            continue
        asked = http["port"]
        for declared in spec.get("ports", []):
            if declared.get("name") == asked:
                asked = declared["containerPort"]
        if asked != port:
            continue
        path, period = http.get("path", "/"), spec[probe].get("periodSeconds", 10)
        # The first request comes about a second after the start of a container that starts on a full second.
        at = spec[probe].get("initialDelaySeconds", 0) + 1.0
        at += max(0, -(-(image["listens_after_s"] - at) // period)) * period
        at = max(at, until - until % period - period * MOST_LINES)
        while at <= until:
            status = 200 if path in image["routes"] else 404
            if path == image["readiness_route"] and at < image["ready_after_s"]:
                status = 503
            yield at, "request", {"method": "GET", "path": path, "status": status}
            if probe == "startupProbe" and status == 200:
                break
            at += period


def _filled(template: str, time: datetime, **values: object) -> list[str]:
    for name, value in {"time": time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), **values}.items():
        template = template.replace("{" + name + "}", str(value))
    return template.splitlines()


@dataclass
class Shell:
    """As much of a shell as people type when they try things out: what it prints, and when.

    Never runs anything. What it does not know, it passes over in silence.
    """

    environment: dict[str, str]
    started: datetime
    until: datetime
    clock: float = 0.0
    code: int = 0
    lines: list[Line] = field(default_factory=list)
    ended: bool = False

    def run(self, words: Sequence[str], programs: Sequence[str]) -> list[Line]:
        program = words[0].rsplit("/", 1)[-1]
        if program in ("sh", "ash", "bash"):
            if len(words) > 2 and re.fullmatch("-[a-z]*c", words[1]):
                self._script(words[2], list(programs))
        elif program == "hello":
            self._print(
                "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n"
            )
        else:
            self._command(list(words), list(programs))
        return self.lines

    @property
    def _over(self) -> bool:
        late = self.started + timedelta(seconds=self.clock) > self.until
        return self.ended or late or len(self.lines) > MOST_LINES

    def _print(self, text: str) -> None:
        time = self.started + timedelta(seconds=self.clock)
        self.lines += [(time, line) for line in text.splitlines() or [""]]

    def _script(self, script: str, programs: list[str]) -> None:
        script = re.sub(r"(^|\s)#[^\n]*", "", script.strip())
        go_on = True
        while script and not self._over:
            loop = re.match(r"(while|until|for)\b(.*?)[;\n]\s*do\b(.*)", script, re.DOTALL)
            if loop:
                body, script = _until_done(loop[3])
                self._loop(loop[1], loop[2].strip(), body, programs)
                continue
            part = re.match(
                r"""((?:"(?:\\.|[^"])*"|'[^']*'|[^;&|\n"']|&(?!&)|\|(?!\|))*)(&&|\|\||[;\n]|$)(.*)""", script, re.DOTALL
            )
            if not part:
                return
            if go_on and part[1].strip():
                self._simple(part[1].strip(), programs)
            go_on = {"&&": self.code == 0, "||": self.code != 0}.get(part[2], True)
            script = part[3].lstrip()

    def _loop(self, kind: str, head: str, body: str, programs: list[str]) -> None:
        if kind == "for":
            name, _, items = head.partition(" in ")
            for item in self._words(items):
                if self._over:
                    return
                self.environment[name.strip()] = item
                self._script(body, programs)
            return
        turns = 0
        while not self._over:
            before = self.clock
            if head.startswith("sleep"):
                self._simple(head, programs)
            self._script(body, programs)
            if self.clock == before:  # without a pause it would fill the log for ever
                self.clock += 0.001
            turns += 1
            if turns == 1:  # of a loop that has run for days, only the end is wanted
                left = (self.until - self.started).total_seconds() - self.clock
                self.clock += max(0, left // (self.clock - before) - MOST_LINES) * (self.clock - before)

    def _words(self, text: str) -> list[str]:
        text = re.sub(r"\$\(seq (\d+) (\d+)\)", lambda m: " ".join(map(str, range(int(m[1]), int(m[2]) + 1))), text)
        text = re.sub(r"\$\(seq (\d+)\)", lambda m: " ".join(map(str, range(1, int(m[1]) + 1))), text)
        text = re.sub(
            r"\$\((date|hostname)[^)]*\)|`(date|hostname)[^`]*`", lambda m: self._substitute(m[1] or m[2]), text
        )
        quoted = {match[0]: match[0].replace("$", "\0") for match in re.finditer(r"'[^']*'", text)}
        for old, new in quoted.items():
            text = text.replace(old, new)
        text = re.sub(r"\$\{?(\w+)\}?", lambda m: self.environment.get(m[1], ""), text).replace("\0", "$")
        try:
            return shlex.split(text)
        except ValueError:
            return text.split()

    def _reckon(self, sum_: re.Match[str]) -> str:
        left, right = int(self.environment.get(sum_[1], "0") or 0), int(sum_[3])
        return str({"+": left + right, "-": left - right, "*": left * right}[sum_[2]])

    def _substitute(self, program: str) -> str:
        return self._date() if program == "date" else self.environment["HOSTNAME"]

    def _date(self) -> str:
        return (self.started + timedelta(seconds=self.clock)).astimezone(UTC).strftime("%a %b %e %H:%M:%S UTC %Y")

    def _simple(self, text: str, programs: list[str]) -> None:
        text = re.split(r"(?<!\|)\|(?!\|)", text)[0]
        text, *redirected = re.split(r"\s\d?>{1,2}", text)
        words = self._words(text)
        while words and re.fullmatch(r"\w+=.*", words[0]):
            name, _, value = words.pop(0).partition("=")
            self.environment[name] = value
        kept = len(self.lines)
        if words:
            self._command(words, programs, in_shell=True)
        if redirected and not redirected[0].strip().startswith("&"):
            del self.lines[kept:]

    def _command(self, words: list[str], programs: list[str], in_shell: bool = False) -> None:
        program, arguments = words[0].rsplit("/", 1)[-1], words[1:]
        self.code = 0
        match program:
            case "echo":
                if arguments and re.fullmatch("-[ne]+", arguments[0]):
                    arguments = arguments[1:]
                self._print(" ".join(arguments))
            case "printf" if arguments:
                self._print(arguments[0].replace("\\n", "\n").rstrip("\n"))
            case "date":
                self._print(self._date())
            case "hostname":
                self._print(self.environment["HOSTNAME"])
            case "whoami":
                self._print("root")
            case "pwd":
                self._print("/")
            case "env" | "printenv":
                self._print("\n".join(f"{name}={value}" for name, value in self.environment.items()))
            case "seq" if arguments and all(word.isdigit() for word in arguments):
                first = int(arguments[0]) if len(arguments) > 1 else 1
                self._print("\n".join(map(str, range(first, int(arguments[-1]) + 1))))
            case "sleep":
                self.clock += _duration(arguments[0]) if arguments else 0
            case "tail" if any(re.match("-[a-z0-9]*[fF]", word) for word in arguments):
                self.ended = True
            case "false":
                self.code = 1
            case "exit":
                self.ended = True
            case "cat" | "ls" | "head":
                for path in arguments:
                    if path.startswith("/") and not re.match(r"/(etc|proc|sys|dev|bin|tmp|usr|var|home|root)\b", path):
                        self.code = 1
                        wrong = {"cat": f"can't open '{path}'", "ls": path, "head": path}[program]
                        self._print(f"{program}: {wrong}: No such file or directory")
            case "wget" | "curl" | "nslookup" | "ping":
                self.code = 1
                host = re.sub(r"^\w+://", "", arguments[-1] if arguments else "").split("/")[0]
                self._print(f"{program}: bad address '{host}'")
            case _ if (
                in_shell
                and program not in programs
                and program
                not in (
                    "cd",
                    "set",
                    "export",
                    "trap",
                    "wait",
                    "true",
                    ":",
                    "if",
                    "then",
                    "fi",
                    "else",
                    "[",
                    "[[",
                    "test",
                    "read",
                    "done",
                    "do",
                    "{",
                    "}",
                )
            ):
                self.code = 127
                self._print(f"sh: {words[0]}: not found")


def _until_done(text: str) -> tuple[str, str]:
    """Split what follows a ``do`` at its ``done``."""
    depth = 1
    for word in re.finditer(r"\b(do|done)\b", text):
        depth += 1 if word[0] == "do" else -1
        if depth == 0:
            return text[: word.start()].rstrip("; \n"), text[word.end() :].lstrip("; \n&")
    return text, ""


def _duration(text: str) -> float:
    match = re.fullmatch(r"([0-9.]+)([smhd]?)", text)
    if not match:
        return float("1e7")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]

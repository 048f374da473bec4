"""What a container of the embedded engine has written: computed from its Pod, its image's catalogue and the time.

Nothing here decides what happens to a container (``stages/`` does); it tells what
the same container would have printed on the way.
"""

import re
import shlex
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from clusters.embedded import images, own_program
from clusters.embedded.images import Image
from clusters.embedded.own_program import MOST_LINES, Run

#: A script is followed for so many commands, and a variable holds so many characters.
MOST_STEPS, MOST_CHARACTERS, DEEPEST = 50_000, 4096, 20

QUOTED = r"""'[^']*'|"(?:\\.|[^"\\])*\""""
COMMENT = re.compile(rf"({QUOTED})|(?:^|(?<=\s))#[^\n]*", re.DOTALL)
LOOP = re.compile(r"(while|until|for)\b(.*?)[;\n]\s*do\b(.*)", re.DOTALL)
#: One command, what separates it from the next, and the rest.
COMMAND = re.compile(rf"((?:{QUOTED}|\\.|[^;&|\n\"'\\]|&(?!&)|\|(?!\|))*)(&&|\|\||[;\n]|$)(.*)", re.DOTALL)
PIECES = re.compile(f"({QUOTED})", re.DOTALL)
ASSIGNMENT = re.compile(r"\w+=")
EXPANSION = re.compile(
    r"""
      \\(?P<literal>\$)
    | \$\(\( \s* \$?(?P<left>\w+) \s* (?P<sign>[-+*/%]) \s* \$?(?P<right>\w+) \s* \)\)
    | \$\( seq \s+ (?:(?P<first>[0-9]{1,9})\s+)? (?P<last>[0-9]{1,9}) \)
    | \$\( (?P<program>date|hostname)\b [^)]* \)
    | ` (?P<quoted_program>date|hostname)\b [^`]* `
    | \$\{ (?P<braced>\w+) (?: :?- (?P<default>[^}]*) )? \}
    | \$ (?P<name>\w+)
    """,
    re.VERBOSE,
)

#: What a shell does by itself, and what of it shows in no log.
SILENT = frozenset(
    """. : [ [[ { } break case cd continue do done elif else esac eval export fi for if kill local read readonly return
    set shift source test then trap true type ulimit umask unset until wait while""".split()  # noqa: SIM905 forty lines shorter
)

Line = own_program.Line


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
    image = images.of_container(catalogue, run["containerID"], status.get("image", ""), spec["image"])
    if image is None or plan.why == 2:  # it could not be started
        return []
    if own := images.own_program(image, spec):
        this = _run(pod, spec, own, run)
        ended = this.ended
        others = [one for one in _runs(pod, catalogue) if (one.spec, one.started) != (spec, started)]
        written = own_program.lines(this, [this, *others], now)
    else:
        words = [*spec.get("command", []), *spec.get("args", [])]
        environment = {entry["name"]: entry.get("value", "") for entry in spec.get("env", [])} | {"HOSTNAME": name}
        shell = Shell(environment, started, until=ended or now)
        written = ((time, line) for time, line in shell.run(words or image["command"], image["programs"]))
    return [line for line in written if line[0] <= min(ended or now, now)][-MOST_LINES:]


def _runs(pod: Mapping[str, Any], catalogue: Sequence[Image]) -> Iterator[Run]:
    """The runs, present and previous, of the Pod's containers that run their image's own program."""
    for spec in (*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]):
        _, status = _find(pod, spec["name"])
        state, last = status.get("state") or {}, (status.get("lastState") or {}).get("terminated")
        now = (
            {**state["running"], "containerID": status["containerID"]}
            if "running" in state
            else state.get("terminated")
        )
        known = [run for run in (last, now) if run]
        for run in known:
            image = images.of_container(catalogue, run["containerID"], status.get("image", ""), spec["image"])
            own = images.own_program(image, spec) if image and Plan.of(run["containerID"]).why != 2 else None
            if own:
                yield _run(
                    pod, spec, own, run, forgotten=run is known[0] and status.get("restartCount", 0) >= len(known)
                )


def _run(
    pod: Mapping[str, Any], spec: Mapping[str, Any], image: Image, run: Mapping[str, Any], *, forgotten: bool = False
) -> Run:
    plan, started = Plan.of(run["containerID"]), _time(run["startedAt"])
    ended = _time(run["finishedAt"]) if "finishedAt" in run else _end_to_come(pod, spec["name"], plan)
    after = None if plan.after is None else timedelta(seconds=plan.after)
    return Run(pod, spec, image, started, ended, after, killed=plan.why == 1, forgotten=forgotten)


def _end_to_come(pod: Mapping[str, Any], container: str, plan: "Plan") -> datetime | None:
    """When a server that runs will have ended, where it has been told to: as reckoned in ``stages/next.jq``."""
    meta = pod["metadata"]
    if "deletionTimestamp" not in meta or all(spec["name"] != container for spec in pod["spec"]["containers"]):
        return None
    told = _time(meta["deletionTimestamp"]) - timedelta(seconds=meta.get("deletionGracePeriodSeconds", 30) - 1)
    return told + timedelta(seconds=plan.stops)


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


@dataclass
class Shell:
    """As much of a shell as people type when they try things out: what it prints, and when.

    Never runs anything. What it does not know, it passes over in silence.
    """

    environment: dict[str, str]
    started: datetime
    until: datetime
    clock: int = 0  # microseconds since it started: whole ones, so that everybody who looks sees the same times
    code: int = 0
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    ended: bool = False
    steps: int = 0
    printed: int = 0
    depth: int = 0

    def run(self, words: Sequence[str], programs: Sequence[str]) -> list[Line]:
        program = words[0].rsplit("/", 1)[-1] if words else ""
        if program in ("sh", "ash", "bash"):
            if len(words) > 2 and re.fullmatch("-[a-z]*c", words[1]):
                script = words[2].replace("\\\n", " ")
                self._script(COMMENT.sub(lambda match: match[1] or "", script), list(programs))
        elif program == "hello":
            self._print(
                "\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n"
            )
        elif words:
            self._command(list(words), list(programs))
        return list(self.lines)

    @property
    def _over(self) -> bool:
        return self.ended or self._left < 0 or self.steps > MOST_STEPS

    @property
    def _left(self) -> int:
        return (self.until - self.started) // timedelta(microseconds=1) - self.clock

    def _print(self, text: str) -> None:
        time = self.started + timedelta(microseconds=self.clock)
        lines = text.splitlines() or [""]
        self.lines.extend((time, line) for line in lines)
        self.printed += len(lines)

    def _script(self, script: str, programs: list[str]) -> None:
        script = script.strip()
        go_on = True
        while script and not self._over:
            if loop := LOOP.match(script):
                body, script = _until_done(loop[3])
                self._loop(loop[1], loop[2].strip(), body, programs)
                continue
            command, separator, script = _first_command(script)
            if go_on and command:
                self._simple(command, programs)
            go_on = {"&&": self.code == 0, "||": self.code != 0}.get(separator, True)

    def _loop(self, kind: str, head: str, body: str, programs: list[str]) -> None:
        if self.depth >= DEEPEST:
            return
        self.depth += 1
        if kind == "for":
            name, _, items = head.partition(" in ")
            for item in self._words(items):
                if self._over:
                    break
                self.steps += 1
                self._set(name.strip(), item)
                self._script(body, programs)
        else:
            self._turns(head, body, programs)
        self.depth -= 1

    def _turns(self, head: str, body: str, programs: list[str]) -> None:
        """A loop that never ends by itself. Of one that has run for days, only the last turns are followed."""
        first = True
        while not self._over:
            clock, steps, printed, variables = self.clock, self.steps, self.printed, dict(self.environment)
            self.steps += 1
            if head.startswith("sleep"):
                self._simple(head, programs)
            self._script(body, programs)
            if self.clock == clock:  # without a pause it would fill the log for ever
                self.clock += 1000
            if not first or self._over:
                continue
            first = False
            took = self.clock - clock
            kept = min(MOST_LINES // max(1, self.printed - printed), MOST_STEPS // (2 * (self.steps - steps)))
            missed = max(0, self._left // took - kept)
            self.clock += missed * took
            for name, value in self.environment.items():  # what is counted has been counted on
                if _is_number(value) and _is_number(before := variables.get(name, "")):
                    self._set(name, str(int(value) + (int(value) - int(before)) * missed))

    def _set(self, name: str, value: str) -> None:
        self.environment[name] = value[:MOST_CHARACTERS]

    def _words(self, text: str) -> list[str]:
        text = "".join(piece if piece.startswith("'") else self._expanded(piece) for piece in PIECES.split(text))
        self.steps += len(text) // 30
        return list(_split(text))

    def _expanded(self, text: str) -> str:
        if "$" not in text and "`" not in text:
            return text
        special = r'["\\]' if text.startswith('"') else r"""["'\\]"""
        return EXPANSION.sub(lambda match: re.sub(special, r"\\\g<0>", self._value(match)), text)

    def _value(self, match: re.Match[str]) -> str:
        if match["literal"]:
            return "$"
        if match["sign"]:
            return self._reckon(match["left"], match["sign"], match["right"])
        if match["last"]:
            first, last = int(match["first"] or 1), int(match["last"])
            return " ".join(map(str, range(first, last + 1)[:MOST_STEPS]))
        if program := match["program"] or match["quoted_program"]:
            return self._date() if program == "date" else self.environment.get("HOSTNAME", "")
        return self.environment.get(match["braced"] or match["name"]) or match["default"] or ""

    def _reckon(self, left: str, sign: str, right: str) -> str:
        one, other = (
            int(number) if _is_number(number := word if word.isdigit() else self.environment.get(word, "")) else 0
            for word in (left, right)
        )
        if sign in "/%":
            return str((one // other if sign == "/" else one % other) if other else 0)
        return str({"+": one + other, "-": one - other, "*": one * other}[sign])

    def _date(self) -> str:
        return (self.started + timedelta(microseconds=self.clock)).astimezone(UTC).strftime("%a %b %e %H:%M:%S UTC %Y")

    def _simple(self, text: str, programs: list[str]) -> None:
        self.steps += 1
        text, away = _without_redirections(text)
        words = self._words(text)
        while words and ASSIGNMENT.match(words[0]):
            name, _, value = words.pop(0).partition("=")
            self._set(name, value)
        kept = self.lines.copy() if away else self.lines
        if words and words[0] == "exec":
            words.pop(0)
            self.ended = bool(words)
        if words:
            self._command(words, programs, in_shell=True)
        self.lines = kept

    def _command(self, words: list[str], programs: list[str], in_shell: bool = False) -> None:
        program, arguments = words[0].rsplit("/", 1)[-1], words[1:]
        self.code = 0
        match program:
            case "echo":
                options = arguments.pop(0) if arguments and re.fullmatch("-[ne]+", arguments[0]) else ""
                text = " ".join(arguments)
                self._print(_unescaped(text) if "e" in options else text)
            case "printf" if arguments:
                values = iter(arguments[1:])
                text = re.sub(r"%[-0-9.]*[sdi]", lambda _: next(values, ""), _unescaped(arguments[0]))
                self._print(text.rstrip("\n"))
            case "date":
                self._print(self._date())
            case "hostname":
                self._print(self.environment.get("HOSTNAME", ""))
            case "whoami":
                self._print("root")
            case "pwd":
                self._print("/")
            case "printenv" if arguments:
                self.code = 0 if arguments[0] in self.environment else 1
                if self.code == 0:
                    self._print(self.environment[arguments[0]])
            case "env" | "printenv":
                self._print("\n".join(f"{name}={value}" for name, value in self.environment.items()))
            case "seq" if arguments and all(re.fullmatch("[0-9]{1,9}", word) for word in arguments):
                first, step = ([*map(int, arguments[:-1]), 1] if len(arguments) > 1 else [1, 1])[:2]
                if numbers := range(first, int(arguments[-1]) + 1, max(1, step))[-MOST_LINES:]:
                    self._print("\n".join(map(str, numbers)))
            case "sleep":
                duration = _duration(arguments[0]) if arguments else None
                self.clock += round((duration or 0) * 1e6)
                self.code = 0 if duration is not None else 1
            case "tail" if any(re.match("-[a-z0-9]*[fF]", word) for word in arguments):
                self.ended = True
            case "false":
                self.code = 1
            case "exit":
                self.code = int(arguments[0]) % 256 if arguments and _is_number(arguments[0]) else 0
                self.ended = True
            case "cat" | "ls" | "head":
                self._open(program, arguments)
            case "wget" | "curl" | "nslookup" | "ping":
                self.code = 1
                host = re.sub(r"^\w+://", "", arguments[-1] if arguments else "").split("/")[0]
                self._print(f"{program}: bad address '{host}'")
            case _ if in_shell and program not in programs and words[0] not in SILENT and not words[0].startswith("("):
                self.code = 127
                self._print(f"sh: {words[0]}: not found")

    def _open(self, program: str, paths: Sequence[str]) -> None:
        for path in paths:
            if path.startswith("/") and not re.match(r"/(etc|proc|sys|dev|bin|tmp|usr|var|home|root)\b", path):
                self.code = 1
                wrong = f"can't open '{path}'" if program == "cat" else path
                self._print(f"{program}: {wrong}: No such file or directory")


def _until_done(text: str) -> tuple[str, str]:
    """Split what follows a ``do`` at its ``done``."""
    depth = 1
    for word in re.finditer(r"(?:^|(?<=[;&|\n]))\s*(do|done)\b", _blanked(text)):
        depth += 1 if word[1] == "do" else -1
        if depth == 0:
            return text[: word.start(1)].rstrip("; \n"), text[word.end() :].lstrip("; \n&")
    return text, ""


# Loops come by the same text thousands of times: what does not depend on variables is worked out once.
once = lru_cache(maxsize=256)


@once
def _first_command(script: str) -> tuple[str, str, str]:
    """The first command of a script, the sign that separates it from the rest, and the rest."""
    part = COMMAND.match(script)
    return (part[1].strip(), part[2], part[3].lstrip()) if part else ("", "", "")


@once
def _without_redirections(command: str) -> tuple[str, bool]:
    """A command up to its first pipe or redirection, and whether what it prints goes elsewhere than to the log."""
    visible = _blanked(command)
    if pipe := re.search(r"(?<!\|)\|(?!\|)", visible):
        command, visible = command[: pipe.start()], visible[: pipe.start()]
    redirections = list(re.finditer(r"((?<=\s)[0-9])?>{1,2}\s*(\S*)", visible))
    if redirections:
        command = command[: redirections[0].start()]
    away = any(to[1] != "2" and not re.match(r"&|/dev/std|/proc/(1|self)/fd/", to[2]) for to in redirections)
    return command, away


@once
def _split(text: str) -> tuple[str, ...]:
    if not re.search(r"""["'\\]""", text):
        return tuple(text.split())
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


@once
def _blanked(text: str) -> str:
    """``text`` with what stands in quotes made unrecognisable: for finding signs that mean something."""
    return re.sub(QUOTED, lambda match: "_" * len(match[0]), text, flags=re.DOTALL)


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _is_number(text: str) -> bool:
    return re.fullmatch("-?[0-9]{1,18}", text) is not None


def _duration(text: str) -> float | None:
    """Seconds, or nothing where ``sleep`` would complain."""
    if text.startswith("inf"):
        return 1e9
    match = re.fullmatch(r"([0-9]+\.?[0-9]*|\.[0-9]+)([smhd]?)", text)
    if not match:
        return None
    return min(1e9, float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])

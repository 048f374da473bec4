"""Evidence with stable names, UIDs and times: what differs from run to run, and changes no verdict, is put in order.

Whatever stands for the same thing stands for the same thing afterwards, in every text: the order of times and of
resourceVersions, who owns whom, and which template a ReplicaSet was made from stay as they are.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

#: When every exercise begins, in recorded evidence.
BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
#: What is further away from the beginning was not made by the clock, but by somebody who wrote it.
CLOCK = timedelta(days=1)

UID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
VERSION = re.compile(r'("resource_?[vV]ersion": ?")(\d+)(")')
EVENT = re.compile(r"(?<=\.)[0-9a-f]{16}\b")
POD_ADDRESS = re.compile(r"\b10\.(?:244|96)\.\d+\.\d+\b")
CONTAINER = re.compile(r"\b[0-9a-f]{64}\b")
#: A template's hash, or the random end of a Pod's name.
GENERATED = re.compile(r"(?<![0-9A-Za-z])[a-z0-9]{5,10}(?![0-9A-Za-z])")
#: Of which Kubernetes makes the random ends of names: no vowels, so that no word comes out.
LETTERS = "bcdfghjklmnpqrstvwxz"


class Stable:
    """Takes the evidence of one case, as ``Recorded.to_dict`` gives it; ``text`` then translates what was said of it.

    ``names``: what is called otherwise afterwards, such as the namespace in which the case was tried.
    """

    def __init__(self, evidence: Mapping[str, Any], names: Mapping[str, str]) -> None:
        began = float(evidence["baseline"]["taken"])
        self._shift = BEGINNING - datetime.fromtimestamp(int(began), UTC)
        self._began = datetime.fromtimestamp(began, UTC)
        plain = json.dumps(_moved(evidence, self._shift.total_seconds()), sort_keys=True)
        versions = sorted({int(found[2]) for found in VERSION.finditer(plain)})
        self._versions = {str(version): str(1000 + rank) for rank, version in enumerate(versions)}
        events = sorted(set(EVENT.findall(plain)))
        self._names = dict(names)
        self._ids = {event: f"{rank + 1:016x}" for rank, event in enumerate(events)}
        self._ids |= _counted(UID, plain, lambda n, _: f"00000000-0000-4000-8000-{n:012x}")
        self._ids |= _counted(POD_ADDRESS, plain, lambda n, was: ".".join([*was.split(".")[:2], "1", str(n)]))
        self._ids |= _counted(CONTAINER, plain, lambda n, _: f"{n:064x}")
        hashes, pods = _generated(evidence)
        self._ids |= {one: _letters(n, 10) for n, one in enumerate(hashes)}
        self._ids |= {end: _letters(n, 5) for n, end in enumerate(pods)}
        self.evidence: dict[str, Any] = json.loads(self.text(VERSION.sub(self._version, plain)))

    def text(self, said: str) -> str:
        said = TIME.sub(self._time, said)
        for pattern in (UID, EVENT, POD_ADDRESS, CONTAINER, GENERATED):
            said = pattern.sub(lambda found: self._ids.get(found[0], found[0]), said)
        for was, name in self._names.items():
            said = said.replace(was, name)
        return said

    def _version(self, found: re.Match[str]) -> str:
        return found[1] + self._versions[found[2]] + found[3]

    def _time(self, found: re.Match[str]) -> str:
        at = datetime.fromisoformat(found[0])
        if abs(at - self._began) > CLOCK:
            return found[0]
        moved = at + self._shift
        return moved.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if "." in found[0] else "%Y-%m-%dT%H:%M:%SZ")


def _moved(value: Any, seconds: float) -> Any:
    """With ``at`` and ``taken``, seconds since the epoch, moved; to the millisecond."""
    if isinstance(value, Mapping):
        moments = {name for name in ("at", "taken") if isinstance(value.get(name), float)}
        return {
            name: round(one + seconds, 3) if name in moments else _moved(one, seconds) for name, one in value.items()
        }
    return [_moved(one, seconds) for one in value] if isinstance(value, list | tuple) else value


def _counted(pattern: re.Pattern[str], plain: str, word: Callable[[int, str], str]) -> dict[str, str]:
    found = dict.fromkeys(pattern.findall(plain))
    return {was: word(number, was) for number, was in enumerate(found, 1)}


def _generated(evidence: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The template hashes and the random ends of names, each in the order in which the API lists them."""
    hashes: set[str] = set()
    ends: set[str] = set()
    snapshots = [evidence["baseline"], evidence["now"], *(one for look in evidence["looks"] or () for one in look)]
    there = [raw for one in snapshots for objects in one["raw"].values() for raw in objects]
    for raw in [*there, *(change["object"] for change in evidence["changes"])]:
        metadata = raw["metadata"]
        for label in ("pod-template-hash", "controller-revision-hash"):
            if re.fullmatch(r"[a-z0-9]{6,10}", found := (metadata.get("labels") or {}).get(label, "")):
                hashes.add(found)
        prefix, name = metadata.get("generateName", ""), metadata["name"]
        if prefix and name.startswith(prefix) and re.fullmatch(r"[a-z0-9]{5}", name[len(prefix) :]):
            ends.add(name[len(prefix) :])
    return sorted(hashes, key=lambda one: f"{one}-"), sorted(ends)


def _letters(number: int, length: int) -> str:
    """A name's end by its number: bbbbb, bbbbc, …"""
    found = ""
    for _ in range(length):
        number, rest = divmod(number, len(LETTERS))
        found = LETTERS[rest] + found
    return found

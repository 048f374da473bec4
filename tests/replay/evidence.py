"""Evidence as a fixture: what a verdict was made from, in a file, and the verdict made from it again.

A file holds all cases of one exercise, compressed together: they begin alike. Its bytes depend on nothing else.
"""

import json
import lzma
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftlab.checker.evidence.recording import Change, Gap, Recording
from driftlab.checker.evidence.snapshot import Evidence, Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.exercises.grading import grade
from driftlab.checker.exercises.proofs import Disturbance
from driftlab.checker.exercises.result import Result
from driftlab.checker.reports import text
from driftlab.checker.reports.wording import points

FOLDER = Path(__file__).parent / "recorded"
Disturb = Callable[[], AbstractContextManager[Disturbance]]


class ProofMissing(Exception):
    """A proof looks at something that was not recorded."""


@dataclass
class Recorded:
    """``looks``: what the proofs saw, for each time that they waited for something; None where none was tried."""

    evidence: Evidence
    looks: list[list[Snapshot]] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "baseline": self.evidence.baseline.to_dict(),
            "now": self.evidence.now.to_dict(),
            "changes": [
                {"at": one.at, "kind": one.kind, "type": one.type, "object": one.raw, "ours": one.ours}
                for one in self.evidence.recording.changes
            ],
            "gaps": [{"at": gap.at, "kind": gap.kind, "reason": gap.reason} for gap in self.evidence.recording.gaps],
            "looks": None if self.looks is None else [[one.to_dict() for one in look] for look in self.looks],
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Recorded":
        changes = tuple(
            Change(one["at"], one["kind"], one["type"], one["object"], one["ours"]) for one in kept["changes"]
        )
        gaps = tuple(Gap(gap["at"], gap["kind"], gap["reason"]) for gap in kept["gaps"])
        looks = kept["looks"]
        return cls(
            Evidence(Snapshot.from_dict(kept["baseline"]), Snapshot.from_dict(kept["now"]), Recording(changes, gaps)),
            None if looks is None else [[Snapshot.from_dict(one) for one in look] for look in looks],
        )

    def judge(self, exercise: Exercise) -> Result:
        """The verdict, by the goals as they are now. Raises ProofMissing."""
        return grade(exercise, self.evidence, disturb=None if self.looks is None else self._again)

    @contextmanager
    def _again(self) -> Iterator[Disturbance]:
        yield Looks(self.looks or [])  # type: ignore[misc]


class Looks:
    """What a proof sees again. What it does to the cluster has been done."""

    def __init__(self, looks: list[list[Snapshot]]) -> None:
        self._looks = iter(looks)

    def _done(self, *what: object) -> None:
        pass

    delete_pod = scale = restart = _done

    def until(self, met: Callable[[Snapshot], bool], timeout_s: float = 0) -> Snapshot | None:  # noqa: ARG002
        look = next(self._looks, None)
        if look is None:
            raise ProofMissing("a proof waits once more than when it was recorded")
        return next((snapshot for snapshot in look if met(snapshot)), None)


@dataclass
class Witness:
    """Grades as the kit does, and keeps what the last result was made from."""

    seen: Recorded | None = None

    def grade(
        self, exercise: Exercise, evidence: Evidence, hints_used: int = 0, disturb: Disturb | None = None
    ) -> Result:
        seen = self.seen = Recorded(evidence)

        @contextmanager
        def watched() -> Iterator[Disturbance]:
            assert disturb
            seen.looks = []
            with disturb() as disturbance:
                until = disturbance.until

                def kept(met: Callable[[Snapshot], bool], timeout_s: float = 20) -> Snapshot | None:
                    look: list[Snapshot] = []
                    assert seen.looks is not None
                    seen.looks.append(look)

                    def noted(snapshot: Snapshot) -> bool:
                        if not look or look[-1].resource_version != snapshot.resource_version:
                            look.append(snapshot)
                        return met(snapshot)

                    return until(noted, timeout_s)

                vars(disturbance)["until"] = kept
                yield disturbance

        return grade(exercise, evidence, hints_used, watched if disturb else None)


# ---- what the learner saw


def told(exercise: Exercise, result: Result) -> str:
    """The verdict, how the learner got there, the hint that they would be given, and the mistakes seen."""
    mistake, hints = exercise.hints_for(result.mistakes)
    lines = [f"{result.outcome}  {points(result.points)} of {points(result.of)}", text.render(result)]
    if result.method.remark and "remark" not in lines[1]:
        lines.append(f"remark: {result.method.remark}")
    if result.outcome is not Outcome.PASS:
        lines += [f"mistakes: {', '.join(result.mistakes) or '-'}", f"hint ({mistake or '-'}): {hints[0]}"]
    lines += [f"gap: {gap}" for gap in result.method.gaps] + [f"broken: {one}" for one in result.broken]
    return "\n".join(lines)


# ---- files


def evidence_file(exercise: Exercise) -> Path:
    return FOLDER / exercise.lab.name / f"{exercise.name}.json.xz"


def text_file(exercise: Exercise) -> Path:
    return FOLDER / exercise.lab.name / f"{exercise.name}.txt"


def load(exercise: Exercise) -> dict[str, Any]:
    """By each case's name, its ``sources`` and its ``evidence``; nothing where nothing was recorded."""
    path = evidence_file(exercise)
    return json.loads(lzma.decompress(path.read_bytes())) if path.exists() else {}  # type: ignore[no-any-return]


def save(exercise: Exercise, kept: Mapping[str, Any]) -> None:
    path = evidence_file(exercise)
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    path.write_bytes(lzma.compress(plain, preset=9 | lzma.PRESET_EXTREME))


def sections(exercise: Exercise) -> dict[str, str]:
    """What the learner saw in each case, as the text file has it."""
    path = text_file(exercise)
    if not path.exists():
        return {}
    parts = path.read_text(encoding="utf-8").split("\n=== ")
    return {name: body.strip("\n") for name, _, body in (part.partition("\n") for part in parts[1:])}


def save_sections(exercise: Exercise, said: Mapping[str, str]) -> None:
    head = f"What a learner sees in {exercise.id}, case by case. Written by `make record`.\n"
    body = "".join(f"\n=== {name}\n\n{text}\n" for name, text in said.items())
    text_file(exercise).write_text(head + body, encoding="utf-8")

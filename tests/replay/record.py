"""`make record`: does cases for real, and keeps their evidence and what the learner saw.

    python -m tests.replay.record [--lab LAB] [--exercise LAB/EXERCISE] [--engine ENGINE] [--all | --texts]

By itself it does what is new or made from other sources than now; ``--all`` does all. ``--texts`` needs no cluster: it
judges the evidence that is there again, and writes down what is said now. The difference in Git is what to look at.
"""

import argparse
import os
import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from queue import SimpleQueue
from typing import Any

from rich.progress import Progress, TaskID

from driftlab.checker.exercises.catalogue import find_lab
from driftlab.checker.exercises.exercise import Exercise
from driftlab.checker.sessions.session import Session
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.registry import open_cluster
from tests.replay.cases import EXERCISES, Case, of
from tests.replay.evidence import Recorded, Witness, load, save, save_sections, sections, told
from tests.replay.stable import Stable

#: So many cases are done at a time, for each core.
AT_A_TIME = {"embedded": 3, "kind": 2}


class Unstable(Exception):
    """What was said live is not what is said of the evidence that was kept."""


class Recording:
    """What has been recorded so far, and what went wrong."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.lock = threading.Lock()
        self.faults: list[str] = []
        #: for each exercise, what its files will hold: evidence and texts by case
        self.kept: dict[Exercise, tuple[dict[str, Any], dict[str, str]]] = {}

    def do(self, cluster: Cluster, namespace: str, exercise: Exercise, cases: list[Case]) -> None:
        """Do some cases of one exercise after each other, and keep them."""
        begun = None
        for case in cases:
            if not (begun and case.name == "solution"):
                begun = _begin(cluster, namespace, exercise)
            try:
                kept, said = self._one(begun, case)
            except Exception as error:
                self.faults.append(f"{case.id}: {type(error).__name__}: {error}")
                begun = None
            else:
                self._keep(case, kept, said)

    def _one(self, session: Session, case: Case) -> tuple[dict[str, Any], str]:
        witness = Witness()
        session.grade = witness.grade
        case.answer(session)
        result = case.check(session)
        if witness.seen is None:
            raise Unstable(f"no verdict was made: {result.goals[0].reason}")
        nodes = getattr(session.cluster, "own_name", session.cluster.name)  # kind's Nodes carry a mark
        names = {session.namespace: case.exercise.lab.namespace, f"{nodes}-": "driftlab-"}
        stable = Stable(witness.seen.to_dict(), names)
        said = told(case.exercise, Recorded.from_dict(stable.evidence).judge(case.exercise))
        live = stable.text(told(case.exercise, result))
        if live != said:
            raise Unstable(f"live:\n{live}\nof the evidence:\n{said}")
        return stable.evidence, said

    def _keep(self, case: Case, evidence: dict[str, Any], said: str) -> None:
        with self.lock:
            if case.exercise not in self.kept:
                self.kept[case.exercise] = load(case.exercise), sections(case.exercise)
            kept, text = self.kept[case.exercise]
            kept[case.name] = {"sources": case.sources(self.engine), "engine": self.engine, "evidence": evidence}
            text[case.name] = said

    def write(self) -> None:
        """Write down all that was kept: once, since it takes seconds to make a file small."""
        for exercise, (kept, text) in self.kept.items():
            there = [one.name for one in of(exercise)]
            save(exercise, {name: kept[name] for name in there if name in kept})
            save_sections(exercise, {name: text[name] for name in there if name in text})


def _begin(cluster: Cluster, namespace: str, exercise: Exercise) -> Session:
    session = Session(cluster, exercise.lab, namespace)
    shutil.rmtree(session.folder, ignore_errors=True)
    session.start(exercise, again=True)
    return session


def stale(cases: Iterable[Case]) -> list[Case]:
    """Those that were not recorded, or from other sources than there are now."""
    found = []
    for exercise, of_it in groupby(cases, key=lambda case: case.exercise):
        kept = load(exercise)
        found += [
            case
            for case in of_it
            if case.name not in kept or kept[case.name]["sources"] != case.sources(kept[case.name]["engine"])
        ]
    return found


def batches(cases: list[Case]) -> list[tuple[Exercise, list[Case]]]:
    """What is done after each other: the untouched exercise and its solution; all else is by itself."""
    found: list[tuple[Exercise, list[Case]]] = []
    for case in cases:
        if case.name == "solution" and found and found[-1][1][-1].id == f"{case.exercise.id}/untouched":
            found[-1][1].append(case)
        else:
            found.append((case.exercise, [case]))
    return found


def record(cases: list[Case], engine: str) -> list[str]:
    """Do the cases for real; what went wrong."""
    recording, work = Recording(engine), batches(cases)
    alone = [one for one in work if one[0].loses_node]
    at_a_time = AT_A_TIME[engine] * (os.cpu_count() or 1)
    namespaces: SimpleQueue[str] = SimpleQueue()
    cluster = open_cluster(engine, f"record-{secrets.token_hex(3)}", owned=True)
    for number in range(at_a_time):
        namespaces.put(cluster.namespace_for(f"side-by-side-{number}"))

    def do(progress: Progress, task: TaskID, exercise: Exercise, cases: list[Case]) -> None:
        namespace = namespaces.get()
        try:
            recording.do(cluster, namespace, exercise, cases)
        except Exception as error:  # the exercise did not begin
            recording.faults.append(f"{exercise.id}: {type(error).__name__}: {error}")
        finally:
            namespaces.put(namespace)
            progress.update(task, advance=len(cases), description=f"{exercise.id}")

    try:
        cluster.up()
        cluster.client.timeout_s = 60
        with Progress() as progress:
            task = progress.add_task("recording", total=len(cases))
            with ThreadPoolExecutor(at_a_time) as pool:
                for one in work:
                    if one not in alone:
                        pool.submit(do, progress, task, *one)
            for one in alone:
                do(progress, task, *one)
    finally:
        recording.write()
        cluster.down()
    return recording.faults


def tell_again(exercises: Iterable[Exercise]) -> None:
    """Write down what is said of the evidence now. Cases that are gone are left out."""
    for exercise in exercises:
        kept = load(exercise)
        there = [case.name for case in of(exercise) if case.name in kept]
        save(exercise, {name: kept[name] for name in there})
        judged = {name: Recorded.from_dict(kept[name]["evidence"]).judge(exercise) for name in there}
        save_sections(exercise, {name: told(exercise, result) for name, result in judged.items()})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", help="the exercises of this lab only")
    parser.add_argument("--exercise", help="this exercise only: LAB/EXERCISE, or its name")
    parser.add_argument("--engine", choices=sorted(AT_A_TIME), default="embedded")
    parser.add_argument("--all", action="store_true", help="also what was recorded from the same sources")
    parser.add_argument("--texts", action="store_true", help="judge again what was recorded, without a cluster")
    options = parser.parse_args()
    chosen = [
        one
        for one in EXERCISES
        if (not options.lab or one.lab.name == _lab_name(options.lab))
        and (not options.exercise or options.exercise in (one.id, one.name))
    ]
    if not chosen:
        parser.error("there is no such exercise")
    cases = [case for exercise in chosen for case in of(exercise)]
    if options.texts:
        tell_again(chosen)
        return 0
    wanted = cases if options.all else stale(cases)
    if not wanted:
        print("All of them were recorded from what is there now.")
        return 0
    for name in ("DRIFTLAB_CLUSTER", "DRIFTLAB_ENGINE", "DRIFTLAB_NAMESPACE", "KUBECONFIG"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="driftlab-record-", ignore_cleanup_errors=True) as state:
        os.environ["DRIFTLAB_STATE"] = state
        faults = record(wanted, options.engine)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(wanted) - len(faults)} of {len(wanted)} cases recorded.")
    return 1 if faults else 0


def _lab_name(name: str) -> str:
    return name if name == "90-hostile" else find_lab(name).name


if __name__ == "__main__":
    sys.exit(main())

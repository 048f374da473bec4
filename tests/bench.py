"""What the README's figures say, measured on this machine: `make bench`.

Medians over several runs, on every engine that can run here, in clusters and folders of
their own. ``--build`` (`make bench BUILD=1`) measures the build of the embedded engine's
programs from source, too, which takes minutes.
"""

import argparse
import json
import os
import platform
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import bench_checker
import bench_crowd
import psutil
from rich.console import Console
from rich.table import Table

from driftlab.checker.exercises.catalogue import find_exercise
from driftlab.checker.objects.views import Pod
from driftlab.checker.sessions.scripts import learner_environment
from driftlab.checker.sessions.session import Session
from driftlab.clusters import programs
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.embedded.engine import PROGRAMS
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host import processes
from driftlab.clusters.host.progress import terminal_progress
from driftlab.clusters.kind.engine import workers
from driftlab.clusters.kubernetes.kubectl import kubectl_path
from driftlab.clusters.programs.build import build
from driftlab.clusters.programs.cache import Cache
from driftlab.clusters.programs.pins import PROGRAMS as PINS
from driftlab.clusters.registry import engine_class, open_cluster
from driftlab.clusters.waiting import wait_for

ENGINES = ("embedded", "kind")
EXERCISE = "02-self-healing/one-pod"

READY = "ready from nothing, programs cached"
BARE = "bare `kind create cluster --wait 120s`"
RATIO = "ready, compared with bare kind"
BARE_ALIKE = "bare kind, with as many Nodes as ours"
RATIO_ALIKE = "ready, compared with bare kind and as many Nodes"
HEALED = "a Pod deleted → its replacement ready"
ROLLOUT = "full rollout of 3 replicas"
CHECK = "check, p50 warm"
CHECK_95 = "check, p95 warm"
RESET = "reset of an exercise"
DOWN = "down"
ENGINE_MEMORY = "resident memory of the engine"
CHECKER_MEMORY = "resident memory of the checker"
HELP = "`driftlab --help`"
BUILD = "the engine's programs built from source"

NOT_BUILT = "not measured: make bench BUILD=1"


@dataclass
class Figures:
    """What was measured: for each row and column, all runs, as numbers in ``units[row]``."""

    units: dict[str, str] = field(default_factory=dict)
    runs: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def add(self, row: str, column: str, unit: str, *numbers: float) -> None:
        self.units[row] = unit
        self.runs.setdefault((row, column), []).extend(numbers)

    def cell(self, row: str, column: str) -> str:
        """The median, with the least and the most where there were several runs."""
        numbers = self.runs.get((row, column))
        if not numbers:
            return ""
        shown = {"s": "{:.2f}", "ms": "{:.0f}", "MB": "{:.0f}", "×": "{:.2f}", "%": "{:.2f}"}[self.units[row]]
        least, middle, most = (
            shown.format(number) for number in (min(numbers), statistics.median(numbers), max(numbers))
        )
        return f"{middle} {self.units[row]}" + (f"  ({least}–{most})" if len(numbers) > 1 else "")


def main() -> int:
    options = _options()
    figures, columns = Figures(), []
    with tempfile.TemporaryDirectory(prefix="driftlab-bench-", ignore_cleanup_errors=True) as folder:
        # nothing of the learner's is seen or touched
        for name in ("DRIFTLAB_CLUSTER", "DRIFTLAB_ENGINE", "DRIFTLAB_NAMESPACE", "KUBECONFIG"):
            os.environ.pop(name, None)
        os.environ["DRIFTLAB_STATE"] = folder
        for engine in [options.engine] if options.engine else ENGINES:
            availability = engine_class(engine)("bench").available()
            if not availability:
                say(f"{engine}: cannot run here: {availability.reason}")
                continue
            columns.append(engine)
            measure_engine(engine, options.runs, figures)
        measure_help(options.runs, figures)
        if options.build:
            measure_build(figures)
    if not columns:
        return 3
    compare(columns, figures)
    print_table(columns, figures)
    if options.markdown:
        print(markdown(columns, figures))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=ENGINES, help="this one only; by default all that can run here")
    parser.add_argument("--runs", type=int, default=5, help="how often each figure is taken (default: %(default)s)")
    parser.add_argument("--build", action="store_true", help="measure the build from source, too")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown, too")
    return parser.parse_args()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


# ---- one engine


def measure_engine(engine: str, runs: int, figures: Figures) -> None:
    """Rounds of up and down (and of bare kind beside them, so that both meet the same machine), then the rest."""
    programs.obtain(["kind"] if engine == "kind" else PROGRAMS, terminal_progress(sys.stderr))
    for number in range(1, runs + 1):
        if engine == "kind":
            say(f"kind: bare kind create cluster, {number} of {runs}")
            figures.add(BARE, "kind", "s", bare_kind(0))
            if workers():
                say(f"kind: {BARE_ALIKE}, {number} of {runs}")
                figures.add(BARE_ALIKE, "kind", "s", bare_kind(workers()))
        with throwaway(engine) as cluster:
            say(f"{engine}: {READY}, {number} of {runs}")
            figures.add(READY, engine, "s", seconds(lambda: bring_up(cluster)))
            if number == runs:
                measure_cluster(cluster, runs, figures)
            say(f"{engine}: {DOWN}, {number} of {runs}")
            figures.add(DOWN, engine, "s", seconds(cluster.down))


@contextmanager
def throwaway(engine: str) -> Iterator[Cluster]:
    """A cluster that is gone afterwards, whatever happens."""
    cluster = open_cluster(engine, f"bench-{secrets.token_hex(3)}", owned=True)
    try:
        yield cluster
    finally:
        cluster.down()


def bring_up(cluster: Cluster) -> None:
    cluster.up()
    cluster.wait_ready(timeout_s=300)


def bare_kind(worker_nodes: int) -> float:
    """Seconds that kind itself takes, with its own defaults, so many workers, and nothing of ours."""
    kind = programs.obtain(["kind"])["kind"]
    name = f"bare-{secrets.token_hex(3)}"
    image = os.environ.get("DRIFTLAB_KIND_IMAGE")
    with tempfile.TemporaryDirectory() as folder:
        own = ["--name", name, "--kubeconfig", f"{folder}/kubeconfig"]
        nodes = [{"role": role} for role in ("control-plane", *["worker"] * worker_nodes)]
        config = Path(folder) / "kind.json"
        config.write_text(json.dumps({"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": nodes}))
        words = [kind, "create", "cluster", "--wait", "120s", *own, "--config", config]
        words += ["--image", image] if image else []
        try:
            return seconds(lambda: processes.run(words, timeout_s=600))
        finally:
            processes.run([kind, "delete", "cluster", *own], timeout_s=120)


def measure_cluster(cluster: Cluster, runs: int, figures: Figures) -> None:
    exercise = find_exercise(EXERCISE)
    session = Session(cluster, exercise.lab)

    def each(row: str, work: Callable[[], object]) -> None:
        for number in range(1, runs + 1):
            say(f"{cluster.engine}: {row}, {number} of {runs}")
            figures.add(row, cluster.engine, "s", seconds(work))

    bench_crowd.measure_idle(cluster, figures, say)
    session.start(exercise)
    each(HEALED, lambda: delete_a_pod(session))
    each(ROLLOUT, lambda: roll_out(session))
    each(RESET, lambda: session.start(exercise, again=True))

    say(f"{cluster.engine}: 60 checks")
    took = [1000 * seconds(lambda: session.check(exercise)) for _ in range(60)][10:]
    figures.add(CHECK, cluster.engine, "ms", statistics.median(took))
    figures.add(CHECK_95, cluster.engine, "ms", statistics.quantiles(took, n=20)[-1])

    say(f"{cluster.engine}: memory")
    figures.add(ENGINE_MEMORY, cluster.engine, "MB", engine_memory(cluster) / 1e6)
    figures.add(CHECKER_MEMORY, cluster.engine, "MB", checker_memory(cluster) / 1e6)
    bench_checker.measure(session, exercise, runs, figures, say)
    bench_crowd.measure_crowd(cluster, figures, engine_memory, say)


def delete_a_pod(session: Session) -> None:
    path = f"/api/v1/namespaces/{session.namespace}/pods"
    client = session.cluster.client
    doomed = client.get(path)["items"][0]["metadata"]
    client.delete(f"{path}/{doomed['name']}")

    def healed() -> bool:
        pods = [Pod(raw) for raw in client.get(path)["items"]]
        return len(pods) == 3 and all(pod.ready and pod.uid != doomed["uid"] for pod in pods)

    wait_for(healed, "three Pods that are ready", timeout_s=120, every_s=0.02)


def roll_out(session: Session) -> None:
    learner = learner_environment(session.cluster.learner_kubeconfig(session.namespace))
    for words in (("restart", "deployment/blog-api"), ("status", "deployment/blog-api", "--timeout=120s")):
        processes.run([kubectl_path(), "rollout", *words], env=learner, timeout_s=150)


def engine_memory(cluster: Cluster) -> float:
    """Bytes that the engine's processes, or its Nodes' containers, have resident."""
    if cluster.engine == "embedded":
        components = (one for one in processes.processes_naming(cluster.folder) if bench_crowd.ours(one))
        return sum(component.memory_info().rss for component in components)
    from driftlab.clusters.kind.containers import ContainerEngine

    engine = ContainerEngine.find()
    names = [node.name for node in engine.nodes(cluster.own_name)]  # type: ignore[attr-defined]
    used = engine.run("stats", "--no-stream", "--format", "{{.MemUsage}}", *names).splitlines()
    return sum(in_bytes(line.partition("/")[0]) for line in used)


def in_bytes(text: str) -> float:
    """Docker's ``553.2MiB``, Podman's ``580MB``."""
    found = re.fullmatch(r"\s*([\d.]+)\s*([kKMGT]?)(i?)B\s*", text)
    assert found, text
    return float(found[1]) * (1024 if found[3] else 1000) ** " kMGT".index(found[2].replace("K", "k") or " ")


def checker_memory(cluster: Cluster) -> float:
    """Bytes that a process has resident which has just made a check."""
    program = (
        "import sys, psutil\n"
        "from driftlab.checker.sessions.session import Session\n"
        "from driftlab.checker.exercises.catalogue import find_exercise\n"
        "from driftlab.clusters.registry import open_cluster\n"
        "exercise = find_exercise(sys.argv[1])\n"
        "Session(open_cluster(*sys.argv[2:]), exercise.lab).check(exercise)\n"
        "print(psutil.Process().memory_info().rss)\n"
    )
    return float(processes.run([sys.executable, "-c", program, EXERCISE, cluster.engine, cluster.name]))


# ---- what needs no cluster


def measure_help(runs: int, figures: Figures) -> None:
    say(HELP.strip("`"))
    words = [sys.executable, "-m", "driftlab.checker.cli.main", "--help"]
    took = [1000 * seconds(lambda: subprocess.run(words, check=True, capture_output=True)) for _ in range(2 * runs)]
    figures.add(HELP, "", "ms", *took)


def measure_build(figures: Figures) -> None:
    """Once, into an empty cache of its own."""
    say(BUILD)
    with tempfile.TemporaryDirectory(prefix="driftlab-build-", ignore_cleanup_errors=True) as folder:
        kept = os.environ.get("DRIFTLAB_CACHE")
        os.environ["DRIFTLAB_CACHE"] = folder
        try:
            wanted = [PINS[name] for name in PROGRAMS]
            cache = Cache(Path(folder) / "programs")
            figures.add(BUILD, "", "s", seconds(lambda: build(wanted, cache, terminal_progress(sys.stderr))))
            assert all(cache.holds(program) for program in wanted)
        finally:
            os.environ.pop("DRIFTLAB_CACHE")
            if kept is not None:
                os.environ["DRIFTLAB_CACHE"] = kept


# ---- what is said


def compare(columns: list[str], figures: Figures) -> None:
    for bare, ratio in ((BARE, RATIO), (BARE_ALIKE, RATIO_ALIKE)):
        taken = figures.runs.get((bare, "kind"))
        for column in columns if taken else []:
            ours = statistics.median(figures.runs[READY, column])
            figures.add(ratio, column, "×", ours / statistics.median(taken))


#: The order of the table.
ROWS = (
    READY, BARE, RATIO, BARE_ALIKE, RATIO_ALIKE, HEALED, ROLLOUT, CHECK, CHECK_95, *bench_checker.ROWS, RESET, DOWN,
    ENGINE_MEMORY, *bench_crowd.ROWS, CHECKER_MEMORY, HELP, BUILD,
)  # fmt: skip


def lines(columns: list[str], figures: Figures) -> Iterator[list[str]]:
    """The rows that were measured, each with its cells; what is not an engine's stands in the first column.

    The build's is there in any case: that it was not measured is said.
    """
    for row in ROWS:
        if row in figures.units or row == BUILD:
            general = figures.cell(row, "") or NOT_BUILT * (row == BUILD)
            yield [row, *(figures.cell(row, column) or (general if column == columns[0] else "") for column in columns)]


def machine() -> str:
    memory = psutil.virtual_memory().total / 1e9
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GB of memory, {system}, Python {platform.python_version()}"


def print_table(columns: list[str], figures: Figures) -> None:
    table = Table(title="Medians (least–most)", caption=machine(), title_justify="left", caption_justify="left")
    table.add_column("What")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for cells in lines(columns, figures):
        table.add_row(*cells)
    Console().print(table)


def markdown(columns: list[str], figures: Figures) -> str:
    head = [f"| {' | '.join(['', *columns])} |", f"|{'---|' * (1 + len(columns))}"]
    body = [f"| {' | '.join(cells)} |" for cells in lines(columns, figures)]
    return "\n".join([*head, *body, "", f"Medians (least–most). {machine()}."])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DriftlabError as error:
        sys.exit(f"Trouble: {error}")
    except KeyboardInterrupt:
        sys.exit(130)

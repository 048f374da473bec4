"""The command `driftlab` for those who write exercises, and for those who grade: words in, words and exit codes out."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import fastjsonschema
import pytest

from driftlab import checker
from driftlab.clusters.host import processes
from driftlab.clusters.kubernetes.kubectl import kubectl_path

from .test_command_line import DRIFTLAB, NOT_PASSED, PASSED, TROUBLE, USAGE, Person

SCHEMA = Path(checker.__file__).parent / "reports" / "report.schema.json"
MINE = "50-my-lab/scale-up"

HIDDEN = """
from driftlab.checker import failed, passed


def add(lab):
    (exercise,) = lab.exercises

    @exercise.goal("SECRET", 3, hidden="method")
    def secret(evidence):
        return passed("SECRET") if evidence.now.deployment("blog-api").replicas == 5 else failed("SECRET")
"""


@dataclass
class Instructor(Person):
    """Has a folder of labs, and one of hidden goals."""

    @property
    def labs(self) -> Path:
        return self.state.parent / "labs of mine"

    @property
    def graders(self) -> Path:
        return self.state.parent / "graders"

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "DRIFTLAB_LABS": str(self.labs), "DRIFTLAB_HIDDEN": str(self.graders)}

    def makes_a_lab(self) -> Path:
        self.types("new", "exercise", "scale-up", "--in", str(self.labs), expect=0)
        return self.labs / "50-my-lab"

    def rewrites(self, path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def newcomer(tmp_path: Path) -> Instructor:
    """Has no cluster."""
    person = Instructor(tmp_path / "state")
    person.graders.mkdir()
    return person


@pytest.fixture(scope="module")
def instructor() -> Iterator[Instructor]:
    """Has a small cluster that is up, and a lab."""
    with tempfile.TemporaryDirectory(prefix="driftlab-cli-", ignore_cleanup_errors=True) as name:
        person = Instructor(Path(name).resolve() / "state")
        person.graders.mkdir()
        person.makes_a_lab()
        person.types("up", expect=0)
        (person.graders / "50-my-lab.py").write_text(HIDDEN, encoding="utf-8")
        try:
            yield person
        finally:
            person.types("down", expect=0)
            assert processes.processes_naming(person.state) == []


# ---- writing exercises


def test_a_new_exercise_says_how_to_go_on_and_overwrites_nothing(newcomer: Instructor):
    told = newcomer.types("new", "exercise", "scale-up", "--in", str(newcomer.labs), expect=0)
    made = newcomer.labs / "50-my-lab"
    assert f"driftlab verify '{made}'" in told
    assert f"DRIFTLAB_LABS='{newcomer.labs}' driftlab lab" in told
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    again = newcomer.types("new", "exercise", "other", "--in", str(newcomer.labs), expect=USAGE)
    assert "is there already" in again
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before
    newcomer.types("new", "exercise", "other", "--in", str(newcomer.labs), "--lab", "51-more", expect=0)
    assert f"{MINE}: Ask for five replicas" in (listed := newcomer.types("list", expect=0))
    assert "51-more/other: Ask for five replicas" in listed


def test_a_new_exercise_needs_a_name_and_a_place(newcomer: Instructor):
    assert "is not a name" in newcomer.types("new", "exercise", "Scale Up", "--in", str(newcomer.labs), expect=USAGE)
    newcomer.state.parent.joinpath("file").touch()
    refused = newcomer.types("new", "exercise", "up", "--in", str(newcomer.state.parent / "file"), expect=TROUBLE)
    assert "cannot be written" in refused
    assert not newcomer.labs.exists()


def test_what_is_wrong_with_a_lab_is_said_before_any_cluster_is_needed(newcomer: Instructor):
    lab = newcomer.makes_a_lab()
    (lab / "stray.txt").touch()
    (lab / "scale-up/solution.sh").unlink()
    again = "The Deployment was scaled, but not to five."
    newcomer.rewrites(lab / "scale-up/exercise.md", "Count the Pods, and count those that you want.", again)
    newcomer.rewrites(lab / "scale-up/exercise.md", "- five-ready:", "- fvie-ready:")
    said = newcomer.types("verify", str(lab), expect=NOT_PASSED)
    assert "scale-up/checks.py, line 12: the reason five-ready has no sentence" in said
    assert "scale-up/exercise.md, line 12: nothing says the reason fvie-ready" in said
    assert f"{lab / 'stray.txt'} does not belong to the lab" in said
    assert f"{MINE} has no solution" in said
    assert f"the mistake other-number of {MINE} needs three hints that differ" in said
    assert "5 wrong with it." in said
    assert processes.processes_naming(newcomer.state) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "what"),
    [
        ("lab.md", "minutes: 10", "minuets: 10", 3, "`minuets` is unknown here"),
        ("lab.md", '- "scale-up"', '- "scale-down"', 5, "there is no scale-down/exercise.md"),
        ("scale-up/exercise.md", "2. The Deployment does.", "   The Deployment does.", 14, "'Hints' needs three hints"),
        ("scale-up/exercise.md", "- five:", "- fvie: a\n- five:", 7, "checks.py has no goal, guard or proof fvie"),
        ("scale-up/exercise.md", "## Mistake: ", "## ", 20, "a section is called Goals, Reasons, Hints, or "),
        ("scale-up/checks.py", "points=2", 'points="two"', 7, "TypeError"),
        ("scale-up/checks.py", "import Evidence,", "import gaol, Evidence,", 3, "(AttributeError|ImportError)"),
        ("scale-up/checks.py", "@mistake", "exit(4)\n\n\n@mistake", 21, "SystemExit: 4"),
        ("scale-up/checks.py", "@mistake", '@mistake("too-few")', 21, "the mistake too-few has no section"),
        ("scale-up/checks.py", "def five(", "def five((", 8, "SyntaxError"),
    ],
)
def test_a_mistake_in_the_files_of_a_lab_is_told_with_file_and_line(
    newcomer: Instructor, file: str, old: str, new: str, line: int, what: str
):
    lab = newcomer.makes_a_lab()
    newcomer.rewrites(lab / file, old, new)
    said = newcomer.types("verify", str(lab), expect=NOT_PASSED)
    assert re.search(rf"✘ {re.escape(str(lab / file))}, line {line}: {what}", said), said
    assert f"fix {lab / file}" in said
    assert "1 wrong with it." in said


def test_only_who_verifies_learns_of_it_as_a_fault_of_the_lab(newcomer: Instructor):
    """Who only wants to know how far they are cannot be told: that is trouble. And no folder is no lab."""
    lab = newcomer.makes_a_lab()
    newcomer.rewrites(lab / "scale-up/checks.py", "points=2", 'points="two"')
    for words in (["progress"], ["check", MINE]):
        said = newcomer.types(*words, expect=TROUBLE)
        assert f"Trouble: {lab / 'scale-up/checks.py'}, line 7: TypeError: " in said
        assert "Traceback" not in said
    assert "it has no lab.md" in newcomer.types("verify", str(newcomer.labs / "51-none"), expect=USAGE)


@pytest.mark.thorough("whole labs by the command line")
def test_a_lab_that_proves_itself(instructor: Instructor):
    said = instructor.types("verify", str(instructor.labs / "50-my-lab"), expect=PASSED)
    assert "Proved." in said
    assert [line for line in said.splitlines() if line[:1] in "✔✘"] == [
        f"✔ {MINE}: untouched, it is not passed",
        f"✔ {MINE}: its solution gets full marks",
        f"✔ {MINE}: autoscaler gets full marks, too",
        f"✔ {MINE}: patch gets full marks, too",
        f"✔ {MINE}: server-side gets full marks, too",
        f"✔ {MINE}: other-number is not passed, and gets its own hint",
        f"✔ {MINE}: recreated is not passed, and gets its own hint",
        f"✔ {MINE}: replicaset-scaled is not passed, and gets its own hint",
    ]


@pytest.mark.thorough("whole labs by the command line")
def test_a_lab_that_does_not_prove_itself_says_what_is_wrong(instructor: Instructor, newcomer: Instructor):
    """A solution that fails, a wrong answer that passes, and one that gets another's hint."""
    lab = newcomer.makes_a_lab()
    texts = {
        "solution": "# Mistyped.\nkubectl scale deployment/blog-app --replicas=5\n",
        "wrong/other-number": "# Right.\nkubectl scale deployment/blog-api --replicas=5\n",
        "wrong/replicaset-scaled": "# Few.\nkubectl scale deployment/blog-api --replicas=4\n",
    }
    for script, text in texts.items():
        (lab / "scale-up" / f"{script}.sh").write_text(text, encoding="utf-8")
    said = instructor.types("verify", str(lab), expect=NOT_PASSED)
    assert f"✘ {MINE}: its solution gets full marks\n" in said
    assert 'deployments.apps "blog-app" not found' in said
    assert f"✘ {MINE}: other-number is not passed, and gets its own hint\n    a wrong answer was judged PASS" in said
    told = f"✘ {MINE}: replicaset-scaled is not passed, and gets its own hint\n    the hint given would be that of "
    assert f"{told}other-number" in said
    assert f"✔ {MINE}: recreated" in said
    assert "3 wrong with it." in said


# ---- grading


def kubectl(instructor: Instructor, *words: str) -> None:
    (kubeconfig,) = instructor.state.glob("embedded/clusters/*/learner/my-lab.kubeconfig")
    processes.run([kubectl_path(), *words], env={"KUBECONFIG": str(kubeconfig)}, timeout_s=120)


def printed(instructor: Instructor, *words: str, expect: int) -> str:
    """What a command prints on standard output alone: what a program reads."""
    done = subprocess.run(
        [*DRIFTLAB, *words],
        env=instructor.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


def test_several_exercises_are_one_report_in_every_form(instructor: Instructor, tmp_path: Path):
    """Hidden goals count, and nobody sees what they are. An exercise that was not started is no zero."""
    instructor.types("reset", MINE, expect=0)
    instructor.types("start", "02-self-healing/one-pod", expect=0)
    unknown = instructor.types("check", MINE, "02-self-healing/replicaset", expect=USAGE)
    assert "driftlab start 02-self-healing/replicaset" in unknown
    junit = tmp_path / "report.xml"
    both = ("check", MINE, "02-self-healing/one-pod")
    document = json.loads(printed(instructor, *both, "--json", f"--junit={junit}", expect=NOT_PASSED))
    fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))(document)
    assert [result["exercise"] for result in document["results"]] == [MINE, "02-self-healing/one-pod"]
    mine, _ = document["results"]
    assert [(goal["title"], goal["points"], goal["of"]) for goal in mine["goals"]][2] == (
        "A hidden check: method",
        0,
        3,
    )
    assert (mine["of"], document["of"]) == (6, 10)
    assert [suite.get("name") for suite in ET.parse(junit).getroot()] == [MINE, "02-self-healing/one-pod"]
    shown = printed(instructor, *both, "--markdown", expect=NOT_PASSED)
    assert shown.count("### Not yet: ") == 2
    assert "| ✘ not yet | **A hidden check: method**" in shown
    told = instructor.types(*both, expect=NOT_PASSED)
    for said in (json.dumps(document), junit.read_text(encoding="utf-8"), shown, told):
        assert "SECRET" not in said
    progress = instructor.types("progress", expect=0)
    assert re.search(rf"{MINE}.*0 / 6", progress)
    assert re.search(r"02-self-healing/all-pods.*not checked yet", progress)


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["words", "JSON"])
def test_a_check_that_watches_ends_when_all_is_passed(instructor: Instructor, form: list[str]):
    instructor.types("reset", MINE, expect=0)
    with subprocess.Popen(
        [*DRIFTLAB, "check", MINE, "--watch", *form],
        env={**instructor.environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watch:
        try:
            news = watch.stderr if form else watch.stdout
            assert news
            assert any("Not yet" in line for line in news)
            kubectl(instructor, "scale", "deployment/blog-api", "--replicas=5")
            out, err = watch.communicate(timeout=300)
        finally:
            watch.kill()
    assert watch.returncode == PASSED, err
    if form:
        assert json.loads(out)["results"][0]["outcome"] == "PASS"
    else:
        assert "Done: Ask for five replicas · 6 of 6 points" in out

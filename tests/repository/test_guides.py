"""The guide for those who write labs: its code runs, and whatever it names exists."""

import re

import pytest
from markdown_it import MarkdownIt

from driftlab.checker.evidence import predicates
from driftlab.checker.evidence.recording import Recording
from driftlab.checker.evidence.snapshot import LISTS, Evidence, Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.proofs import BOUND_S, Disturbance


@pytest.fixture(scope="module")
def guide(root):
    return (root / "labs" / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tokens(guide):
    parsed = MarkdownIt("commonmark").enable("table").parse(guide)
    return [*parsed, *(child for token in parsed for child in token.children or ())]


@pytest.fixture(scope="module")
def code(tokens):
    """The guide's Python: a lab, and what graders add to it."""
    lab, hidden = (token.content for token in tokens if token.type == "fence" and token.info == "python")
    return lab, hidden


@pytest.fixture
def folder(code, tmp_path, monkeypatch):
    lab, hidden = code
    folder = tmp_path / "50-my-lab"
    folder.mkdir()
    (folder / "exercises.py").write_text(lab, encoding="utf-8")
    graders = tmp_path / "graders"
    graders.mkdir()
    (graders / "50-my-lab.py").write_text(hidden, encoding="utf-8")
    monkeypatch.setenv("DRIFTLAB_HIDDEN", str(graders))
    return folder


def thing(uid, owner="", **fields):
    metadata = {"name": "blog-api", "uid": uid, "resourceVersion": "1", "generation": 1}
    return {
        "metadata": metadata | ({"ownerReferences": [{"uid": owner, "controller": True}]} if owner else {}),
        **fields,
    }


def rolled_out(image, replicas=3):
    """blog-api as it is when nothing is going on."""
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), replicas)
    template = {"metadata": {"labels": {"app": "blog-api"}}, "spec": {"containers": [{"name": "a", "image": image}]}}
    spec = {"replicas": replicas, "template": template, "selector": {"matchLabels": {"app": "blog-api"}}}
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    raw = {
        "deployments": [thing("d", spec=spec, status={"observedGeneration": 1, **counts})],
        "replicasets": [thing("rs", "d", spec=spec)],
        "pods": [thing(f"p-{number}", "rs", spec=template["spec"], status=ready) for number in range(replicas)],
        "events": [],
    }
    assert raw.keys() == LISTS.keys()
    return Snapshot("c", "my-lab", "1", 1.0, raw)


class Heals:
    """In the place of a disturbance: whatever is waited for comes."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def delete_pod(self, name):
        assert name == "blog-api"

    def until(self, met):
        now = rolled_out("blog-api:1.1", 4)
        raw = {**now.raw, "pods": now.raw["pods"][1:]}
        raw["deployments"][0]["spec"]["replicas"] = 3
        raw["deployments"][0]["status"] |= {"updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3}
        healed = Snapshot("c", "my-lab", "2", 2.0, raw)
        assert met(healed)
        return healed


def judged(folder, image, replicas=3):
    (exercise,) = load(folder).exercises
    evidence = Evidence(rolled_out("blog-api:1.0"), rolled_out(image, replicas), Recording())
    return exercise.judge(evidence, disturb=Heals)


def test_the_guides_exercise_judges(folder):
    untouched = judged(folder, "blog-api:1.0")
    assert [goal.outcome for goal in untouched.goals] == [Outcome.FAIL, Outcome.PASS, Outcome.PASS, Outcome.FAIL]
    half = judged(folder, "blog-api:1.1", replicas=1)
    assert half.goals[0].points == 1.5
    done = judged(folder, "blog-api:1.1")
    assert (done.outcome, done.points) == (Outcome.PASS, done.of), done
    assert done.of == 3 + 2 + 1 + 2


def test_its_hidden_goal_is_hidden(folder, guide):
    (exercise,) = load(folder).exercises
    (shown,) = [title for title in exercise.titles if "hidden" in title]
    assert f"“{shown}”" in guide
    assert not [title for title in exercise.titles if "One rollout" in title]


def test_every_question_of_the_vocabulary_has_its_function(guide):
    """And who writes a lab finds in the guide all that asks the recording."""
    _, _, section = guide.partition("\n## Evidence\n")
    rows = re.findall(r"^\| .*\? \| (.*) \|$|^\| .*…\? \| (.*) \|$", section.partition("\n## ")[0], re.MULTILINE)
    named = {re.match(r"\w+", code)[0] for row in rows for code in re.findall(r"`([^`]+)`", "".join(row))}
    assert len(named) > 10
    assert [name for name in named if not callable(getattr(predicates, name, None))] == []
    assert {"least_ready", "replicas_asked_for", "images_asked_for", "was_ever", "was_recreated", "you"} <= named


def test_everything_that_a_proof_may_do_is_told(guide):
    may = {name for name in vars(Disturbance) if not name.startswith("_")} - {"put_back", "settle", "make_good"}
    _, _, section = guide.partition("\n## Proofs\n")
    assert may == set(re.findall(r"`(delete_pod|scale|restart|until)\b", section.partition("\n## ")[0]))
    assert f"{BOUND_S:g} seconds" in section


def test_every_command_and_option_that_it_names_exists(tokens, commands):
    kinds = ("code_block", "code_inline")
    lines = [line.split(" #")[0] for token in tokens if token.type in kinds for line in token.content.splitlines()]
    typed = [words[1:] for words in map(str.split, lines) if words[:1] == ["driftlab"]]
    assert {"new", "verify", "start", "check", "progress"} <= {words[0] for words in typed}
    for name, *words in typed:
        command = commands[name]
        if hasattr(command, "commands"):
            command = command.commands[words[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        assert [word for word in words if word.startswith("-") and word not in options] == [], name


def test_every_setting_that_it_names_is_read_somewhere(guide, root):
    sources = "".join(path.read_text() for part in ("checker", "clusters") for path in (root / part).rglob("*.py"))
    settings = set(re.findall(r"\bDRIFTLAB_[A-Z_]+[A-Z]\b", guide))
    assert {"DRIFTLAB_LABS", "DRIFTLAB_HIDDEN"} <= settings
    assert [name for name in settings if name not in sources] == []


def test_the_files_that_it_lists_are_those_of_a_lab(folder, guide):
    """As `driftlab.checker.exercises.exercise` looks for them."""
    (exercise,) = load(folder).exercises
    places = [exercise.manifest, exercise.beginning, exercise.solution]
    places += [folder / "right" / exercise.name / "WAY.sh", folder / "wrong" / exercise.name / "MISTAKE.sh"]
    for place in places:
        listed = str(place.relative_to(folder)).replace(exercise.name, "EXERCISE")
        assert f"| `{listed}` |" in guide

"""The guide for those who write labs: its code runs, and whatever it names exists."""

import re

import pytest
import yaml
from markdown_it import MarkdownIt

from driftlab.checker.authoring.reasons import unmatched_reasons
from driftlab.checker.authoring.verification import complete
from driftlab.checker.evidence import predicates
from driftlab.checker.evidence.recording import Recording
from driftlab.checker.evidence.snapshot import LISTS, MORE_LISTS, Evidence, Snapshot
from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises import guards, mistakes
from driftlab.checker.exercises.catalogue import load
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.checker.exercises.folder import EXERCISE_KEYS, LAB_KEYS, read_lab
from driftlab.checker.exercises.grading import grade
from driftlab.checker.exercises.proofs import MAX_WAIT_S, Disturbance
from driftlab.checker.exercises.texts import PLACEHOLDER


@pytest.fixture(scope="module")
def guide(root):
    return (root / "labs" / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tokens(guide):
    parsed = MarkdownIt("commonmark").enable("table").parse(guide)
    return [*parsed, *(child for token in parsed for child in token.children or ())]


#: The guide's examples, in their order: a lab, a quiz, and what graders add to the lab.
EXAMPLES = [
    "lab.md",
    "roll-out/exercise.md",
    "common.py",
    "roll-out/checks.py",
    "frame/quiz.yaml",
    "frame/checks.py",
    "graders/50-my-lab.py",
]


@pytest.fixture(scope="module")
def examples(tokens):
    """Each example's text, by the file that it is."""
    fences = [token for token in tokens if token.type == "fence"]
    kinds = {".md": "markdown", ".py": "python", ".yaml": "yaml"}
    assert [token.info for token in fences] == [kinds[name[name.rindex(".") :]] for name in EXAMPLES]
    return {name: token.content for name, token in zip(EXAMPLES, fences, strict=True)}


def written(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(examples, tmp_path):
    """The guide's lab, without what graders add."""
    return written(tmp_path / "50-my-lab", {name: examples[name] for name in EXAMPLES[:4]})


@pytest.fixture
def graders(examples, tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTLAB_HIDDEN", str(tmp_path / "graders"))
    written(tmp_path, {"graders/50-my-lab.py": examples["graders/50-my-lab.py"]})


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
        assert not met(rolled_out("blog-api:1.1")), "the Pod is still there"
        assert met(healed)
        return healed


def judged(folder, image, replicas=3):
    (exercise,) = load(folder).exercises
    evidence = Evidence(rolled_out("blog-api:1.0"), rolled_out(image, replicas), Recording())
    return grade(exercise, evidence, disturb=Heals)


@pytest.mark.usefixtures("graders")
def test_the_guides_exercise_judges(folder):
    untouched = judged(folder, "blog-api:1.0")
    assert [goal.outcome for goal in untouched.goals] == [Outcome.FAIL, Outcome.PASS, Outcome.PASS, Outcome.FAIL]
    half = judged(folder, "blog-api:1.1", replicas=1)
    assert half.goals[0].points == 1.5
    assert half.mistakes == ("too-few",)
    done = judged(folder, "blog-api:1.1")
    assert (done.outcome, done.points, done.mistakes) == (Outcome.PASS, done.of, ()), done
    assert done.of == 3 + 2 + 2 + 1


def test_its_hints_are_those_of_its_texts(folder):
    """Those that exercises share take the place of those that the kit brings."""
    (exercise,) = load(folder).exercises
    command = "kubectl set image deployment/blog-api blog-api=blog-api:1.1"
    assert exercise.hints[2] == f"`{command}`"
    recreated, too_few = exercise.mistakes
    assert (recreated.name, too_few.name) == ("recreated", "too-few")
    assert recreated.hints[0] == "Look at the AGE of the Deployment."
    assert too_few.hints[2] == f"Ask for three again. Or start roll-out again with reset(), and then: {command}"


@pytest.mark.usefixtures("graders")
def test_its_hidden_goal_is_hidden(folder, guide):
    (exercise,) = load(folder).exercises
    (shown,) = [title for title in exercise.titles if "hidden" in title]
    assert f"“{shown}”" in guide
    assert not [title for title in exercise.titles if "One rollout" in title]


def test_its_quiz_judges(examples, tmp_path):
    """The text is that of any exercise; its checks read the questions."""
    hints = "1. a\n2. b\n3. c\n"
    text = f"---\ntitle: The frame\n---\n## Hints\n\n{hints}\n## Mistake: unanswered\n\n{hints}"
    folder = written(
        tmp_path / "51-quiz",
        {
            "lab.md": examples["lab.md"].partition("## Mistake")[0].replace("roll-out", "frame"),
            "frame/exercise.md": text,
            **{name: examples[name] for name in ("frame/quiz.yaml", "frame/checks.py")},
        },
    )
    (quiz,) = load(folder).exercises
    for answers, outcome in (({}, Outcome.FAIL), ({"q1": "pod"}, Outcome.FAIL), ({"q1": "deployment"}, Outcome.PASS)):
        taken = rolled_out("blog-api:1.0")
        asked = {**taken.raw, "configmaps": [{"metadata": {"name": "answers"}, "data": answers}]}
        result = grade(quiz, Evidence(taken, Snapshot("c", "quiz", "2", 2.0, asked), Recording()))
        assert (result.outcome, result.of, result.broken) == (outcome, 1, ())


# ---- what is told if the parts do not fit together

#: How each row of the guide's table comes about: a file, what stands there, and what stands there then.
FAULTS = {
    "a mistake has no hints": ("roll-out/exercise.md", r"\n## Mistake: too-few.*", ""),
    "hints have no mistake": (
        "roll-out/exercise.md",
        r"(\n## Mistake: )(too-few.*)",
        r"\1too-fwe\n\n1. a\n2. b\n3. c\n\1\2",
    ),
    "a goal has no title": ("roll-out/exercise.md", r"- new-version: .*?\n", ""),
    "a title has no goal": ("roll-out/exercise.md", r"- new-version: ", "- new-verison: a\n- new-version: "),
    "a command is missing": ("roll-out/exercise.md", r"command: .*?\n", ""),
    "an exercise is not in the list": ("lab.md", r"exercises:\n  - roll-out", "exercises: []"),
    "a name in the list has no folder": ("lab.md", r"- roll-out", "- rollout"),
    "a key is misspelled": ("lab.md", r"minutes:", "minuets:"),
    "the code is wrong": ("common.py", r"-> Verdict:", "-> Verdict"),
}
#: The same for the table of what ``driftlab verify`` compares.
UNMATCHED = {
    "a reason has no sentence": ("lab.md", r"- too-few: .*?\n", ""),
    "nothing says a sentence": ("lab.md", r"- too-few: ", "- too-fwe: a\n- too-few: "),
    "a placeholder has no value": ("lab.md", r"\{replicas\}", "{replica}"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_it_says_that_is_told_is_told(guide, folder, what):
    spoiled(folder, *FAULTS[what])
    with pytest.raises(LabBroken) as trouble:
        read_lab(folder)
    told = trouble.value.message.removeprefix(f"{folder}/").replace("`", "'")  # a table cannot have them within code
    assert f"| {what} | `{told}` |" in guide


@pytest.mark.parametrize("what", UNMATCHED)
def test_what_it_says_that_verify_finds_is_found(guide, folder, what):
    spoiled(folder, *UNMATCHED[what])
    (told,) = unmatched_reasons(read_lab(folder))
    assert f"| {what} | `{told.replace(f'{folder}/', '')}` |" in guide


def spoiled(folder, file, old, new):
    source = (folder / file).read_text(encoding="utf-8")
    changed = re.sub(old, new, source, count=1, flags=re.DOTALL)
    assert changed != source
    (folder / file).write_text(changed, encoding="utf-8")


def test_every_row_of_these_tables_is_tried(guide):
    _, *tables = guide.split("| what is wrong | what you are told |\n|---|---|\n")
    rows = [
        [row.split(" | ")[0].removeprefix("| ") for row in table.partition("\n\n")[0].splitlines()] for table in tables
    ]
    assert rows == [list(FAULTS), list(UNMATCHED)]


# ---- what it lists


def test_every_guard_and_mistake_of_the_library_is_listed(guide):
    """Each as it is called in an exercise; a mistake with the name of its hints."""
    rows = dict(re.findall(r"^\| `((?:guards|mistakes)\..*?\))` \| (.*) \|$", guide, re.MULTILINE))
    library = {"guards": guards, "mistakes": mistakes}
    offered = {
        f"{place}.{name}"
        for place, module in library.items()
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "") == module.__name__
    }
    assert {call.partition("(")[0] for call in rows} == offered
    for call, text in rows.items():
        made = eval(call, library)
        assert call.startswith("guards.") == getattr(made, "guard", False)
        assert call.startswith("guards.") or text.startswith(f"`{made.name}`: ")


def test_every_key_of_a_text_is_shown_or_named(guide, examples):
    lab, exercise = (yaml.safe_load(examples[name].split("---")[1]) for name in EXAMPLES[:2])
    assert set(lab) == LAB_KEYS
    assert set(exercise) < EXERCISE_KEYS
    assert [key for key in EXERCISE_KEYS - set(exercise) if f"`{key}" not in guide] == []


def test_every_placeholder_is_explained(guide):
    explained = set(re.findall(r"^\| `\{(\w+)\}` \| ", guide, re.MULTILINE))
    assert explained == set(re.findall(r"\w+", PLACEHOLDER.pattern))


def test_every_kind_that_can_be_watched_is_listed(guide):
    _, _, listed = guide.partition("There are `jobs`")
    assert {"jobs", *re.findall(r"`(\w+)`", listed.partition(". They take")[0])} == set(MORE_LISTS)


def test_every_question_of_the_vocabulary_has_its_function(guide):
    """And who writes a lab finds in the guide all that asks the recording."""
    _, _, section = guide.partition("\n## Evidence\n")
    rows = re.findall(r"^\| .*\? \| (.*) \|$|^\| .*…\? \| (.*) \|$", section.partition("\n## ")[0], re.MULTILINE)
    named = {re.match(r"\w+", code)[0] for row in rows for code in re.findall(r"`([^`]+)`", "".join(row))}
    assert len(named) > 10
    assert [name for name in named if not callable(getattr(predicates, name, None))] == []
    assert {"least_ready", "replicas_asked_for", "images_asked_for", "was_ever", "was_recreated", "you"} <= named


def test_everything_that_a_proof_may_do_is_told(guide):
    may = {name for name in vars(Disturbance) if not name.startswith("_")} - {"put_back", "settle", "repair"}
    _, _, section = guide.partition("\n## Proofs\n")
    assert may == set(re.findall(r"`(delete_pod|scale|restart|until)\b", section.partition("\n## ")[0]))
    assert f"{MAX_WAIT_S:g} seconds" in section


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


def test_the_files_that_it_lists_are_those_of_a_lab(folder, examples, guide):
    """With all of them, nothing belongs to nothing but the lab's start.yaml, since the exercise has its own."""
    listed = re.findall(r"^\| `([\w./-]+)` \| ", guide, re.MULTILINE)
    assert len(listed) == len(set(listed)) == 12
    names = {"LAB": "50-my-lab", "EXERCISE": "roll-out", "WAY": "patch", "MISTAKE": "recreated"}
    paths = {folder / re.sub("|".join(names), lambda found: names[found[0]], name) for name in listed}
    assert {path for path in folder.rglob("*") if path.is_file()} < paths
    more = {
        path: examples["frame/quiz.yaml"] if path.name == "quiz.yaml" else "" for path in paths if not path.exists()
    }
    written(folder, {**more, "roll-out/wrong/too-few.sh": ""})
    assert complete(read_lab(folder)) == [
        "50-my-lab/roll-out has 2 wrong answers, and needs at least 3",
        f"{folder / 'start.yaml'} does not belong to the lab",
    ]

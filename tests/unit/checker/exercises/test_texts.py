"""Texts in Markdown: front matter, and sections of three hints. What cannot be meant is told with its line."""

from pathlib import Path

import pytest
import yaml

from driftlab.checker.exercises.definitions import LabBroken, Place
from driftlab.checker.exercises.texts import Section, Sentence, invalid_yaml, read

KEYS = {"title", "command", "watches", "minutes", "roundabout"}
WHOLE = """\
---
title: Delete one Pod
command: kubectl delete pod NAME
---
What stands here is for authors.

## Hints

1. You want one Pod gone.
   Which verb does that?
2. `kubectl get pods` shows the names.
3. `{command}`

## Mistake: scaled

1. How many did you ask for?
2. Scaling is an order.
3. Begin again with {reset}, and then: {command}
"""
SENTENCES = """\
---
title: Both
---
## Goals

- both-changes: Every Pod runs 1.2:
  all {n} of them
- heals: It heals

## Reasons

- image-only: the image is `1.2`, *and* {that} is all
"""
HINTS = "## Hints\n\n1. a\n2. b\n3. c\n"


@pytest.fixture
def text(tmp_path):
    """``text(source)``: reads a file with this text, given as it is or in bytes."""

    def make(source):
        text.path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return read(text.path, KEYS)

    text.path = tmp_path / "exercise.md"
    make.path = text.path
    return make


def trouble(text, source):
    """What is said of a text, after the file's name: ``line 7: …``."""
    with pytest.raises(LabBroken) as caught:
        text(source)
    assert caught.value.next_step == f"fix {text.path}"
    assert caught.value.exit_code == 3, "who runs a command has typed nothing wrong"
    place, told = caught.value.message[: len(f"{text.path}, ")], caught.value.message[len(f"{text.path}, ") :]
    assert place == f"{text.path}, "
    return told


# ---- what is read


def test_the_front_matter_is_yaml_and_each_hint_is_one_line(text):
    made = text(WHOLE)
    assert made.front == {"title": "Delete one Pod", "command": "kubectl delete pod NAME"}
    assert made.sections["Hints"].hints == (
        "You want one Pod gone. Which verb does that?",
        "`kubectl get pods` shows the names.",
        "`{command}`",
    )


def test_mistakes_are_found_by_their_names(text):
    made = text(WHOLE)
    assert set(made.sections) == {"Hints", "Mistake: scaled"}
    assert made.mistakes == {"scaled": made.sections["Mistake: scaled"]}


def test_titles_and_reasons_are_found_by_their_names_and_know_their_lines(text):
    made = text(SENTENCES)
    assert made.titles == {
        "both-changes": Sentence("Every Pod runs 1.2: all {n} of them", Place(str(text.path), 6)),
        "heals": Sentence("It heals", Place(str(text.path), 8)),
    }
    assert made.reasons == {
        "image-only": Sentence("the image is `1.2`, *and* {that} is all", Place(str(text.path), 12))
    }
    assert made.sections == {}


def test_a_section_may_be_empty(text):
    made = text("---\ntitle: a\n---\n## Goals\n\n## Reasons\n")
    assert (made.titles, made.reasons) == ({}, {})


def test_a_sentence_is_filled_and_other_braces_stay():
    sentence = Sentence("{n} of {n}: {'a': {b c} {N}", Place("exercise.md", 4))
    assert sentence.placeholders == {"n"}
    assert sentence.fill({"n": "{n}", "more": "x"}) == "{n} of {n}: {'a': {b c} {N}"
    with pytest.raises(KeyError, match="'n'"):
        sentence.fill({})


def test_each_section_knows_its_line(text):
    lines = WHOLE.splitlines()
    for title, section in text(WHOLE).sections.items():
        assert section.place == Place(str(text.path), lines.index(f"## {title}") + 1)


@pytest.mark.parametrize("around", ["{}", "\n\n{}", "{}\n\n\n", "\ufeff{}"], ids=["as it is", "above", "below", "BOM"])
def test_lines_are_those_of_the_file_whatever_stands_around(text, around):
    """Editors add empty lines, and some of them a byte order mark."""
    made = text(around.format(WHOLE.replace("{", "{{").replace("}", "}}")).replace("{{", "{").replace("}}", "}"))
    lines = text.path.read_text(encoding="utf-8").splitlines()
    assert made.front["title"] == "Delete one Pod"
    assert made.sections["Mistake: scaled"].place.line == lines.index("## Mistake: scaled") + 1


def test_lines_may_end_as_on_windows(text):
    assert text(WHOLE.replace("\n", "\r\n").encode()) == text(WHOLE)


def test_a_list_of_bullets_in_the_front_matter_is_no_hint(text):
    assert text(f"---\nwatches:\n- jobs\n---\n{HINTS}").front == {"watches": ["jobs"]}


# ---- placeholders


def test_placeholders_stand_for_the_command_the_exercise_and_the_way_to_begin_again():
    section = Section(("{exercise}?", "Not {this}.", "{reset}, then {command}"), Place("exercise.md", 4))
    assert section.render("one-pod", "kubectl delete pod NAME") == (
        "one-pod?",
        "Not {this}.",
        "reset(), then kubectl delete pod NAME",
    )


def test_what_a_command_says_is_no_placeholder():
    """`kubectl patch --patch='{…}'` is a command, too."""
    section = Section(("a", "b", "{command}"), Place("exercise.md", 4))
    assert section.render("one", "kubectl patch '{command} {reset}'")[2] == "kubectl patch '{command} {reset}'"


def test_a_command_that_is_needed_and_missing_is_told_with_the_line_of_the_hints():
    """Hints that several exercises share are in lab.md; which of them has no command is told, too."""
    section = Section(("a", "b", "{command}"), Place("/labs/50-my-lab/lab.md", 9))
    with pytest.raises(LabBroken) as trouble:
        section.render("one-pod", "")
    told = "/labs/50-my-lab/lab.md, line 9: a hint says {command}, and one-pod/exercise.md has no `command`"
    assert trouble.value.message == told
    assert Section(("a", "b", "c"), section.place).render("one-pod", "") == ("a", "b", "c")


# ---- values of the front matter


def test_a_value_is_what_it_has_to_be_or_its_default(text):
    made = text("---\ntitle: One\nminutes: 5\nroundabout: yes\nwatches: [jobs]\n---\n")
    assert made.value("title", str) == "One"
    assert made.value("minutes", int) == 5
    assert made.value("roundabout", bool) is True
    assert made.value("watches", list) == ["jobs"]
    assert made.value("command", str, "") == ""


@pytest.mark.parametrize(
    ("front", "key", "kind", "told"),
    [
        ("minutes: 5", "title", str, "line 1: the front matter has no `title`"),
        ("minutes: 5\ntitle:", "title", str, "line 1: the front matter has no `title`"),
        ("minutes: 5\ntitle: 7", "title", str, "line 3: `title` is a text, not 7"),
        ("title: a\nminutes: many", "minutes", int, "line 3: `minutes` is a whole number, not 'many'"),
        ("minutes: 1.5", "minutes", int, "line 2: `minutes` is a whole number, not 1.5"),
        ("minutes: yes", "minutes", int, "line 2: `minutes` is a whole number, not True"),
        ("watches: jobs", "watches", list, "line 2: `watches` is a list, not 'jobs'"),
        ("roundabout: 1", "roundabout", bool, "line 2: `roundabout` is a yes or no, not 1"),
    ],
)
def test_a_value_that_is_missing_or_of_another_kind_is_told_with_its_line(text, front, key, kind, told):
    made = text(f"---\n{front}\n---\n{HINTS}")
    with pytest.raises(LabBroken) as trouble:
        made.value(key, kind)
    assert trouble.value.message == f"{text.path}, {told}"


@pytest.mark.parametrize(
    "source", ["", HINTS, "---\n- title\n---\n", "---\njust words\n---\n", f"---\ntitle: x\n{HINTS}"]
)
def test_a_front_matter_that_is_none_has_no_values(text, source):
    """Nothing there, a list, words, or a fence that nobody has closed."""
    made = text(source)
    with pytest.raises(LabBroken, match=r"exercise\.md, line 1: the front matter has no `title`"):
        made.value("title", str)


# ---- what cannot be meant


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("---\ntitle: a\ntitel: b\n---\n", "line 3: `titel` is unknown here: the keys are command, minutes, rounda"),
        ("---\ntitle: a\n7: b\n---\n", "line 3: `7` is unknown here"),
        ("---\ntitle: 'a\n---\n", "line 3: the front matter is not valid YAML: found unexpected end of stream"),
        (
            "---\ntitle: a\n  minutes: b\n---\n",
            "line 3: the front matter is not valid YAML: mapping values are not allowed",
        ),
        ("---\ntitle: a\n\tminutes: b\n---\n", "line 3: the front matter is not valid YAML: "),
        (f"---\ntitle: a\n---\n\n{HINTS}\n{HINTS}", "line 11: there are two sections called 'Hints'"),
        (f"---\ntitle: a\n---\n{HINTS}\n## Hint\n", "line 10: a section is called Goals, Reasons, Hints, or Mistake: "),
        (
            f"---\ntitle: a\n---\n{HINTS}\n### Mistake\n",
            "line 10: a section is called Goals, Reasons, Hints, or Mistake: NAME, not 'Mi",
        ),
        ("---\ntitle: a\n---\n## Hints\n\n1. a\n2. b\n", "line 4: 'Hints' needs three hints.*: there are 2"),
        (f"---\ntitle: a\n---\n{HINTS}4. d\n", "line 4: 'Hints' needs three hints.*: there are 4"),
        ("---\ntitle: a\n---\n## Hints\n\n1. a\n2.\n3. c\n", "line 4: hints are one numbered list"),
        ("---\ntitle: a\n---\n## Hints\n", "line 4: 'Hints' needs three hints.*: there are 0"),
        ("---\ntitle: a\n---\n## Mistake: x\n\n1. a\n", "line 4: 'Mistake: x' needs three hints.*: there are 1"),
        (f"---\ntitle: a\n---\n{HINTS}\n    code\n", "line 4: hints are one numbered list"),
        (f"---\ntitle: a\n---\n{HINTS}\n   ```\n   code\n   ```\n", "line 4: hints are one numbered list"),
        (f"---\ntitle: a\n---\n{HINTS}\n   more of c\n", "line 4: hints are one numbered list"),
        (f"---\ntitle: a\n---\n{HINTS}\n---\n\nwords\n", "line 4: hints are one numbered list"),
        ("---\ntitle: a\n---\n## Hints\n\n- a\n- b\n- c\n", "line 4: hints are one numbered list"),
        ("---\ntitle: a\n---\n## Hints\n\na\n\nb\n\nc\n", "line 4: hints are one numbered list"),
        ("---\ntitle: a\n---\n## Goals\n\n1. a: b\n", "line 4: Goals are one list, and each of them is one paragraph"),
        ("---\ntitle: a\n---\n## Goals\n\n- a: b\n\n  c\n", "line 4: Goals are one list"),
        ("---\ntitle: a\n---\n## Reasons\n\nwords\n", "line 4: Reasons are one list"),
        (
            "---\ntitle: a\n---\n## Goals\n\n- a: b\n- b c\n",
            "line 7: a line of Goals is a name, a colon and a text, not 'b c'",
        ),
        ("---\ntitle: a\n---\n## Goals\n\n- a:\n", "line 6: a line of Goals is a name, a colon and a text, not 'a:'"),
        ("---\ntitle: a\n---\n## Goals\n\n- a: b\n\n- a: c\n", "line 8: Goals has two lines called a"),
        ("---\ntitle: a\n---\n## Reasons\n\n- a-b: c\n- few: d\n", "line 7: a reason is called by two words or more"),
        ("---\ntitle: a\n---\n## Goals\n\n- a: b\n\n## Goals\n", "line 8: there are two sections called 'Goals'"),
        (b"---\ntitle: \xff\n---\n", "line 1: it cannot be read: 'utf-8' codec can't decode byte"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line(text, source, told):
    """What stood in a hint and was not shown would be missed by nobody but the learner."""
    line, _, words = told.partition(": ")
    found_line, _, found = trouble(text, source).partition(": ")
    assert found_line == line
    start, _, end = words.partition(".*")
    assert found.startswith(start)
    assert end in found
    assert "unicode string" not in found, "which line of what is said before"


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(LabBroken, match=r"exercise\.md, line 1: it cannot be read: .*No such file"):
        read(tmp_path / "exercise.md", KEYS)


def test_a_mistake_in_yaml_that_has_no_place_is_one_of_the_file():
    error = yaml.YAMLError("out of breath")
    assert (
        invalid_yaml(Path("quiz.yaml"), error, "it").message == "quiz.yaml, line 1: it is not valid YAML: out of breath"
    )

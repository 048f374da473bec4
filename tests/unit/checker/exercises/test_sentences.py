"""Sentences by name: where they are looked up, and what is said if there is none."""

from pathlib import Path

import pytest

from driftlab.checker.evidence.verdict import failed, passed
from driftlab.checker.exercises.definitions import LabBroken, Place
from driftlab.checker.exercises.goals import goal, guard, mistake, proof
from driftlab.checker.exercises.sentences import SentenceMissing, Sentences, kit
from driftlab.checker.exercises.texts import Section, Sentence, Text
from driftlab.checker.objects.reason import Reason, reason


def text(name, **reasons):
    """A text with these reasons; also a title and hints for each, called alike."""
    place = Place(f"/labs/50-my-lab/{name}", 7)
    sentences = {key.replace("_", "-"): Sentence(words, place) for key, words in reasons.items()}
    hints = {f"Mistake: {key}": Section((one.text, "b", "c"), place) for key, one in sentences.items()}
    return Text(Path(place.file), {}, hints, sentences, sentences)


@pytest.fixture
def sentences():
    """Of an exercise, and of its lab."""
    own = text("exercise.md", too_few="only {ready}")
    shared = text("lab.md", too_few="few: {ready}", no_pod="kein Pod {name}", but_wrong="well, but {wrong}")
    return Sentences((own, shared))


def yes(*_):
    return passed("yes")


# ---- reasons


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("a plain sentence", "a plain sentence"),
        (reason("too-few", ready=2), "only 2"),
        (reason("no-pod", name="blog"), "kein Pod blog"),
        (reason("no-deployment", name="blog"), "there is no Deployment called blog any more"),
        (reason("too-few", ready=("p-1", "p-2")), "only p-1, p-2"),
        (reason("too-few", ready=[]), "only "),
        (reason("but-wrong", wrong=reason("too-few", ready=0)), "well, but only 0"),
        (reason("but-wrong", wrong=[reason("too-few", ready=1), "late"]), "well, but only 1, late"),
        (reason("too-few", ready="{name}", name="x"), "only {name}"),
    ],
)
def test_the_exercise_comes_first_then_the_lab_then_the_kit(sentences, given, told):
    assert sentences.render(given) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (Reason("no-such-key"), "the reason no-such-key has no sentence under Reasons in exercise.md, nor in lab.md"),
        (Reason("too-few"), "the reason too-few says {ready} (exercise.md, line 7), and has no such value"),
        (
            reason("but-wrong", wrong=Reason("too-few")),
            "the reason too-few says {ready} (exercise.md, line 7), and has",
        ),
    ],
)
def test_a_sentence_or_a_value_that_is_missing_is_named(sentences, given, told):
    with pytest.raises(SentenceMissing) as missing:
        sentences.render(given)
    assert str(missing.value).startswith(told)


def test_a_lab_of_one_module_has_the_sentences_of_the_kit_alone():
    assert Sentences().render(failed("no-pod", name="a").reason) == "there is no Pod called a"
    with pytest.raises(SentenceMissing, match=r"^the reason too-few has no sentence$"):
        Sentences().render(reason("too-few"))


# ---- titles


@pytest.mark.parametrize("make", [goal, guard, proof])
def test_a_title_is_found_by_name_and_filled_with_values(sentences, make):
    def too_few(*_):
        return passed("yes")

    assert sentences.title(make(ready=2)(too_few)) == "only 2"
    assert sentences.title(make("Here")(yes)) == "Here"
    with pytest.raises(LabBroken) as broken:
        sentences.title(make(too_few))
    assert f"{broken.value}".startswith(
        "/labs/50-my-lab/exercise.md, line 7: the title says {ready}, and test_sentences.py"
    )


@pytest.mark.parametrize("make", [goal, guard, proof])
def test_a_check_without_a_title_or_a_name_is_named_with_its_line(sentences, make):
    kind = make.__name__
    for check, told in (
        (make(yes), f"the {kind} yes has no title under Goals in exercise.md, nor in lab.md"),
        (make(lambda *_: passed("yes")), f"this {kind} needs a name: that of a function, or of a variable"),
    ):
        with pytest.raises(LabBroken) as broken:
            sentences.title(check)
        assert broken.value.message == f"{check.place}: {told}"


def test_a_hidden_goal_needs_no_title_that_learners_could_read(sentences):
    assert sentences.title(goal(hidden="method")(yes)) == "yes"


# ---- hints


def test_hints_of_the_definition_come_before_those_of_the_kit_and_after_those_of_the_lab(sentences):
    assert sentences.hints(mistake("too-few")(bool)).hints[0] == "only {ready}"
    assert sentences.hints(mistake("recreated")(bool)) == kit().mistakes["recreated"]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (mistake("oops")(bool), "the mistake oops has no section in exercise.md, nor in lab.md"),
        (mistake(lambda evidence: True), "this mistake needs a name: that of a function, or of a variable"),
    ],
)
def test_a_mistake_without_hints_or_a_name_is_named_with_its_line(sentences, made, told):
    with pytest.raises(LabBroken) as broken:
        sentences.hints(made)
    assert broken.value.message == f"{made.place}: {told}"

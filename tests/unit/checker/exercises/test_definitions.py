"""Places in a lab's code, and the validation of names, texts, points and hints."""

import runpy

import pytest

from driftlab.checker.exercises import definitions
from driftlab.checker.exercises.definitions import (
    Place,
    caller_place,
    check_new_name,
    check_points,
    check_text,
    check_three_hints,
    place_of,
)


@pytest.fixture
def module(tmp_path):
    """``module(source, name)``: runs a file in a lab's folder and returns its names."""
    folder = tmp_path / "50-my-lab"
    folder.mkdir()

    def run(source, name="exercises.py"):
        path = folder / name
        path.write_text(source)
        return runpy.run_path(str(path))

    run.folder = folder
    return run


# ---- places


def test_a_place_names_file_and_line_and_its_short_form_has_no_folder():
    place = Place("/home/anna/labs/50-my-lab/exercises.py", 7)
    assert str(place) == "/home/anna/labs/50-my-lab/exercises.py, line 7"
    assert place.short == "exercises.py, line 7"


def test_the_place_of_a_definition_is_the_authors_line(module):
    """Also if the place is asked for deep in the checker: here by the default of a dataclass field."""
    names = module(
        "from driftlab.checker.exercises.definitions import caller_place\n"
        "from driftlab.checker.exercises.goals import Goal\n"
        "\n"
        'goal = Goal("a", 1, lambda evidence: None)\n'
        "place = caller_place()\n"
    )
    file = str(module.folder / "exercises.py")
    assert (names["goal"].place, names["place"]) == (Place(file, 4), Place(file, 5))


def test_a_caller_outside_the_checker_is_its_own_place():
    assert caller_place().file == __file__


def failure(run):
    with pytest.raises(BaseException) as caught:  # noqa: PT011 the test says which
        run()
    return caught.value


def test_the_place_of_an_error_is_the_innermost_line_of_the_lab(module):
    """The error is raised in the standard library, which a helper of the lab has called."""
    (module.folder / "helper.py").write_text("import json\n\ndef read(text):\n    return json.loads(text)\n")
    names = module("import runpy\n\ndef judge(read):\n    return read('{')\n")
    helper = runpy.run_path(str(module.folder / "helper.py"))
    error = failure(lambda: names["judge"](helper["read"]))
    assert place_of(error, module.folder) == Place(str(module.folder / "helper.py"), 4)


def test_an_error_from_elsewhere_has_no_place_in_the_lab(module, tmp_path):
    names = module("def judge():\n    1 // 0\n")
    error = failure(names["judge"])
    assert place_of(error, module.folder) == Place(str(module.folder / "exercises.py"), 2)
    assert place_of(error, tmp_path / "51-other") is None
    assert place_of(ValueError("never raised"), module.folder) is None


def test_the_place_of_a_syntax_error_is_its_line(module):
    """No code of the file has run: the error itself names the line."""
    error = failure(lambda: module("fine = 1\n\nbroken = (\n"))
    assert isinstance(error, SyntaxError)
    assert place_of(error, module.folder) == Place(str(module.folder / "exercises.py"), 3)


# ---- validation


@pytest.mark.parametrize("name", ["a", "one-pod", "one_pod", "v1.2", "02-self-healing", "A"])
def test_names_that_are_valid_file_names_are_accepted(name):
    check_new_name("an exercise", name, ["other"])


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "-a", "a-", ".a", "a.", "../a", "a/b", "é", "a\n", None, 7, b"a", ["a"]]
)
def test_an_invalid_name_is_rejected_with_an_example(name):
    with pytest.raises(ValueError, match=r"^an exercise is called .* such as scale-up$"):
        check_new_name("an exercise", name, [])


def test_a_name_that_is_taken_is_rejected():
    with pytest.raises(ValueError, match="needs another name: there is one called 'one-pod' already"):
        check_new_name("an exercise", "one-pod", ["one-pod"])


@pytest.mark.parametrize("text", ["", " \n", None, 7, b"text", ["text"]])
def test_empty_texts_and_other_types_are_rejected(text):
    with pytest.raises(TypeError, match=r"^the title of one-pod is a text, not "):
        check_text("the title of one-pod", text)


@pytest.mark.parametrize("points", [1, 2.5, 0.1, 10**6])
def test_positive_points_are_accepted(points):
    check_points("one-pod", points)


@pytest.mark.parametrize("points", [0, -1, 0.0, float("inf"), float("nan"), True, "2", None, 1j])
def test_zero_negative_and_non_finite_points_are_rejected(points):
    """True is a number in Python, and surely a mistake here."""
    with pytest.raises(TypeError, match=r"^one-pod is worth a number of points above 0, not "):
        check_points("one-pod", points)


@pytest.mark.parametrize("hints", [("a", "b", "c"), ["a", "b", "c"], ("", "", "")])
def test_three_texts_are_accepted_as_hints(hints):
    """Empty ones are found when a lab is verified: hints are often written last."""
    check_three_hints("one-pod", hints)


@pytest.mark.parametrize(
    ("hints", "said"),
    [
        ("abc", "in parentheses, not 'abc'"),
        (None, "in parentheses, not None"),
        ({"a", "b", "c"}, "in parentheses"),
        (("a", "b"), "there are 2"),
        (("a", "b", "c", "d"), "there are 4"),
        (("a", "b", 3), "each hint of one-pod is a text, not 3"),
    ],
)
def test_anything_but_three_texts_is_rejected_as_hints(hints, said):
    """A string of three letters is not three hints."""
    with pytest.raises(TypeError, match=said):
        check_three_hints("one-pod", hints)


def test_a_broken_lab_is_not_a_usage_error():
    """The person who runs a command has made no mistake."""
    assert definitions.LabBroken("exercises.py, line 1: oops").exit_code == 3

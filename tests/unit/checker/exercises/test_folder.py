"""Labs as folders: what is read, in which order, and what is told, with file and line, if something does not fit."""

import re

import pytest

from driftlab.checker.evidence.verdict import Outcome
from driftlab.checker.exercises.definitions import LabBroken
from driftlab.checker.exercises.folder import read_lab
from driftlab.checker.exercises.grading import grade
from tests.unit.evidence_by_hand import SAME, evidence, family, snapshot

HINTS = "1. A nudge.\n2. A pointer.\n3. The answer.\n"
LAB = "---\ntitle: My lab\nminutes: 5\nsummary: Nothing.\nexercises:\n  - one\n---\n"
EXERCISE = f"---\ntitle: The first\n---\n## Hints\n\n{HINTS}\n## Mistake: oops\n\n{HINTS}"
CHECKS = """\
from driftlab.checker import failed, goal, guard, mistake, passed


@goal("A goal", points=2)
def judge(evidence):
    return passed("yes") if len(evidence.now.pods) == 3 else failed("no")


@mistake
def oops(evidence):
    return not evidence.now.pods
"""
QUIZ = """\
questions:
- key: q1
  text: A Pod restarts. What first?
  options: {look: I look., wait: I wait.}
  answer: look
  because: Look first.
"""


@pytest.fixture
def lab(tmp_path):
    """A lab's folder with one exercise; ``write(folder, …)`` changes its files."""
    folder = tmp_path / "50-my-lab"
    write(folder, {"lab.md": LAB, "one/exercise.md": EXERCISE, "one/checks.py": CHECKS})
    return folder


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")


def changed(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def added(folder, code):
    """At the end of the checks: it begins in line 14."""
    with (folder / "one/checks.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{code}")


def imports(folder, name):
    """In line 3 of the checks."""
    changed(folder, "one/checks.py", "\n\n@goal", f"\nfrom ..common import {name}\n\n\n@goal")


def only(folder):
    (exercise,) = read_lab(folder).exercises
    return exercise


def trouble(folder, file):
    """What is said of a file of the lab: ``line 7: …``. It is named as what has to be fixed, too."""
    with pytest.raises(LabBroken) as caught:
        read_lab(folder)
    assert caught.value.next_step == f"fix {folder / file}"
    told = caught.value.message
    assert told.startswith(f"{folder / file}, line "), told
    return told.removeprefix(f"{folder / file}, ")


# ---- what is read


def test_a_lab_is_its_texts_and_its_exercises(lab):
    made = read_lab(lab)
    assert (made.name, made.title, made.minutes, made.summary) == ("50-my-lab", "My lab", 5, "Nothing.")
    assert (made.folder, made.place) == (lab, (str(lab / "lab.md"), 1))
    (one,) = made.exercises
    assert (one.id, one.title, one.folder) == ("50-my-lab/one", "The first", lab / "one")
    assert one.hints == ("A nudge.", "A pointer.", "The answer.")
    assert [goal.title for goal in one.goals] == ["A goal"]
    assert [(found.name, found.hints) for found in one.mistakes] == [("oops", one.hints)]
    result = grade(one, SAME)
    assert (result.outcome, result.points, result.mistakes) == (Outcome.PASS, 2, ())


@pytest.mark.parametrize("names", [["one", "another"], ["another", "one"]])
def test_exercises_come_in_the_order_of_the_list_and_not_of_their_names(lab, names):
    write(lab, {"another/exercise.md": EXERCISE, "another/checks.py": CHECKS})
    changed(lab, "lab.md", "  - one\n", "".join(f"  - {name}\n" for name in names))
    assert [exercise.name for exercise in read_lab(lab).exercises] == names


def test_a_name_may_be_a_number_to_yaml(lab):
    write(lab, {"lab.md": LAB.replace("- one", "- 1"), "1/exercise.md": EXERCISE, "1/checks.py": CHECKS})
    write(lab, {"one/exercise.md": None})
    assert only(lab).id == "50-my-lab/1"


def test_what_an_exercise_needs_is_in_its_front_matter(lab):
    changed(lab, "one/exercise.md", "title: The first", "title: The first\nwatches: [jobs, events]\nroundabout: yes")
    assert (only(lab).watches, only(lab).roundabout) == (("jobs", "events"), True)


def test_the_starting_state_is_the_exercises_own_or_the_labs(lab):
    assert only(lab).manifest == lab / "start.yaml"
    write(lab, {"one/start.yaml": ""})
    assert only(lab).manifest == lab / "one" / "start.yaml"
    assert only(lab).beginning == lab / "one" / "start.sh"


def test_checks_may_say_when_the_exercise_has_begun_and_which_node_is_lost(lab):
    assert only(lab).lost_node(SAME.now) == ""
    added(lab, "begins = bool\n\n\ndef loses_node(baseline):\n    return 'n-1'\n")
    assert only(lab).has_begun(snapshot(*family())) is True
    assert only(lab).lost_node(SAME.now) == "n-1"


def test_files_may_be_those_of_windows(lab):
    for name in ("lab.md", "one/exercise.md", "one/checks.py"):
        source = (lab / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        (lab / name).write_bytes(b"\xef\xbb\xbf" + source.encode())
    assert [found.name for found in only(lab).mistakes] == ["oops"]
    assert only(lab).title == "The first"


# ---- checks, and their order


ALL_KINDS = """\
from driftlab.checker import goal, guard, guards, mistake, passed, proof

from ..common import both, shared


def judge(evidence):
    return passed("yes")


same = guards.same_deployment("blog-api")
second = goal("Second")(judge)


@proof("It heals")
def heals(disturbance, evidence):
    return passed("yes")


@mistake
def first_oops(evidence):
    return True


once_more = second
all_of_them = [goal("Third")(judge), mistake("oops")(bool), *both]
"""
COMMON = """\
from driftlab.checker import goal, mistake, passed

shared = goal("Shared")(lambda evidence: passed("yes"))
both = (mistake("one-more")(bool), mistake("another")(bool))
"""


def with_sections(*names):
    return EXERCISE + "".join(f"\n## Mistake: {name}\n\n{HINTS}" for name in names)


def test_checks_are_found_by_any_name_also_in_lists_and_by_import_each_once(lab):
    write(lab, {"one/checks.py": ALL_KINDS, "common.py": COMMON})
    write(lab, {"one/exercise.md": with_sections("first-oops", "one-more", "another")})
    made = only(lab)
    titles = [goal.title for goal in made.goals]
    assert titles == ["Shared", "It is the Deployment from the start", "Second", "Third"]
    assert [goal.guard for goal in made.goals] == [False, True, False, False]
    assert [proof.title for proof in made.proofs] == ["It heals"]
    assert [found.name for found in made.mistakes] == ["first-oops", "oops", "one-more", "another"]


def test_a_mistake_is_looked_for_where_its_last_name_stands(lab):
    """What is imported stands above everything else: a name of its own puts it where it belongs."""
    write(lab, {"common.py": COMMON, "one/exercise.md": with_sections("one-more", "another")})
    imports(lab, "both")
    assert [found.name for found in only(lab).mistakes] == ["one-more", "another", "oops"]
    added(lab, "less_grave = both\n")
    assert [found.name for found in only(lab).mistakes] == ["oops", "one-more", "another"]


# ---- titles and reasons

BY_NAME = """\
from driftlab.checker import failed, goal, guard, mistake, passed, proof

from ..common import shared, waits


@goal(points=2, wanted=3)
def both_changes(evidence):
    number = len(evidence.now.pods)
    return passed("all-there") if number == 3 else failed("too-few", number=number)


one_more = guard(lambda evidence: passed("all-there"))


@proof
def heals(disturbance, evidence):
    return passed("all-there")


last = guard(shared)
oops = mistake(lambda evidence: not evidence.now.pods)
later = waits
"""
SHARED = """\
from driftlab.checker import goal, passed, waiting


def shared(evidence):
    return passed("all-there")


waits = goal(lambda evidence: waiting("not-settled", missing="a Pod"))
"""
TITLES = """\
## Goals

- both-changes: {wanted} Pods are there
- one-more: One more
- heals: It heals
- shared: Its own

## Reasons

- too-few: there are {number},
  and that is too few
"""
LAB_TITLES = """\

## Goals

- shared: Shared
- waits: The cluster is quick

## Reasons

- all-there: all are there
- not-settled: wait for {missing}
"""


@pytest.fixture
def by_name(lab):
    """The same lab, whose titles and reasons stand in Markdown."""
    write(lab, {"one/checks.py": BY_NAME, "common.py": SHARED, "lab.md": LAB + LAB_TITLES})
    write(lab, {"one/exercise.md": EXERCISE.replace("## Hints", f"{TITLES}\n## Hints")})
    return lab


def test_titles_are_found_by_the_names_of_functions_or_variables(by_name):
    """Those of the exercise before those that are shared, and with the values of the code."""
    made = only(by_name)
    assert made.titles == ["3 Pods are there", "One more", "Its own", "The cluster is quick", "It heals"]
    assert [found.name for found in made.mistakes] == ["oops"]


def test_reasons_are_sentences_of_the_exercise_or_of_the_lab_or_of_the_kit(by_name):
    made = only(by_name)
    assert [goal.reason for goal in grade(made, SAME).goals][:4] == [
        "all are there",
        "all are there",
        "all are there",
        "wait for a Pod",
    ]
    assert grade(made, evidence([])).goals[0].reason == "there are 0, and that is too few"
    changed(by_name, "lab.md", "- not-settled: wait for {missing}\n", "")
    assert grade(only(by_name), SAME).goals[3].reason == "not settled yet: a Pod"


def test_a_text_that_was_edited_is_read_without_any_change_of_the_code(by_name):
    changed(by_name, "one/exercise.md", "{wanted} Pods are there", "Es gibt {wanted} Pods")
    changed(by_name, "lab.md", "all are there", "alle sind da")
    made = only(by_name)
    assert (made.titles[0], grade(made, SAME).goals[0].reason) == ("Es gibt 3 Pods", "alle sind da")


def test_an_imported_goal_keeps_the_name_that_it_had_first(by_name):
    """``later = waits`` says where it stands, and not what it is called."""
    assert [goal.name for goal in only(by_name).goals] == ["both-changes", "one-more", "shared", "waits"]


# ---- hints


def test_hints_of_the_exercise_take_the_place_of_those_that_are_shared(lab):
    shared = "\n## Mistake: oops\n\n1. Shared.\n2. b\n3. c\n"
    write(lab, {"lab.md": LAB + shared})
    assert only(lab).mistakes[0].hints[0] == "A nudge."
    write(lab, {"one/exercise.md": EXERCISE.partition("## Mistake")[0]})
    assert only(lab).mistakes[0].hints[0] == "Shared."


def test_hints_that_the_kit_brings_are_those_where_nobody_writes_others(lab):
    checks = (
        CHECKS.replace("import failed", "import mistakes, failed") + "\n\nrecreated = mistakes.recreated('blog-api')\n"
    )
    front = "title: The first\ncommand: kubectl get pods"
    write(lab, {"one/checks.py": checks, "one/exercise.md": EXERCISE.replace("title: The first", front)})
    own = only(lab).mistakes[1].hints
    assert own[2].endswith("change the Deployment that is there: kubectl get pods")
    write(lab, {"lab.md": f"{LAB}\n## Mistake: recreated\n\n{HINTS}"})
    assert only(lab).mistakes[1].hints == ("A nudge.", "A pointer.", "The answer.")


def test_placeholders_in_all_hints_are_those_of_the_exercise(lab):
    hints = "1. {exercise}\n2. {reset}\n3. {command}\n"
    source = EXERCISE.replace(HINTS, hints).replace("title: The first", "title: The first\ncommand: kubectl get pods")
    write(lab, {"one/exercise.md": source})
    made = only(lab)
    assert made.hints == made.mistakes[0].hints == ("one", "reset()", "kubectl get pods")


# ---- a quiz


def test_a_quiz_is_asked_by_its_file_and_may_have_checks_beside(lab):
    write(lab, {"one/quiz.yaml": QUIZ})
    made = only(lab)
    assert made.titles == ["q1: A Pod restarts.", "A goal"]
    assert made.watches == ("configmaps",)
    write(lab, {"one/checks.py": None, "one/exercise.md": EXERCISE.partition("## Mistake")[0]})
    assert (only(lab).titles, only(lab).mistakes) == (["q1: A Pod restarts."], [])


def test_a_mistake_in_a_quiz_is_told_with_the_line_of_its_question(lab):
    write(lab, {"one/quiz.yaml": QUIZ.replace("answer: look", "answer: lock")})
    assert trouble(lab, "one/quiz.yaml") == "line 2: question q1: the answer 'lock' is not one of several options"


# ---- what does not fit together


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: My lab\n", "", "line 1: the front matter has no `title`"),
        ("title: My lab", "title: ''", "line 1: the title of 50-my-lab is a text, not ''"),
        ("minutes: 5", "minutes: five", "line 3: `minutes` is a whole number, not 'five'"),
        ("summary:", "sumary:", "line 4: `sumary` is unknown here: the keys are exercises, minutes, summary, title"),
        ("summary: Nothing.", "summary: [", "line 6: the front matter is not valid YAML: "),
        ("exercises:\n  - one\n", "", "line 1: the front matter has no `exercises`"),
        ("exercises:\n  - one", "exercises: one", "line 5: `exercises` is a list, not 'one'"),
        ("- one", "- onne", "line 5: there is no onne/exercise.md"),
        ("  - one", "  []", "line 5: the exercise one is not in the list"),
        ("one\n---\n", f"one\n---\n## Hints\n\n{HINTS}", "line 8: only exercises have Hints: a lab has `Mistake: NA"),
        ("one\n---\n", f"one\n---\n\n## Mistake: x\n\n{HINTS}", "line 9: no exercise has a mistake x"),
        ("one\n---\n", "one\n---\n\n## Goals\n\n- x: X\n", "line 11: no exercise has a goal, guard or proof x"),
    ],
)
def test_what_does_not_fit_in_the_text_of_a_lab_is_told_with_its_line(lab, old, new, told):
    changed(lab, "lab.md", old, new)
    assert trouble(lab, "lab.md").startswith(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: The first", "titel: a", "line 2: `titel` is unknown here: the keys are command, roundabout, title"),
        ("title: The first", "title: ''", "line 1: the title of one is a text, not ''"),
        ("title: The first", "title: x\nwatches: [jobs, jbs]", "line 3: there is no kind 'jbs'"),
        ("title: The first", "title: x\nwatches: jobs", "line 3: `watches` is a list, not 'jobs'"),
        ("title: The first", "title: x\nroundabout: 1", "line 3: `roundabout` is a yes or no, not 1"),
        ("## Hints", "## Mistake: x", "line 1: there is no section Hints"),
        (
            "3. The answer.\n\n",
            "\n",
            "line 4: 'Hints' needs three hints, a nudge, a pointer and the answer: there are 2",
        ),
        ("## Mistake", f"## Mistake: x\n\n{HINTS}\n## Mistake", "line 10: checks.py has no mistake x"),
        ("## Hints", "## Goals\n\n- jduge: A\n\n## Hints", "line 6: checks.py has no goal, guard or proof jduge"),
        (
            "## Hints",
            "## Goals\n\n- judge: A {n}\n\n## Hints",
            "line 6: the title says {n}, and checks.py, line 4 has no",
        ),
        ("The answer.", "{command}", "line 4: a hint says {command}, and one/exercise.md has no `command`"),
    ],
)
def test_what_does_not_fit_in_the_text_of_an_exercise_is_told_with_its_line(lab, old, new, told):
    changed(lab, "one/exercise.md", old, new)
    assert trouble(lab, "one/exercise.md").startswith(told)


def test_a_mistake_without_a_text_is_told_with_the_line_of_the_mistake(lab):
    changed(lab, "one/exercise.md", "Mistake: oops", "Mistake: ooops")
    assert trouble(lab, "one/checks.py") == "line 9: the mistake oops has no section in exercise.md, nor in lab.md"


def test_hints_that_are_shared_need_the_command_of_each_exercise(lab):
    write(lab, {"lab.md": f"{LAB}\n## Mistake: oops\n\n1. a\n2. b\n3. {{command}}\n"})
    write(lab, {"one/exercise.md": EXERCISE.partition("## Mistake")[0]})
    told = "line 9: a hint says {command}, and one/exercise.md has no `command`"
    assert trouble(lab, "lab.md") == told


def test_exercises_need_names_and_each_its_own(lab):
    changed(lab, "lab.md", "  - one", "  - one\n  - one")
    assert "there is one called 'one' already" in trouble(lab, "one/exercise.md")
    write(lab, {"lab.md": LAB.replace("- one", "- o n e"), "o n e/exercise.md": EXERCISE})
    assert trouble(lab, "o n e/exercise.md").startswith("line 1: an exercise is called 'o n e': a name is letters")


def test_hints_for_a_mistake_need_checks_that_find_it(lab):
    write(lab, {"one/checks.py": None})
    assert trouble(lab, "one/exercise.md") == "line 10: there is no checks.py with the mistake oops"
    write(lab, {"one/exercise.md": f"---\ntitle: The first\n---\n## Hints\n\n{HINTS}\n## Goals\n\n- judge: Yes\n"})
    assert trouble(lab, "one/exercise.md") == "line 12: there is no checks.py with the goal, guard or proof judge"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("other = mistake('oops')(bool)\n", "line 14: .* there is one called 'oops' already"),
        ("other = mistake('o o')(bool)\n", "line 14: the mistake o o has no section in exercise.md, nor in lab.md"),
        ("more = goal('Another', points=0)(judge)\n", "line 14: TypeError: the goal 'Another' is worth a number"),
        ("more = goal(' ')(judge)\n", "line 14: TypeError: the title of a goal is a text, not ' '"),
        (
            "more = [goal(lambda evidence: passed('yes'))]\n",
            "line 14: this goal needs a name: that of a function, or of",
        ),
        ("more = [mistake(lambda evidence: True)]\n", "line 14: this mistake needs a name: that of a function, or of"),
        (
            "@goal\ndef more(evidence):\n    return passed('')\n",
            "line 14: the goal more has no title under Goals in exercise.md,",
        ),
        (
            "more = guard(lambda evidence: passed(''))\n",
            "line 14: the guard more has no title under Goals in exercise.md, nor",
        ),
        ("1 // 0\n", "line 14: ZeroDivisionError: "),
        ("exit(4)\n", "line 14: SystemExit: 4"),
        ("more = (\n", "line 14: SyntaxError: "),
        ("from driftlab.checker import gaol\n", "line 14: (AttributeError|ImportError): "),
        ("from ..common import three\n", "line 14: ModuleNotFoundError: "),
    ],
)
def test_a_mistake_in_the_checks_is_told_with_file_and_line(lab, more, told):
    """Also a call of exit(), which would end the command without a word."""
    added(lab, more)
    assert re.match(told, trouble(lab, "one/checks.py"))


def test_a_mistake_whose_name_is_no_files_name_is_refused(lab):
    added(lab, "other = mistake('o o')(bool)\n")
    write(lab, {"one/exercise.md": with_sections("o o")})
    assert trouble(lab, "one/checks.py").startswith("line 14: a mistake is called 'o o': a name is letters")


@pytest.mark.parametrize(
    ("common", "told"),
    [
        ("x = 1\n\n1 // 0\n", "line 3: ZeroDivisionError: "),
        ("x = 1\nexit()\n", "line 2: SystemExit: None"),
        ("x = 1\n\n\ny = (\n", "line 4: SyntaxError: "),
        ("import no_such_module_anywhere\n", "line 1: ModuleNotFoundError: "),
        ("from driftlab.checker import goal\n\ngoal('a', 0)\n", "line 3: TypeError: the goal 'a' is worth"),
    ],
)
def test_a_mistake_in_what_exercises_share_is_told_with_its_own_file_and_line(lab, common, told):
    """And not with the line that imports it."""
    imports(lab, "x")
    write(lab, {"common.py": common})
    assert trouble(lab, "common.py").startswith(told)


def test_a_name_that_is_not_shared_is_told_with_the_line_that_imports_it(lab):
    write(lab, {"common.py": "x = 1\n"})
    imports(lab, "xx")
    assert trouble(lab, "one/checks.py").startswith("line 3: ImportError: cannot import name 'xx'")


def test_what_was_fixed_is_read_again(lab):
    """In a notebook, Python lives on between two checks."""
    imports(lab, "TITLE")
    changed(lab, "one/checks.py", '"A goal"', "TITLE")
    for title in ("Before", "Afterwards"):
        write(lab, {"common.py": f'TITLE = "{title}"\n'})
        assert only(lab).titles == [title]


def test_two_labs_of_one_name_do_not_share_what_their_exercises_share(lab, tmp_path):
    other = tmp_path / "other" / lab.name
    write(other, {"lab.md": LAB, "one/exercise.md": EXERCISE, "one/checks.py": CHECKS})
    for folder, title in ((lab, "Mine"), (other, "Theirs")):
        imports(folder, "TITLE")
        changed(folder, "one/checks.py", '"A goal"', "TITLE")
        write(folder, {"common.py": f'TITLE = "{title}"\n'})
    assert (only(lab).titles, only(other).titles, only(lab).titles) == (["Mine"], ["Theirs"], ["Mine"])


def test_goals_know_their_lines(lab):
    changed(lab, "one/checks.py", "len(evidence.now.pods) == 3", "evidence.then.pods")
    made = only(lab)
    assert made.goals[0].place == (str(lab / "one/checks.py"), 4)
    assert made.mistakes[0].place == (str(lab / "one/checks.py"), 9)
    assert grade(made, SAME).broken[0].startswith(f"{lab / 'one/checks.py'}, line 6: AttributeError: ")

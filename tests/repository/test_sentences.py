"""What learners read stands in Markdown: our labs' Python has no sentence, and every key in it has one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftlab.checker.authoring.reasons import unmatched_reasons, uses
from driftlab.checker.exercises.catalogue import labs, load
from driftlab.checker.exercises.sentences import kit
from driftlab.checker.objects.reason import KEY
from tests.replay.evidence import Recorded
from tests.replay.evidence import load as recorded

#: The functions whose first argument may be a title, and those whose first argument may be a plain sentence.
TITLED, SAYING = {"goal", "guard", "proof"}, {"passed", "failed", "waiting"}
#: Words side by side, in a text that a lab compares with what others write. No learner reads these.
COMPARED = {"Deleted pod: "}


def inline(source: str) -> Iterator[str]:
    """Each text in the code of a lab that learners could read, as it is written."""
    tree = ast.parse(source)
    owners = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docstrings = {id(node.body[0].value) for node in owners if node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TITLED | SAYING:
            yield from (ast.unparse(node) for first in node.args[:1] if is_inline(first, node.func.id))
        elif is_word(node) and id(node) not in docstrings and re.search(r"\w\w \w\w", node.value):
            yield from [ast.unparse(node)] if node.value not in COMPARED else []


def is_inline(first: ast.expr, function: str) -> bool:
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return function in TITLED or not KEY.fullmatch(first.value)
    return isinstance(first, ast.JoinedStr)


def test_our_labs_have_no_sentence_in_their_code(root: Path):
    sources = sorted(root.glob("labs/*/**/checks.py")) + sorted(root.glob("labs/*/common.py"))
    assert len(sources) > 50
    found = {f"{path.relative_to(root)}: {one}" for path in sources for one in inline(path.read_text(encoding="utf-8"))}
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "@goal('It heals')\ndef f(evidence): pass",
        "goal(f'{n} Pods', points=2)",
        "proof('Heals')",
        "failed('it asks for 3')",
        "failed(f'too-{many}')",
        "passed('one')",
        "told = 'asks for nothing'",
        "told = f'{n} are ready'",
    ],
)
def test_a_sentence_in_the_code_is_found(source: str):
    assert list(inline(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        "'''What it does, in words.'''",
        "@goal(points=2)\ndef five(evidence):\n    '''Are there five?'''\n    return passed('five-ready')",
        "mistake('too-few')",
        "failed(wrong, share=0.5)",
        "asks(deployment, 'readinessProbe', '/readyz')",
    ],
)
def test_a_key_or_a_name_or_a_docstring_is_none(source: str):
    assert list(inline(source)) == []


def test_every_key_in_our_labs_has_a_sentence_and_every_sentence_a_key():
    assert [fault for lab in labs() for fault in unmatched_reasons(lab)] == []


def test_every_key_of_the_kit_has_a_sentence_and_every_sentence_a_key(root: Path):
    """A sentence for labs alone would be one of the vocabulary, such as ``no-pod``: also said by the kit."""
    modules = sorted((root / "checker").glob("**/*.py"))
    said = [use for path in modules for use in uses(path)]
    words = {node.value for path in modules for node in ast.walk(ast.parse(path.read_text())) if is_word(node)}
    assert {use.key for use in said} - set(kit().reasons) == set()
    assert set(kit().reasons) - words == set()
    for use in said:
        assert kit().reasons[use.key].placeholders <= (use.values or set()), use.place


def is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_a_title_and_a_reason_are_edited_in_markdown_alone(root: Path, tmp_path: Path):
    """And what was recorded of a learner is then judged in the new words."""
    lab = tmp_path / "05-rolling-updates"
    for path in (root / "labs" / lab.name).rglob("*"):
        if path.suffix in (".md", ".py", ".yaml"):
            copy = lab / path.relative_to(root / "labs" / lab.name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    text = lab / "batch" / "exercise.md"
    translated = text.read_text(encoding="utf-8").replace(
        "- was-paused: The rollout was paused while you changed things", "- was-paused: Der Rollout ruhte derweil"
    )
    translated = translated.replace(
        "- not-changed: the Pod template is the one from the start", "- not-changed: das Pod-Template ist wie am Anfang"
    )
    assert translated != text.read_text(encoding="utf-8")
    text.write_text(translated, encoding="utf-8")
    (exercise,) = (one for one in load(lab).exercises if one.name == "batch")
    untouched = Recorded.from_dict(recorded(exercise)["untouched"]["evidence"]).judge(exercise)
    goal = untouched.goals[1]
    assert (goal.title, goal.reason) == ("Der Rollout ruhte derweil", "das Pod-Template ist wie am Anfang")

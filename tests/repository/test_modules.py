"""The modules: each says what it is for, and what it promises to export is there."""

import ast
import re
import statistics
import subprocess
import sys

import pytest

from driftlab import checker, clusters

PACKAGES = ("checker", "clusters", "labs")


@pytest.fixture(scope="module")
def sources(root):
    """The syntax tree of every module, by its path."""
    found = {
        path: ast.parse(path.read_text()) for package in PACKAGES for path in sorted((root / package).rglob("*.py"))
    }
    assert len(found) > 20
    return found


def test_every_module_says_what_it_is_for(sources):
    assert [str(path) for path, tree in sources.items() if not (ast.get_docstring(tree) or "").strip()] == []


def test_modules_and_functions_are_small(root, sources):
    """A module that needs scrolling twice has two jobs."""
    lines = {str(path.relative_to(root)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert [path for path, count in lines.items() if count > 400] == []
    assert statistics.median(lines.values()) <= 150
    functions = {
        f"{path.relative_to(root)}, line {node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, tree in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert [place for place, count in functions.items() if count > 60] == []


#: Each name is asked for in a process that has not been asked for any other: nothing stands in for what was forgotten.
ASK_FOR_EACH_NAME = """
import importlib, os, sys
import IPython.display, ipywidgets, kubernetes.client  # not ours, and slow: once is enough
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    assert len(set(module.__all__)) == len(module.__all__), name
    for exported in module.__all__:
        child = os.fork()
        if not child:
            os._exit(0 if hasattr(module, exported) else 1)
        assert os.waitpid(child, 0)[1] == 0, f"{name}.{exported}"
"""


def test_what_a_module_exports_is_there(root, sources, plain_environment):
    exporting = [
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for path, tree in sources.items()
        if any(isinstance(node, ast.Name) and node.id == "__all__" for node in ast.walk(tree))
    ]
    assert {"checker", "clusters"} <= set(exporting)
    done = subprocess.run(
        [sys.executable, "-c", ASK_FOR_EACH_NAME, *exporting],
        capture_output=True,
        text=True,
        check=False,
        env=plain_environment,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", [checker, clusters], ids=lambda package: package.__name__)
def test_what_is_not_there_is_an_attribute_error(package):
    with pytest.raises(AttributeError, match="no_such_name"):
        package.no_such_name  # noqa: B018


def test_every_command_that_a_message_names_exists(sources, commands):
    """A message to a person ends with the command to run: that one must not be a usage error."""
    named = set()
    for tree in sources.values():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            spoken = [keyword.value for keyword in call.keywords if keyword.arg in ("next_step", "mend")]
            if isinstance(call.func, ast.Name) and call.func.id in ("Finding", "Availability"):
                spoken += call.args
            for value in spoken:
                text = " ".join(
                    part.value
                    for part in ast.walk(value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
                named |= set(re.findall(r"\bdriftlab ([a-z]+)", text))
    assert {"up", "doctor", "reset"} <= named
    assert named - set(commands) == set()


def _writes_the_environment(tree):
    """``os.environ[…] = …``, ``del os.environ[…]``, and calls that change it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changed = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            changes = node.func.attr in ("update", "setdefault", "pop", "popitem", "clear")
            changed = node.func.value if changes else node.func if node.func.attr in ("putenv", "unsetenv") else None
        else:
            continue
        if changed is not None and ast.unparse(changed) in ("os.environ", "os.putenv", "os.unsetenv", "environ"):
            yield f"line {node.lineno}"


def test_nothing_travels_through_the_environment_of_our_own_process(sources, root):
    """Arguments do. The notebook's is the one that a learner's own commands inherit: their kubectl, their driftlab."""
    writers = {str(path.relative_to(root)) for path, tree in sources.items() if list(_writes_the_environment(tree))}
    assert writers == {"checker/notebook/api.py"}

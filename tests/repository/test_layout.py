"""The unit tests mirror the modules: whoever changes one knows where its tests are, and none is without.

``checker/PACKAGE/MODULE.py`` has ``tests/unit/checker/PACKAGE/test_MODULE.py``, and so have the modules of
``clusters/``. The tests of a package's own ``__init__.py``, where it has code, are in ``test_init.py``.
"""

import ast
import re

import pytest

PACKAGES = ("checker", "clusters")

#: Modules without unit tests of their own: the test that runs them, by which name it uses them, and why.
ELSEWHERE = {
    "checker/pytest_plugin.py": (
        "tests/integration/plugin/test_grading.py",
        "--lab-namespace",
        "pytest itself calls it, to grade on a cluster",
    ),
    "clusters/pytest_plugin.py": (
        "tests/integration/plugin/test_plugin.py",
        "--lab-cluster",
        "pytest itself calls it, and its fixtures are clusters",
    ),
    "clusters/embedded/pytest_plugin.py": (
        "tests/integration/plugin/test_drop_in.py",
        "lab_kind_cluster",
        "its only fixture is a cluster",
    ),
}
FEW = 5


def place_of_tests(module):
    folder, _, name = module.rpartition("/")
    return f"tests/unit/{folder}/test_{'init' if name == '__init__.py' else name.removesuffix('.py')}.py"


def has_code(tree):
    """Is there anything in the module but words on it?"""
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in tree.body)


@pytest.fixture(scope="module")
def modules(root):
    """The syntax tree of each module that is to have tests, by its path from the root."""
    paths = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    trees = {path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    found = {name: tree for name, tree in trees.items() if not name.endswith("/__init__.py") or has_code(tree)}
    assert {"checker/evidence/verdict.py", "clusters/programs/__init__.py"} <= set(found)
    assert "checker/evidence/__init__.py" not in found, "it has no code"
    return found


@pytest.fixture(scope="module")
def tests(root):
    """The text of each unit test of the packages, by its path from the root."""
    paths = [path for package in PACKAGES for path in sorted((root / "tests" / "unit" / package).rglob("test_*.py"))]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_every_module_has_its_unit_tests(modules, tests):
    places = {module: place_of_tests(module) for module in modules if module not in ELSEWHERE}
    assert {module: place for module, place in places.items() if place not in tests} == {}


def test_all_unit_tests_belong_to_a_module(modules, tests):
    assert set(tests) - set(map(place_of_tests, modules)) == set()


def test_no_file_of_unit_tests_is_empty(tests):
    assert [name for name, text in tests.items() if not re.search(r"^ *def test_", text, re.MULTILINE)] == []


@pytest.mark.parametrize("module", ELSEWHERE)
def test_what_is_tested_elsewhere_is_used_there(root, modules, tests, module):
    file, name, why = ELSEWHERE[module]
    assert module in modules, "it is gone: take it from the list"
    assert place_of_tests(module) not in tests, "it has unit tests: take it from the list"
    assert why
    for path in (module, file):
        assert name in (root / path).read_text(encoding="utf-8"), f"{path} does not name {name}"


def test_little_is_tested_elsewhere_only():
    assert len(ELSEWHERE) <= FEW

"""Environment variables: each is declared once, in a ``settings.py``, and the README's table shows them all."""

import ast
import re

import pytest

from tests.repository import settings

NAME = re.compile(r"\bDRIFTLAB_[A-Z_]*[A-Z]\b")
#: Variables of the tests alone, and the prefix of the variables with a program's path.
OTHERS = {"DRIFTLAB_TESTS", "DRIFTLAB_TESTS_PART", "DRIFTLAB_PROGRAM"}


@pytest.fixture(scope="module")
def sources(root):
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for part in ("checker", "clusters", "labs")
        for path in (root / part).rglob("*.py")
    }


def test_the_readme_has_the_table_of_all_settings():
    page = settings.PAGE.read_text(encoding="utf-8")
    assert settings.TABLE.findall(page) == [settings.table()], f"write it again: {settings.AGAIN}"


def test_every_setting_is_declared_once():
    names = [setting.name for setting in settings.declared()]
    assert len(names) == len(set(names))
    assert {"DRIFTLAB_ENGINE", "DRIFTLAB_KIND_WORKERS", "DRIFTLAB_NAMESPACE", "DRIFTLAB_PROGRAM_ETCD"} <= set(names)


def test_every_variable_that_code_or_a_document_names_is_declared(sources, tracked):
    names = {setting.name for setting in settings.declared()} | OTHERS
    documents = {name: path.read_text(encoding="utf-8") for name, path in tracked.items() if name.endswith(".md")}
    for place, text in {**sources, **documents}.items():
        for name in NAME.findall(text):
            assert name in names or name.startswith("DRIFTLAB_PROGRAM_"), f"{place}: {name}"


def _variables_read_directly(tree):
    """The names in ``os.environ["DRIFTLAB_…"]``, ``os.environ.get("DRIFTLAB_…")`` and ``os.getenv("DRIFTLAB_…")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.Subscript) and re.match(r"(os\.)?(environ|getenv)\b", ast.unparse(node)):
            yield from NAME.findall(ast.unparse(node))


def test_only_settings_are_read_from_the_environment(sources):
    direct = {path: list(_variables_read_directly(ast.parse(text))) for path, text in sources.items()}
    assert {path: names for path, names in direct.items() if names} == {}


@pytest.mark.parametrize(
    "code",
    [
        'os.environ.get("DRIFTLAB_X", "")',
        'os.environ["DRIFTLAB_X"]',
        'environ.get("DRIFTLAB_X")',
        'os.getenv("DRIFTLAB_X")',
    ],
)
def test_a_variable_that_is_read_directly_is_found(code):
    assert list(_variables_read_directly(ast.parse(f"value = {code}"))) == ["DRIFTLAB_X"]


def test_every_setting_is_used(sources):
    """A variable that nothing reads is a promise that nobody keeps."""
    for path, text in sources.items():
        if path.endswith("settings.py"):
            others = "".join(other for name, other in sources.items() if name != path)
            for constant in re.findall(r"^([A-Z_]+) = Setting\(", text, re.MULTILINE):
                assert re.search(
                    rf"\b{constant}\.(value|name)\b|named_folder\({constant},|_folder\({constant},", others
                )

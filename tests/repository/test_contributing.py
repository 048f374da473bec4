"""What contributors read: whatever these pages and files name exists, and machines can read what is meant for them."""

import json
import re
from importlib.util import find_spec

import pytest
import yaml
from markdown_it import MarkdownIt

from driftlab.checker.exercises.catalogue import find_exercise

#: Where a path in a text begins, if it is one of the repository's.
PATH = re.compile(r"(?:checker|clusters|docs|labs|src|tests|\.ci|\.github|\.locks)/[\w./-]*\w|\w+\.toml|[A-Z]+\.md")
#: Names that stand for others.
PLACEHOLDER = re.compile("NAME|LAB|ENGINE")
CODE = ("code_block", "code_inline", "fence")
MOST_LINES = 25


def code(text):
    """Each line of code in a Markdown text, also between words, without its comment."""
    parsed = MarkdownIt("commonmark").enable("table").parse(text)
    found = [token.content for block in parsed for token in (block, *(block.children or ())) if token.type in CODE]
    return [line.split(" #")[0].strip() for content in found for line in content.splitlines()]


@pytest.fixture(scope="module")
def pages(tracked):
    """Their lines of code, by name."""
    names = [
        name for name in tracked if re.fullmatch(r"[A-Z]+\.md|docs/.*\.md|\.github/.*\.md|labs/GLOSSARY\.md", name)
    ]
    found = {name: code(tracked[name].read_text(encoding="utf-8")) for name in names}
    assert {"CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", ".github/pull_request_template.md"} <= set(found)
    assert len([name for name in found if name.startswith("docs/decisions/")]) >= 6
    return {name: lines for name, lines in found.items() if name != "README.md"}  # see test_readme


@pytest.fixture(scope="module")
def contributing(pages):
    return pages["CONTRIBUTING.md"]


def commands_of(lines, program):
    """The words after ``program``, of each line that runs it."""
    parts = [part.split() for line in lines for part in re.split(r"&&|\|\||;|\$ ", line)]
    return [words[1:] for words in parts if words and words[0].removeprefix(".venv/bin/") == program and words[1:]]


# ---- make


@pytest.fixture(scope="module")
def makefile(root):
    return (root / "Makefile").read_text(encoding="utf-8")


def faults_of_make(words, makefile):
    targets = re.findall(r"^([\w./-]+):(?!=)", makefile, re.MULTILINE)
    variables = re.findall(r"\$\((?:if \$\()?([A-Z_]+)\)", makefile)
    return [word for word in words if (word.split("=")[0] not in variables if "=" in word else word not in targets)]


def test_every_make_target_and_variable_exists(pages, makefile):
    seen = {word for lines in pages.values() for words in commands_of(lines, "make") for word in words}
    assert {"lint", "test", "coverage", "record", "TEXTS=1"} <= seen
    for name, lines in pages.items():
        for words in commands_of(lines, "make"):
            assert faults_of_make(words, makefile) == [], f"{name}: make {' '.join(words)}"


def test_a_target_that_is_not_there_is_found(makefile):
    assert faults_of_make(["lint", "no-such", "ALL=1", "NONE=1"], makefile) == ["no-such", "NONE=1"]


def test_the_dev_container_and_the_hooks_run_what_exists(tracked, makefile):
    container = json.loads(tracked[".devcontainer/devcontainer.json"].read_text(encoding="utf-8"))
    told = [container["postCreateCommand"], container["postAttachCommand"].split(": ")[1].strip("'")]
    assert [commands_of([line], "make") for line in told] == [[[".venv/run"]], [["lab"]]]
    assert all(name in tracked for name in container["customizations"]["codespaces"]["openFiles"])
    hooks = yaml.safe_load(tracked[".pre-commit-config.yaml"].read_text(encoding="utf-8"))["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"], "nothing is downloaded"
    for hook in hooks[0]["hooks"]:
        tool, *_ = hook["entry"].split()
        assert hook["language"] == "system"
        assert f"$(BIN)/{tool.removeprefix('.venv/bin/')} " in makefile, f"make lint does not run {tool}"


# ---- driftlab, python


def test_every_driftlab_command_and_option_exists(pages, commands):
    seen = [(name, words) for name, lines in pages.items() for words in commands_of(lines, "driftlab")]
    assert {"new", "verify", "doctor"} <= {words[0] for _, words in seen}
    for name, (first, *words) in seen:
        command = commands["" if first.startswith("-") else first]
        if words and hasattr(command, "commands"):
            command = command.commands[words[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        given = [word for word in (first, *words) if word.startswith("-")]
        assert [word for word in given if word not in options] == [], f"{name}: driftlab {first}"


def test_every_module_that_is_run_exists_and_every_path_that_pytest_gets(pages, root):
    seen = [(name, words) for name, lines in pages.items() for words in commands_of(lines, "python")]
    assert len(seen) > 3
    for name, (option, module, *words) in seen:
        assert option == "-m", name
        assert find_spec(module), f"{name}: {module}"
        if module == "pytest":
            assert [word for word in words if "/" in word and not (root / word).exists()] == [], name


# ---- names


def test_every_path_exists(pages, root):
    """Under the names of places that the repository has; what is only an example has a placeholder."""
    seen = 0
    for name, lines in pages.items():
        for line in lines:
            for path in PATH.findall(line):
                if line.startswith(path) and not PLACEHOLDER.search(path):
                    assert (root / path).exists(), f"{name}: {path}"
                    seen += 1
    assert seen > 15


def test_every_exercise_that_is_named_exists(pages):
    named = {
        found for lines in pages.values() for line in lines for found in re.findall(r"\b\d\d-[a-z-]+/[a-z-]+", line)
    }
    assert named - {"50-my-lab/scale-up"}
    for name in named:
        assert name.startswith("50-my-lab") or find_exercise(name)


def test_the_glossary_is_found_from_the_contributors_page(root):
    assert "(labs/GLOSSARY.md)" in (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


# ---- decisions


def test_decisions_are_numbered_short_and_say_why(tracked):
    records = {name: path.read_text(encoding="utf-8") for name, path in tracked.items() if "docs/decisions/" in name}
    numbers = [int(re.match(r"docs/decisions/(\d{4})-[a-z-]+\.md$", name)[1]) for name in sorted(records)]
    assert numbers == list(range(1, len(records) + 1))
    for number, (name, text) in enumerate(sorted(records.items()), 1):
        assert re.match(rf"# {number}\. \w", text), name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], name
        assert len(text.splitlines()) <= MOST_LINES, name


# ---- what is new, and forms


def test_the_changelog_has_the_form_that_it_names(root):
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= kinds


@pytest.mark.parametrize("form", ["bug", "exercise"])
def test_a_form_for_issues_asks_for_something(tracked, form):
    """Its shape: https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests"""
    document = yaml.safe_load(tracked[f".github/ISSUE_TEMPLATE/{form}.yaml"].read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= document.keys()
    ids = [field["id"] for field in document["body"]]
    assert len(set(ids)) == len(ids)
    for field in document["body"]:
        assert field["type"] in ("input", "textarea", "dropdown")
        assert field["attributes"]["label"]
    assert any(field.get("validations", {}).get("required") for field in document["body"])


def test_what_is_published_is_published_without_a_secret(tracked):
    text = tracked[".github/workflows/release.yaml"].read_text(encoding="utf-8")
    job = yaml.safe_load(text)["jobs"]["index"]
    assert (job["permissions"], job["needs"]) == ({"id-token": "write"}, "publish")
    assert job["environment"]
    assert "secrets." not in text

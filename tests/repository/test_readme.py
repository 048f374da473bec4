"""What the documents promise: every command, setting and file that they name exists."""

import re
from itertools import pairwise
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from driftlab.checker.exercises.catalogue import find_exercise, find_lab


def tokens(text):
    """Every token of a Markdown text, inline ones included."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def commands_named(readme):
    """Every command in the README's code, as words, without comments."""
    code = [token.content for token in tokens(readme) if token.type in ("code_block", "fence", "code_inline")]
    lines = [line.split(" #")[0].removeprefix("$ ") for block in code for line in block.splitlines()]
    return [part.split() for line in lines for part in re.split(r"&&|\|\||;", line) if part.strip()]


def named(commands, program):
    return [words[1:] for words in commands if words[0] == program and len(words) > 1]


def test_it_says_how_to_begin(commands_named):
    assert ["lab"] in named(commands_named, "make")
    assert ["test"] in named(commands_named, "make")


def test_every_make_target_that_it_names_exists(commands_named, root):
    targets = re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE)
    for words in named(commands_named, "make"):
        for word in words:
            assert "=" in word or word in targets, f"make {word}"


def test_every_command_and_option_that_it_names_exists(commands_named, commands):
    for words in named(commands_named, "driftlab"):
        name = "" if words[0].startswith("-") else words[0]
        assert name in commands, f"driftlab {name}"
        known = {option for parameter in commands[name].params for option in parameter.opts} | {"-h", "--help"}
        for word in words:
            assert not word.startswith("-") or word.split("=")[0] in known, f"driftlab {name} {word}"


def test_every_lab_and_exercise_that_it_names_exists(readme):
    found = set(re.findall(r"\b\d\d-[a-z-]+(?:/[a-z-]+)?\b", readme))
    for name in found:
        assert find_exercise(name) if "/" in name else find_lab(name)


def test_no_place_is_held_for_something_that_is_still_to_come(readme):
    assert not re.search(r"^[A-Z]{4,}$|\b(TODO|TBD|FIXME|XXX)\b", readme, re.MULTILINE)


# ---- all documents


@pytest.fixture(scope="module")
def documents(tracked):
    found = {path: path.read_text(encoding="utf-8") for name, path in tracked.items() if name.endswith(".md")}
    assert "README.md" in {path.name for path in found}
    return found


def links(text):
    for token in tokens(text):
        for attribute in ("href", "src"):
            if attribute in token.attrs:
                yield unquote(str(token.attrs[attribute]))


def anchors(text):
    """As GitHub makes them of headings."""
    parsed = list(tokens(text))
    titles = [after.content for token, after in pairwise(parsed) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_relative_link_leads_somewhere(documents):
    for path, text in documents.items():
        for link in links(text):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            place = path.parent / target if target else path
            assert place.exists(), f"{path}: {link}"
            if anchor and place.suffix == ".md":
                assert anchor in anchors(place.read_text(encoding="utf-8")), f"{path}: {link}"


def test_every_other_link_is_safe(documents):
    for path, text in documents.items():
        for link in links(text):
            assert not re.match(r"[a-z]+:", link) or link.startswith(("https://", "mailto:")), f"{path}: {link}"

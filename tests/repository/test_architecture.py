"""The page on architecture: its picture is the one that the imports give, and whatever it names exists."""

import re
from graphlib import CycleError
from pkgutil import resolve_name

import pytest

from tests.repository import architecture


@pytest.fixture(scope="module")
def page():
    return architecture.PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def imports():
    return architecture.imports_of_packages()


def test_the_picture_is_the_one_that_the_imports_give(page):
    assert architecture.drawn(page) == [architecture.picture()], f"draw it again: {architecture.AGAIN}"


def test_the_page_names_the_command_that_draws_it(page):
    assert f"`{architecture.AGAIN}`" in page


def test_an_import_more_gives_another_picture(monkeypatch, imports):
    present = architecture.picture()
    more = {**imports, "checker.objects": {*imports["checker.objects"], "clusters.kubernetes"}}
    monkeypatch.setattr(architecture, "imports_of_packages", lambda: more)
    assert set(architecture.picture().splitlines()) - set(present.splitlines()) == {
        "  checker.objects --> clusters.kubernetes"
    }


def test_what_follows_from_other_imports_is_left_out():
    imports = {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}}
    assert architecture.without_detours(imports) == {"a": {"b"}, "b": {"c"}, "c": {"d"}}


def test_parts_that_import_each_other_cannot_be_drawn():
    with pytest.raises(CycleError):
        architecture.without_detours({"a": {"b"}, "b": {"a"}})


def test_labs_import_the_checker_and_nothing_below_it():
    assert architecture.imports_of_labs() == {"checker"}


def test_every_part_has_one_line_on_the_page(page, imports):
    section = page.partition("## What each part is for")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([a-z_.]+)` \| .+ \|$", section, re.MULTILINE)) == sorted(imports)


def test_every_function_that_the_page_names_exists(page):
    named = set(re.findall(r"`((?:checker|clusters)\.[\w.]+)`", page))
    assert {"checker.sessions.session.Session.check", "checker.exercises.grading.grade"} <= named
    for name in named:
        assert resolve_name(f"driftlab.{name}"), name

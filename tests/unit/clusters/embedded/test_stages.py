"""The KWOK Stages that are made from the files in ``stages/`` and a catalogue."""

import json
import re

import pytest
import yaml

from clusters.embedded import images
from clusters.embedded.stages import FOLDER, SLOTS, SNIPPETS, stages


@pytest.fixture(scope="module")
def catalogue(repository):
    return images.load([repository / "labs" / "blog-api" / "behaviour.json", images.PUBLIC])


@pytest.fixture(scope="module")
def made(catalogue):
    return stages(catalogue)


@pytest.fixture(scope="module")
def texts(made):
    """Every string in every Stage: (Stage's name, string)."""

    def strings(value):
        if isinstance(value, dict):
            for one in value.values():
                yield from strings(one)
        elif isinstance(value, list):
            for one in value:
                yield from strings(one)
        elif isinstance(value, str):
            yield value

    return [(stage["metadata"]["name"], text) for stage in made for text in strings(stage)]


@pytest.fixture(scope="module")
def templates(texts):
    found = [(name, text) for name, text in texts if "{{" in text]
    assert len(found) > 50
    return found


@pytest.fixture(scope="module")
def expressions(made):
    """The jq of selectors and delays."""
    selectors = [
        (stage["metadata"]["name"], expression["jq"]["key"])
        for stage in made
        for expression in stage["spec"]["selector"].get("matchExpressions", ())
    ]
    delays = [
        (stage["metadata"]["name"], stage["spec"]["delay"]["durationFrom"]["jq"]["expression"])
        for stage in made
        if "delay" in stage["spec"]
    ]
    assert selectors
    assert delays
    return selectors + delays


def test_every_stage_names_what_it_is_and_what_it_is_for(made):
    for stage in made:
        assert (stage["apiVersion"], stage["kind"]) == ("kwok.x-k8s.io/v1alpha1", "Stage")
        assert stage["spec"]["resourceRef"] in [{"apiGroup": "v1", "kind": kind} for kind in ("Node", "Pod", "Event")]
        assert stage["spec"]["selector"]
        assert all(set(step) <= {"patch", "apply", "delete"} and len(step) == 1 for step in stage["spec"]["steps"])


def test_names_are_unique_and_legal(made):
    names = [stage["metadata"]["name"] for stage in made]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name) for name in names)


def test_they_survive_being_written_down(made):
    assert json.loads(json.dumps(made)) == made


def test_every_entry_for_a_container_has_a_stage_for_each_slot(made):
    names = {stage["metadata"]["name"] for stage in made}
    entries = yaml.safe_load((FOLDER / "pod.yaml").read_text())
    assert len(entries) > 15
    for entry in entries:
        slots = [f"{kind[0]}{index}" for kind, count in SLOTS.items() for index in range(count)]
        expected = [f"pod-{entry['do']}-{slot}" for slot in slots] if "state" in entry else [f"pod-{entry['do']}"]
        assert names.issuperset(expected)


def test_every_action_that_the_jq_may_name_has_a_stage(made):
    entries = {entry["do"] for entry in yaml.safe_load((FOLDER / "pod.yaml").read_text())}
    named = set(re.findall(r'do: "([a-z-]+)"', (FOLDER / "next.jq").read_text()))
    named |= set(re.findall(r'(?:then|else) "([a-z-]+)"(?= else| end)', (FOLDER / "next.jq").read_text()))
    assert {"admit", "start", "back-off", "killing", "killing-several"} <= named
    assert named == entries


def test_nothing_is_left_to_be_filled_in(texts):
    for name, text in texts:
        assert not re.search(r"\$[A-Z_]+\$|\$kind_here\$", text), name


def test_no_comment_of_jq_swallows_the_rest_of_its_one_line(expressions):
    for name, text in expressions:
        assert "#" not in text, name
        assert "\n" not in text, name


def test_brackets_of_jq_and_of_templates_are_closed(expressions, templates):
    for name, text in expressions:
        bare = re.sub(r'"(\\.|[^"\\])*"', "", text)
        for opening, closing in ("()", "[]", "{}"):
            assert bare.count(opening) == bare.count(closing), name
    for name, text in templates:
        bare = re.sub("`[^`]*`", "``", text)  # the catalogue is JSON
        assert bare.count("{{") == bare.count("}}"), name
        words = re.findall(r"\{\{-? ?(if|range|with|else if|end)\b", text)
        assert words.count("end") == sum(words.count(word) for word in ("if", "range", "with")), name


def test_templates_use_no_variable_that_nothing_defines(templates):
    for name, text in templates:
        # what stands in quotes is text: $PATH in a message
        bare = re.sub(r'"(\\.|[^"\\])*"|`[^`]*`', '""', text)
        used, defined = set(re.findall(r"\$(\w+)", bare)), set(re.findall(r"\$(\w+)(?:, \$\w+)? :=", bare))
        defined |= set(re.findall(r", \$(\w+) :=", bare))
        assert used <= defined, f"{name}: {used - defined}"


def test_snippets_define_what_they_are_said_to(catalogue):
    for name, variables in SNIPPETS.items():
        text = (FOLDER / f"{name}.gotmpl").read_text()
        for variable in variables:
            assert f"${variable} :=" in text


def test_every_image_is_known_to_the_stage_that_decides(made, catalogue):
    (admit,) = [stage for stage in made if stage["metadata"]["name"] == "pod-admit"]
    template = admit["spec"]["steps"][-1]["patch"]["template"]
    carried = json.loads(re.search(r"\$images := fromJson `(.*?)`", template, re.DOTALL)[1])
    assert [(one["image"], one["version"]) for one in carried] == [(one["image"], one["version"]) for one in catalogue]
    assert [one["pattern"] for one in carried] == [one["pattern"] for one in catalogue]
    assert all("log" not in one for one in carried)  # it is long, and nothing here needs it


@pytest.mark.parametrize("place", ["image", "routes"])
def test_an_image_with_a_backtick_is_refused(tmp_path, place):
    """It would end the quotation in which the catalogue stands."""
    document = {"image": "app", "kind": "server", "routes": ["/"]} | {place: "a`" if place == "image" else ["/`"]}
    path = tmp_path / "behaviour.json"
    path.write_text(json.dumps(document))
    with pytest.raises(images.CatalogueInvalid, match="backtick"):
        stages(images.load([path]))


def test_a_catalogue_without_images_makes_a_cluster_on_which_nothing_can_be_pulled():
    assert stages([])

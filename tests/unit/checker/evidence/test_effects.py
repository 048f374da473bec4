"""What a container gets: its environment from literals, ConfigMaps and Secrets, and its command line."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.evidence.effects import Environment, command_line, environment, expand
from driftlab.checker.objects.views import Deployment, Pod
from tests.unit.evidence_by_hand import deployment, pod, snapshot, thing, watching


def configmap(name, **data):
    return {**thing("ConfigMap", name, f"c-{name}"), "data": data}


def secret(name, **data):
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {**thing("Secret", name, f"s-{name}"), "type": "Opaque", "data": encoded}


NOW = watching(
    snapshot(),
    configmaps=[configmap("settings", URL="postgres://db", PAGE_SIZE="20"), configmap("empty")],
    secrets=[secret("database", url="postgres://secret", USER="me")],
)


def asked(now=NOW, labels=None, **fields):
    """The environment of a Deployment's container with these fields."""
    template = {"metadata": {"labels": labels or {}}, "spec": {"containers": [{"name": "c", "image": "i:1", **fields}]}}
    return environment(Deployment({**deployment(), "spec": {"template": template}}), now)


def literal(**values):
    return [{"name": name, "value": value} for name, value in values.items()]


def from_key(name, kind, of, key, **more):
    return {"name": name, "valueFrom": {f"{kind}KeyRef": {"name": of, "key": key, **more}}}


# ---- where a variable may come from

URL = {"DATABASE_URL": "postgres://db"}
WAYS = {
    "a literal": {"env": literal(DATABASE_URL="postgres://db")},
    "a key of a ConfigMap": {"env": [from_key("DATABASE_URL", "configMap", "settings", "URL")]},
    "a prefix": {
        "envFrom": [{"prefix": "DATABASE_", "configMapRef": {"name": "settings"}}],
        "env": literal(DATABASE_PAGE_SIZE=""),
    },
    "a reference": {"env": literal(HOST="db", DATABASE_URL="postgres://$(HOST)")},
    "another one that it replaces": {"env": literal(DATABASE_URL="x") + literal(DATABASE_URL="postgres://db")},
    "an optional key that is there": {"env": [from_key("DATABASE_URL", "configMap", "settings", "URL", optional=True)]},
}


@pytest.mark.parametrize("fields", WAYS.values(), ids=WAYS)
def test_a_variable_has_its_value_wherever_it_comes_from(fields):
    found = asked(**fields)
    assert found.get("DATABASE_URL") == "postgres://db"
    assert found.has("DATABASE_URL")
    assert found.missing == ()


def test_a_secrets_values_are_decoded():
    assert asked(envFrom=[{"secretRef": {"name": "database"}}]).values == {"url": "postgres://secret", "USER": "me"}
    assert asked(env=[from_key("X", "secret", "database", "url")]).values == {"X": "postgres://secret"}


def test_what_is_no_text_is_no_trouble():
    binary = {**secret("database"), "data": {"key": base64.b64encode(b"\xff\xfe").decode(), "none": None, "odd": "%"}}
    now = watching(snapshot(), secrets=[binary])
    assert asked(now, envFrom=[{"secretRef": {"name": "database"}}]).values["odd"] == "%"


# ---- who prevails


def test_env_prevails_over_env_from_and_the_later_source_over_the_earlier():
    other = watching(NOW, configmaps=[*NOW.raw["configmaps"], configmap("other", URL="later")], secrets=[])
    both = [{"configMapRef": {"name": "settings"}}, {"configMapRef": {"name": "other"}}]
    assert asked(other, envFrom=both).get("URL") == "later"
    assert asked(other, envFrom=list(reversed(both))).get("URL") == "postgres://db"
    assert asked(other, envFrom=both, env=literal(URL="mine")).get("URL") == "mine"
    assert asked(other, envFrom=both, env=literal(URL="")).get("URL") == ""


def test_an_optional_key_that_is_missing_leaves_what_was_there():
    found = asked(
        envFrom=[{"configMapRef": {"name": "settings"}}],
        env=[from_key("URL", "secret", "database", "no", optional=True)],
    )
    assert found.values == {"URL": "postgres://db", "PAGE_SIZE": "20"}


# ---- what is missing


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"envFrom": [{"configMapRef": {"name": "gone"}}]}, "the ConfigMap gone"),
        ({"envFrom": [{"secretRef": {"name": "gone"}}]}, "the Secret gone"),
        ({"env": [from_key("X", "configMap", "gone", "k")]}, "the ConfigMap gone"),
        ({"env": [from_key("X", "configMap", "settings", "k")]}, "the key k of the ConfigMap settings"),
        ({"env": [from_key("X", "secret", "database", "k")]}, "the key k of the Secret database"),
    ],
)
def test_what_is_referred_to_and_not_there_keeps_the_container_from_being_created(fields, missing):
    fields["env"] = [*literal(OTHER="there"), *fields.get("env", [])]
    found = asked(**fields)
    assert found.missing == (missing,)
    assert (found.get("OTHER"), found.has("OTHER")) == ("", False), "nothing runs that could know it"


@pytest.mark.parametrize(
    "fields",
    [
        {"envFrom": [{"configMapRef": {"name": "gone", "optional": True}}]},
        {"envFrom": [{"secretRef": {"name": "gone", "optional": True}}]},
        {"envFrom": [{"configMapRef": {"name": "empty"}}]},
        {"env": [from_key("DATABASE_URL", "secret", "gone", "url", optional=True)]},
        {"env": [from_key("DATABASE_URL", "configMap", "settings", "no", optional=True)]},
    ],
)
def test_what_is_optional_and_not_there_is_just_not_set(fields):
    found = asked(**fields)
    assert (found.values, found.missing) == ({}, ())
    assert not found.has("DATABASE_URL")


def test_an_empty_value_is_set_and_is_as_good_as_none():
    found = asked(env=[{"name": "DATABASE_URL"}])
    assert "DATABASE_URL" in found.values
    assert not found.has("DATABASE_URL")


@pytest.mark.parametrize("kind", ["configmaps", "secrets"])
def test_an_exercise_that_does_not_watch_what_it_may_come_from_is_told(kind):
    lacking = {name: items for name, items in NOW.raw.items() if name != kind}
    with pytest.raises(LookupError, match=kind):
        asked(watching(snapshot()).__class__("c", "n", "1", 1.0, lacking), env=literal(A="1"))


# ---- what only a Pod can tell


def field(path):
    return [{"name": "X", "valueFrom": {"fieldRef": {"fieldPath": path}}}]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.labels['app']", "blog"),
        ("metadata.labels['none']", ""),
        ("metadata.namespace", "self-healing"),
        ("spec.serviceAccountName", "default"),
    ],
)
def test_fields_that_the_template_knows(path, value):
    assert asked(labels={"app": "blog"}, env=field(path)).values == {"X": value}


@pytest.mark.parametrize(
    "path", ["metadata.name", "status.podIP", "metadata.uid", "metadata.labels['pod-template-hash']"]
)
def test_fields_that_only_the_pod_knows_are_set_to_something(path):
    found = asked(env=[*field(path), *literal(Y="at $(X)")])
    assert found.unknown == {"X", "Y"}
    assert found.has("X")
    assert found.get("X") == ""


def test_what_replaces_an_unknown_value_is_known():
    assert asked(env=[*field("status.podIP"), *literal(X="mine")]) == Environment({"X": "mine"})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "blog"),
        ("metadata.uid", "p-1"),
        ("spec.nodeName", "node-1"),
        ("metadata.labels", 'app="blog"\ntier="web"'),
        ("metadata.annotations['note']", "1"),
    ],
)
def test_fields_of_a_pod(path, value):
    labels = {"tier": "web", "app": "blog"}
    made = thing("Pod", "blog", "p-1", labels=labels, annotations={"note": "1"})
    spec = {"nodeName": "node-1", "containers": [{"name": "c", "image": "i:1", "env": field(path)}]}
    assert environment(Pod({**made, "spec": spec}), NOW).values == {"X": value}


# ---- references


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)", "1"),
        ("$(A)-$(B)", "1-2"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$$$$(A)", "$$(A)"),
        ("$(NONE)", "$(NONE)"),
        ("$(A", "$(A"),
        ("$A ${A} $", "$A ${A} $"),
        ("$$", "$"),
        ("$(A$(B))", "$(A$(B))"),
        ("$()", "$()"),
        ("a$(A)$(A)b", "a11b"),
    ],
)
def test_references_are_expanded_as_the_kubelet_does(text, expanded):
    """The cases are those of third_party/forked/golang/expansion/expand_test.go, in short."""
    assert expand(text, {"A": "1", "B": "2"}.get) == expanded


def literally(text, known):
    """The kubelet's own expand.go, step by step."""
    made, cursor = "", 0
    while cursor < len(text):
        if text[cursor] != "$" or cursor + 1 == len(text):
            made, cursor = made + text[cursor], cursor + 1
        elif text[cursor + 1] == "$":
            made, cursor = made + "$", cursor + 2
        elif text[cursor + 1] == "(" and ")" in text[cursor + 2 :]:
            end = text.index(")", cursor + 2)
            name = text[cursor + 2 : end]
            made, cursor = made + known.get(name, f"$({name})"), end + 1
        else:
            made, cursor = made + text[cursor : cursor + 2], cursor + 2
    return made


@given(st.text("$()AB", max_size=12))
def test_any_text_is_expanded_as_the_kubelet_does(text):
    known = {"A": "1", "B": "$(A)", "": "nothing"}
    assert expand(text, known.get) == literally(text, known)


def test_a_variable_refers_to_those_before_it_only():
    env = literal(B="$(A)", A="1", C="$(A)$(B)")
    assert asked(env=env).values == {"A": "1", "B": "$(A)", "C": "1$(A)"}
    sources = [{"configMapRef": {"name": "settings"}}]
    assert asked(envFrom=sources, env=literal(X="$(PAGE_SIZE)")).get("X") == "20"


# ---- command lines


def line(entrypoint=("/blog-api",), **fields):
    made = {**pod("p-1"), "spec": {"containers": [{"name": "c", "image": "i:1", **fields}]}}
    return command_line(Pod(made), NOW, entrypoint=entrypoint)


words = st.lists(st.sampled_from(["/blog-api", "migrate", "-v"]), min_size=1, max_size=4)


@given(words, st.data())
def test_a_command_line_is_the_same_wherever_it_is_split(given_words, data):
    cut = data.draw(st.integers(1, len(given_words)))
    assert line(command=given_words[:cut], args=given_words[cut:]) == tuple(given_words)


@given(words)
def test_arguments_alone_go_to_the_images_program(given_words):
    assert line(args=given_words) == ("/blog-api", *given_words)
    assert line(args=given_words) != line(command=given_words, args=["more"])


def test_a_command_line_refers_to_variables():
    assert line(args=["$(ACTION)", "$$(ACTION)", "$(NONE)"], env=literal(ACTION="migrate")) == (
        "/blog-api",
        "migrate",
        "$(ACTION)",
        "$(NONE)",
    )
    assert line() == ("/blog-api",)
    assert line(entrypoint=()) == ()


# ---- equal under respelling, different under change


@given(
    st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["1", "2"]), max_size=3),
    st.sampled_from(["literals", "keys", "configmap", "secret"]),
)
def test_the_same_values_are_the_same_environment_however_they_come(values, how):
    now = watching(snapshot(), configmaps=[configmap("c", **values)], secrets=[secret("s", **values)])
    fields = {
        "literals": {"env": literal(**values)},
        "keys": {"env": [from_key(name, "secret", "s", name) for name in values]},
        "configmap": {"envFrom": [{"configMapRef": {"name": "c"}}]},
        "secret": {"envFrom": [{"secretRef": {"name": "s"}}]},
    }[how]
    assert asked(now, **fields) == Environment(values)
    assert asked(now, **fields) != Environment({**values, "A": "3"})

"""What a probe asks, and what it would hear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftlab.checker.exercises.sentences import Sentences
from driftlab.checker.objects.probes import Program, probe, same_probe
from driftlab.checker.objects.views import Pod
from tests.unit.evidence_by_hand import pod

BLOG_API = Program(8080, frozenset({"/", "/readyz"}))


def probed(kind="readinessProbe", **found):
    one = {"name": "c", "image": "i:1", "ports": [{"containerPort": 8080, "name": "web"}]}
    return Pod({**pod("p-1"), "spec": {"containers": [one | ({kind: found} if found else {})]}})


def asks(**found):
    made = probe(probed(**found), "readinessProbe")
    assert made
    return made


def http(**fields):
    return {"httpGet": {"path": "/readyz", "port": 8080, **fields}}


ANSWERED = {
    "as usual": http(),
    "a port by its name": http(port="web"),
    "a number written as text": http(port="8080"),
    "a scheme that is the default": http(scheme="HTTP"),
    "a path without its slash": http(path="readyz"),
    "an escaped path": http(path="/ready%7A"),
    "a query": http(path="/readyz?verbose"),
    "no path": {"httpGet": {"port": 8080}},
    "a connection": {"tcpSocket": {"port": "web"}},
}
UNANSWERED = {
    "another path": (http(path="/ready"), "asks /ready on port 8080"),
    "another port": (http(port=9090), "asks /readyz on port 9090"),
    "a name that no port has": (http(port="wbe"), "asks /readyz on port 0"),
    "another scheme": (http(scheme="HTTPS"), "asks over HTTPS"),
    "another host": (http(host="127.0.0.1"), "asks 127.0.0.1, and not the Pod"),
    "a connection to another port": ({"tcpSocket": {"port": 81}}, "asks port 81"),
    "a connection to another host": ({"tcpSocket": {"port": 8080, "host": "x"}}, "asks x, and not the Pod"),
    "another protocol": ({"grpc": {"port": 8080}}, "asks over gRPC"),
    "a command": ({"exec": {"command": ["true"]}}, "does not ask the program"),
    "nothing": ({"periodSeconds": 1}, "does not ask the program"),
}


@pytest.mark.parametrize("found", ANSWERED.values(), ids=ANSWERED)
def test_what_the_program_answers(found):
    made = asks(**found)
    assert made.fails(BLOG_API) is None
    assert made.asks_the_program


@pytest.mark.parametrize(("found", "why"), UNANSWERED.values(), ids=UNANSWERED)
def test_what_it_never_answers(found, why):
    assert Sentences().render(asks(**found).fails(BLOG_API)) == why


def test_whom_it_asks():
    assert not asks(exec={"command": ["true"]}).asks_the_program
    assert not asks(**http(host="127.0.0.1")).asks_the_program
    assert asks(**http(scheme="HTTPS")).asks_the_program, "it asks, and does not understand the answer"
    assert asks(grpc={"port": 1}).asks_the_program


def test_there_may_be_none():
    assert probe(probed(), "readinessProbe") is None
    assert probe(probed(**http()), "livenessProbe") is None
    assert same_probe(probed(), probed(), "readinessProbe")
    assert not same_probe(probed(), probed(**http()), "readinessProbe")


def test_times_are_those_that_are_left_out_too():
    made = asks(**http(), periodSeconds=2, failureThreshold=30, initialDelaySeconds=None)
    assert (made.after_s, made.period_s, made.timeout_s, made.patience_s, made.successes) == (0, 2, 1, 60, 1)
    assert asks(**http()).patience_s == 30


respelled = st.sampled_from(
    [
        http(),
        http(port="web"),
        http(scheme="HTTP", host=""),
        http(path="readyz"),
        {**http(), "timeoutSeconds": 1, "successThreshold": 1},
    ]
)


@given(respelled, respelled)
def test_another_spelling_is_the_same_probe(one, other):
    assert same_probe(probed(**one), probed(**other), "readinessProbe")


@given(
    respelled,
    st.sampled_from(
        [
            {"periodSeconds": 3},
            {"failureThreshold": 1},
            {"initialDelaySeconds": 5},
            {"terminationGracePeriodSeconds": 5},
            http(path="/healthz"),
            http(host="other"),
            http(httpHeaders=[{"name": "X", "value": "1"}]),
            {"httpGet": None, "exec": {"command": ["true"]}},
        ]
    ),
)
def test_a_change_is_another_probe(one, change):
    assert not same_probe(probed(**one), probed(**{**one, **change}), "readinessProbe")

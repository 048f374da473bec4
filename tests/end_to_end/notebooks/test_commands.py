"""Every command that a learner is shown is one that kubectl 1.36 knows: its words, its options, its kinds of object."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import nbformat
import pytest

from driftlab.checker.exercises.catalogue import labs
from driftlab.checker.exercises.lab import Lab
from driftlab.clusters.kubernetes.kubectl import kubectl_path

each_lab = pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)

#: What stands for something that the learner fills in.
PLACEHOLDER = re.compile(r"\b[A-Z][A-Z0-9_-]+\b|…|\.\.\.")

#: Commands whose first argument is a kind of object, or KIND/NAME.
OF_KINDS = {
    "get", "describe", "delete", "label", "annotate", "edit", "patch", "wait", "explain", "scale", "expose",
    "rollout status", "rollout history", "rollout undo", "rollout restart", "rollout pause", "rollout resume",
    "set image", "set env", "set resources",
}  # fmt: skip

#: `kubectl api-resources`: what the labs' learners may see, by every name that kubectl takes.
KINDS = {
    "all", "configmap", "configmaps", "cm", "daemonset", "daemonsets", "deployment", "deployments", "deploy",
    "endpointslice", "endpointslices", "event", "events", "ev", "job", "jobs", "namespace", "namespaces", "ns", "node",
    "nodes", "no", "pod", "pods", "po", "replicaset", "replicasets", "rs", "secret", "secrets", "service", "services",
    "svc", "serviceaccount", "serviceaccounts", "statefulset", "statefulsets", "deployment.apps", "replicaset.apps",
    "deployments.apps", "replicasets.apps",
}  # fmt: skip


def _texts(lab: Lab) -> Iterator[str]:
    """Each piece of text that may hold commands, one command or pipe to a line."""
    for cell in nbformat.read(lab.notebook, as_version=4).cells:
        if cell.cell_type == "code":
            lines = cell.source.replace("\\\n", " ").splitlines()
            yield from (line.removeprefix("# ").removeprefix("!") for line in lines)
        else:
            yield from _quoted(cell.source)
    for exercise in lab.exercises:
        for hints in (exercise.hints, *(mistake.hints for mistake in exercise.mistakes)):
            for hint in hints:
                yield from _quoted(hint)
        for script in (exercise.beginning, exercise.solution, *exercise.wrong_answers):
            if script.exists():
                yield from _logical_lines(script)


def _logical_lines(script: Path) -> Iterator[str]:
    """The lines of a script; what is fed into a command by `<<` is no command."""
    text = re.sub(r"<<-?\s*'?(\w+)'?(.*)\n(?:.*\n)*?\1\b", r"\2", script.read_text(encoding="utf-8"))
    yield from text.replace("\\\n", " ").splitlines()


def _quoted(text: str) -> Iterator[str]:
    """What stands in Markdown as code."""
    blocks = re.findall(r"^```(?:bash|sh|console|text)?\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    yield from (line.removeprefix("$ ") for block in blocks for line in block.splitlines())
    yield from re.findall(r"`(kubectl [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def commands(text: str) -> Iterator[list[str]]:
    """The kubectl commands in a line, as words. What stands in ``$(…)`` is a command of its own."""
    if text.lstrip().startswith("#"):
        return
    while inner := re.search(r"\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)", text):
        yield from commands(inner[1])
        text = text.replace(inner[0], "NAME")
    for words in _pieces(text):
        if "kubectl" in words:
            yield words[words.index("kubectl") :]


def _pieces(line: str) -> Iterator[list[str]]:
    """A command line's commands, cut where one ends."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    try:
        for word in lexer:
            if set(word) <= set("|&;"):
                yield words
                words = []
            elif set(word) <= set("<>"):
                next(lexer, None)  # a file
            else:
                words.append(word)
    except ValueError:  # prose that is no whole command
        pass
    yield words


@cache
def _help(words: tuple[str, ...]) -> str:
    asked = words if words == ("options",) else (*words, "--help")
    done = subprocess.run([kubectl_path(), *asked], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout if done.returncode == 0 else ""


@cache
def _options(words: tuple[str, ...]) -> dict[str, bool]:
    """The options of a command, and whether each takes a value, which may then be the next word."""
    text = _help(words) + _help(("options",))
    found = {"--help": False, "-h": False}
    for short, name, default in re.findall(r"^\s+(?:(-\w), )?(--[\w-]+)=(.*?):$", text, flags=re.MULTILINE):
        found |= {one: default not in ("true", "false") for one in (short, name) if one}
    return found


@cache
def _known(words: tuple[str, ...]) -> tuple[str, ...]:
    """The part of ``words`` that is the command itself, as its usage line has it; empty where there is none."""
    for count in (2, 1):
        usage = re.search(r"^Usage:\n\s+kubectl (.*)", _help(words[:count]), flags=re.MULTILINE)
        if usage and usage[1].split()[:count] == list(words[:count]) and len(words) >= count:
            return words[:count]
    return ()


def faults(words: list[str]) -> Iterator[str]:
    """What kubectl would not understand of it."""
    command = _known(tuple(word for word in words[1:] if not word.startswith("-"))[:2])
    if not command:
        yield f"there is no command {' '.join(words[1:3])}"
        return
    options, rest = _options(command), list[str]()
    following = iter(words[1:])
    for word in following:
        name, equals, _ = word.partition("=")
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            rest.append(word)
        elif (short := name if name.startswith("--") else word[:2]) not in options:
            yield f"{' '.join(command)} has no option {short}"
        elif options[short] and not equals and word == short:
            next(following, None)
    rest = rest[len(command) :]
    by_file = {"-f", "--filename"} & {word.partition("=")[0] for word in words}
    if " ".join(command) in OF_KINDS and rest and not by_file and not re.search(r"[{$]", rest[0]):
        for kind in rest[0].split("/")[0].split(","):
            field = kind.partition(".")[0] if command == ("explain",) else kind
            if field not in KINDS and not PLACEHOLDER.search(kind):
                yield f"there is no kind {kind}"


def test_the_test_sees_what_is_wrong():
    def of(text: str) -> list[str]:
        return [fault for words in commands(text) for fault in faults(words)]

    assert of("kubectl rolout undo deployment/blog-api")
    assert of("kubectl get pods --selectr app=blog-api")
    assert of("kubectl delete pot NAME")
    assert of("kubectl get pods | kubectl scale deployment web --replica=3")
    assert of("kubectl rollout undo deployment/blog-api --to-revision=2") == []
    assert of('node=$(kubectl get pod loner --output jsonpath="{.spec.nodeName}")') == []
    assert of("kubectl get deployments,replicasets,pods -l app=blog-api") == []


@each_lab
def test_every_command_that_is_shown_is_one_that_kubectl_knows(lab: Lab):
    shown = [words for text in _texts(lab) for words in commands(text)]
    assert len(shown) > 10
    assert [f"{' '.join(words)}: {fault}" for words in shown for fault in faults(words)] == []

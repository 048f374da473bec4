"""What labs compare: never what stands in a spec, where the same wish has more than one spelling.

``128Mi`` is ``134217728``, ``matchLabels`` are ``matchExpressions``, a variable may come from a Secret. A goal that
compares the spelling fails those who are right. The kit's words (``p.…``) say what a spec means.
"""

import ast
from collections.abc import Iterator

import pytest

#: Fields of a spec that can say one thing in several ways.
SPELLED = {
    "args",
    "command",
    "containers",
    "cpu",
    "env",
    "envFrom",
    "exec",
    "grpc",
    "httpGet",
    "image",
    "initContainers",
    "jobTemplate",
    "limits",
    "livenessProbe",
    "matchExpressions",
    "matchLabels",
    "maxSurge",
    "maxUnavailable",
    "memory",
    "ports",
    "readinessProbe",
    "requests",
    "resources",
    "restartPolicy",
    "rollingUpdate",
    "selector",
    "startupProbe",
    "strategy",
    "tcpSocket",
    "template",
    "valueFrom",
    "volumeMounts",
    "volumes",
}
#: What asks whether something is there, or how many there are: that has one spelling.
COUNTS = {"all", "any", "bool", "isinstance", "len"}
#: Comparisons that look at text.
ABOUT_TEXT = {"startswith", "endswith", "removeprefix", "removesuffix", "fullmatch", "match", "search"}


class Comparisons(ast.NodeVisitor):
    """Finds comparisons of what stands in a spec, also by way of a variable, or of a function of the same lab.

    ``shared``: what has been found in the lab's common.py, whose functions an exercise calls by their names.
    """

    def __init__(self, tree: ast.Module, shared: "Comparisons | None" = None) -> None:
        self.functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.give_raw = set(shared.give_raw) - self.functions if shared else set[str]()
        self.functions |= self.give_raw
        self.scopes: list[set[str]] = [set()]
        self.found: list[ast.expr] = []
        before = None
        while before != self.give_raw:  # a function that gives what another one gives
            before, self.found = set(self.give_raw), []
            self.visit(tree)

    # ---- which expressions are raw

    def raw(self, node: ast.AST | None) -> bool:
        match node:
            case ast.Name(id=name):
                return any(name in scope for scope in self.scopes)
            case ast.Subscript(value=of, slice=ast.Constant(value=str(key))):
                return key in SPELLED or self.raw(of)
            case ast.Subscript(value=of) | ast.Attribute(value=of) | ast.Starred(value=of) | ast.NamedExpr(value=of):
                return self.raw(of)
            case ast.Call():
                return self._call(node)
            case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return any(map(self.raw, parts))
            case ast.Dict(keys=keys, values=parts):
                return any(map(self.raw, [*keys, *parts]))
            case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
                return self.raw(one) or self.raw(other)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._within(node, [node.elt])
            case ast.DictComp():
                return self._within(node, [node.key, node.value])
        return False

    def _call(self, node: ast.Call) -> bool:
        match node.func:
            case ast.Attribute(value=ast.Name(id="p")):
                return False  # the kit says what it means
            case ast.Attribute(value=of, attr="get") if node.args and isinstance(node.args[0], ast.Constant):
                return node.args[0].value in SPELLED or self.raw(of)
            case ast.Attribute(value=of):
                return self.raw(of) or any(map(self.raw, node.args))
            case ast.Name(id=name) if name in COUNTS:
                return False
            case ast.Name(id=name) if name in self.functions:
                return name in self.give_raw
        return any(map(self.raw, node.args))

    def _within(self, node: ast.AST, parts: list[ast.expr]) -> bool:
        self.scopes.append(set())
        for generator in node.generators:  # type: ignore[attr-defined]
            self._assign(generator.target, self.raw(generator.iter))
        is_raw = any(map(self.raw, parts))
        self.scopes.pop()
        return is_raw

    def _assign(self, target: ast.AST, is_raw: bool) -> None:
        names = {one.id for one in ast.walk(target) if isinstance(one, ast.Name)}
        (self.scopes[-1].update if is_raw else self.scopes[-1].difference_update)(names)

    # ---- where they come from, and where they are compared

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.scopes.append(set())
        self.generic_visit(node)
        returned = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
        if any(map(self.raw, returned)):
            self.give_raw.add(node.name)
        self.scopes.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._assign(target, self.raw(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        self._assign(node.target, self.raw(node.value))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        self._assign(node.target, self.raw(node.value))

    def visit_For(self, node: ast.For) -> None:
        self._assign(node.target, self.raw(node.iter))
        self.generic_visit(node)

    def _comprehension(self, node: ast.AST) -> None:
        self.scopes.append(set())
        for generator in node.generators:  # type: ignore[attr-defined]
            self._assign(generator.target, self.raw(generator.iter))
        super().generic_visit(node)
        self.scopes.pop()

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            self._comprehension(node)
        else:
            super().generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        there = all(isinstance(how, ast.Is | ast.IsNot) for how in node.ops)
        if not there and any(map(self.raw, [node.left, *node.comparators])):
            self.found.append(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        of_sets = isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor | ast.Sub)
        if of_sets and (self.raw(node.left) or self.raw(node.right)):
            self.found.append(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        about_text = isinstance(node.func, ast.Attribute) and node.func.attr in ABOUT_TEXT
        if about_text and any(map(self.raw, [node.func.value, *node.args])):
            self.found.append(node)


def compared(source: str, common: str = "") -> Iterator[str]:
    found = Comparisons(ast.parse(source), Comparisons(ast.parse(common))).found
    return (" ".join(str(ast.get_source_segment(source, node)).split()) for node in found)


@pytest.fixture(scope="module")
def modules(root):
    """The source of each module of a lab, and that of what the exercises of its lab share."""
    paths = [
        *sorted(root.glob("labs/*/*.py")),
        *sorted(root.glob("labs/*/*/checks.py")),
        *sorted(root.glob("tests/integration/labs/wrong/*/exercises.py")),
    ]
    assert len([path for path in paths if path.name == "checks.py"]) > 30
    assert len([path for path in paths if path.name == "common.py"]) > 5
    assert [path for path in paths if path.name == "exercises.py"]
    found = {}
    for path in paths:
        common = path.parents[1] / "common.py"
        shared = common.read_text(encoding="utf-8") if path.name == "checks.py" and common.exists() else ""
        found[path.relative_to(root)] = (path.read_text(encoding="utf-8"), shared)
    return found


def test_no_goal_compares_how_a_spec_is_written(modules):
    told = [f"{path}: {line}" for path, sources in modules.items() for line in compared(*sources)]
    assert told == [], "ask with a word of driftlab.checker.evidence.predicates, which says what it means"


@pytest.mark.parametrize(
    "source",
    [
        'before.spec["template"] != after.spec["template"]',
        'deployment.spec["selector"].get("matchLabels").get("app") != "blog"',
        '(one.get("resources") or {}).get("limits") == {"memory": "128Mi"}',
        '[entry["value"] for entry in one["env"]] == ["x"]',
        'any(entry["name"] == "DATABASE_URL" for entry in one.get("env") or ())',
        'pod.spec["containers"][0].keys() & {"env"}',
        'status["image"].endswith(container["image"])',
        "policy(pod) == 'Never'",
        "limit <= 256",
        "re.fullmatch('[0-9]+', limit)",
        "{**one.spec['template'], 'x': 1} == {}",
        "str(second(pod)) in known",
    ],
)
def test_a_comparison_of_spellings_is_found(source):
    module = f"""
def policy(pod):
    return pod.spec.get("restartPolicy", "Always")

def second(pod):
    found = policy(pod)
    return found

def goal(before, after):
    limit = one["resources"]["limits"]["memory"]
    return {source}
"""
    assert list(compared(module))


COMMON = """
def limits(pod):
    return pod.spec["containers"][0]["resources"]["limits"]

def many(pod):
    return len(pod.spec["containers"])
"""


def test_a_comparison_of_what_a_shared_function_gives_is_found():
    source = "from ..common import limits, many\n\ndef goal(before, after):\n    return {}\n"
    assert list(compared(source.format("limits(before) == limits(after)"), COMMON)) == [
        "limits(before) == limits(after)"
    ]
    assert list(compared(source.format("many(before) == many(after)"), COMMON)) == []


def test_a_function_of_the_module_hides_a_shared_one_of_the_same_name():
    source = "def limits(pod):\n    return 1\n\ndef goal(before, after):\n    return limits(before) == limits(after)\n"
    assert list(compared(source, COMMON)) == []


@pytest.mark.parametrize(
    "source",
    [
        "p.asks_for_the_same(before, after)",
        'p.resource(deployment, "limits", "memory") > 256',
        'p.amount(limit["memory"]) > 256',
        "p.looked_for(blog).get('app') != 'blog'",
        'one.get("readinessProbe") is None',
        'len(pod.spec["containers"]) == 2',
        "deployment.replicas == 3",
        'pod.labels.get("app") == "blog"',
        'pod.spec.get("nodeName") == node',
        "f\"{one['image']}\" if told else 0",
        "bool(one.get('envFrom')) != expected",
    ],
)
def test_what_has_one_spelling_or_is_asked_of_the_kit_is_not(source):
    assert list(compared(f"def goal(before, after):\n    return {source}\n")) == []

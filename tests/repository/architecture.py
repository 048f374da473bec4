"""Draw the packages and their imports into docs/architecture.md: ``python -m tests.repository.architecture``.

An arrow is an import, also one inside a function. One that follows from others is left out: if ``cli`` imports
``sessions`` and that imports ``exercises``, no arrow leads from ``cli`` to ``exercises``.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
#: The command that draws it again.
AGAIN = ".venv/bin/python -m tests.repository.architecture"

KIT = "driftlab"
#: The packages whose parts are boxes, in the order in which they are drawn.
GROUPS = ("checker", "clusters")
LABS = "labs"

#: The imports of each box.
Imports = dict[str, set[str]]


def box(module: str) -> str:
    """``checker.reports`` for ``driftlab.checker.reports.html``; ``checker`` for what that package gives itself."""
    return ".".join(module.split(".")[1:3])


def imports_of_packages() -> Imports:
    """What each part of ``checker`` and ``clusters`` imports, except for its package's own face and version."""
    graph = grimp.build_graph(KIT, exclude_type_checking_imports=True, cache_dir=None)
    found: Imports = {}
    for module in graph.modules:
        if box(module).startswith(tuple(f"{group}." for group in GROUPS)):
            imported = map(box, graph.find_modules_directly_imported_by(module))
            found.setdefault(box(module), set()).update(one for one in imported if "." in one)
    return {name: imported - {name} for name, imported in found.items()}


def imports_of_labs() -> set[str]:
    """What the code in the folders of labs imports of the kit: folders such as ``02-self-healing`` are no packages."""
    return {
        box(module)
        for path in sorted((ROOT / LABS).rglob("*.py"))
        for module in _imported(ast.parse(path.read_text(encoding="utf-8")))
        if module.startswith(f"{KIT}.")
    }


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def without_detours(imports: Mapping[str, set[str]]) -> Imports:
    """The imports that do not follow from others. Raises graphlib.CycleError if boxes import each other."""
    reached: Imports = {}
    for name in TopologicalSorter(imports).static_order():
        direct = imports.get(name, set())
        reached[name] = direct.union(*(reached[other] for other in direct))
    return {
        name: {one for one in direct if not any(one in reached[other] for other in direct)}
        for name, direct in imports.items()
    }


def picture() -> str:
    """The flowchart, in Mermaid's language: https://mermaid.js.org/syntax/flowchart.html"""
    imports = imports_of_packages()
    lines = ["flowchart TB", f"  {LABS}[labs]"]
    for group in GROUPS:
        boxes = sorted(name for name in imports if name.startswith(f"{group}."))
        lines += [f"  subgraph {group}", *(f"    {name}[{name.partition('.')[2]}]" for name in boxes), "  end"]
    arrows = {**without_detours(imports), LABS: imports_of_labs()}
    lines += [f"  {name} --> {one}" for name in sorted(arrows) for one in sorted(arrows[name])]
    return "\n".join(lines) + "\n"


FENCE = re.compile(r"(?<=^```mermaid\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def drawn(page: str) -> list[str]:
    """The flowcharts on the page."""
    return FENCE.findall(page)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    if not drawn(text):
        sys.exit(f"{PAGE} has no place for the picture: a block of ```mermaid")
    PAGE.write_text(FENCE.sub(lambda _: picture(), text, count=1), encoding="utf-8")

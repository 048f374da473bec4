"""Write the table of environment variables into README.md: ``python -m tests.repository.settings``."""

import re
from importlib import import_module
from pathlib import Path

from driftlab.clusters import settings
from driftlab.clusters.registry import engines
from driftlab.clusters.settings import Setting

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "README.md"
#: The command that writes it again.
AGAIN = ".venv/bin/python -m tests.repository.settings"

HEAD = "| variable | meaning | default |\n|---|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")


def declared() -> list[Setting]:
    """All settings: of the kit, the path of a program as an example, then those of each engine."""
    engine_settings = [
        import_module(f"driftlab.clusters.{engine.engine}.settings")
        for engine in engines()
        if (ROOT / "clusters" / engine.engine / "settings.py").exists()
    ]
    own, *others = (
        [value for value in vars(module).values() if isinstance(value, Setting)]
        for module in (settings, *engine_settings)
    )
    return [*own, settings.program_path("etcd"), *(setting for part in others for setting in part)]


def table() -> str:
    rows = (f"| `{setting.name}` | {setting.meaning} | {setting.default or 'none'} |\n" for setting in declared())
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: table(), PAGE.read_text(encoding="utf-8"), count=1), encoding="utf-8")

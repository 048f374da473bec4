"""Check the types of the labs' code: ``python -m tests.lab_types``. Answers are written as a learner would: without.

Lab folders have names that are no Python names, so mypy gets a tree of links with names that are.
"""

import os
import sys
import tempfile
from pathlib import Path

from mypy import api

ROOT = Path(__file__).parents[1]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for path in (*ROOT.glob("labs/[0-9]*/common.py"), *ROOT.glob("labs/[0-9]*/*/checks.py")):
            parts = [part.replace("-", "_") for part in path.relative_to(ROOT / "labs").parts]
            target = tree.joinpath(f"lab_{parts[0]}", *parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
        for place in [path for path in tree.rglob("*") if path.is_dir()]:
            (place / "__init__.py").touch()
        os.environ["MYPYPATH"] = f"{ROOT / 'src'}{os.pathsep}{tree}"
        said, trouble, code = api.run(["--config-file", str(ROOT / "pyproject.toml"), "--no-error-summary", str(tree)])
        print(said.replace(f"{tree}/lab_", "labs/"), trouble, sep="", end="")
        return code


if __name__ == "__main__":
    sys.exit(main())

"""A lab with one exercise that works at once: a start for authors. Its files are those of ``template/``.

Jinja2 renders them. Its usual marks mean something in shell scripts, in JSON and in hints, so names stand in quotation
marks that none of these know: ``«lab»``, ``«name»`` and ``«title»``. In paths, LAB and EXERCISE stand for the names.
"""

import re
import tempfile
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.files import state_unusable

ANOTHER = "choose another folder: driftlab new exercise NAME --in /a/folder"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?")

TEMPLATE = Path(__file__).parent / "template"
ENDING = ".jinja"  #: of all templates: nothing takes them for Python, for a notebook or for a script


def create(folder: Path, lab: str, name: str) -> Path:
    """Make the lab's folder below ``folder``, whole or not at all; the folder made.

    Raises UsageError for a name that is none, or is taken already, and StateUnusable if ``folder`` cannot be written.
    """
    for what in (lab, name):
        if not NAME.fullmatch(what):
            raise UsageError(
                f"{what!r} is not a name for this.", next_step="use small letters, digits and hyphens: scale-up"
            )
    made = folder / lab
    if made.exists():
        raise UsageError(f"{made} is there already.", next_step="choose another name: --lab 51-my-lab")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=f".{lab}-") as beside:
            whole = Path(beside) / lab
            for path, text in _rendered(lab, name).items():
                (whole / path).parent.mkdir(parents=True, exist_ok=True)
                (whole / path).write_text(text, encoding="utf-8")
            whole.rename(made)
    except OSError as error:
        raise state_unusable(made, error, ANOTHER) from error
    return made


def _rendered(lab: str, name: str) -> dict[str, str]:
    """The text of each file, by its path in the lab's folder."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATE, encoding="utf-8"),
        variable_start_string="«",
        variable_end_string="»",
        block_start_string="«%",
        block_end_string="%»",
        comment_start_string="«#",
        comment_end_string="#»",
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 none of them is HTML, and names are checked
    )
    title = lab.split("-", 1)[-1].replace("-", " ").capitalize()
    return {
        path.removesuffix(ENDING).replace("EXERCISE", name).replace("LAB", lab): templates.get_template(path).render(
            lab=lab, name=name, title=title
        )
        for path in templates.list_templates()
    }

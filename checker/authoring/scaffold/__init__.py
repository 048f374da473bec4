"""Create a lab with one working exercise, as a start for authors. Its files are rendered from ``template/`` by Jinja2.

The default delimiters of Jinja2 have a meaning in shell scripts, JSON and hints, so the templates use quotation marks
that do not occur there: ``«lab»``, ``«name»`` and ``«title»``. In paths, LAB and EXERCISE stand for the names.
"""

import re
import tempfile
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from driftlab.clusters.errors import UsageError
from driftlab.clusters.host.files import state_unusable

CHANGE_FOLDER = "choose another folder: driftlab new exercise NAME --in /a/folder"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?")

TEMPLATE = Path(__file__).parent / "template"
SUFFIX = ".jinja"  #: the suffix of all templates, so that tools do not take them for Python, notebooks or scripts


def create(folder: Path, lab: str, name: str) -> Path:
    """Create the lab's folder in ``folder``, completely or not at all, and return its path.

    Raises UsageError for a name that is invalid or exists already, and StateUnusable if ``folder`` cannot be written.
    """
    for checked_name in (lab, name):
        if not NAME.fullmatch(checked_name):
            raise UsageError(
                f"{checked_name!r} is not a name for this.", next_step="use small letters, digits and hyphens: scale-up"
            )
    lab_folder = folder / lab
    if lab_folder.exists():
        raise UsageError(f"{lab_folder} is there already.", next_step="choose another name: --lab 51-my-lab")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=f".{lab}-") as temporary:
            complete = Path(temporary) / lab
            for path, text in _rendered(lab, name).items():
                (complete / path).parent.mkdir(parents=True, exist_ok=True)
                (complete / path).write_text(text, encoding="utf-8")
            complete.rename(lab_folder)
    except OSError as error:
        raise state_unusable(lab_folder, error, CHANGE_FOLDER) from error
    return lab_folder


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
        path.removesuffix(SUFFIX).replace("EXERCISE", name).replace("LAB", lab): templates.get_template(path).render(
            lab=lab, name=name, title=title
        )
        for path in templates.list_templates()
    }

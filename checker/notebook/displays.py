"""Output in notebooks: messages and progress, and no tracebacks."""

import functools
from collections.abc import Callable
from html import escape
from typing import Any

from IPython.display import DisplayHandle, display

from driftlab.checker.reports import text
from driftlab.checker.reports.html import prose
from driftlab.checker.reports.next_steps import in_notebook
from driftlab.clusters.errors import DriftlabError
from driftlab.clusters.host.progress import Step

#: JupyterLab breaks output lines inside of words, which makes tables unreadable, and leaves no space below <details>.
STYLE = (
    "<style>.jp-OutputArea-output pre{word-break:normal;overflow-wrap:anywhere}"
    ".jp-RenderedMarkdown details{margin-bottom:1em}</style>"
)


def never_raises(call: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(call)
    def wrapped(*arguments: Any, **options: Any) -> None:
        try:
            call(*arguments, **options)
        except DriftlabError as error:
            message(in_notebook(error.message), f"Try: {in_notebook(error.next_step)}", error.output)
        except KeyboardInterrupt:
            message("Interrupted.", "Run the cell again when you like.")
        except Exception as error:
            message(
                f"Something broke in the kit, not in your work: {type(error).__name__}: {error}", "Try: driftlab doctor"
            )

    return wrapped


class ProgressOutput:
    """One output cell that shows progress, and then one message. It is a progress Reporter."""

    def __init__(self) -> None:
        self.handle: DisplayHandle | None = None

    def show(self, step: Step) -> None:
        if step.finished:
            return
        bar = "" if step.fraction is None else f' value="{step.fraction:.3f}"'
        self._put(
            f'<div role="status"><p style="margin:2px 0">{escape(str(step))}</p>'
            f'<progress{bar} max="1" style="width:100%" aria-label="{escape(step.name)}"></progress>'
            '<p style="margin:2px 0">You can read on meanwhile; this goes on by itself.</p></div>',
            str(step),
        )

    def say(self, line: str) -> None:
        self._put(f'<p role="status" style="margin:2px 0">{prose(line)}</p>', line)

    def replace_with(self, bundle: dict[str, Any]) -> None:
        """Replace the progress by another MIME bundle."""
        if self.handle is None:
            display(bundle, raw=True)
        else:
            self.handle.update(bundle, raw=True)

    def done(self, title: str, line: str) -> None:
        self._put(STYLE + panel_html(title, line, "var(--jp-success-color1, #2e7d32)"), f"{title}\n{line}")

    def _put(self, rich: str, plain: str) -> None:
        bundle = {"text/html": rich, "text/plain": text.harmless(plain)}
        if self.handle is None:
            self.handle = display(bundle, raw=True, display_id=True)
        else:
            self.handle.update(bundle, raw=True)


def panel_html(title: str, line: str, colour: str, output: str = "") -> str:
    more = f"<pre>{escape(text.harmless(output.strip()))}</pre>" if output.strip() else ""
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:4px 12px;margin:4px 0">'
        f'<p style="font-weight:600;margin:2px 0">{prose(title)}</p>{more}'
        f'<p style="margin:2px 0">{prose(line)}</p></div>'
    )


def message(title: str, line: str, output: str = "") -> None:
    plain = text.harmless("\n".join(part for part in (title, output.strip(), line) if part))
    rich = panel_html(title, line, "var(--jp-info-color1, #0277bd)", output)
    display({"text/html": rich, "text/plain": plain}, raw=True)

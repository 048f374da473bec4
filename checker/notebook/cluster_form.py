"""A form in a notebook to choose the cluster for the labs.

A context of the user's kubeconfig is used only if the user chooses it here; if it looks like production, the user must
also type its name.
"""

from collections.abc import Callable

from driftlab.checker.notebook.displays import message, panel_html
from driftlab.checker.sessions.preparation import bring_up
from driftlab.checker.sessions.selection import chosen_cluster, remember
from driftlab.clusters.cluster import Cluster
from driftlab.clusters.errors import ConfirmationNeeded, DriftlabError
from driftlab.clusters.host.progress import Progress, Step
from driftlab.clusters.kubernetes import kubeconfig
from driftlab.clusters.registry import context_engine, engines

CALM = "var(--jp-info-color1, #0277bd)"
DONE = "var(--jp-success-color1, #2e7d32)"


def choices() -> list[tuple[str, tuple[str, str | None]]]:
    """The options: a label, and an engine with the name of a context if it uses contexts."""
    options: list[tuple[str, tuple[str, str | None]]] = [("a throwaway cluster, as it runs best here", ("auto", None))]
    for engine in engines():
        if engine.automatic:
            availability = engine(engine.default_name).available()
            note = "" if availability else f" (not here: {availability.reason})"
            options.append((f"a throwaway cluster: {engine.engine}{note}", (engine.engine, None)))
    try:
        contexts = sorted(kubeconfig.read(kubeconfig.default_files()).contexts)
    except DriftlabError:
        contexts = []
    return options + [(f"a cluster of yours: the context {name}", (context_engine().engine, name)) for name in contexts]


class ClusterForm:
    """Calls ``chosen`` when the chosen cluster is ready. Without widgets, it shows the command instead."""

    def __init__(self, chosen: Callable[[Cluster], None]) -> None:
        self.chosen = chosen

    def show(self) -> None:
        try:
            import ipywidgets
            from IPython.display import display
        except ImportError:
            engine = context_engine().engine
            message("Choose the cluster in a terminal.", f"driftlab up --engine {engine} --cluster CONTEXT")
            return
        cluster = chosen_cluster()
        self.choice = ipywidgets.Dropdown(options=choices(), description="Labs run on", layout={"width": "95%"})
        self.typed = ipywidgets.Text(description="Its name", placeholder="type the name of the context")
        self.typed.layout.display = "none"
        self.button = ipywidgets.Button(description="Use this cluster", icon="check", layout={"width": "auto"})
        self.button.on_click(lambda _: self.use())
        self.aside = ipywidgets.HTML()
        self._show_message(
            f"Labs run on the cluster {cluster.name!r} ({cluster.engine}).", "Leave it so, or choose another."
        )
        display(ipywidgets.VBox([self.aside, self.choice, self.typed, self.button]))

    def use(self) -> None:
        """Bring up the cluster that is chosen in the form."""
        engine, name = self.choice.value
        self.button.disabled = True
        try:
            cluster = chosen_cluster(engine, name)
            bring_up(cluster, Progress(_MessageReporter(self._show_message)), confirmed=self.typed.value.strip())
            remember(cluster)
            self.chosen(cluster)
            self.typed.layout.display = "none"
            self._show_message(f"Labs run on the cluster {cluster.name!r} now ({cluster.engine}).", "Open a lab.", DONE)
        except ConfirmationNeeded as request:
            self.typed.layout.display = ""
            self._show_message(
                request.message, f"If it is meant: type {request.phrase} below, and press the button again."
            )
        except DriftlabError as error:
            self._show_message(error.message, f"Try: {error.next_step}")
        except Exception as error:
            self._show_message(f"Something broke in the kit: {type(error).__name__}: {error}", "Try: driftlab doctor")
        finally:
            self.button.disabled = False

    def _show_message(self, title: str, line: str, colour: str = CALM) -> None:
        self.aside.value = panel_html(title, line, colour)


class _MessageReporter:
    """A progress Reporter that shows messages."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self.tell = tell

    def show(self, step: Step) -> None:
        if not step.finished:
            self.tell(str(step), "This goes on by itself.")

    def say(self, line: str) -> None:
        self.tell(line, "")

"""A form in a notebook: which cluster the labs run on.

A cluster of somebody else's is only ever taken when it is named here; one that looks
like production also wants its name typed.
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
    """What can be chosen: a label, and an engine with a name, where one is needed."""
    offered: list[tuple[str, tuple[str, str | None]]] = [("a throwaway cluster, as it runs best here", ("auto", None))]
    for engine in engines():
        if engine.automatic:
            availability = engine.available()
            here = "" if availability else f" (not here: {availability.reason})"
            offered.append((f"a throwaway cluster: {engine.engine}{here}", (engine.engine, None)))
    try:
        contexts = sorted(kubeconfig.read(kubeconfig.default_files()).contexts)
    except DriftlabError:
        contexts = []
    return offered + [(f"a cluster of yours: the context {name}", (context_engine().engine, name)) for name in contexts]


class ClusterForm:
    """``chosen`` is told of the cluster once it is ready. Where widgets cannot run, says what to do instead."""

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
        self._tell(f"Labs run on the cluster {cluster.name!r} ({cluster.engine}).", "Leave it so, or choose another.")
        display(ipywidgets.VBox([self.aside, self.choice, self.typed, self.button]))

    def use(self) -> None:
        """Take the cluster that is chosen in the form."""
        engine, name = self.choice.value
        self.button.disabled = True
        try:
            cluster = chosen_cluster(engine, name)
            bring_up(cluster, Progress(_Told(self._tell)), confirmed=self.typed.value.strip())
            remember(cluster)
            self.chosen(cluster)
            self.typed.layout.display = "none"
            self._tell(f"Labs run on the cluster {cluster.name!r} now ({cluster.engine}).", "Open a lab.", DONE)
        except ConfirmationNeeded as needed:
            self.typed.layout.display = ""
            self._tell(needed.message, f"If it is meant: type {needed.phrase} below, and press the button again.")
        except DriftlabError as error:
            self._tell(error.message, f"Try: {error.next_step}")
        except Exception as error:
            self._tell(f"Something broke in the kit: {type(error).__name__}: {error}", "Try: driftlab doctor")
        finally:
            self.button.disabled = False

    def _tell(self, title: str, line: str, colour: str = CALM) -> None:
        self.aside.value = panel_html(title, line, colour)


class _Told:
    """A progress Reporter."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self.tell = tell

    def show(self, step: Step) -> None:
        if not step.finished:
            self.tell(str(step), "This goes on by itself.")

    def say(self, line: str) -> None:
        self.tell(line, "")

"""Names of namespaces and users on a shared cluster."""

import getpass
import hashlib
import re
import unicodedata

from driftlab.clusters.errors import UsageError
from driftlab.clusters.existing.settings import NAMESPACE, USER

#: A DNS-1123 label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
MAX_LENGTH = 63

#: Namespaces that are never cleared, whatever their labels are.
SYSTEM_NAMESPACES = re.compile(r"default|kube-.*")


def label(text: str, max_length: int = MAX_LENGTH) -> str:
    """``text`` as a DNS-1123 label of at most ``max_length`` characters; different texts have different labels."""
    if LABEL.fullmatch(text) and len(text) <= max_length and not re.search(r"-[0-9a-f]{8}$", text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    digest = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: max_length - 9].rstrip("-")
    return f"{slug or 'x'}-{digest}"


def user_label() -> str:
    """The owner of the namespaces, as a label: ``DRIFTLAB_USER``, else the login name. Raises UsageError if none."""
    try:
        return label(USER.value or getpass.getuser(), max_length=40)
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("This machine has no name for you.", next_step="export DRIFTLAB_USER=NAME") from error


def shared_namespace() -> str:
    """``DRIFTLAB_NAMESPACE``, or an empty string. Raises UsageError if the kit may not use a namespace of that name."""
    name = NAMESPACE.value
    if name and not LABEL.fullmatch(name):
        raise UsageError(f"No namespace can be called {name!r}.", next_step="unset DRIFTLAB_NAMESPACE")
    if SYSTEM_NAMESPACES.fullmatch(name):
        raise UsageError(
            f"The namespace {name} belongs to the cluster itself: labs do not take place there.",
            next_step="name one that was made for it: DRIFTLAB_NAMESPACE",
        )
    return name

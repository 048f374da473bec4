"""Names of namespaces and of users, on a cluster that many share."""

import getpass
import hashlib
import os
import re
import unicodedata

from driftlab.clusters.errors import UsageError

#: A DNS-1123 label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LONGEST = 63

#: Namespaces that nobody would want to be cleared, whatever labels they carry.
NEVER = re.compile(r"default|kube-.*")


def label(text: str, longest: int = LONGEST) -> str:
    """``text`` as a DNS-1123 label of at most ``longest`` signs; two texts do not give the same one."""
    if LABEL.fullmatch(text) and len(text) <= longest and not re.search(r"-[0-9a-f]{8}$", text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    digest = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: longest - 9].rstrip("-")
    return f"{slug or 'x'}-{digest}"


def user_label() -> str:
    """Whose namespaces they are: ``DRIFTLAB_USER``, else who is logged in. Raises UsageError where nobody is."""
    try:
        return label(os.environ.get("DRIFTLAB_USER") or getpass.getuser(), longest=40)
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("This machine has no name for you.", next_step="export DRIFTLAB_USER=NAME") from error


def shared_namespace() -> str:
    """``DRIFTLAB_NAMESPACE``, or nothing. Raises UsageError where it cannot be one of ours."""
    name = os.environ.get("DRIFTLAB_NAMESPACE", "")
    if name and not LABEL.fullmatch(name):
        raise UsageError(f"No namespace can be called {name!r}.", next_step="unset DRIFTLAB_NAMESPACE")
    if NEVER.fullmatch(name):
        raise UsageError(
            f"The namespace {name} belongs to the cluster itself: labs do not take place there.",
            next_step="name one that was made for it: DRIFTLAB_NAMESPACE",
        )
    return name

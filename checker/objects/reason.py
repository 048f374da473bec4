"""Reasons by key: code says which sentence holds and with which values; the sentence itself stands in Markdown.

::

    failed("too-few", ready=2)      # in checks.py
    - too-few: only {ready} are ready    # in the section Reasons of exercise.md

``exercises.sentences`` finds the sentence and fills it in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Two words or more with hyphens between them. Whatever else a verdict says is a plain sentence, also a single word.
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


@dataclass(frozen=True)
class Reason:
    """The key of a sentence or of a part of one, and the values of its placeholders.

    A value is a text, a number, another Reason, or a list or tuple of these.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        """Raises TypeError: its sentence is not known here, so it cannot be a part of a text."""
        raise TypeError(f"the reason {self.key} is no text: give it as a value, such as failed('not-yet', why=…)")


def reason(key: str, /, **values: object) -> Reason:
    """A part of another reason: ``failed("but-wrong", wrong=reason("too-few", ready=2))``.

    Raises ValueError if it is not a key.
    """
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not the key of a reason: that is two words or more with hyphens, such as too-few")
    return Reason(key, values)

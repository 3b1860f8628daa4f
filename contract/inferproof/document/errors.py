"""The one error of this package."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from inferproof.errors import UserError


class DocumentError(UserError):
    """A document that cannot be used. Its text names the file, the place in it and the cure."""


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """`; did you mean "x"?` for the closest known spelling that is so much like it (0 to 1), else nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=likeness)
    return f'; did you mean "{close[0]}"?' if close else ""

"""How deeply a text is nested by its brackets, counted before a library's own limit can speak."""

from __future__ import annotations

import re

_BRACKET = re.compile(r""""(?:[^"\\]++|\\.)*+"|'[^']*'|([\[{])|[\]}]""", re.DOTALL)
"""What opens or closes a level of JSON text, or a string, whose brackets do not count."""


def too_deep(text: str, deepest: int) -> int | None:
    """Where the text opens a bracket of a level below `deepest`, the index of a character; None where it does not."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        if bracket[1]:
            depth += 1
            if depth > deepest:
                return bracket.start()
        elif bracket[0] in "]}":
            depth -= 1
    return None

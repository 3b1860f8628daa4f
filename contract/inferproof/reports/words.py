"""Words of a server as a person may read them."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with every control character, bidirectional mark and half surrogate pair as an escape.

    What a server says must not move the cursor of the terminal that shows it.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else character.encode("unicode_escape").decode()
        for character in text
    )

"""Words as a person may read them: counted ones, and those of a server."""

from __future__ import annotations

from rich.markup import escape


def many(count: int, noun: str, plural: str = "") -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {plural or f'{noun}s'}"


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


def one_line(text: str) -> str:
    """The text as `printable` has it, and on one line: what follows a line break looks like a line of ours."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def theirs(text: str) -> str:
    """A server's words within a line of ours, in rich's markup: no markup of theirs, no second line, no command.

    GitHub's runner reads a command behind `##[` anywhere in a line, and one behind `::` at its beginning only.
    """
    return escape(one_line(text).replace("##[", "## ["))

"""The one place where a command line is made that a person may paste into a POSIX shell, or one is read.

What stands in it comes from transcripts and servers too. A word is single-quoted, or written by printf where it has
characters that a terminal or an encoding would not hand on as they are; the only thing that the shell puts in is the
value of a variable, and its name is checked.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_READABLE = frozenset(range(0x20, 0x7F)) - frozenset(b"\\%'")
"""Bytes that stand for themselves in the format of printf and in single quotes."""


def is_name(name: str) -> bool:
    """Whether a shell can have a variable of that name (POSIX.1-2017, XBD 3.235)."""
    return _NAME.fullmatch(name) is not None


def variable(name: str, *, without_last: int = 0) -> str:
    """The value of a variable, as a part of a word, without its last characters (POSIX, Parameter Expansion).

    Raises ValueError for what is no name of one.
    """
    if not is_name(name):
        raise ValueError(f"{name!r} is no name of a shell's variable: it takes letters, digits and _")
    return f'"${{{name}%{"?" * without_last}}}"' if without_last else f'"${name}"'


def split(line: str) -> list[str]:
    """The words of a command line as a shell would read it, nothing put in. Raises ValueError for an open quote."""
    return shlex.split(line)


def word(text: str | bytes) -> str:
    """One word, or a part of one, that the shell reads as exactly this text. NUL, which no word can hold, is left out.

    It is ASCII on one line, but for line breaks at the end of the text: $() would drop them.
    """
    data = (_encoded(text) if isinstance(text, str) else text).replace(b"\0", b"")
    if not data or all(byte in range(0x20, 0x7F) for byte in data):
        return shlex.quote(data.decode())
    end = len(data.rstrip(b"\n"))
    return f'"$({printf(data[:end])})"' * bool(end) + f"'{data[end:].decode()}'" * (end < len(data))


def _encoded(text: str) -> bytes:
    """As a path is encoded here, which need not be text; half a surrogate pair of other text in its own three bytes."""
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def printf(data: bytes) -> str:
    """The command that writes exactly these bytes."""
    pieces = [chr(byte) if byte in _READABLE else f"\\{byte:03o}" for byte in data]
    if pieces[:1] == ["-"]:
        pieces[0] = "\\055"  # no option
    return f"printf '{''.join(pieces)}'"


def command(*words: str, operands: Iterable[str] = ()) -> str:
    """A command line of these words. `operands` are no options, whatever they begin with."""
    given = list(operands)
    marked = ["--", *given] if any(each.startswith("-") for each in given) else given
    return " ".join(word(each) for each in (*words, *marked))

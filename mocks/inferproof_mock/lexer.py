"""Where in a JSON text we are."""

from __future__ import annotations

from collections.abc import Iterator

_SPACES = b" \t\r\n"
_MARKS = b"{}[]:,"
_QUOTE, _BACKSLASH = 0x22, 0x5C


class Lexer:
    """Fed a JSON text piece by piece. A lexeme is a mark, a string, or another run of bytes, such as a number."""

    def __init__(self) -> None:
        self.count = 0
        """The lexemes that are whole. A number is whole when something follows it."""
        self.begun = b""
        """The lexeme that is not."""
        self._escaped = False

    @property
    def inside(self) -> bool:
        """Within a string."""
        return self.begun[:1] == b'"'

    def feed(self, piece: bytes) -> None:
        for value in piece:
            if self.inside:
                self._feed_string(value)
            elif value in _SPACES or value in _MARKS or value == _QUOTE:
                self.count += bool(self.begun) + (value in _MARKS)
                self.begun = b'"' if value == _QUOTE else b""
            else:
                self.begun += bytes([value])

    def _feed_string(self, value: int) -> None:
        if value == _QUOTE and not self._escaped:
            self.count += 1
            self.begun = b""
            return
        self._escaped = value == _BACKSLASH and not self._escaped
        self.begun += bytes([value])


def starts(text: bytes) -> Iterator[int]:
    """Where each lexeme of a JSON text starts, and at last where the text ends."""
    lexer = Lexer()
    for at in range(len(text)):
        idle, count = not lexer.begun, lexer.count
        lexer.feed(text[at : at + 1])
        if (idle and (lexer.begun or lexer.count > count)) or lexer.count > count + 1 - idle:
            yield at
    yield len(text)

"""What to say under a grammar when there is no plan: short, readable, and towards the end of the text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from inferproof_mock.lexer import Lexer
from inferproof_mock.vocabulary import VOCABULARY


class Fallback:
    """Finds the way to the end of a text that it knows only by the set of tokens that may come next.

    Two habits make it end: it prefers what was not allowed a moment ago, because that is a step ahead, and it does
    not say a thing twice where the same things may follow, because that may be a circle.
    """

    def __init__(self, lexer: Lexer | None) -> None:
        self._lexer = lexer
        self._before = 0
        self._now = 0
        self._said: defaultdict[int, int] = defaultdict(int)

    def ideas(self, allowed: int, number: int) -> list[int]:
        """Some tokens of the set `allowed`, best first; `number` decides between equals."""
        self._now = allowed
        fresh = allowed & ~self._said[allowed] or allowed
        ahead = fresh & ~self._before if self._lexer is None or self._lexer.inside else 0
        groups = self._groups()
        found = [*_of_groups(ahead, groups, number), *_of_groups(fresh, groups, number)]
        return list(dict.fromkeys(found))[:_MOST_IDEAS]

    def advance(self, token: int) -> None:
        self._said[self._now] |= 1 << token
        self._before = self._now

    def _groups(self) -> tuple[int, ...]:
        lexer = self._lexer
        if lexer is None:
            if not self._before:
                return _FREE_AT_FIRST
            return _FREE_AND_LONG if self._said[self._now].bit_count() > _LONG else _FREE
        if lexer.inside:
            return _IN_STRING if len(lexer.begun) > 1 else _AT_STRING
        return _IN_SCALAR if lexer.begun else _BETWEEN


def _of_groups(allowed: int, groups: tuple[int, ...], number: int) -> Iterator[int]:
    for group in groups:
        if allowed & group:
            yield pick(allowed & group, number)


def pick(group: int, number: int) -> int:
    """One token of the set, which must not be empty."""
    lowest = (group & -group).bit_length() - 1
    turn = lowest + number % (group.bit_length() - lowest)
    part = group >> turn << turn
    return (part & -part).bit_length() - 1


def _set(*pieces: str) -> int:
    return sum(1 << VOCABULARY.ids[piece.encode()] for piece in pieces)


def _range(characters: str) -> int:
    return sum(1 << ord(character) for character in characters)


_MOST_IDEAS = 6
_LONG = 3
"""So many times at the same place, and a bracket or a quote is closed before another word is said."""

_END = 1 << VOCABULARY.end
_WORDS = sum(1 << token for token in VOCABULARY.words)
_SPACED = sum(1 << token for token in VOCABULARY.words if VOCABULARY.pieces[token].startswith(b" "))
_BARE = _WORDS & ~_SPACED
_LETTERS = _range("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = _range("123456789")
_ZERO = _range("0")
_QUOTE = _range('"')
_CLOSERS = _range("}])")
_OPENERS = _range("{[(")
_COLON = _set(":", ": ")
_COMMA = _set(",", ", ")
_LITERALS = _set("true", "false", "null")
_MARKS = _range("-_.@/+*=<>!?;:,'&%$#~^|`\\")
_SPACES = _range(" \n")

_REST = (_MARKS, _ZERO, _SPACES)
_FREE = (_END, _SPACED, _DIGITS, _LETTERS, _BARE, _QUOTE | _CLOSERS, *_REST, _OPENERS)
_FREE_AND_LONG = (_END, _QUOTE | _CLOSERS, *_FREE[1:])
_FREE_AT_FIRST = (_BARE, _DIGITS, _LETTERS, *_REST, _SPACED, _QUOTE | _OPENERS, _CLOSERS, _END)
_AT_STRING = (_BARE, _LETTERS, _DIGITS, _QUOTE, *_REST, _OPENERS, _CLOSERS)
_IN_STRING = (_QUOTE, _SPACED, _LETTERS, _DIGITS, *_REST, _OPENERS, _CLOSERS)
_IN_SCALAR = (_END, _CLOSERS, _COMMA, _DIGITS, _LETTERS, *_REST)
_BETWEEN = (_END, _CLOSERS, _COLON, _COMMA, _QUOTE, _LITERALS, _DIGITS, _LETTERS, _OPENERS, *_REST)

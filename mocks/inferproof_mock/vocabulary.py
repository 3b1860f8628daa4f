"""A fixed vocabulary and its reversible tokenizer: 256 bytes, word pieces, and a few special tokens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from inferproof_mock.pieces import WORDS, ordinary

SPECIALS = ("<|end|>", "<|begin|>", "<|header|>", "<|media|>")


class Vocabulary:
    """Token ids 0-255 are the bytes; the word pieces follow, and the special tokens come last.

    Sets of tokens are integers with one bit for each id, because that is how a grammar's mask arrives.
    """

    def __init__(self) -> None:
        plain = [bytes([value]) for value in range(256)] + list(ordinary())
        self.pieces: tuple[bytes, ...] = (*plain, *(text.encode() for text in SPECIALS))
        self.size = len(self.pieces)
        self.longest = max(map(len, plain))  # bytes
        self.end, self.begin, self.header, self.media = range(len(plain), self.size)
        self.specials = frozenset(range(len(plain), self.size))
        self.ids: dict[bytes, int] = {piece: token for token, piece in enumerate(plain)}
        self._starting: dict[bytes, tuple[tuple[bytes, int], ...]] = _by_first_two_bytes(plain)
        self.words = tuple(
            self.ids[f"{space}{word}".encode()] for space in (" ", "") for word in WORDS if len(word) > 2
        )
        """Words as people read them, with a space before them and without."""
        self.usual = (1 << len(plain)) - 1 | 1 << self.end
        """What an unconstrained reply is made of: everything but the special tokens, and the end."""

    def encode(self, text: str) -> list[int]:
        """Greedy longest match over the UTF-8 bytes; never a special token, whatever the text spells.

        A lone surrogate, which JSON can spell and UTF-8 cannot, becomes U+FFFD.
        """
        return self.encode_bytes(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode())

    def encode_bytes(self, data: bytes) -> list[int]:
        tokens: list[int] = []
        at, end = 0, len(data)
        starting = self._starting
        while at < end:
            for piece, token in starting.get(data[at : at + 2], ()):
                if data.startswith(piece, at):
                    tokens.append(token)
                    at += len(piece)
                    break
            else:
                tokens.append(data[at])
                at += 1
        return tokens

    def decode(self, tokens: Iterable[int]) -> bytes:
        """The bytes that the tokens spell; special tokens spell nothing."""
        return b"".join(self.pieces[token] for token in tokens if token not in self.specials)

    def first(self, data: bytes, at: int, allowed: int) -> int | None:
        """The longest token that `data` has at `at` and that is in the set `allowed`; None where there is none."""
        for piece, token in self._starting.get(data[at : at + 2], ()):
            if allowed >> token & 1 and data.startswith(piece, at):
                return token
        return data[at] if at < len(data) and allowed >> data[at] & 1 else None

    def text(self, token: int) -> str:
        """How a token reads by itself; a piece of a character reads as U+FFFD."""
        return self.pieces[token].decode("utf-8", "replace")

    def completing(self, tail: bytes, word: bytes) -> Iterator[int]:
        """The tokens that make `word` appear when they follow `tail`; special tokens spell nothing."""
        yield from _containing(word)
        for length in range(1, len(word)):
            if tail.endswith(word[:length]):
                yield from _beginning(word[length:])


def _by_first_two_bytes(pieces: list[bytes]) -> dict[bytes, tuple[tuple[bytes, int], ...]]:
    groups: dict[bytes, list[tuple[bytes, int]]] = defaultdict(list)
    for token, piece in enumerate(pieces):
        if len(piece) > 1:
            groups[piece[:2]].append((piece, token))
    return {key: tuple(sorted(group, key=lambda entry: -len(entry[0]))) for key, group in groups.items()}


VOCABULARY = Vocabulary()
"""One for all models: it never changes."""


@lru_cache(maxsize=1024)
def _containing(part: bytes) -> tuple[int, ...]:
    return tuple(token for piece, token in VOCABULARY.ids.items() if part in piece)


@lru_cache(maxsize=1024)
def _beginning(part: bytes) -> tuple[int, ...]:
    return tuple(token for piece, token in VOCABULARY.ids.items() if piece.startswith(part))

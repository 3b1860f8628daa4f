"""From tokens to text: whole characters only, nothing of a stop string, and the tokens that the text is made of."""

from __future__ import annotations

from dataclasses import dataclass

from inferproof_mock.sampler import Draw
from inferproof_mock.settings import Settings
from inferproof_mock.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Piece:
    """What can be delivered now: text, and the tokens that begin in it."""

    text: str
    draws: tuple[Draw, ...]


class Delivery:
    """Collects the tokens of one choice and releases text as soon as nothing can take it back.

    Held back are the bytes of a character that is not whole, and text that a stop string may begin with. A token
    belongs to the text when it begins in it: those that lie in a removed stop string are not delivered or counted.
    """

    def __init__(self, settings: Settings) -> None:
        self._stops = tuple(stop.encode("utf-8", "replace") for stop in settings.stops)
        self._settings = settings
        self._data = bytearray()
        self._tokens: list[tuple[int, Draw]] = []
        self._released = 0
        self._handed_out = 0
        self._search_from = 0
        self._after_special = False
        self.text = ""

    @property
    def generated(self) -> int:
        """How many tokens were added, delivered or not."""
        return len(self._tokens)

    def add(self, draw: Draw) -> str | None:
        """Adds a token; returns the stop string that it completes, after which nothing may be added."""
        self._tokens.append((len(self._data), draw))
        self._data += self._spelling(draw.token)
        if self.generated <= self._settings.shortest:
            self._search_from = len(self._data)
            return None
        if not self._stops:
            return None
        return self._cut_at_stop()

    def take(self, *, final: bool = False) -> Piece | None:
        """What can be released since the last call; `final` when no token follows, which drops half a character."""
        end = _whole(self._data, len(self._data) if final else len(self._data) - self._held())
        text = self._data[self._released : end].decode("utf-8", "replace") if end > self._released else ""
        self._released = max(end, self._released)
        before = self._handed_out
        while self._handed_out < len(self._tokens) and (final or self._tokens[self._handed_out][0] < self._released):
            self._handed_out += 1
        draws = tuple(draw for _, draw in self._tokens[before : self._handed_out])
        if not text and not draws:
            return None
        self.text += text
        return Piece(text, draws)

    def _spelling(self, token: int) -> bytes:
        if token not in VOCABULARY.specials:
            self._after_special = False
            return VOCABULARY.pieces[token]
        if not self._settings.show_specials:
            return b""
        space = b" " if self._after_special and self._settings.space_specials else b""
        self._after_special = True
        return space + VOCABULARY.pieces[token]

    def _cut_at_stop(self) -> str | None:
        found = [(at, stop) for stop in self._stops if (at := self._data.find(stop, self._search_from)) >= 0]
        if not found:
            self._search_from = max(self._search_from, len(self._data) - max(map(len, self._stops)) + 1)
            return None
        at, stop = min(found)
        cut = at + len(stop) if self._settings.keep_stop else at
        del self._data[cut:]
        self._tokens = [entry for entry in self._tokens if entry[0] < cut]
        return stop.decode("utf-8", "replace")

    def _held(self) -> int:
        """The length of the longest end of the text that a stop string begins with."""
        longest = 0
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(self._data)), longest, -1):
                if self._data.endswith(stop[:length]):
                    longest = length
                    break
        return longest


def _whole(data: bytearray, end: int) -> int:
    """`end`, or less by the bytes of a character that is not whole there."""
    for back in range(1, min(4, end) + 1):
        lead = data[end - back]
        if lead & 0xC0 != 0x80:
            length = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return end - back if length > back and lead >= 0xC0 else end
    return end

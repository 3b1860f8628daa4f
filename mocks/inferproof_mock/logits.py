"""The fake network: given the prompt and what was said so far, the scores of the tokens that may come next.

Scores are logits on one scale for all voices: 20 is what the model wants to say, some twenty words score about 10,
and every token that is not named scores 0. So a reply at temperature 1 is mostly what the model wants.
"""

from __future__ import annotations

from typing import Protocol

from inferproof_mock.hashing import mix, number
from inferproof_mock.prose import FILLER, Slots
from inferproof_mock.vocabulary import VOCABULARY

WANTED = 20.0
CERTAIN = 60.0
"""The rest of a character that has begun: nothing else may come between its bytes, however hot the sampling."""

_AFTER_THE_END = 14.0
_ALTERNATIVES = (WANTED, 19.2, 18.7, 18.3)
_NOISE = 10.0
_SPOKEN = tuple(token for token in VOCABULARY.words if VOCABULARY.pieces[token].startswith(b" "))
_NOISE_WORDS = 20

Scores = dict[int, float]


class Logits(Protocol):
    def scores(self, allowed: int) -> Scores:
        """The tokens of the set `allowed` that score above 0."""
        ...

    def advance(self, token: int) -> None:
        """The token was said."""
        ...


class Noise:
    """Twenty words that might come next, other ones at each step: what `top_logprobs` shows beside the choice."""

    def __init__(self, state: int, loudness: float) -> None:
        self.state = state
        self._loudness = loudness

    def advance(self, token: int) -> None:
        self.state = mix(self.state, token)

    def scores(self, allowed: int) -> Scores:
        state, words = self.state, _SPOKEN
        unit = (state >> 40) / (1 << 24)
        # The fourth power makes a close second rare: about one reply in ten has an odd word at temperature 1.
        score = self._loudness + 7.0 * unit**4
        at, stride = state % len(words), 1 + (state >> 20) % 97
        found: Scores = {}
        for _ in range(_NOISE_WORDS):
            token = words[at]
            if allowed >> token & 1:
                found[token] = score
            score -= 0.4
            at = (at + stride) % len(words)
        return found


class ProseVoice:
    """Says one sentence after the other, choosing among alternatives; a word that differs replaces the one meant."""

    def __init__(self, slots: Slots, key: int) -> None:
        self._slots = [tuple(sentence.encode() for sentence in slot) for slot in slots]
        self._noise = Noise(key, _NOISE)
        self._key = key
        self._slot = 0
        self._at = 0
        self._active = self._alternatives()

    def scores(self, allowed: int) -> Scores:
        found = self._noise.scores(allowed)
        if self._slot == len(self._slots) and allowed >> VOCABULARY.end & 1:
            found[VOCABULARY.end] = WANTED
        for sentence, score in reversed(self._active):
            token = VOCABULARY.first(sentence, self._at, allowed)
            if token is not None:
                found[token] = CERTAIN if continues_character(token) else max(score, found.get(token, 0.0))
        return found

    def advance(self, token: int) -> None:
        self._noise.advance(token)
        piece = VOCABULARY.pieces[token]
        said = [entry for entry in self._active if entry[0].startswith(piece, self._at)]
        if said:
            self._active = said
            self._at += len(piece)
        else:
            self._at = self._after_the_word_meant()
        if self._at >= len(self._active[0][0]):
            self._slot += 1
            self._at = 0
            self._active = self._alternatives()

    def _after_the_word_meant(self) -> int:
        sentence = self._active[0][0]
        meant = VOCABULARY.first(sentence, self._at, VOCABULARY.usual)
        at = self._at + (len(VOCABULARY.pieces[meant]) if meant is not None else 1)
        while at < len(sentence) and continues_character(sentence[at]):
            at += 1
        return at

    def _alternatives(self) -> list[tuple[bytes, float]]:
        """The alternatives of this slot, best first; which is best depends on the prompt."""
        if self._slot >= len(self._slots):
            choice = FILLER[mix(self._key, self._slot) % len(FILLER)]
            return [(choice.encode(), _AFTER_THE_END)]
        slot = self._slots[self._slot]
        first = mix(self._key, self._slot) % len(slot)
        return list(zip(slot[first:] + slot[:first], _ALTERNATIVES, strict=False))


def continues_character(token: int) -> bool:
    """Whether the token is a byte of a UTF-8 sequence, and not its first."""
    return 0x80 <= token < 0xC0


def key_of(prompt: tuple[int, ...]) -> int:
    return number("prompt", list(prompt))

"""The decoding loop of one choice: what may come next, what comes, and when to stop."""

from __future__ import annotations

from typing import Protocol

from inferproof.front.backend import Refusal
from inferproof_mock.delivery import Delivery, Piece
from inferproof_mock.logits import Logits
from inferproof_mock.sampler import Sampler
from inferproof_mock.settings import Settings
from inferproof_mock.vocabulary import VOCABULARY


class Constraint(Protocol):
    """A grammar that follows the reply token by token."""

    def allowed(self) -> int:
        """The set of tokens that may come next; it has the end token where the reply may end."""
        ...

    def advance(self, token: int) -> None: ...


class Decoder:
    """Decodes one choice. `finish` is None until it ends, then the finish reason; `stop` what stopped it."""

    def __init__(
        self, settings: Settings, logits: Logits, sampler: Sampler, cap: int, constraint: Constraint | None = None
    ) -> None:
        self._settings = settings
        self._voice = logits
        self._sampler = sampler
        self._cap = cap
        self._constraint = constraint
        self._delivery = Delivery(settings)
        self._usual = VOCABULARY.usual | sum(1 << token for token in settings.bias if token in VOCABULARY.specials)
        if settings.allowed is not None:
            self._usual = settings.allowed
        self._endings = sum(1 << token for token in settings.stop_tokens if 0 <= token < VOCABULARY.size)
        self._tail = b""
        self.finish: str | None = None
        self.stop: int | str | None = None

    @property
    def text(self) -> str:
        """What was taken so far."""
        return self._delivery.text

    @property
    def generated(self) -> int:
        """How many tokens were decoded so far, taken or not."""
        return self._delivery.generated

    def step(self) -> Piece | None:
        """Decodes one token; returns what can be delivered now, and at the end everything that is left."""
        allowed = self._allowed()
        unwanted = self._unwanted(allowed) if self._settings.bad_words else frozenset()
        if not allowed & ~sum(1 << token for token in unwanted):
            raise Refusal(400, "no token is left that satisfies every constraint of the request", code="no_token_left")
        draw = self._sampler.draw(self._voice.scores(allowed), allowed, unwanted)
        if draw.token in self._settings.stop_tokens:
            self.stop = draw.token
            if self._settings.keep_stop:
                self._delivery.add(draw)
            return self._end("stop")
        if draw.token == VOCABULARY.end:
            return self._end("stop")
        self._voice.advance(draw.token)
        if self._constraint:
            self._constraint.advance(draw.token)
        if self._settings.bad_words:
            self._tail = (self._tail + VOCABULARY.pieces[draw.token])[-max(map(len, self._settings.bad_words)) :]
        self.stop = self._delivery.add(draw)
        if self.stop is not None:
            return self._end("stop")
        if self._delivery.generated >= self._cap:
            return self._end("length")
        return self._delivery.take()

    def _end(self, reason: str) -> Piece | None:
        self.finish = reason
        return self._delivery.take(final=True)

    def _allowed(self) -> int:
        allowed = self._usual
        if self._constraint:
            allowed &= self._constraint.allowed()
        held = 0
        if self._delivery.generated < self._settings.shortest:
            held = self._endings | 1 << VOCABULARY.end
        elif self._settings.ignore_end:
            held = 1 << VOCABULARY.end
        # A constraint that leaves nothing but the end is stronger than `min_tokens` and `ignore_eos`.
        return allowed & ~held or allowed

    def _unwanted(self, allowed: int) -> frozenset[int]:
        """The tokens that would complete a bad word."""
        words = self._settings.bad_words
        return frozenset(
            token for word in words for token in VOCABULARY.completing(self._tail, word) if allowed >> token & 1
        )

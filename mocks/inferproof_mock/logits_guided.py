"""The fake network under a constraint: it would like to say one of its plans, and improvises where it may not."""

from __future__ import annotations

from inferproof_mock.fallback import Fallback
from inferproof_mock.lexer import Lexer, starts
from inferproof_mock.logits import CERTAIN, WANTED, Noise, Scores, continues_character
from inferproof_mock.vocabulary import VOCABULARY

_STEP = 0.9
_LOWEST = 6
_IDEA_BESIDE_A_PLAN = 8.0
_NOISE = 5.0


class GuidedLogits:
    """Follows the plans that agree with what was said so far, the first one most of all.

    Once none agrees and the text is JSON, it goes on with the first plan at the same lexeme, counted from the
    beginning. What no plan knows is improvised.
    """

    def __init__(self, plans: tuple[str, ...], key: int, *, json: bool) -> None:
        self._plans = tuple(dict.fromkeys(plan.encode() for plan in plans))
        self._noise = Noise(key, _NOISE)
        self._said = b""
        self._lexer = Lexer() if json else None
        self._improviser = Fallback(self._lexer)
        self._starts: list[int] | None = None

    def scores(self, allowed: int) -> Scores:
        wanted: Scores = {}
        for place, wish in enumerate(self._wishes()):
            token = VOCABULARY.first(wish, 0, allowed) if wish else VOCABULARY.end
            if token is not None and allowed >> token & 1:
                score = WANTED - _STEP * min(place, _LOWEST)
                wanted.setdefault(token, CERTAIN if continues_character(token) else score)
        # Ideas are had at every step, because they rest on what could have been said before.
        score = _IDEA_BESIDE_A_PLAN if wanted else WANTED
        for token in self._improviser.ideas(allowed, self._noise.state):
            wanted.setdefault(token, score)
            score -= 2 * _STEP
        free = self._lexer is None or self._lexer.inside
        return {**self._noise.scores(allowed), **wanted} if free else wanted

    def advance(self, token: int) -> None:
        piece = VOCABULARY.pieces[token]
        self._noise.advance(token)
        self._improviser.advance(token)
        self._said += piece
        if self._lexer:
            self._lexer.feed(piece)

    def _wishes(self) -> list[bytes]:
        """How the plans would go on; an empty one would end."""
        agreeing = [plan[len(self._said) :] for plan in self._plans if plan.startswith(self._said)]
        if agreeing or self._lexer is None or not self._plans:
            return agreeing
        return self._resumed(self._plans[0], self._lexer)

    def _resumed(self, plan: bytes, lexer: Lexer) -> list[bytes]:
        """The rest of a JSON plan from the lexeme that the text has come to, where the begun lexeme fits it."""
        if self._starts is None:
            self._starts = list(starts(plan))
        if lexer.count >= len(self._starts):
            return []
        at = self._starts[lexer.count]
        return [plan[at + len(lexer.begun) :]] if plan.startswith(lexer.begun, at) else []

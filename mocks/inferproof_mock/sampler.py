"""From scores to one token: biases, penalties, temperature, cut-offs, and log-probabilities that add up."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log

from inferproof_mock.logits import Scores
from inferproof_mock.settings import Settings
from inferproof_mock.vocabulary import VOCABULARY

Ranked = tuple[tuple[int, float], ...]
"""Tokens with their log-probabilities, best first."""


@dataclass(frozen=True)
class Draw:
    """The chosen token, its log-probability (at most 0), and the most likely tokens where they were asked for."""

    token: int
    logprob: float
    top: Ranked = ()


class Sampler:
    """Draws one token after the other for one choice.

    Log-probabilities are those of the scores after constraints, biases and penalties, at temperature 1 and before
    the cut-offs. So greedy decoding takes the most likely token, whatever shaped the scores.
    """

    def __init__(self, settings: Settings, prompt: tuple[int, ...], seed: int) -> None:
        self._settings = settings
        self._random = random.Random(seed)
        self._said: Counter[int] = Counter()
        # The end token closes every message of the prompt; to make it rarer would make replies endless.
        self._seen = frozenset(prompt) - {VOCABULARY.end} if settings.repetition != 1.0 else frozenset()
        self._plain = not (settings.presence or settings.frequency or settings.repetition != 1.0 or settings.bias)

    def draw(self, scores: Scores, allowed: int, unwanted: frozenset[int] = frozenset()) -> Draw:
        """One token of the set `allowed` that is not `unwanted`; there has to be one."""
        scores = {token: score for token, score in scores.items() if token not in unwanted}
        if not self._plain:
            self._shape(scores, allowed, unwanted)
        rest = allowed.bit_count() - len(scores) - len(unwanted)
        highest = max(scores.values(), default=0.0)
        if rest and highest < 0.0:
            highest = 0.0
        total = sum([exp(score - highest) for score in scores.values()]) + rest * exp(-highest)
        unlikely = -highest - log(total)
        token = self._choose(scores, rest, allowed, unwanted)
        self._said[token] += 1
        logprob = min(0.0, scores[token] + unlikely if token in scores else unlikely)
        if not self._settings.top_logprobs:
            return Draw(token, logprob)
        ranking = sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))
        above = [(entry, min(0.0, score + unlikely)) for entry, score in ranking if score >= 0.0]
        below = [(entry, score + unlikely) for entry, score in ranking if score < 0.0]
        ties = ((entry, unlikely) for entry in _others(allowed, scores, unwanted))
        top = above[: self._settings.top_logprobs]
        while len(top) < self._settings.top_logprobs and (entry := next(ties, None)):
            top.append(entry)
        return Draw(token, logprob, tuple((top + below)[: self._settings.top_logprobs]))

    def _shape(self, scores: Scores, allowed: int, unwanted: frozenset[int]) -> None:
        """Biases and penalties, in place. A penalty changes the tokens that score: the others cannot get rarer."""
        settings = self._settings
        for token, bias in settings.bias.items():
            if allowed >> token & 1 and token not in unwanted:
                scores[token] = scores.get(token, 0.0) + bias
        for token, score in scores.items():
            count = self._said[token]
            if settings.repetition != 1.0 and (count or token in self._seen):
                score = score / settings.repetition if score > 0 else score * settings.repetition
            if count:
                score -= settings.presence + settings.frequency * count
            scores[token] = score

    def _choose(self, scores: Scores, rest: int, allowed: int, unwanted: frozenset[int]) -> int:
        settings = self._settings
        if settings.temperature < 1e-3 or settings.top_k == 1:
            best = max(scores, key=lambda token: (scores[token], -token), default=None)
            return best if best is not None and (scores[best] >= 0 or not rest) else _any(allowed, scores, unwanted, 0)
        ranking = sorted(((score, -token) for token, score in scores.items()), reverse=True)
        highest = ranking[0][0] if ranking and (ranking[0][0] > 0 or not rest) else 0.0
        weights = [exp((score - highest) / settings.temperature) for score, _ in ranking]
        tail = rest * exp(-highest / settings.temperature)
        kept, tail = self._cut(weights, tail, rest)
        point = self._random.random() * (sum(kept) + tail)
        for weight, (_, token) in zip(kept, ranking, strict=False):
            point -= weight
            if point < 0:
                return -token
        return _any(allowed, scores, unwanted, self._random.getrandbits(32)) if rest and tail else -ranking[0][1]

    def _cut(self, weights: list[float], tail: float, rest: int) -> tuple[list[float], float]:
        """top_k, then min_p, then top_p; `tail` is the weight of the `rest` tokens that no voice named."""
        settings = self._settings
        if settings.top_k > 0:
            tail *= min(1.0, max(0, settings.top_k - len(weights)) / rest) if rest else 0.0
            weights = weights[: settings.top_k]
        if settings.min_p > 0.0:
            least = settings.min_p * max(weights, default=0.0)
            weights = [weight for weight in weights if weight >= least]
            tail = tail if rest and tail / rest >= least else 0.0
        if settings.top_p < 1.0:
            wanted = settings.top_p * (sum(weights) + tail)
            reached = 0.0
            for count, weight in enumerate(weights, 1):
                reached += weight
                if reached >= wanted:
                    return weights[:count], 0.0
        return weights, tail


def _others(allowed: int, scores: Scores, unwanted: frozenset[int]) -> Iterator[int]:
    """The tokens of a set that have no score, by id."""
    while allowed:
        token = (allowed & -allowed).bit_length() - 1
        allowed &= allowed - 1
        if token not in scores and token not in unwanted:
            yield token


def _any(allowed: int, scores: Scores, unwanted: frozenset[int], number: int) -> int:
    """One of the tokens that have no score: a readable one where there is one, for `number` 0 the first."""
    for group in (allowed & _READABLE, allowed):
        turn = number % VOCABULARY.size
        for part in (group >> turn << turn, group):
            token = next(_others(part, scores, unwanted), None)
            if token is not None:
                return token
    raise LookupError("no token is left to choose from")


_READABLE = sum(1 << token for token in VOCABULARY.words)

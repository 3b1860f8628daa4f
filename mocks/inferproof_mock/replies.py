"""The shapes of the API: replies, chunks, usage and log-probabilities, from what was decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inferproof_mock.choice import Choice
from inferproof_mock.hashing import mix
from inferproof_mock.sampler import Draw
from inferproof_mock.settings import Settings
from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]

FINGERPRINT = "fp_inferproof_mock"


@dataclass(frozen=True)
class Envelope:
    """What a reply and each of its chunks share. `created` is Unix time in seconds."""

    id: str
    created: int
    model: str

    def reply(self, choices: list[Json], usage: Json) -> Json:
        return {**self._members("chat.completion"), "choices": choices, "usage": usage}

    def chunk(self, choices: list[Json], usage: Json | None) -> Json:
        chunk: Json = {**self._members("chat.completion.chunk"), "choices": choices}
        return chunk if usage is None else {**chunk, "usage": usage}

    def _members(self, kind: str) -> Json:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": FINGERPRINT,
        }


def usage_of(prompt: int, completion: int, reasoned: int | None = None) -> Json:
    """`reasoned` are the tokens of the completion that are no answer, None where the usage has no place for them."""
    usage: Json = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return usage if reasoned is None else {**usage, "completion_tokens_details": {"reasoning_tokens": reasoned}}


def whole_choice(choice: Choice, settings: Settings) -> Json:
    return {
        "index": choice.index,
        "message": choice.message(),
        "logprobs": {"content": _contents(choice.draws, settings)} if settings.logprobs else None,
        "finish_reason": choice.finish,
        "stop_reason": choice.stop,
    }


def chunk_choice(index: int, delta: Json, draws: tuple[Draw, ...], settings: Settings) -> Json:
    logprobs = {"content": _contents(draws, settings)} if settings.logprobs and draws else None
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": None}


def last_choice(choice: Choice) -> Json:
    """The choice of the chunk that ends it."""
    return {
        "index": choice.index,
        "delta": {},
        "logprobs": None,
        "finish_reason": choice.finish,
        "stop_reason": choice.stop,
    }


def prompt_logprobs(prompt: tuple[int, ...], alternatives: int, key: int) -> list[Json | None]:
    """One entry a prompt token, null for the first: the token and its likelier `alternatives`, by token id.

    The mock did not predict the prompt, so these come from a hash. Ranks and log-probabilities agree, and at 0.7 a
    rank the probabilities add up to less than 1.
    """
    entries: list[Json | None] = [None]
    state = key
    for token in prompt[1:]:
        state = mix(state, token)
        rank = 1 + (state & 7) * (state >> 3 & 1)
        ranked: dict[int, int] = {}
        for place in range(1, alternatives + 1):
            other = VOCABULARY.words[(state + place * 31) % len(VOCABULARY.words)]
            ranked[token if place == rank else other] = place
        ranked.setdefault(token, max(rank, alternatives + 1))
        entries.append(
            {
                str(entry): {"logprob": -0.7 * place, "rank": place, "decoded_token": VOCABULARY.text(entry)}
                for entry, place in ranked.items()
            }
        )
    return entries[: len(prompt)]


def _contents(draws: list[Draw] | tuple[Draw, ...], settings: Settings) -> list[Json]:
    return [
        {
            **_logprob(draw.token, draw.logprob, settings),
            "top_logprobs": [_logprob(token, logprob, settings) for token, logprob in draw.top],
        }
        for draw in draws
    ]


def _logprob(token: int, logprob: float, settings: Settings) -> Json:
    return {
        "token": f"token_id:{token}" if settings.tokens_as_ids else VOCABULARY.text(token),
        "logprob": logprob,
        "bytes": list(VOCABULARY.pieces[token]),
    }

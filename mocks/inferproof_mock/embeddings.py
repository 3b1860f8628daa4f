"""Simulated embeddings: unit vectors that depend on the words alone, so that similar texts lie close together."""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import sqrt
from operator import add
from typing import Any

from inferproof_mock.configs import CONTEXT, too_long
from inferproof_mock.hashing import number
from inferproof_mock.replies import usage_of
from inferproof_mock.settings import refuse
from inferproof_mock.template import render, require_messages
from inferproof_mock.vocabulary import VOCABULARY

Json = dict[str, Any]

DIMENSIONS = 64


def form_of(body: Json) -> str:
    """The member that a request is about: `messages` where they are there and there is no input beside them."""
    return "messages" if "messages" in body and not _is_input(body.get("input")) else "input"


def embed(body: Json, model: str, identity: str, created: int) -> Json:
    """A whole reply: one vector for each input, in their order. `created` is Unix time in seconds.

    Raises Refusal: 400 for an input that is too long, 422 for `dimensions` above 64 and for what is no input.
    """
    dimensions = DIMENSIONS if body.get("dimensions") is None else body["dimensions"]
    if not isinstance(dimensions, int) or not 1 <= dimensions <= DIMENSIONS:
        raise refuse("dimensions", f"`dimensions` is {dimensions}; vectors here have at most {DIMENSIONS}")
    inputs = [_truncated(tokens, body) for tokens in _inputs(body)]
    vectors = [vector(tokens, dimensions) for tokens in inputs]
    return {
        "id": f"embd-{identity}",
        "object": "list",
        "created": created,
        "model": model,
        "data": [
            {"index": index, "object": "embedding", "embedding": _encoded(found, body.get("encoding_format"))}
            for index, found in enumerate(vectors)
        ],
        "usage": usage_of(sum(map(len, inputs)), 0),
    }


def vector(tokens: Iterable[int], dimensions: int) -> tuple[float, ...]:
    """A unit vector of numbers that 32-bit floats hold exactly. Case, spaces and order of the tokens do not count."""
    total: Iterable[float] = [0.1 * value for value in _direction("")[:dimensions]]
    for token in tokens:
        total = map(add, total, _direction(_feature(token)))
    values = list(total)
    length = sqrt(sum(value * value for value in values)) or 1.0
    return struct.unpack(f"<{dimensions}f", struct.pack(f"<{dimensions}f", *(value / length for value in values)))


def _inputs(body: Json) -> list[list[int]]:
    """The tokens of each input; a conversation is one input. A token id need not be of this vocabulary.

    Beyond 64 bits it comes as a float.
    """
    given = body.get("input")
    if form_of(body) == "messages":
        require_messages(body["messages"], some=False)
        prompt = render(
            body["messages"],
            add_generation_prompt=False,
            add_special_tokens=body.get("add_special_tokens", False),
        )
        return [list(prompt.tokens)]
    if not isinstance(given, str | list) or not given:
        raise refuse("input", "`input` has to be a text, a list of token ids, or a list of these")
    if isinstance(given, str) or isinstance(given[0], int | float):
        given = [given]
    begin = [VOCABULARY.begin] if body.get("add_special_tokens", True) else []
    return [begin + VOCABULARY.encode(one) if isinstance(one, str) else [int(id) for id in one] for one in given]


def _is_input(value: Any) -> bool:
    """Whether it would do without messages; beside them anything may stand there."""
    if isinstance(value, list) and len({type(one) for one in value}) == 1:
        return isinstance(value[0], str) or all(_is_tokens(one) for one in value) or _is_tokens(value)
    return isinstance(value, str) and value != ""


def _is_tokens(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(type(one) is int for one in value)


def _truncated(tokens: list[int], body: Json) -> list[int]:
    most = body.get("truncate_prompt_tokens")
    if most is not None:
        most = CONTEXT if most < 0 else most
        tokens = tokens[max(0, len(tokens) - most) :]
    if len(tokens) > CONTEXT:
        raise too_long(len(tokens), "messages" if "messages" in body else "input")
    return tokens


def _feature(token: int) -> str:
    if token >= VOCABULARY.size:
        return f"token {token}"
    return VOCABULARY.pieces[token].strip().lower().decode("latin-1")


@lru_cache(maxsize=8192)
def _direction(feature: str) -> tuple[float, ...]:
    """Where a feature points; common punctuation weighs little."""
    weight = 1.0 if any(character.isalnum() for character in feature) else 0.1
    dice = random.Random(number("feature", feature))
    return tuple(weight * dice.uniform(-1.0, 1.0) for _ in range(DIMENSIONS))


def _encoded(values: Sequence[float], encoding: str | None) -> list[float] | str:
    """base64 is of 32-bit floats, little-endian, as OpenAI's clients decode them."""
    if encoding == "base64":
        return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
    return list(values)

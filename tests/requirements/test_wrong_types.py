"""Ten thousand exchanges with values of wrong types: the judge speaks of the server, and never breaks itself.

`test_odd_replies.py` changes single replies of a few probes. Here every exchange of the run is changed at one to three
places, the request too, since a transcript may hold anything; and generated requirements judge with the written ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from inferproof.certify.certify import Certification
from inferproof.document import Contract
from inferproof.generated.requirements import requirements_of
from inferproof.judge.judge import Outcome, judge
from inferproof.wire.exchange import DEEPEST, Exchange
from tests.proof import PROOF

ODD_REPLIES = 10_000 if PROOF else 1_000
AT_ONCE = 1_000
"""Exchanges that are judged as one transcript."""


def nested(levels: int, name: str = "") -> Any:
    value: Any = None
    for _ in range(levels):
        value = {name: value} if name else [value]
    return value


WRONG: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 1.0, 1.5, -0.0, 1e308, 5e-324, float("inf")),
    *(10**400, -(10**400), 2**63, 2**64, -(10**30)),
    *(
        "",
        "x",
        "1",
        "0.5",
        "true",
        "\0",
        "[DONE]",
        "/",
        "~",
        "\ud800",
        "x\udfff",
        "é" * 10,
        "a" * 5000,
        "{",
        "[1]",
        '{"a": 1}',
    ),
    *([], [[]], [None], [1], ["x"], ["\ud800"], [{}], [10**400], list(range(300))),
    *({}, {"": None}, {"a": 1}, {"\ud800": 1}, {"index": 0}, {"index": "0"}, {"index": 10**400}, {"index": True}),
    *({"type": "object"}, {"type": "function", "function": None}, {"/": {"~": []}}, {"1" * 3000 + "x": None}),
    *(nested(20), nested(150), nested(150, "a"), nested(DEEPEST + 1), nested(20, "properties")),
)

STATUSES = (200, 204, 302, 400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 500, 501, 503, 504)


def test_values_of_wrong_types_break_no_requirement(certification: Certification, contract: Contract) -> None:
    requirements = requirements_of(contract)
    broken: dict[str, str] = {}
    changed = odd_exchanges(random.Random(1), certification.transcript.exchanges)
    for _ in range(ODD_REPLIES // AT_ONCE):
        exchanges = [next(changed) for _ in range(AT_ONCE)]
        for each in judge(requirements, exchanges, contract):
            if each.outcome is Outcome.HARNESS_ERROR:
                broken.setdefault(each.requirement.id, each.reason)
    assert broken == {}


@pytest.mark.parametrize("seed", range(20))
def test_a_replaced_value_is_where_a_value_was(seed: int) -> None:
    before: Any = {"choices": [{"index": 0, "message": {"content": "x"}}], "usage": {"total_tokens": 1}}
    after = with_wrong_values(before, random.Random(seed))
    assert after != before or json.dumps(after) != json.dumps(before)
    assert before == {"choices": [{"index": 0, "message": {"content": "x"}}], "usage": {"total_tokens": 1}}


def odd_exchanges(rng: random.Random, recorded: Sequence[Exchange]) -> Iterator[Exchange]:
    """The exchanges again and again, each changed in its reply, its request or both; relations keep their order."""
    while True:
        for exchange in recorded:
            what = rng.choice(("reply", "reply", "request", "both"))
            if what != "request" and exchange.reply is not None:
                stream = exchange.reply.media_type == "text/event-stream"
                body = (_odd_stream if stream else _odd_json)(exchange.reply.body, rng)
                status = rng.choice(STATUSES) if rng.random() < 0.2 else exchange.reply.status
                exchange = replace(exchange, reply=replace(exchange.reply, status=status, body=body))
            if what != "reply":
                body = _odd_json(exchange.request.body, rng)
                exchange = replace(exchange, request=replace(exchange.request, body=body))
            yield exchange


def with_wrong_values(value: Any, rng: random.Random) -> Any:
    """The value with one to three of its parts replaced, left out or put beside themselves."""
    for _ in range(rng.randint(1, 3)):
        value = _with_one(value, rng)
    return value


def _with_one(value: Any, rng: random.Random) -> Any:
    if not isinstance(value, dict | list) or not value or rng.random() < 0.15:
        return rng.choice(WRONG)
    copied: Any = value.copy()
    place = rng.choice(list(copied) if isinstance(copied, dict) else range(len(copied)))
    chance = rng.random()
    if chance < 0.05:
        del copied[place]
    elif chance < 0.1 and isinstance(copied, list):
        copied.insert(place, copied[place])
    else:
        copied[place] = _with_one(copied[place], rng)
    return copied


def _odd_json(body: bytes, rng: random.Random) -> bytes:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    ascii_only = rng.random() < 0.5
    text = json.dumps(with_wrong_values(value, rng), ensure_ascii=ascii_only).replace("Infinity", "1e999")
    return text.encode("utf-8", "surrogatepass")


def _odd_stream(body: bytes, rng: random.Random) -> bytes:
    """Some of the events that hold JSON are changed, or all."""
    lines = body.split(b"\n")
    places = [number for number, line in enumerate(lines) if line.startswith(b"data: {")]
    count = rng.choice((1, 1, 2, len(places))) if places else 0
    for number in rng.sample(places, min(count, len(places))):
        lines[number] = b"data: " + _odd_json(lines[number][6:], rng)
    return b"\n".join(lines)

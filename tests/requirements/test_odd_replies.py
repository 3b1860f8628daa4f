"""Whatever a server answers, the judge speaks of the server: it never breaks itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inferproof.certify.certify import Certification
from inferproof.document import Contract
from inferproof.judge.judge import Outcome, judge
from inferproof.judge.requirement import Requirement, held
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Reply
from tests.conftest import EVERY, contract_of
from tests.proof import PROOF

SCALARS = st.sampled_from(
    [None, True, False, 0, 1, -1, 1.5, 10**400, -(10**30), 2**63, 2**64, 1e308, 5e-324, -0.0, float("inf")]
) | st.sampled_from(["", "x", "1", "\ud800", "\0", "[DONE]", "a" * 5000, "é" * 10])


def nested(levels: int, wrap: Callable[[Any], Any]) -> Any:
    value = None
    for _ in range(levels):
        value = wrap(value)
    return value


CONTAINERS = st.sampled_from(
    [
        [],
        {},
        [[]],
        [None],
        [{}],
        {"": None},
        {"index": 0},
        {"index": "0"},
        {"index": 10**400},
        nested(190, lambda inner: [inner]),
        nested(190, lambda inner: {"a": inner}),
        nested(600, lambda inner: [inner]),
    ]
)
ODD = SCALARS | CONTAINERS

WHOLE_BODIES = {
    "nested without end": b"[" * 100_000 + b"]" * 100_000,
    "an integer of a million digits": b"1" * 1_000_000,
    "NaN": b'{"choices": NaN}',
    "half of a surrogate pair": rb'{"choices": [{"message": {"content": "\ud800"}}], "\udfff": 1}',
    "names twice": b'{"choices": [], "choices": 1, "usage": {}, "usage": []}',
    "no UTF-8": b'{"choices": "\xff"}',
    "a million nulls": b"[" + b"null," * 1_000_000 + b"null]",
    "nothing": b"",
    "NUL": b"\0" * 1000,
}


def replaced(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """The value with something odd in the place of one of its parts, or without it."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 3)) == 0:
        return draw(ODD)
    copied: Any = value.copy()
    place = draw(st.sampled_from(sorted(copied) if isinstance(copied, dict) else range(len(copied))))
    if draw(st.integers(0, 7)) == 0:
        del copied[place]
    else:
        copied[place] = replaced(copied[place], draw)
    return copied


def odd(reply: Reply, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Reply:
    """The reply, or the first event of its stream that holds JSON, with a part replaced."""
    head, data, tail = b"", reply.body, b""
    if reply.media_type == "text/event-stream":
        head, found, rest = reply.body.partition(b"data: {")
        data, _, tail = (found[6:] + rest).partition(b"\n")
        head, tail = head + b"data: ", b"\n" + tail
    try:
        value = json.loads(data)
    except ValueError:
        return reply
    text = json.dumps(replaced(value, draw)).replace("Infinity", "1e999")
    return replace(reply, body=head + text.encode() + tail)


@settings(
    max_examples=200 if PROOF else 5,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_no_reply_breaks_the_judge(data: st.DataObject, certification: Certification, contract: Contract) -> None:
    rng = data.draw(st.randoms(use_true_random=False))

    def draw(strategy: st.SearchStrategy[Any]) -> Any:
        return data.draw(strategy)

    recorded = certification.transcript.exchanges
    chosen = rng.sample(sorted({exchange.probe for exchange in recorded}), 40)
    exchanges = [
        replace(each, reply=odd(each.reply, draw)) if each.reply is not None and rng.randrange(3) else each
        for each in recorded
        if each.probe in chosen
    ]
    assert harness_errors(exchanges, contract) == []


@pytest.mark.parametrize("body", WHOLE_BODIES.values(), ids=WHOLE_BODIES.keys())
def test_no_body_breaks_the_judge(body: bytes, certification: Certification, contract: Contract) -> None:
    """The same body for one request of each probe, as JSON and as an event."""
    exchanges = []
    for exchange in certification.transcript.exchanges:
        if exchange.reply is not None and exchange.step == 0:
            stream = exchange.reply.media_type == "text/event-stream"
            content = b"data: " + body + b"\n\ndata: [DONE]\n\n" if stream else body
            exchanges.append(replace(exchange, reply=replace(exchange.reply, body=content[:200_000])))
    assert harness_errors(exchanges, contract) == []


ANOTHER_FORM = {
    "text/event-stream": b'data: {"choices": [{"index": 0, "delta": {"content": "Hi."}}]}\n\ndata: [DONE]\n\n',
    "application/json": b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}}]}',
    "text/html": b"<p>Hi.</p>",
    "": b"Hi.",
}
"""A media type, and a body of it."""


@pytest.mark.parametrize("status", [200, 422, 500])
@pytest.mark.parametrize("media", ANOTHER_FORM)
@pytest.mark.parametrize("pack", EVERY)
def test_no_form_of_a_reply_breaks_the_judge(
    pack: str, media: str, status: int, certified: Callable[[str], Certification]
) -> None:
    """The same media type and body for one request of each probe, whatever its operation has."""
    headers = (("Content-Type", media),) if media else ()
    exchanges = [
        replace(exchange, reply=replace(exchange.reply, status=status, headers=headers, body=ANOTHER_FORM[media]))
        for exchange in certified(pack).transcript.exchanges
        if exchange.reply is not None and exchange.step == 0
    ]
    contract = contract_of(pack)
    assert harness_errors(exchanges, contract, held(contract)[0]) == []


def harness_errors(
    exchanges: list[Exchange], contract: Contract, requirements: Iterable[Requirement] = tuple(CATALOGUE.values())
) -> list[str]:
    return [
        f"{each.requirement.id}: {each.reason}"
        for each in judge(requirements, exchanges, contract)
        if each.outcome is Outcome.HARNESS_ERROR
    ]

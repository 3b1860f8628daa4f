"""When a stream counts as held back: only where nothing else explains its arrival times."""

from __future__ import annotations

import json

import pytest

from inferproof.document import Contract
from inferproof.judge.judge import Outcome, judge
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Reply, Request

MS = 1000


def event(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


def outcome(contract: Contract, first_token: int, *streams: list[int], text: str = "a") -> Outcome:
    """The judgement of streams whose events arrive at these times, in ms; `first_token` is how long one token takes."""
    request = Request("POST", "/v1/chat/completions")
    whole = Reply(200, headers=(("Content-Type", "application/json"),), body=b"{}", reads=((first_token * MS, 2),))
    exchanges = [Exchange("stream.timing", 0, "chat", request, whole)]
    for step, times in enumerate(streams, 1):
        reads = tuple((at * MS, (number + 1) * len(event(text))) for number, at in enumerate(times))
        reply = Reply(200, headers=(("Content-Type", "text/event-stream"),), body=event(text) * len(times), reads=reads)
        exchanges.append(Exchange("stream.timing", step, "chat", request, reply))
    [judgement] = judge([CATALOGUE["stream.incremental"]], exchanges, contract)
    return judgement.outcome


def even(start: int, gap: int, events: int = 32) -> list[int]:
    return [start + gap * number for number in range(events)]


@pytest.mark.parametrize(
    ("first_token", "streams"),
    [
        pytest.param(50, [even(50, 20)] * 3, id="events come one by one"),
        pytest.param(1, [even(1, 0)] * 3, id="a fast server writes everything at once"),
        pytest.param(900, [even(900, 0)] * 3, id="the prompt takes long and the tokens nothing"),
        pytest.param(1, [even(400, 0), even(1, 0), even(1, 0)], id="the machine paused once"),
    ],
)
def test_what_may_have_another_cause_is_no_alarm(
    contract: Contract, first_token: int, streams: list[list[int]]
) -> None:
    assert outcome(contract, first_token, *streams) is Outcome.PASS


def test_too_few_events_of_too_little_text_do_not_tell(contract: Contract) -> None:
    assert outcome(contract, 50, *[even(3000, 0, 8)] * 3) is Outcome.NOT_VERIFIED


def test_few_events_of_a_long_text_tell(contract: Contract) -> None:
    assert outcome(contract, 50, *[even(3000, 0, 4)] * 3, text="a word " * 10) is Outcome.FAIL
    assert outcome(contract, 50, *[even(50, 900, 4)] * 3, text="a word " * 10) is Outcome.PASS


@pytest.mark.parametrize(
    "streams",
    [
        pytest.param([even(3000, 0)] * 3, id="everything at the end"),
        pytest.param([[50, *even(3000, 0)]] * 3, id="everything but the first event"),
    ],
)
def test_a_stream_that_is_held_back_is_found(contract: Contract, streams: list[list[int]]) -> None:
    assert outcome(contract, 50, *streams) is Outcome.FAIL

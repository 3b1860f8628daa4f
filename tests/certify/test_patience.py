"""A model that reasons first is asked once more, with more room, where its answer is what a probe is about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.judge.subject import Subject
from inferproof.probes.probe import ROOM_TO_REASON, PlannedRequest, RequestBuilder, patiently, user
from inferproof.wire.exchange import Exchange, Reply

CALL = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{"}}


def answered(ask: PlannedRequest, contract: Contract, reason: str, **message: Any) -> Subject:
    """The answer to a request, whole or as a stream of one chunk."""
    body, media = json.dumps({"choices": [{"message": message, "finish_reason": reason}]}), "application/json"
    if json.loads(ask.request.body).get("stream"):
        chunk = json.dumps({"choices": [{"index": 0, "delta": message, "finish_reason": reason}]})
        body, media = f"data: {chunk}\n\ndata: [DONE]\n\n", "text/event-stream"
    reply = Reply(200, headers=(("Content-Type", media),), body=body.encode(), wire_length=len(body))
    return Subject(Exchange("probe", 0, "chat", ask.request, reply), contract)


def asked_again(contract: Contract, reason: str, stream: bool, **message: Any) -> list[int]:
    """The `max_tokens` of each request that is sent, where the first is answered so."""
    call = RequestBuilder(contract, "model", "model")
    asking = patiently(call.chat(user("Hi"), max_tokens=24, stream=stream))
    ask, sent = next(asking), []
    try:
        while True:
            sent.append(json.loads(ask.request.body)["max_tokens"])
            ask = asking.send(answered(ask, contract, reason if len(sent) == 1 else "stop", **message))
    except StopIteration:
        return sent


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("length", {"content": None}),
        ("length", {"content": "", "reasoning_content": "Hm"}),
        ("length", {"content": None, "reasoning": "Hm"}),
        ("length", {"content": "The s", "reasoning_content": "Hm"}),
    ],
    ids=str,
)
def test_what_was_cut_because_it_reasoned_is_asked_for_again(
    reason: str, message: dict[str, Any], stream: bool, contract: Contract
) -> None:
    assert asked_again(contract, reason, stream, **message) == [24, ROOM_TO_REASON]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("stop", {"content": None}),
        ("stop", {"content": "The sea.", "reasoning_content": "Hm"}),
        ("length", {"content": "The s"}),
        ("length", {"content": None, "tool_calls": [CALL]}),
        ("content_filter", {"content": None}),
    ],
    ids=str,
)
def test_what_was_answered_is_not(reason: str, message: dict[str, Any], stream: bool, contract: Contract) -> None:
    assert asked_again(contract, reason, stream, **message) == [24]


def test_a_request_without_a_cap_stays_as_it_is(contract: Contract) -> None:
    ask = RequestBuilder(contract, "model", "model").chat(user("Hi"), max_tokens=None)
    assert ask.with_room(ROOM_TO_REASON) == ask


def test_a_cap_is_never_lowered(contract: Contract) -> None:
    ask = RequestBuilder(contract, "model", "model").chat(user("Hi"), max_tokens=4096)
    assert json.loads(ask.with_room(ROOM_TO_REASON).request.body)["max_tokens"] == 4096


def test_an_answer_that_is_read_has_the_room_that_the_target_gives(contract: Contract) -> None:
    call = RequestBuilder(contract, "model", "model", room=400)
    assert json.loads(call.chat(user("Hi"), max_tokens=24).request.body)["max_tokens"] == 424
    assert json.loads(call.legacy({"type": "Human", "text": "Hi"}).request.body)["max_tokens"] == 424


def test_a_cap_that_cuts_the_answer_short_stays(contract: Contract) -> None:
    call = RequestBuilder(contract, "model", "model", room=400)
    assert json.loads(call.chat(user("Hi"), max_tokens=4).request.body)["max_tokens"] == 4
    assert json.loads(call.chat(user("Hi"), max_completion_tokens=6).request.body)["max_completion_tokens"] == 6

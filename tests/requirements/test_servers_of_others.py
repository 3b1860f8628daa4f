"""What servers of others answered, and was once held against them: each is a false alarm that may not come back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.document.credentials import BEARER
from inferproof.judge.judge import Outcome, judge
from inferproof.probes.probe import PlannedRequest, RequestBuilder
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Reply

HELLO = {"role": "user", "content": "Hello!"}
SWITCH = {"type": "function", "function": {"name": "switch"}}
CUSTOM = {"id": "call_1", "type": "custom", "custom": {"name": "look_up", "input": "salt"}}


@pytest.fixture
def call(contract: Contract) -> RequestBuilder:
    return RequestBuilder(contract, "chat-model", "embedding-model")


def answered(ask: PlannedRequest, status: int, reply: Any) -> Exchange:
    headers = (("content-type", "application/json"),)
    came = Reply(status, headers=headers, body=json.dumps(reply).encode())
    return Exchange("probe", 0, ask.role, ask.request, came)


def outcome(requirement: str, exchange: Exchange, contract: Contract) -> Outcome:
    return judge([CATALOGUE[requirement]], [exchange], contract)[0].outcome


def chat(body: dict[str, Any]) -> dict[str, Any]:
    return {"model": "chat-model", "messages": [HELLO], **body}


def said(content: str | None, used: int, prompt: int = 9, **message: Any) -> dict[str, Any]:
    reply = {"role": "assistant", "content": content, **message}
    usage = {"prompt_tokens": prompt, "completion_tokens": used, "total_tokens": prompt + used}
    return {"choices": [{"index": 0, "message": reply, "finish_reason": "length"}], "usage": usage}


@pytest.mark.parametrize("id", ["chat.request.max-tokens.cap", "chat.usage.length"])
def test_a_cap_of_no_tokens_may_be_read_as_one_or_as_none(id: str, contract: Contract, call: RequestBuilder) -> None:
    """llama.cpp says one token, guidellm as many as without a cap; that it is not refused is another's to say."""
    for used in (1, 128):
        exchange = answered(call.to("chat", chat({"max_tokens": 0})), 200, said(" cl", used))
        assert outcome(id, exchange, contract) is Outcome.NOT_VERIFIED


def test_an_answer_of_no_tokens_may_have_no_text(contract: Contract, call: RequestBuilder) -> None:
    exchange = answered(call.to("chat", chat({"max_tokens": 0})), 200, said("", 0))
    assert outcome("chat.reply.content", exchange, contract) is Outcome.NOT_VERIFIED


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": None}]], ids=["none", "null"])
def test_where_nothing_was_said_there_may_be_no_tokens(messages: Any, contract: Contract, call: RequestBuilder) -> None:
    exchange = answered(call.to("chat", chat({"messages": messages})), 200, said("Yes.", 2, prompt=0))
    assert outcome("chat.usage.prompt.positive", exchange, contract) is Outcome.NOT_VERIFIED


def test_a_choice_of_an_unknown_tool_may_call_another(contract: Contract, call: RequestBuilder) -> None:
    named = {"type": "function", "function": {"name": "no_such"}}
    calls = [{"id": "call_1", "type": "function", "function": {"name": "switch", "arguments": "{}"}}]
    body = chat({"tools": [SWITCH], "tool_choice": named})
    exchange = answered(call.to("chat", body), 200, said(None, 3, tool_calls=calls))
    assert outcome("tools.named", exchange, contract) is Outcome.NOT_VERIFIED
    assert outcome("tools.choice.unknown", exchange, contract) is Outcome.FAIL


def test_a_stream_need_not_call_a_tool_that_was_not_offered(contract: Contract, call: RequestBuilder) -> None:
    """guidellm goes on in words; the answer of a server that refused it would be no stream either."""
    named = {"type": "function", "function": {"name": "no_such"}}
    ask = call.to("chat", chat({"tools": [SWITCH], "tool_choice": named, "stream": True}))
    headers = (("content-type", "text/event-stream"),)
    words = b'data: {"choices":[{"index":0,"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    exchange = Exchange("probe", 0, "chat", ask.request, Reply(200, headers=headers, body=words))
    assert outcome("tools.stream.call", exchange, contract) is Outcome.NOT_VERIFIED


def test_whoever_takes_only_bearer_with_a_capital_still_takes_the_key(contract: Contract, call: RequestBuilder) -> None:
    ask = call.to("chat", chat({}))
    key = next(each for each in ask.credentials if each.kind == BEARER)
    lower = ask.without_key().with_header(key.header, f"bearer {ask.right_key(key)}")
    exchange = answered(lower, 401, {"error": {}})
    assert outcome("auth.key.accepted", exchange, contract) is not Outcome.FAIL
    assert outcome("auth.scheme.case", exchange, contract) is Outcome.FAIL


def test_a_custom_call_that_is_refused_says_nothing_of_null_content(contract: Contract, call: RequestBuilder) -> None:
    turns = [HELLO, {"role": "assistant", "content": None, "tool_calls": [CUSTOM]}, HELLO]
    exchange = answered(call.to("chat", chat({"messages": turns})), 422, {"detail": []})
    assert outcome("chat.messages.content.nullable", exchange, contract) is not Outcome.FAIL
    assert outcome("chat.messages.members", exchange, contract) is Outcome.FAIL


@pytest.mark.parametrize("status", [404, 405, 501])
def test_an_operation_that_is_missing_refuses_nothing(status: int, contract: Contract, call: RequestBuilder) -> None:
    body = {"model": "embedding-model", "input": 7}
    exchange = answered(call.to("embeddings", body), status, {"error": {}})
    assert outcome("embeddings.request.input", exchange, contract) is Outcome.NOT_VERIFIED

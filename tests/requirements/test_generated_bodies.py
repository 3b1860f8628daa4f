"""Odd but legal requests, found by generators, whose good answers some requirement once took for bad ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferproof.document import Contract
from inferproof.judge.judge import Outcome, judge
from inferproof.probes.probe import RequestBuilder
from inferproof.requirements import CATALOGUE
from inferproof.wire.exchange import Exchange, Reply

MESSAGES = [{"role": "user", "content": "Hello!"}]
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "…"}, "finish_reason": "length"}
USAGE = {"prompt_tokens": 3, "completion_tokens": 1024, "total_tokens": 1027}
WHOLE_BODY = {"detail": [{"loc": ["body"], "msg": "two members exclude each other", "type": "not"}]}


@pytest.mark.parametrize(
    ("requirement", "role", "body", "status", "reply"),
    [
        ("chat.usage.length", "chat", {"max_tokens": None}, 200, {"choices": [CHOICE], "usage": USAGE}),
        (
            "sampling.allowed-token-ids",
            "chat",
            {"allowed_token_ids": [3.0], "logprobs": True, "return_tokens_as_token_ids": True},
            200,
            {"choices": [CHOICE | {"logprobs": {"content": [{"token": "token_id:3"}]}}]},
        ),
        ("embeddings.reply.count", "embeddings", {"input": [3.0, 4, 5]}, 200, {"data": [{"index": 0}]}),
        (
            "errors.invalid.loc",
            "chat",
            {"add_generation_prompt": True, "continue_final_message": True, "max_tokens": "four"},
            422,
            WHOLE_BODY,
        ),
        ("sampling.timeout", "chat", {"timeout_sec": 0.01, "max_tokens": "four"}, 422, WHOLE_BODY),
    ],
)
def test_a_good_answer_is_not_blamed(
    requirement: str, role: str, body: dict[str, Any], status: int, reply: dict[str, Any], contract: Contract
) -> None:
    sent = ({"messages": MESSAGES} if role == "chat" else {}) | body
    ask = RequestBuilder(contract, "some-model", "some-model").to(role, {"model": "some-model", **sent})
    content = json.dumps(reply).encode()
    got = Reply(status, headers=(("Content-Type", "application/json"),), body=content, wire_length=len(content))
    [found] = judge([CATALOGUE[requirement]], [Exchange("case", 0, role, ask.request, got)], contract)
    assert found.outcome in (Outcome.PASS, Outcome.NOT_VERIFIED), found.failures

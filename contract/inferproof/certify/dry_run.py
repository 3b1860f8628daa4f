"""A rehearsal: the requests of a probe, made against an imagined server that answers as the documents show."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import lru_cache
from typing import Any

from inferproof.document import Contract
from inferproof.judge.select import CHAT, UNREADABLE
from inferproof.judge.subject import Subject
from inferproof.probes.probe import PlannedRequest, Probe, RequestBuilder
from inferproof.wire.exchange import Exchange, Reply

TOKENS = (" over", " the", " sea", " and", " far")
CONFIGS = 3


def dry_run(probe: Probe, contract: Contract, call: RequestBuilder) -> list[PlannedRequest]:
    """The requests that a probe sends to an obliging server, without sending any."""
    asks: list[PlannedRequest] = []
    steps = probe.start(call)
    try:
        ask = next(steps)
        while True:
            asks.append(ask)
            ask = steps.send(Subject(_answered(probe, len(asks) - 1, ask, contract), contract))
    except (StopIteration, *UNREADABLE):
        return asks


def _answered(probe: Probe, step: int, ask: PlannedRequest, contract: Contract) -> Exchange:
    body = _example(contract, ask.role)
    asked = Subject(Exchange(probe.name, step, ask.role, ask.request), contract).asked
    if ask.role in CHAT and (asked.get("logprobs") is True or asked.get("tool_choice") == "required"):
        body = _obliging(body, asked)
    reply = Reply(200, headers=(("Content-Type", "application/json"),), body=body, wire_length=len(body))
    return Exchange(probe.name, step, ask.role, ask.request, reply)


def _obliging(example: bytes, asked: dict[str, Any]) -> bytes:
    """The example with the log probabilities or the call that the request asks for: later requests are made of them."""
    reply = json.loads(example)
    choice = reply["choices"][0]
    if asked.get("logprobs") is True:
        as_ids = asked.get("return_tokens_as_token_ids")
        tokens = [f"token_id:{id}" for id in range(len(TOKENS))] if as_ids else TOKENS
        choice["logprobs"] = {"content": [{"token": token, "logprob": -1.0, "top_logprobs": []} for token in tokens]}
    if asked.get("tool_choice") == "required":
        function = {"name": asked["tools"][0]["function"]["name"], "arguments": "{}"} if asked.get("tools") else {}
        choice["message"]["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    return json.dumps(reply).encode()


@lru_cache(maxsize=64)
def _example(contract: Contract, role: str | None) -> bytes:
    if role is not None:
        with suppress(KeyError):
            example = contract.reply_example(role)
            return json.dumps(example * CONFIGS if role == "configs" else example).encode()
    return b"null"

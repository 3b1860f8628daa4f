"""A rehearsal: the requests of a probe, made against an imagined server that answers as the documents show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from inferproof.document import Contract
from inferproof.judge.select import CHAT
from inferproof.judge.subject import Subject
from inferproof.judge.value import Skip, Value
from inferproof.probes.probe import PlannedRequest, Probe, ProbeFailed, RequestBuilder
from inferproof.wire.exchange import Exchange, Reply

TOKENS = (" over", " the", " sea", " and", " far")
CONFIGS = 3


def dry_run(probe: Probe, contract: Contract, call: RequestBuilder) -> list[PlannedRequest]:
    """The requests that a probe sends to an obliging server, without sending any; of one that breaks, those before."""
    asks: list[PlannedRequest] = []
    with suppress(Skip, ProbeFailed):  # the run says so
        asks.extend(rehearsed(probe, contract, call))
    return asks


def rehearsed(probe: Probe, contract: Contract, call: RequestBuilder) -> Iterator[PlannedRequest]:
    """The same, one by one. Raises Skip and ProbeFailed as the probe does."""
    steps = probe.start(call)
    ask = next(steps, None)
    step = 0
    while ask is not None:
        yield ask
        try:
            ask = steps.send(Subject(_answered(probe, step, ask, contract), contract))
        except StopIteration:
            return
        step += 1


def _answered(probe: Probe, step: int, ask: PlannedRequest, contract: Contract) -> Exchange:
    body = _example(contract, ask.role)
    asked = Subject(Exchange(probe.name, step, ask.role, ask.request), contract).request
    if ask.role in CHAT and (asked.get("/logprobs") is True or asked.get("/tool_choice") == "required"):
        body = _obliging(body, asked)
    reply = Reply(200, headers=(("Content-Type", "application/json"),), body=body, wire_length=len(body))
    return Exchange(probe.name, step, ask.role, ask.request, reply)


def _obliging(example: bytes, asked: Value) -> bytes:
    """The example with the log probabilities or the call that the request asks for: later requests are made of them."""
    reply: Any = json.loads(example)
    choice = reply["choices"][0]
    if asked.get("/logprobs") is True:
        as_ids = asked.get("/return_tokens_as_token_ids")
        tokens = [f"token_id:{id}" for id in range(len(TOKENS))] if as_ids else TOKENS
        choice["logprobs"] = {"content": [{"token": token, "logprob": -1.0, "top_logprobs": []} for token in tokens]}
    if asked.get("/tool_choice") == "required":
        function = {"name": asked.get("/tools/0/function/name"), "arguments": "{}"} if asked.get("/tools") else {}
        choice["message"]["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    return json.dumps(reply).encode()


@lru_cache(maxsize=64)
def _example(contract: Contract, role: str | None) -> bytes:
    if role is not None:
        with suppress(KeyError):
            example = contract.reply_example(role)
            return json.dumps(example * CONFIGS if isinstance(example, list) else example).encode()
    return b"null"

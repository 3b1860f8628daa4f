"""Probes of members that a client sends together: what is obeyed alone is obeyed beside others too.

No requirement is of these probes alone: those of each member judge the answers.
"""

from typing import Any

from inferproof.judge.select import CHAT
from inferproof.probes.probe import RequestBuilder, Steps, patiently, probe, user
from inferproof.probes.structured_output import IN_JSON, LONG_ROOM
from inferproof.probes.tools import SWITCH

GREETING = user("Say hello.")
LOGPROBS: dict[str, Any] = {"logprobs": True, "top_logprobs": 1}


@probe("together.tools-logprobs", claims="tools.auto")
def tools_and_logprobs(call: RequestBuilder) -> Steps:
    """A greeting that takes no tool, with one offered and log probabilities, whole and streamed."""
    yield from call.forms(call.chat(GREETING, tools=[SWITCH], **LOGPROBS))


@probe("together.tools-json", claims="structured-output.json-object", over=CHAT)
def tools_and_json(call: RequestBuilder, role: str) -> Steps:
    """A question that takes no tool, with one offered and JSON wanted, whole and streamed."""
    members: dict[str, Any] = {"tools": [SWITCH], "response_format": {"type": "json_object"}}
    for form in call.forms(call.chat(IN_JSON, role=role, max_tokens=LONG_ROOM, **members)):
        yield from patiently(form)


@probe("together.json-logprobs", claims="structured-output.json-object")
def json_and_logprobs(call: RequestBuilder) -> Steps:
    """JSON and log probabilities, in a stream."""
    ask = call.chat(IN_JSON, max_tokens=LONG_ROOM, response_format={"type": "json_object"}, **LOGPROBS)
    for form in call.streamed(ask):
        yield from patiently(form)


@probe("together.choices-logprobs", claims="streaming.choices")
def choices_and_logprobs(call: RequestBuilder) -> Steps:
    """Two choices with log probabilities, in a stream; sampled, because engines refuse two greedy ones."""
    yield from call.streamed(call.chat(GREETING, n=2, temperature=1, **LOGPROBS))

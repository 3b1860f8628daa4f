"""Probes of text beyond ASCII where a server does more with it than to pass it on: it searches it, and cuts it."""

from typing import Any

from inferproof.probes.probe import RequestBuilder, Steps, patiently, probe, user

ROOM = 96
"""Tokens. The text has 40 bytes, and an engine of single bytes takes a token for each; the rest is for whitespace."""

TOWER = "\U0001f5fc"
"""Beyond the Basic Multilingual Plane: four bytes in UTF-8, two halves in UTF-16."""

QUESTION = user("What stands at the harbour?")


def _forced() -> dict[str, Any]:
    """What the answer is, to the letter, in JSON."""
    name = {"type": "string", "enum": [f"großer {TOWER} 灯台"]}
    schema = {"type": "object", "properties": {"n": name}, "required": ["n"], "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


@probe("scripts.stop", claims="structured-output.json-schema")
def stop(call: RequestBuilder) -> Steps:
    """A text that is known, with a stop in its midst that is no ASCII; whole and streamed."""
    for streamed in ({}, {"stream": True}):
        asked: dict[str, Any] = {"max_tokens": ROOM, "response_format": _forced(), "stop": [TOWER], **streamed}
        yield from patiently(call.chat(QUESTION, **asked))


@probe("scripts.logprobs", claims="structured-output.json-schema")
def logprobs(call: RequestBuilder) -> Steps:
    """A text that is known, of which most characters have several bytes, with the log probabilities of its tokens."""
    yield from patiently(call.chat(QUESTION, max_tokens=ROOM, response_format=_forced(), logprobs=True))
